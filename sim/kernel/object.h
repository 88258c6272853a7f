// Flat objects inside a payload, as bytes: type, flags, binder or handle,
// cookie; 24 bytes, little endian.
#ifndef BINDERY_SIM_KERNEL_OBJECT_H_
#define BINDERY_SIM_KERNEL_OBJECT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace bindery::sim {

struct FlatObject {
  uint32_t type = 0;
  uint32_t flags = 0;
  uint64_t binder = 0;  // or the handle, in the low 32 bits
  uint64_t cookie = 0;
};

// Little-endian words at `offset`; bytes beyond the end read as zero.
uint32_t ReadWord32(absl::string_view bytes, uint64_t offset);
uint64_t ReadWord64(absl::string_view bytes, uint64_t offset);
FlatObject ReadObject(absl::string_view bytes, uint64_t offset);
// REQUIRES: the object fits.
void WriteObject(const FlatObject& object, uint64_t offset, std::string* bytes);

// The size of an object of this type; 0 for a type that the driver does not
// know.
uint64_t ObjectSize(uint32_t type);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_OBJECT_H_
