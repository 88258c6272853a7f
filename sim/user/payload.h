// How the pieces of a payload stand in its bytes.
#ifndef BINDERY_SIM_USER_PAYLOAD_H_
#define BINDERY_SIM_USER_PAYLOAD_H_

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {

// The text, a zero byte, and zeros up to a multiple of four.
inline std::string EncodeText(absl::string_view text) {
  std::string bytes(text.data(), text.size());
  bytes.append(4 - bytes.size() % 4, '\0');
  return bytes;
}

// A little-endian number of a payload. REQUIRES: it is inside.
template <typename T>
T LoadNumber(absl::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

template <typename T>
void AppendNumber(std::string* bytes, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  bytes->append(raw, sizeof(T));
}

// A flat_binder_object.
struct FlatObject {
  uint32_t type = 0;
  uint32_t flags = 0;
  uint64_t binder = 0;  // or handle
  uint64_t cookie = 0;
};
inline constexpr size_t kFlatHandleOffset = 8;

inline void AppendObject(std::string* bytes, const FlatObject& object) {
  AppendNumber<uint32_t>(bytes, object.type);
  AppendNumber<uint32_t>(bytes, object.flags);
  AppendNumber<uint64_t>(bytes, object.binder);
  AppendNumber<uint64_t>(bytes, object.cookie);
}

// The object that entry `index` of the offsets array names. False if there is
// none inside the payload.
inline bool LoadObject(absl::string_view data, absl::string_view offsets,
                       uint32_t index, FlatObject* object) {
  if (offsets.size() / 8 <= index) return false;
  const uint64_t at = LoadNumber<uint64_t>(offsets, size_t{index} * 8);
  if (at > data.size() || data.size() - at < kFlatObjectSize) return false;
  object->type = LoadNumber<uint32_t>(data, at);
  object->flags = LoadNumber<uint32_t>(data, at + 4);
  object->binder = LoadNumber<uint64_t>(data, at + kFlatHandleOffset);
  object->cookie = LoadNumber<uint64_t>(data, at + 16);
  return true;
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_PAYLOAD_H_
