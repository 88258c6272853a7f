#include "tools/conform/word.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace bindery::conform {

using sim::Br;

std::string Hex(absl::string_view bytes) {
  return bytes.empty() ? "-" : absl::BytesToHexString(bytes);
}

std::string DescribeNodeInfo(uint32_t strong, uint32_t weak) {
  return absl::StrCat("strong_count ", strong, " weak_count ", weak);
}

std::string DescribeDebugInfo(uint64_t ptr, uint64_t cookie, uint32_t strong,
                              uint32_t weak) {
  return absl::StrFormat("ptr %#x cookie %#x has_strong_ref %u has_weak_ref %u",
                         ptr, cookie, strong, weak);
}

std::string Describe(const Word& word) {
  std::string out = sim::NameOf(word.br);
  switch (word.br) {
    case Br::kTransaction:
      absl::StrAppendFormat(&out, " ptr=%#x cookie=%#x", word.ptr, word.cookie);
      [[fallthrough]];
    case Br::kReply:
      absl::StrAppendFormat(
          &out,
          " code=%u flags=%#x sender=%s euid=%u buffer=%s size=%u data=%s "
          "offsets=%s size=%u data=%s",
          word.code, word.flags, word.sender.empty() ? "-" : word.sender,
          word.sender_euid, word.buffer, word.data_size, Hex(word.data_bytes),
          word.offsets, word.offsets_size, Hex(word.offsets_bytes));
      for (const std::string& object : word.objects) {
        absl::StrAppend(&out, " ", object);
      }
      if (!word.security_context.empty()) {
        absl::StrAppend(&out, " secctx=", word.security_context);
      }
      break;
    case Br::kIncrefs:
    case Br::kAcquire:
    case Br::kRelease:
    case Br::kDecrefs:
      absl::StrAppendFormat(&out, " ptr=%#x cookie=%#x", word.ptr, word.cookie);
      break;
    case Br::kDeadBinder:
    case Br::kClearDeathNotificationDone:
    case Br::kClearFreezeNotificationDone:
      absl::StrAppendFormat(&out, " cookie=%#x", word.cookie);
      break;
    case Br::kFrozenBinder:
      absl::StrAppendFormat(&out, " is_frozen=%u cookie=%#x", word.code,
                            word.cookie);
      break;
    default:
      break;
  }
  return out;
}

std::string Describe(const ReportText& report) {
  const auto name = [](const std::string& text) {
    return text.empty() ? "-" : text.c_str();
  };
  return absl::StrFormat(
      "report %s context=%s from=%s %s to=%s %s%s flags=%#x code=%u size=%u",
      sim::NameOf(report.error), report.context, name(report.from_process),
      name(report.from_task), name(report.to_process), name(report.to_task),
      report.is_reply ? " reply" : "", report.flags, report.code,
      report.data_size);
}

}  // namespace bindery::conform
