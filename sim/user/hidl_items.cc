// HIDL's types: memory that goes along, and memory that it points to.
#include <algorithm>

#include "base/bytes.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"
#include "sim/user/parcel_items.h"

namespace bindery::sim {
namespace {

using V = proto::Value;

constexpr int32_t kNativeHandleSize = 12;  // version, counts

// hidl_string and hidl_vec alike: pointer, length, whether it owns the memory.
void PutPointer(size_t length, std::string* bytes) {
  AppendNumber<uint64_t>(bytes, 0);
  AppendNumber<uint32_t>(bytes, static_cast<uint32_t>(length));
  AppendNumber<uint32_t>(bytes, 0);
}

// What the alignment of a struct comes from.
size_t AlignmentOf(const proto::Value& value) {
  switch (value.value_case()) {
    case V::kI8:
    case V::kBool:
      return 1;
    case V::kI32:
    case V::kF32:
      return 4;
    case V::kHidlStruct: {
      size_t most = 1;
      for (const proto::Value& field : value.hidl_struct().value()) {
        most = std::max(most, AlignmentOf(field));
      }
      return most;
    }
    default:
      return 8;
  }
}

void Align(size_t to, std::string* bytes) {
  bytes->resize((bytes->size() + to - 1) / to * to, '\0');
}

}  // namespace

void ParcelItems::Hidl(const ValueCursor& value) {
  if (value->has_hidl_handle()) return NativeHandle(value, std::nullopt);
  Memory memory;
  Put(value, &memory);
  const uint64_t index = Send(memory, std::nullopt);
  for (const auto& [inner, offset] : memory.pointers) {
    Follow(inner, {index, offset});
  }
}

// Appends what stands in memory itself for the value.
void ParcelItems::Put(const ValueCursor& value, Memory* memory) {
  std::string* const bytes = &memory->bytes;
  Align(AlignmentOf(*value), bytes);
  const uint64_t offset = bytes->size();
  switch (value->value_case()) {
    case V::kI8:
      return AppendNumber(bytes, static_cast<int8_t>(value->i8()));
    case V::kBool:
      return AppendNumber<uint8_t>(bytes, value->bool_() ? 1 : 0);
    case V::kI32:
      return AppendNumber(bytes, value->i32());
    case V::kF32:
      return AppendNumber(bytes, value->f32());
    case V::kI64:
      return AppendNumber(bytes, value->i64());
    case V::kF64:
      return AppendNumber(bytes, value->f64());
    case V::kHidlString:
      PutPointer(value->hidl_string().size(), bytes);
      break;
    case V::kHidlVec:
      PutPointer(static_cast<size_t>(value->hidl_vec().value_size()), bytes);
      break;
    case V::kHidlHandle:
      PutPointer(0, bytes);
      break;
    case V::kHidlMemory:
      return Put(
          ValueCursor(StructOf(value->hidl_memory()), nullptr, value.place()),
          memory);
    case V::kHidlStruct:
      return PutStruct(value, memory);
    default:
      errors_.Add(value.place(),
                  "memory holds i8, i32, i64, f32, f64, bool and hidl_... "
                  "only; other values are arguments of their own");
      return;
  }
  memory->pointers.emplace_back(value, offset);
}

void ParcelItems::PutStruct(const ValueCursor& value, Memory* memory) {
  const auto fields = value.Sub(value->hidl_struct(), "hidl_struct");
  if (fields->value_size() == 0) {
    errors_.Add(value.place(), "the struct is empty; add values");
  }
  for (int i = 0; i < fields->value_size(); ++i) {
    Put(fields.Sub(fields->value(i), "value", i), memory);
  }
  Align(AlignmentOf(*value), &memory->bytes);
}

// hidl_memory is no more than a struct of other types.
const proto::Value& ParcelItems::StructOf(const proto::HidlMemory& memory) {
  proto::Value& value = made_.emplace_back();
  proto::ValueList* const fields = value.mutable_hidl_struct();
  fields->add_value()->mutable_hidl_handle()->add_fd(memory.fd());
  fields->add_value()->set_i64(static_cast<int64_t>(memory.size()));
  fields->add_value()->set_hidl_string(memory.name());
  return value;
}

// Its entry of the offsets array.
uint64_t ParcelItems::Send(const Memory& memory,
                           const std::optional<Parent>& parent) {
  const uint64_t index = objects_;
  proto::PtrItem* const ptr = Object()->mutable_ptr();
  ptr->add_item()->set_raw(memory.bytes);
  if (parent) {
    ptr->set_parent(parent->index);
    ptr->set_parent_offset(parent->offset);
  }
  return index;
}

// Sends what a value in memory points to.
void ParcelItems::Follow(const ValueCursor& value, const Parent& parent) {
  if (value->has_hidl_handle()) return NativeHandle(value, parent);
  if (value->has_hidl_vec()) return Elements(value, parent);
  Send({value->hidl_string() + '\0', {}}, parent);
}

void ParcelItems::Elements(const ValueCursor& vec, const Parent& parent) {
  const auto list = vec.Sub(vec->hidl_vec(), "hidl_vec");
  if (list->value_size() == 0) {
    std::string bytes;
    AppendObject(
        BufferObject{kBufferFlagHasParent, 0, 0, parent.index, parent.offset},
        &bytes);
    return Bytes(bytes);
  }
  Memory memory;
  for (int i = 0; i < list->value_size(); ++i) {
    const auto element = list.Sub(list->value(i), "value", i);
    Put(element, &memory);
    if (element->value_case() != list->value(0).value_case()) {
      errors_.Add(element.place(), "the elements of a hidl_vec have one type");
    }
  }
  const uint64_t index = Send(memory, parent);
  for (const auto& [inner, offset] : memory.pointers) {
    Follow(inner, {index, offset});
  }
}

void ParcelItems::NativeHandle(const ValueCursor& value,
                               const std::optional<Parent>& parent) {
  const proto::HidlHandle& handle = value->hidl_handle();
  const int64_t size =
      kNativeHandleSize + 4 * (int64_t{handle.fd_size()} + handle.data_size());
  std::string length;
  AppendNumber<int64_t>(&length, size);
  Bytes(length);
  const uint64_t index = Send({}, parent);
  proto::PtrItem* const ptr = items_.back().item.mutable_ptr();
  ptr->clear_item();
  ptr->add_item()->set_i32(kNativeHandleSize);
  ptr->add_item()->set_i32(handle.fd_size());
  ptr->add_item()->set_i32(handle.data_size());
  for (const std::string& fd : handle.fd()) {
    if (Named(fd)) ptr->add_item()->set_fd_number(fd);
  }
  for (const int32_t number : handle.data()) ptr->add_item()->set_i32(number);
  proto::FdArrayItem* const array = Object()->mutable_fd_array();
  array->set_num_fds(static_cast<uint64_t>(handle.fd_size()));
  array->set_parent(index);
  array->set_parent_offset(kNativeHandleSize);
}

}  // namespace bindery::sim
