// Objects inside a payload, as bytes, little endian, with the layouts of
// flat_binder_object, binder_fd_object, binder_buffer_object and
// binder_fd_array_object.
#ifndef BINDERY_SIM_KERNEL_OBJECT_H_
#define BINDERY_SIM_KERNEL_OBJECT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/bytes.h"

namespace bindery::sim {

// 24 bytes; also binder_fd_object, whose descriptor is where the handle is.
struct FlatObject {
  uint32_t type = 0;
  uint32_t flags = 0;
  uint64_t binder = 0;  // or the handle, in the low 32 bits
  uint64_t cookie = 0;
};

// 40 bytes: memory that goes along.
struct BufferObject {
  uint32_t flags = 0;
  uint64_t buffer = 0;  // where it is; in the target, from the buffer's start
  uint64_t length = 0;
  uint64_t parent = 0;         // entry of the offsets array
  uint64_t parent_offset = 0;  // of the pointer to it, in its parent
};

// 32 bytes: descriptors inside the memory of a parent.
struct FdArrayObject {
  uint64_t num_fds = 0;
  uint64_t parent = 0;
  uint64_t parent_offset = 0;
};

// Places inside those objects.
inline constexpr uint64_t kFlatHandleOffset = 8;
inline constexpr uint64_t kBufferAddressOffset = 8;
// The largest object: what the driver reads at a time.
inline constexpr uint64_t kMaxObjectSize = 40;

// Little-endian words at `offset`; bytes beyond the end read as zero.
uint32_t ReadWord32(absl::string_view bytes, uint64_t offset);
uint64_t ReadWord64(absl::string_view bytes, uint64_t offset);
// REQUIRES: the word fits.
void WriteWord32(uint32_t value, uint64_t offset, std::string* bytes);
void WriteWord64(uint64_t value, uint64_t offset, std::string* bytes);

FlatObject ReadObject(absl::string_view bytes, uint64_t offset);
BufferObject ReadBufferObject(absl::string_view bytes, uint64_t offset);
FdArrayObject ReadFdArrayObject(absl::string_view bytes, uint64_t offset);
// REQUIRES: the object fits.
void WriteObject(const FlatObject& object, uint64_t offset, std::string* bytes);
void AppendObject(const FlatObject& object, std::string* bytes);
void AppendObject(const BufferObject& object, std::string* bytes);
void AppendObject(const FdArrayObject& object, std::string* bytes);

// The size of an object of this type; 0 for a type that the driver does not
// know.
uint64_t ObjectSize(uint32_t type);

// What is in a buffer. Memory that came along is `extra`, and addresses of it
// count from `extra_offset` bytes before its beginning.
struct BufferView {
  absl::string_view data;
  absl::string_view offsets;
  absl::string_view extra;
  uint64_t extra_offset = 0;
};

// The object of entry `index` of the offsets array: its place. False if there
// is none of a known type that fits into the payload.
bool FindObject(const BufferView& view, uint64_t index, uint64_t* place,
                uint32_t* type);
// The same for a PTR object, and the memory that it points to. False also if
// that is not inside the buffer.
bool FindMemory(const BufferView& view, uint64_t index, BufferObject* object,
                absl::string_view* memory);
// The numbers in an FD or FDA object, in order; none if it is no such object.
std::vector<uint32_t> FdsOf(const BufferView& view, uint64_t index);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_OBJECT_H_
