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

FlatObject ReadObject(absl::string_view bytes, uint64_t offset) {
  return {ReadWord32(bytes, offset), ReadWord32(bytes, offset + 4),
          ReadWord64(bytes, offset + 8), ReadWord64(bytes, offset + 16)};
}

void WriteObject(const FlatObject& object, uint64_t offset,
                 std::string* bytes) {
  BINDERY_CHECK(offset + kFlatObjectSize <= bytes->size());
  WriteLittleEndian(object.type, offset, 4, bytes);
  WriteLittleEndian(object.flags, offset + 4, 4, bytes);
  WriteLittleEndian(object.binder, offset + 8, 8, bytes);
  WriteLittleEndian(object.cookie, offset + 16, 8, bytes);
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

}  // namespace bindery::sim
