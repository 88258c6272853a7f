#include "sim/kernel/scatter_gather.h"

#include <algorithm>

#include "base/bytes.h"
#include "sim/kernel/buffer_view.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"
#include "sim/kernel/user_memory.h"

namespace bindery::sim {

void ScatterGather::AddFixup(const PtrFixup& fixup) {
  const auto behind = std::find_if(
      pf.rbegin(), pf.rend(),
      [&](const PtrFixup& other) { return other.offset < fixup.offset; });
  pf.insert(behind.base(), fixup);
}

std::string Encode(const ScatterGather& sg) {
  std::string bytes;
  AppendNumber<uint64_t>(&bytes, sg.sg_buf_offset);
  AppendNumber<uint64_t>(&bytes, sg.sg_buf_end_offset);
  AppendNumber<uint64_t>(&bytes, sg.last_fixup_obj_off);
  AppendNumber<uint64_t>(&bytes, sg.last_fixup_min_off);
  AppendNumber<uint64_t>(&bytes, sg.none);
  AppendNumber<uint64_t>(&bytes, sg.sgc.size());
  for (const SgCopy& copy : sg.sgc) {
    AppendNumber<uint64_t>(&bytes, copy.offset);
    AppendNumber<uint64_t>(&bytes, copy.sender_uaddr);
    AppendNumber<uint64_t>(&bytes, copy.length);
  }
  for (const PtrFixup& fixup : sg.pf) {
    AppendNumber<uint64_t>(&bytes, fixup.offset);
    AppendNumber<uint64_t>(&bytes, fixup.skip_size);
    AppendNumber<uint64_t>(&bytes, fixup.fixup_data);
  }
  return bytes;
}

ScatterGather DecodeScatterGather(absl::string_view bytes) {
  ScatterGather sg;
  uint64_t at = 0;
  const auto next = [&] { return ReadWord64(bytes, (at++) * 8); };
  sg.sg_buf_offset = next();
  sg.sg_buf_end_offset = next();
  sg.last_fixup_obj_off = next();
  sg.last_fixup_min_off = next();
  sg.none = next();
  sg.sgc.resize(next());
  for (SgCopy& copy : sg.sgc) {
    copy.offset = next();
    copy.sender_uaddr = next();
    copy.length = next();
  }
  while (at * 8 < bytes.size()) {
    PtrFixup& fixup = sg.pf.emplace_back();
    fixup.offset = next();
    fixup.skip_size = next();
    fixup.fixup_data = next();
  }
  return sg;
}

namespace {

// check_buffer() takes no other offsets.
constexpr uint64_t kCopyAlignment = 4;

// One object's memory, piece by piece between the fixups. `pf` goes past those
// that are inside.
bool CopyOne(const World& w, const CommandRow& tr, const SgCopy& copy,
             std::vector<PtrFixup>::const_iterator* pf,
             std::vector<PtrFixup>::const_iterator end, std::string* to) {
  uint64_t copied = 0;
  while (copied < copy.length) {
    const uint64_t left = copy.length - copied;
    const uint64_t offset = copy.offset + copied;
    const uint64_t piece =
        *pf != end ? std::min(left, (*pf)->offset - offset) : left;
    if (piece != 0 && offset % kCopyAlignment != 0) return false;
    if (!CopyMemory(w, tr, copy.sender_uaddr + copied, piece, to)) return false;
    copied += piece;
    if (piece == left) break;
    const PtrFixup& fixup = *(*pf)++;
    if (fixup.skip_size == 0 && fixup.offset % kCopyAlignment != 0) {
      return false;
    }
    // Both have been checked to be inside; a mutated driver may not have.
    if (fixup.skip_size > left) return false;
    if (fixup.skip_size != 0) {
      to->append(fixup.skip_size, '\0');
      copied += fixup.skip_size;
    } else {
      AppendNumber<uint64_t>(to, fixup.fixup_data);
      copied += 8;
    }
  }
  return true;
}

}  // namespace

bool DoDeferredCopies(const World& w, const CommandRow& tr,
                      const ScatterGather& sg, uint64_t extra_offset,
                      std::string* extra) {
  auto pf = sg.pf.begin();
  for (const SgCopy& copy : sg.sgc) {
    std::string piece;
    if (!CopyOne(w, tr, copy, &pf, sg.pf.end(), &piece)) return false;
    const uint64_t at = copy.offset - extra_offset;
    // check_buffer() refuses it.
    if (at > extra->size() || extra->size() - at < piece.size()) return false;
    extra->replace(at, piece.size(), piece);
  }
  return true;
}

ScatterGather LoadScatterGather(Op& op) {
  if (op.f->sg) return DecodeScatterGather(op.w.blobs().Bytes(op.f->sg));
  const BufferRow& buffer = op.w.Get(op.f->buffer);
  ScatterGather sg;
  sg.sg_buf_offset = ExtraOffset(buffer);
  sg.sg_buf_end_offset =
      sg.sg_buf_offset + buffer.extra_buffers_size - op.f->size;
  if (!op.driver.features().parent_not_at_zero) {
    sg.none = sg.last_fixup_obj_off = kNoObject;
  }
  return sg;
}

void StoreScatterGather(Op& op, const ScatterGather& sg) {
  op.f->sg = op.w.blobs().Intern(Encode(sg));
}

void WriteExtra(Op& op, uint64_t offset, absl::string_view bytes) {
  BufferRow& buffer = op.w.Edit(op.f->buffer);
  const uint64_t at = offset - ExtraOffset(buffer);
  if (at > buffer.extra_buffers_size ||
      buffer.extra_buffers_size - at < bytes.size()) {
    return;
  }
  std::string extra(op.w.blobs().Bytes(buffer.extra));
  extra.resize(std::max<size_t>(extra.size(), at + bytes.size()));
  extra.replace(at, bytes.size(), bytes.data(), bytes.size());
  buffer.extra = op.w.blobs().Intern(extra);
}

uint64_t ValidatePtr(const World& w, BufferId id, uint64_t index,
                     uint64_t num_valid) {
  uint64_t place = 0;
  uint32_t type = 0;
  const bool found = index < num_valid &&
                     FindObject(ViewOf(w, w.Get(id)), index, &place, &type) &&
                     type == kTypePtr;
  return found ? place : kNoObject;
}

bool ValidateFixup(const World& w, BufferId id, const ScatterGather& sg,
                   uint64_t parent_object, uint64_t fixup_offset) {
  const BufferRow& buffer = w.Get(id);
  const BufferView view = ViewOf(w, buffer);
  uint64_t last = sg.last_fixup_obj_off;
  uint64_t least = sg.last_fixup_min_off;
  // Where `none` is 0, a parent at offset 0 is refused by this too.
  if (last == sg.none) return false;
  for (uint32_t i = 0; last != parent_object; ++i) {
    if (i >= buffer.objects) return false;
    const BufferObject object = ReadBufferObject(view.data, last);
    if ((object.flags & kBufferFlagHasParent) == 0) return false;
    least = object.parent_offset + 8;
    last = ReadWord64(view.offsets, object.parent * 8);
  }
  return fixup_offset >= least;
}

}  // namespace bindery::sim
