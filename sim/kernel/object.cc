#include "sim/kernel/object.h"

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

void AppendWord32(uint32_t value, std::string* bytes) {
  bytes->resize(bytes->size() + 4);
  WriteWord32(value, bytes->size() - 4, bytes);
}

void AppendWord64(uint64_t value, std::string* bytes) {
  bytes->resize(bytes->size() + 8);
  WriteWord64(value, bytes->size() - 8, bytes);
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
  AppendWord32(kTypePtr, bytes);
  AppendWord32(object.flags, bytes);
  AppendWord64(object.buffer, bytes);
  AppendWord64(object.length, bytes);
  AppendWord64(object.parent, bytes);
  AppendWord64(object.parent_offset, bytes);
}

void AppendObject(const FdArrayObject& object, std::string* bytes) {
  AppendWord32(kTypeFda, bytes);
  AppendWord32(0, bytes);
  AppendWord64(object.num_fds, bytes);
  AppendWord64(object.parent, bytes);
  AppendWord64(object.parent_offset, bytes);
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

bool FindObject(absl::string_view data, absl::string_view offsets,
                uint64_t index, uint64_t* place, uint32_t* type) {
  if (index >= offsets.size() / 8) return false;
  *place = ReadWord64(offsets, index * 8);
  if (*place > data.size() || data.size() - *place < 4) return false;
  *type = ReadWord32(data, *place);
  const uint64_t size = ObjectSize(*type);
  return size != 0 && data.size() - *place >= size;
}

}  // namespace bindery::sim
