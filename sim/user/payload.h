// How the pieces of a payload stand in its bytes.
#ifndef BINDERY_SIM_USER_PAYLOAD_H_
#define BINDERY_SIM_USER_PAYLOAD_H_

#include <string>

#include "absl/strings/string_view.h"

namespace bindery::sim {

// The text, a zero byte, and zeros up to a multiple of four.
inline std::string EncodeText(absl::string_view text) {
  std::string bytes(text.data(), text.size());
  bytes.append(4 - bytes.size() % 4, '\0');
  return bytes;
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_PAYLOAD_H_
