// A return word with its operands, as text: the form in which the model's words
// and a kernel's bytes are compared.
#ifndef BINDERY_TOOLS_CONFORM_WORD_H_
#define BINDERY_TOOLS_CONFORM_WORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/kernel/uapi.h"

namespace bindery::conform {

struct Word {
  sim::Br br = sim::Br::kNoop;
  uint64_t ptr = 0;     // BR_TRANSACTION and words about nodes
  uint64_t cookie = 0;  // those, and words about deaths and freezes
  // BR_TRANSACTION and BR_REPLY; `code` of BR_FROZEN_BINDER is is_frozen.
  uint32_t code = 0;
  uint32_t flags = 0;
  std::string sender;  // name of the process; "" for none
  uint32_t sender_euid = 0;
  uint64_t data_size = 0;
  uint64_t offsets_size = 0;
  std::string buffer;   // "map0+0x40"
  std::string offsets;  // "map0+0x58"
  std::string data_bytes;
  std::string offsets_bytes;
  std::string security_context;      // "+0x40 CONTEXT"; "": none
  std::vector<std::string> objects;  // what objects bring: memory, files
};

// A report of the driver about a transaction that failed.
struct ReportText {
  sim::Br error = sim::Br::kOk;
  std::string context;
  std::string from_process, from_task;  // names
  std::string to_process, to_task;      // "": it names none
  bool is_reply = false;
  uint32_t flags = 0;
  uint32_t code = 0;
  uint32_t data_size = 0;
};

// One line.
std::string Describe(const Word& word);
std::string Describe(const ReportText& report);

// What BINDER_GET_NODE_INFO_FOR_REF and BINDER_GET_NODE_DEBUG_INFO write.
std::string DescribeNodeInfo(uint32_t strong, uint32_t weak);
std::string DescribeDebugInfo(uint64_t ptr, uint64_t cookie, uint32_t strong,
                              uint32_t weak);

std::string Hex(absl::string_view bytes);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_WORD_H_
