#include "sim/kernel/object.h"

#include "base/bytes.h"
#include "base/check.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {
namespace {

uint64_t ReadLittleEndian(absl::string_view bytes, uint64_t offset, int size) {
  uint64_t value = 0;
  for (int i = 0; i < size && offset + i < bytes.size(); ++i) {
    value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[offset + i]))
             << (8 * i);
  }
  return value;
}

void WriteLittleEndian(uint64_t value, uint64_t offset, int size,
                       std::string* bytes) {
  BINDERY_CHECK(offset + static_cast<uint64_t>(size) <= bytes->size());
  for (int i = 0; i < size; ++i) {
    (*bytes)[offset + i] = static_cast<char>(value >> (8 * i));
  }
}

}  // namespace

uint32_t ReadWord32(absl::string_view bytes, uint64_t offset) {
  return static_cast<uint32_t>(ReadLittleEndian(bytes, offset, 4));
}

uint64_t ReadWord64(absl::string_view bytes, uint64_t offset) {
  return ReadLittleEndian(bytes, offset, 8);
}

void WriteWord32(uint32_t value, uint64_t offset, std::string* bytes) {
  WriteLittleEndian(value, offset, 4, bytes);
}

void WriteWord64(uint64_t value, uint64_t offset, std::string* bytes) {
  WriteLittleEndian(value, offset, 8, bytes);
}

FlatObject ReadObject(absl::string_view bytes, uint64_t offset) {
  return {ReadWord32(bytes, offset), ReadWord32(bytes, offset + 4),
          ReadWord64(bytes, offset + 8), ReadWord64(bytes, offset + 16)};
}

BufferObject ReadBufferObject(absl::string_view bytes, uint64_t offset) {
  return {ReadWord32(bytes, offset + 4), ReadWord64(bytes, offset + 8),
          ReadWord64(bytes, offset + 16), ReadWord64(bytes, offset + 24),
          ReadWord64(bytes, offset + 32)};
}

FdArrayObject ReadFdArrayObject(absl::string_view bytes, uint64_t offset) {
  return {ReadWord64(bytes, offset + 8), ReadWord64(bytes, offset + 16),
          ReadWord64(bytes, offset + 24)};
}

void WriteObject(const FlatObject& object, uint64_t offset,
                 std::string* bytes) {
  WriteWord32(object.type, offset, bytes);
  WriteWord32(object.flags, offset + 4, bytes);
  WriteWord64(object.binder, offset + 8, bytes);
  WriteWord64(object.cookie, offset + 16, bytes);
}

void AppendObject(const FlatObject& object, std::string* bytes) {
  bytes->resize(bytes->size() + kFlatObjectSize);
  WriteObject(object, bytes->size() - kFlatObjectSize, bytes);
}

void AppendObject(const BufferObject& object, std::string* bytes) {
  AppendNumber<uint32_t>(bytes, kTypePtr);
  AppendNumber<uint32_t>(bytes, object.flags);
  AppendNumber<uint64_t>(bytes, object.buffer);
  AppendNumber<uint64_t>(bytes, object.length);
  AppendNumber<uint64_t>(bytes, object.parent);
  AppendNumber<uint64_t>(bytes, object.parent_offset);
}

void AppendObject(const FdArrayObject& object, std::string* bytes) {
  AppendNumber<uint32_t>(bytes, kTypeFda);
  AppendNumber<uint32_t>(bytes, 0);
  AppendNumber<uint64_t>(bytes, object.num_fds);
  AppendNumber<uint64_t>(bytes, object.parent);
  AppendNumber<uint64_t>(bytes, object.parent_offset);
}

uint64_t ObjectSize(uint32_t type) {
  switch (type) {
    case kTypeBinder:
    case kTypeWeakBinder:
    case kTypeHandle:
    case kTypeWeakHandle:
    case kTypeFd:
      return kFlatObjectSize;
    case kTypePtr:
      return 40;
    case kTypeFda:
      return 32;
    default:
      return 0;
  }
}

bool FindObject(const BufferView& view, uint64_t index, uint64_t* place,
                uint32_t* type) {
  if (index >= view.offsets.size() / 8) return false;
  *place = ReadWord64(view.offsets, index * 8);
  if (*place > view.data.size() || view.data.size() - *place < 4) return false;
  *type = ReadWord32(view.data, *place);
  const uint64_t size = ObjectSize(*type);
  return size != 0 && view.data.size() - *place >= size;
}

bool FindMemory(const BufferView& view, uint64_t index, BufferObject* object,
                absl::string_view* memory) {
  uint64_t place = 0;
  uint32_t type = 0;
  if (!FindObject(view, index, &place, &type) || type != kTypePtr) return false;
  *object = ReadBufferObject(view.data, place);
  const uint64_t at = object->buffer - view.extra_offset;
  if (object->buffer < view.extra_offset || at > view.extra.size() ||
      object->length > view.extra.size() - at) {
    return false;
  }
  *memory = view.extra.substr(at, object->length);
  return true;
}

std::vector<uint32_t> FdsOf(const BufferView& view, uint64_t index) {
  uint64_t place = 0;
  uint32_t type = 0;
  if (!FindObject(view, index, &place, &type)) return {};
  if (type == kTypeFd)
    return {ReadWord32(view.data, place + kFlatHandleOffset)};
  BufferObject parent;
  absl::string_view memory;
  const FdArrayObject array = ReadFdArrayObject(view.data, place);
  if (type != kTypeFda || !FindMemory(view, array.parent, &parent, &memory) ||
      array.parent_offset > memory.size() ||
      array.num_fds > (memory.size() - array.parent_offset) / 4) {
    return {};
  }
  std::vector<uint32_t> fds;
  for (uint64_t i = 0; i < array.num_fds; ++i) {
    fds.push_back(ReadWord32(memory, array.parent_offset + i * 4));
  }
  return fds;
}

}  // namespace bindery::sim
