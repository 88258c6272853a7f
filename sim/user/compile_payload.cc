// Payloads, and the memory that their objects point to.
//
// Memory gets its address here: each thread's code has a part of it, and each
// object in that code a place of its own, so that a payload is the same bytes
// whoever sends it.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "sim/kernel/object.h"
#include "sim/user/compiler.h"
#include "sim/user/parcel_items.h"
#include "sim/user/payload.h"

namespace bindery::sim {
namespace {

constexpr size_t kMostPayload = 8u << 20;
// Of 96 threads and handlers' processes, each; what is more begins again.
constexpr uint64_t kMemoryPart = 2u << 20;
constexpr uint32_t kMemoryParts = 96;
// Longer memory is not there: what states such a length fails before the copy.
constexpr uint64_t kMostMemory = 1u << 20;
constexpr int kNoMemory = -1;

}  // namespace

struct Compiler::Draft {
  CommandTemplate* command;
  std::vector<MemorySegment> segments;
  // For each entry of the offsets array: its memory.
  std::vector<int> segment_of;
  // Patches of memory count from the start of their segment.
  std::vector<std::pair<int, Patch>> memory_patches;
  uint64_t buffers_size = 0;
  bool scattered = false;

  // The next object begins here.
  void Begin(int segment) {
    AppendNumber<uint64_t>(&command->offsets, command->data.size());
    segment_of.push_back(segment);
  }
};

// True if there is an object that needs the _SG form of the command.
bool Compiler::Payload(const Cursor<proto::Transaction>& transaction,
                       CommandTemplate* command) {
  Draft draft;
  draft.command = command;
  command->patches.begin = static_cast<uint32_t>(out_.patches.size());
  for (int i = 0; i < transaction->item_size(); ++i) {
    PayloadItem(transaction.Sub(transaction->item(i), "item", i), &draft);
  }
  if (transaction->has_parcel()) {
    for (const ParcelItem& made : ParcelToSend(transaction)) {
      PayloadItem(Cursor<proto::Item>(made.item, nullptr, made.place), &draft);
    }
  }
  for (size_t i = 0; i < draft.segments.size(); ++i) {
    AppendSegment(draft.segments[i], &command->memory);
    for (auto& [segment, patch] : draft.memory_patches) {
      // A number that cannot be read as a whole need not be written.
      if (segment != static_cast<int>(i) ||
          patch.offset + patch.size > draft.segments[i].bytes.size()) {
        continue;
      }
      patch.offset += static_cast<uint32_t>(command->memory.size() -
                                            draft.segments[i].bytes.size());
      out_.patches.push_back(patch);
    }
  }
  command->patches.count =
      static_cast<uint32_t>(out_.patches.size()) - command->patches.begin;
  command->buffers_size = draft.buffers_size;
  return draft.scattered;
}

void Compiler::Sizes(const Cursor<proto::Transaction>& transaction,
                     CommandTemplate* command) {
  if (transaction->raw_offset_size() != 0) {
    command->offsets.clear();
    for (const uint64_t offset : transaction->raw_offset()) {
      AppendNumber<uint64_t>(&command->offsets, offset);
    }
  }
  command->data_size = command->data.size();
  command->offsets_size = command->offsets.size();
  if (transaction->has_data_size()) {
    command->data_size = transaction->data_size();
  }
  if (transaction->has_offsets_size()) {
    command->offsets_size = transaction->offsets_size();
  }
  if (transaction->has_buffers_size()) {
    command->buffers_size = transaction->buffers_size();
  }
  if (command->data.size() > kMostPayload) {
    errors_.Add(transaction.At("item", 0),
                "the payload is larger than 8 MiB, which no mapping holds");
    command->data.clear();
  }
}

void Compiler::Faults(const Cursor<proto::Transaction>& transaction,
                      CommandTemplate* command) {
  if (transaction->unreadable_data() || transaction->has_readable_data()) {
    command->fault_at = 3;
    command->readable = transaction->readable_data();
  } else if (transaction->unreadable_offsets()) {
    command->fault_at = 4;
  }
  if (command->readable > command->data_size) {
    errors_.Add(transaction.At("readable_data"),
                absl::StrCat("the payload has only ", command->data_size,
                             " bytes, so that nothing faults; remove "
                             "readable_data"));
  }
  int partial = command->fault_at == 3 ? 1 : 0;
  for (const proto::Item& item : transaction->item()) {
    if (item.ptr().has_readable()) ++partial;
  }
  if (partial > 1) {
    errors_.Add(transaction.place(),
                "only one piece of memory can fault in one command; keep one "
                "readable or readable_data");
  }
}

// Numbers, text and bytes: what stands in a payload and in memory alike.
bool Compiler::PlainItem(const Cursor<proto::Item>& item, std::string* bytes) {
  switch (item->item_case()) {
    case proto::Item::kI32:
      AppendNumber<int32_t>(bytes, item->i32());
      return true;
    case proto::Item::kI64:
      AppendNumber<int64_t>(bytes, item->i64());
      return true;
    case proto::Item::kText:
      if (item->text().find('\0') != std::string::npos) {
        errors_.Add(item.At("text"),
                    "a text ends at its first zero byte; use "
                    "raw for bytes");
      }
      *bytes += EncodeText(item->text());
      return true;
    case proto::Item::kRaw:
      *bytes += item->raw();
      return true;
    default:
      return false;
  }
}

void Compiler::PayloadItem(const Cursor<proto::Item>& item, Draft* draft) {
  if (PlainItem(item, &draft->command->data)) return;
  switch (item->item_case()) {
    case proto::Item::kFdNumber: {
      Patch patch;
      patch.size = 4;
      patch.offset = static_cast<uint32_t>(draft->command->data.size());
      patch.variable =
          Variable(item->fd_number(), VariableKind::kFd, item.At("fd_number"));
      out_.patches.push_back(patch);
      return AppendNumber<uint32_t>(&draft->command->data, 0);
    }
    case proto::Item::ITEM_NOT_SET:
      errors_.Add(item.place(),
                  "the item is empty; add i32, text, binder, handle, ...");
      return;
    default:
      return ObjectItem(item, draft);
  }
}

void Compiler::ObjectItem(const Cursor<proto::Item>& item, Draft* draft) {
  switch (item->item_case()) {
    case proto::Item::kBinder:
      return BinderItem(item->binder(), kTypeBinder, item.At("binder"), draft);
    case proto::Item::kWeakBinder:
      return BinderItem(item->weak_binder(), kTypeWeakBinder,
                        item.At("weak_binder"), draft);
    case proto::Item::kHandle:
      return HandleItem(item.Sub(item->handle(), "handle"), kTypeHandle, draft);
    case proto::Item::kWeakHandle:
      return HandleItem(item.Sub(item->weak_handle(), "weak_handle"),
                        kTypeWeakHandle, draft);
    case proto::Item::kFd:
      return FdItem(item.Sub(item->fd(), "fd"), draft);
    case proto::Item::kPtr:
      return PtrItem(item.Sub(item->ptr(), "ptr"), draft);
    case proto::Item::kFdArray:
      draft->Begin(kNoMemory);
      draft->scattered = true;
      return AppendObject(
          FdArrayObject{item->fd_array().num_fds(), item->fd_array().parent(),
                        item->fd_array().parent_offset()},
          &draft->command->data);
    default:
      draft->Begin(kNoMemory);
      return AppendObject(
          FlatObject{item->object().type(), item->object().flags(),
                     item->object().binder(), item->object().cookie()},
          &draft->command->data);
  }
}

void Compiler::BinderItem(const std::string& node, uint32_t type, Place place,
                          Draft* draft) {
  FlatObject object;
  object.type = type;
  const NodeSpec* spec = FindNode(node, place);
  if (spec != nullptr) {
    object.flags = spec->flags;
    object.binder = spec->ptr;
    object.cookie = spec->cookie;
  }
  draft->Begin(kNoMemory);
  AppendObject(object, &draft->command->data);
}

void Compiler::HandleItem(const Cursor<proto::HandleRef>& handle, uint32_t type,
                          Draft* draft) {
  FlatObject object;
  object.type = type;
  uint32_t number = 0;
  Patch patch;
  Handle(handle, &number, &patch.variable);
  object.binder = number;
  std::string& data = draft->command->data;
  patch.offset = static_cast<uint32_t>(data.size() + kFlatHandleOffset);
  if (patch.variable != 0) out_.patches.push_back(patch);
  draft->Begin(kNoMemory);
  AppendObject(object, &data);
}

void Compiler::FdItem(const Cursor<proto::FdItem>& fd, Draft* draft) {
  FlatObject object;
  object.type = kTypeFd;
  object.flags = fd->flags();
  object.binder = fd->number();
  object.cookie = fd->cookie();
  std::string& data = draft->command->data;
  if (fd->which_case() == proto::FdItem::kName) {
    Patch patch;
    patch.size = 4;
    patch.offset = static_cast<uint32_t>(data.size() + kFlatHandleOffset);
    patch.variable = Variable(fd->name(), VariableKind::kFd, fd.At("name"));
    out_.patches.push_back(patch);
  } else if (fd->which_case() == proto::FdItem::WHICH_NOT_SET) {
    errors_.Add(fd.place(),
                "which descriptor? Add name: \"...\", or number: ... for any "
                "number");
  }
  draft->Begin(kNoMemory);
  AppendObject(object, &data);
}

// Where the memory is that the object points to, which is segments.back().
uint64_t Compiler::PlaceMemory(const Cursor<proto::PtrItem>& ptr,
                               uint64_t length, Draft* draft) {
  MemorySegment& segment = draft->segments.back();
  if (ptr->has_readable()) {
    segment.size = ptr->readable();
    segment.bytes.resize(std::min<size_t>(segment.bytes.size(), segment.size));
    segment.address = kUserGuard - segment.size;
    return segment.address;
  }
  segment.size = std::max<uint64_t>(segment.bytes.size(),
                                    length <= kMostMemory ? length : 0);
  if (memory_part_ >= kMemoryParts) {
    errors_.Add(
        ptr.place(),
        absl::StrCat("only the first ", kMemoryParts - MemoryOfThread(0),
                     " threads of a process have memory for objects "
                     "to point to; move the step into one of them"));
    return kUserMemory;
  }
  uint64_t& used = memory_used_[{scope_.index, memory_part_}];
  segment.address =
      kUserMemory + memory_part_ * kMemoryPart + used + ptr->misalign();
  used = (used + ptr->misalign() + segment.size + 15) & ~uint64_t{15};
  if (used > kMemoryPart) {
    errors_.Add(ptr.place(),
                "the objects of one thread, or of a process's handlers, point "
                "to more than 2 MiB; use several threads");
    used = 0;
  }
  return segment.address;
}

void Compiler::PtrItem(const Cursor<proto::PtrItem>& ptr, Draft* draft) {
  const int index = static_cast<int>(draft->segments.size());
  std::string bytes;
  for (int i = 0; i < ptr->item_size(); ++i) {
    const auto item = ptr.Sub(ptr->item(i), "item", i);
    if (PlainItem(item, &bytes)) continue;
    if (item->item_case() != proto::Item::kFdNumber) {
      errors_.Add(item.place(),
                  "memory holds i32, i64, text, raw and fd_number only; "
                  "objects belong into the payload itself");
      continue;
    }
    Patch patch;
    patch.size = 4;
    patch.in_memory = true;
    patch.offset = static_cast<uint32_t>(bytes.size());
    patch.variable =
        Variable(item->fd_number(), VariableKind::kFd, item.At("fd_number"));
    draft->memory_patches.push_back({index, patch});
    AppendNumber<uint32_t>(&bytes, 0);
  }
  BufferObject object;
  object.length = ptr->has_length() ? ptr->length() : bytes.size();
  draft->segments.push_back({0, 0, std::move(bytes)});
  object.buffer = PlaceMemory(ptr, object.length, draft);
  object.parent = ptr->parent();
  object.parent_offset = ptr->parent_offset();
  object.flags = ptr->has_parent() ? kBufferFlagHasParent : 0;
  if (ptr->has_flags()) object.flags = ptr->flags();
  // As user space writes it; the driver puts in its own.
  if (ptr->has_parent() && ptr->parent() < draft->segment_of.size()) {
    const int parent = draft->segment_of[ptr->parent()];
    std::string* const slot =
        parent == kNoMemory ? nullptr : &draft->segments[parent].bytes;
    if (slot != nullptr && slot->size() >= 8 &&
        ptr->parent_offset() <= slot->size() - 8) {
      WriteWord64(object.buffer, ptr->parent_offset(), slot);
    }
  }
  draft->Begin(index);
  AppendObject(object, &draft->command->data);
  draft->scattered = true;
  draft->buffers_size += (object.length + 7) & ~uint64_t{7};
}

}  // namespace bindery::sim
