// Little-endian numbers in byte strings.
#ifndef BINDERY_BASE_BYTES_H_
#define BINDERY_BASE_BYTES_H_

#include <cstddef>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"

namespace bindery {

// REQUIRES: the number is inside.
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

}  // namespace bindery

#endif  // BINDERY_BASE_BYTES_H_
