#include "tools/conform/results.h"

#include "absl/strings/str_cat.h"
#include "tools/conform/word.h"

namespace bindery::conform {

std::string WrittenBack(sim::IoctlRequest request, const sim::TaskRow& row) {
  const auto second = static_cast<uint32_t>(row.value2);
  switch (request) {
    case sim::IoctlRequest::kVersion:
    case sim::IoctlRequest::kCtlAdd:
      return absl::StrCat(" value ", row.value);
    case sim::IoctlRequest::kGetExtendedError:
      return absl::StrCat(" command ",
                          sim::NameOf(static_cast<sim::Br>(row.value)),
                          " param ", row.value2);
    case sim::IoctlRequest::kGetFrozenInfo:
      return absl::StrCat(" sync_recv ", row.value, " async_recv ", row.value2);
    case sim::IoctlRequest::kGetNodeInfoForRef:
      return absl::StrCat(
          " ", DescribeNodeInfo(static_cast<uint32_t>(row.value), second));
    case sim::IoctlRequest::kGetNodeDebugInfo:
      return absl::StrCat(" ", DescribeDebugInfo(row.value, row.write_consumed,
                                                 second & 1, second >> 1));
    default:
      return "";
  }
}

std::string ReadyText(const sim::TaskRow& row) {
  std::string text = " ready ";
  for (int32_t i = 0; i < row.ret; ++i) {
    const uint64_t told = row.value >> (16 * i) & 0xffff;
    absl::StrAppend(&text, i == 0 ? "" : ",", told >> 4, ":", told & 15);
  }
  return text;
}

}  // namespace bindery::conform
