#include "tools/conform/results.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/kernel/uapi.h"
#include "sim/user/look_text.h"
#include "tools/conform/word.h"

namespace bindery::conform {
namespace {

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

}  // namespace

std::string EndsOfPipe(uint64_t in, uint64_t out) {
  return absl::StrCat(" ends ", in, " ", out);
}

std::string BytesRead(absl::string_view bytes) {
  return absl::StrCat(" \"", absl::CEscape(bytes), "\"");
}

std::string ResultText(const sim::World& world,
                       const sim::CompiledScenario& scenario,
                       const sim::Syscall& call, const sim::TaskRow& row) {
  const absl::string_view seen = world.blobs().Bytes(row.seen);
  switch (call.op) {
    case sim::OpId::kPoll:
      return absl::StrFormat(" revents %#x", row.value);
    case sim::OpId::kEpollWait:
      return row.ret == 0 ? "" : ReadyText(row);
    case sim::OpId::kLook:
      return absl::StrCat(" \"", sim::LookText(scenario, call.fs.look, seen),
                          "\"");
    case sim::OpId::kReadFd:
      return BytesRead(seen);
    case sim::OpId::kPipe:
      return EndsOfPipe(row.value & ~uint32_t{0}, row.value >> 32);
    case sim::OpId::kIoctl:
      return WrittenBack(static_cast<sim::IoctlRequest>(call.request), row);
    default:
      return "";
  }
}

}  // namespace bindery::conform
