// How the pieces of a payload stand in its bytes.
#ifndef BINDERY_SIM_USER_PAYLOAD_H_
#define BINDERY_SIM_USER_PAYLOAD_H_

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"

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

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_PAYLOAD_H_
