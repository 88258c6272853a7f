// Typed parcels: what they mean to the process whose program holds them.
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "sim/kernel/uapi.h"
#include "sim/user/compiler.h"
#include "sim/user/parcel_items.h"

namespace bindery::sim {
namespace {

// The memory of a ptr item, with 0xff in `mask` where it is known beforehand.
void MemoryOf(const proto::PtrItem& ptr, std::string* bytes,
              std::string* mask) {
  for (const proto::Item& item : ptr.item()) {
    if (item.has_i32()) AppendNumber<int32_t>(bytes, item.i32());
    if (item.has_raw()) *bytes += item.raw();
    const size_t open = item.has_fd_number() ? 4 : 0;
    mask->resize(bytes->size(), '\xff');
    bytes->append(open, '\0');
    mask->append(open, '\0');
  }
}

ParcelPiece PieceOf(const ParcelItem& from) {
  using Kind = ParcelPiece::Kind;
  const proto::Item& item = from.item;
  ParcelPiece piece;
  piece.value = from.value;
  if (item.has_raw()) {
    piece.bytes = item.raw();
    piece.mask.assign(piece.bytes.size(), '\xff');
  } else if (item.has_object()) {
    piece.kind = Kind::kNode;
    piece.ptr = item.object().binder();
    piece.cookie = item.object().cookie();
  } else if (item.has_ptr()) {
    piece.kind = Kind::kMemory;
    MemoryOf(item.ptr(), &piece.bytes, &piece.mask);
    piece.has_parent = item.ptr().has_parent();
    piece.parent = item.ptr().parent();
    piece.parent_offset = item.ptr().parent_offset();
  } else if (item.has_fd_array()) {
    piece.kind = Kind::kFdArray;
    piece.parent = item.fd_array().parent();
    piece.parent_offset = item.fd_array().parent_offset();
    piece.num_fds = item.fd_array().num_fds();
  } else {
    piece.kind = item.has_fd() ? Kind::kFd : Kind::kHandle;
  }
  return piece;
}

// In the memory that points to `child`, the pointer is the driver's.
void OpenPointer(const ParcelPiece& child, const std::vector<uint32_t>& objects,
                 std::vector<ParcelPiece>* pieces) {
  if (child.kind != ParcelPiece::Kind::kMemory || !child.has_parent) return;
  const uint64_t offset = child.parent_offset;
  (*pieces)[objects[child.parent]].mask.replace(offset, 8, 8, '\0');
}

}  // namespace

ParcelItems Compiler::LaidOut(const Cursor<proto::Parcel>& parcel,
                              bool reading) {
  const auto node =
      [this](const std::string& name) -> std::optional<proto::RawObject> {
    const auto found = scope_.nodes.find(name);
    if (found == scope_.nodes.end()) return std::nullopt;
    proto::RawObject object;
    object.set_type(kTypeBinder);
    object.set_flags(found->second.flags);
    object.set_binder(found->second.ptr);
    object.set_cookie(found->second.cookie);
    return object;
  };
  ParcelItems items(node, reading, &errors_);
  items.Lay(parcel);
  return items;
}

std::vector<ParcelItem> Compiler::ParcelToSend(
    const Cursor<proto::Transaction>& transaction) {
  if (transaction->item_size() != 0) {
    errors_.Add(transaction.At("parcel"),
                "a payload is made of items or of a parcel; remove one of "
                "them");
  }
  return LaidOut(transaction.Sub(transaction->parcel(), "parcel"),
                 /*reading=*/false)
      .items();
}

void Compiler::ParcelBind(const ParcelItem& item, const std::string& name,
                          uint32_t object, uint32_t index,
                          std::vector<BindSpec>* binds) {
  if (name.empty()) return;
  BindSpec bind;
  bind.kind =
      item.item.has_handle() ? VariableKind::kHandle : VariableKind::kFd;
  bind.variable = Variable(name, bind.kind, item.place);
  bind.object = object;
  bind.index = index;
  bind.keep = item.keep;
  bind.place = item.place;
  binds->push_back(bind);
}

uint32_t Compiler::ParcelToRead(const Cursor<proto::Parcel>& parcel,
                                std::vector<BindSpec>* binds) {
  const ParcelItems laid = LaidOut(parcel, /*reading=*/true);
  ParcelSpec spec;
  spec.values = laid.values();
  spec.more = parcel->more();
  spec.text = parcel->ShortDebugString();
  std::vector<uint32_t> objects;  // pieces, by entry of the offsets array
  for (const ParcelItem& from : laid.items()) {
    const uint32_t object = static_cast<uint32_t>(objects.size());
    const proto::Item& item = from.item;
    spec.pieces.push_back(PieceOf(from));
    if (item.has_raw()) continue;
    objects.push_back(static_cast<uint32_t>(spec.pieces.size()) - 1);
    OpenPointer(spec.pieces.back(), objects, &spec.pieces);
    if (item.has_handle()) {
      ParcelBind(from, item.handle().name(), object, 0, binds);
    }
    if (item.has_fd()) ParcelBind(from, item.fd().name(), object, 0, binds);
    // The numbers are in the memory; its array of descriptors comes next.
    uint32_t index = 0;
    for (const proto::Item& number : item.ptr().item()) {
      if (!number.has_fd_number()) continue;
      ParcelBind(from, number.fd_number(), object + 1, index++, binds);
    }
  }
  out_.parcels.push_back(std::move(spec));
  return static_cast<uint32_t>(out_.parcels.size());
}

void Compiler::DeclareParcelName(const std::string& name, VariableKind kind,
                                 Place place) {
  if (!name.empty()) Declare(name, kind, place);
}

namespace {

template <typename Visit>
void EachValue(const Cursor<proto::Value>& value, const Visit& visit) {
  const auto list = [&](const proto::ValueList& values, const char* field) {
    const auto sub = value.Sub(values, field);
    for (int i = 0; i < sub->value_size(); ++i) {
      EachValue(sub.Sub(sub->value(i), "value", i), visit);
    }
  };
  visit(value);
  list(value->list(), "list");
  list(value->hidl_vec(), "hidl_vec");
  list(value->hidl_struct(), "hidl_struct");
}

}  // namespace

void Compiler::DeclareParcel(const Cursor<proto::Parcel>& parcel) {
  const auto declare = [this](const Cursor<proto::Value>& value) {
    if (scope_.nodes.count(value->binder()) == 0) {
      DeclareParcelName(value->binder(), VariableKind::kHandle,
                        value.At("binder"));
    }
    const auto fd = [&](const std::string& name) {
      DeclareParcelName(name, VariableKind::kFd, value.place());
    };
    fd(value->fd());
    fd(value->parcel_fd());
    fd(value->hidl_memory().fd());
    for (const std::string& name : value->hidl_handle().fd()) fd(name);
  };
  for (int i = 0; i < parcel->value_size(); ++i) {
    EachValue(parcel.Sub(parcel->value(i), "value", i), declare);
  }
}

}  // namespace bindery::sim
