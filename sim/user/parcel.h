// A parcel that a handler or an expectation waits for, ready to be compared
// with what arrived.
//
// Its pieces are those that the sender of such a parcel would write
// (parcel_items.h), so that the layout of a value is known in one place. What
// only the driver knows - handles, descriptors, where memory is - is left open.
#ifndef BINDERY_SIM_USER_PARCEL_H_
#define BINDERY_SIM_USER_PARCEL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "proto/parcel.pb.h"
#include "sim/kernel/object.h"

namespace bindery::sim {

// A value as messages speak of it.
struct ParcelValue {
  std::string label;     // "value 2", counted from 0
  std::string expected;  // "i32: 7"
  proto::Value::ValueCase type = proto::Value::VALUE_NOT_SET;
};

// One object, or bytes between objects. A value is one piece or more.
struct ParcelPiece {
  enum class Kind : uint8_t {
    kBytes,
    kNode,    // an object of this process that came home
    kHandle,  // a strong handle, of whatever
    kFd,
    kMemory,
    kFdArray,
  };
  Kind kind = Kind::kBytes;
  uint32_t value = 0;  // index into ParcelSpec::values
  // What kBytes and kMemory hold. In memory, bytes whose `mask` is 0 are not
  // compared: pointers and numbers of descriptors.
  std::string bytes;
  std::string mask;
  uint64_t ptr = 0;  // kNode
  uint64_t cookie = 0;
  bool has_parent = false;  // kMemory; a kFdArray has one anyway
  uint64_t parent = 0;      // entry of the offsets array
  uint64_t parent_offset = 0;
  uint64_t num_fds = 0;
};

struct ParcelSpec {
  std::vector<ParcelValue> values;
  std::vector<ParcelPiece> pieces;
  bool more = false;  // anything may follow
  std::string text;   // of the whole, for messages
};

// Where a parcel is not the one that was expected.
struct ParcelMismatch {
  const char* what = nullptr;  // null: it is the same
  uint32_t value = 0;          // values.size(): behind the last one
  uint64_t place = 0;          // in the payload, where that value begins
  uint64_t object = 0;         // first entry of the offsets array behind it
};

// Compares; any bytes may have arrived. Does not allocate.
ParcelMismatch CompareParcel(const ParcelSpec& spec, const BufferView& view);

// What differs, such as `value 2: expected i32: 7, observed 9`. REQUIRES: a
// mismatch of this parcel.
std::string DescribeMismatch(const ParcelSpec& spec, const BufferView& view,
                             const ParcelMismatch& mismatch);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_PARCEL_H_
