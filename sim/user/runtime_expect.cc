// Whether what happened is one of the alternatives that a step names.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/bytes.h"
#include "sim/kernel/buffer_view.h"
#include "sim/kernel/errno.h"
#include "sim/user/look_text.h"
#include "sim/user/runtime.h"

namespace bindery::sim {
namespace {

constexpr uint32_t Number(Br br) { return static_cast<uint32_t>(br); }

const char* WordName(uint32_t br) { return NameOf(static_cast<Br>(br)); }

// The text at the start of a payload, for messages.
std::string TextOf(absl::string_view payload) {
  return std::string(payload.substr(0, payload.find('\0')));
}

const char* CallName(OpId op) {
  switch (op) {
    case OpId::kPipe:
      return "pipe";
    case OpId::kMemfd:
      return "memfd";
    case OpId::kReadFd:
      return "read_fd";
    case OpId::kWriteFd:
      return "write_fd";
    case OpId::kSeek:
      return "seek";
    default:
      return "binderfs";
  }
}

const char* CallName(const Instruction& call) {
  switch (call.op) {
    case OpCode::kOpen:
      return "open";
    case OpCode::kMmap:
      return "mmap";
    case OpCode::kMunmap:
      return "munmap";
    case OpCode::kClose:
      return "close";
    case OpCode::kPoll:
      return "poll";
    case OpCode::kEpollCreate:
      return "epoll_create";
    case OpCode::kBpf:
      return "bpf";
    case OpCode::kEpollCtl:
      return "epoll_ctl";
    case OpCode::kEpollWait:
      return "epoll_wait";
    case OpCode::kDup:
      return "dup";
    case OpCode::kFork:
      return "fork";
    case OpCode::kSendFd:
      return "send_fd";
    case OpCode::kReceiveFd:
      return "receive_fd";
    case OpCode::kFs:
      return CallName(static_cast<OpId>(call.a));
    case OpCode::kIoctl:
      return "ioctl";
    case OpCode::kFlush:
      return "flush";
    default:
      return "write_read";
  }
}

// Its result is bytes.
bool Sees(const Instruction& call) {
  const OpId op = static_cast<OpId>(call.a);
  return call.op == OpCode::kFs && (op == OpId::kLook || op == OpId::kReadFd);
}

}  // namespace

bool UserRuntime::JudgeReturn(TaskId task, const Instruction& call,
                              const Instruction& ret,
                              const ExpectedOutcome** outcome) {
  for (uint32_t i = 0; i < ret.expect.count; ++i) {
    const ExpectedOutcome& one = scenario_.outcomes[ret.expect.begin + i];
    if (!MatchesReturn(task, one)) continue;
    if (one.has_text && one.text != SeenText(w_.Peek(task), call)) continue;
    *outcome = &one;
    return true;
  }
  if (ret.expect.count == 0 && w_.Peek(task).ret >= 0) return true;
  return Fail(task, call.place,
              absl::StrCat(CallName(call), ": expected ",
                           ret.expect.count == 0 ? "success"
                                                 : DescribeExpected(ret.expect),
                           "; observed ", DescribeResult(task, call)));
}

// What a list, stat or read saw.
std::string UserRuntime::SeenText(const TaskRow& row,
                                  const Instruction& call) const {
  if (row.ret < 0) return "";
  return LookText(scenario_, scenario_.fs_calls[call.c].args.look,
                  w_.blobs().Bytes(row.seen));
}

// Of each event, 16 bits are known: the descriptor, and what it is ready for.
bool UserRuntime::MatchesReady(TaskId task,
                               const ExpectedOutcome& outcome) const {
  const TaskRow& row = w_.Peek(task);
  if (row.ret != static_cast<int32_t>(outcome.ready.size())) return false;
  for (size_t i = 0; i < outcome.ready.size(); ++i) {
    const uint64_t told = row.value >> (16 * i) & 0xffff;
    if (told >> 4 != FdNumber(task, outcome.ready[i])) return false;
  }
  return true;
}

bool UserRuntime::MatchesReturn(TaskId task,
                                const ExpectedOutcome& outcome) const {
  const TaskRow& row = w_.Peek(task);
  if (outcome.has_ret) {
    if (outcome.ret >= 0 ? row.ret != outcome.ret : row.ret >= 0) return false;
    if (outcome.error != 0 && row.ret != outcome.error) return false;
  }
  if (outcome.has_write_consumed &&
      row.write_consumed != outcome.write_consumed) {
    return false;
  }
  if (outcome.has_read_consumed && row.read_consumed != outcome.read_consumed) {
    return false;
  }
  if (outcome.has_value && row.value != outcome.value) return false;
  if (outcome.has_ee_param && row.value2 != outcome.ee_param) return false;
  if (!MatchesNode(row, outcome)) return false;
  if (outcome.has_ready && !MatchesReady(task, outcome)) return false;
  return !outcome.has_returns || MatchesWords(task, outcome);
}

// What BINDER_GET_NODE_DEBUG_INFO and BINDER_GET_NODE_INFO_FOR_REF write back.
bool UserRuntime::MatchesNode(const TaskRow& row,
                              const ExpectedOutcome& outcome) {
  const auto second = static_cast<uint32_t>(row.value2);
  const bool strong = (second & 1) != 0;
  const bool weak = (second & 2) != 0;
  return (!outcome.has_weak_count || second == outcome.weak_count) &&
         (!outcome.has_cookie || row.write_consumed == outcome.cookie) &&
         (!outcome.has_strong_ref || strong == outcome.strong_ref) &&
         (!outcome.has_weak_ref || weak == outcome.weak_ref);
}

bool UserRuntime::MatchesWords(TaskId task,
                               const ExpectedOutcome& outcome) const {
  if (w_.Peek(task).in.size != outcome.returns.count) return false;
  AnyId at = w_.First(Head::kIn, task.any());
  for (uint32_t i = 0; i < outcome.returns.count; ++i) {
    const ExpectedReturn& expected =
        scenario_.expected_returns[outcome.returns.begin + i];
    if (!MatchesWord(expected, w_.Peek(ReturnId{at.value}))) return false;
    at = w_.Next(Head::kIn, at);
  }
  return true;
}

std::string UserRuntime::SecurityContextOf(const ReturnRow& word) const {
  if (word.secctx == 0) return "";
  const BufferRow& buffer = w_.Peek(word.buffer);
  const absl::string_view extra = w_.blobs().Bytes(buffer.extra);
  return extra.substr(word.secctx - 1 - ExtraOffset(buffer)).data();
}

bool UserRuntime::MatchesWord(const ExpectedReturn& expected,
                              const ReturnRow& word) const {
  if (expected.br != word.br) return false;
  if (expected.has_ptr && expected.ptr != word.ptr) return false;
  if (expected.has_cookie && expected.cookie != word.cookie) return false;
  if (expected.has_code && expected.code != word.code) return false;
  if (expected.has_flags && expected.flags != word.flags) return false;
  if (expected.has_data_size && expected.data_size != word.data_size) {
    return false;
  }
  if (expected.has_offsets_size && expected.offsets_size != word.offsets_size) {
    return false;
  }
  if (expected.has_sender_euid && expected.sender_euid != word.sender_euid) {
    return false;
  }
  if (expected.has_security_context &&
      expected.security_context != SecurityContextOf(word)) {
    return false;
  }
  if (!expected.has_sender) return true;
  const uint32_t sender =
      word.sender ? w_.Peek(word.sender).index : uint32_t{0};
  return expected.sender == sender;
}

bool UserRuntime::MatchesCall(const ExpectedOutcome& outcome,
                              const ReturnRow& word) const {
  if (outcome.has_br && outcome.br != word.br) return false;
  if (!outcome.has_text && !outcome.has_i32 && outcome.parcel == 0) return true;
  if (word.br != Number(Br::kReply)) return false;
  const absl::string_view data = w_.blobs().Bytes(w_.Peek(word.buffer).data);
  if (outcome.has_text && !absl::StartsWith(data, outcome.text)) return false;
  if (outcome.parcel != 0 &&
      CompareParcel(ParcelOf(outcome.parcel), ViewOf(w_, w_.Peek(word.buffer)))
              .what != nullptr) {
    return false;
  }
  return !outcome.has_i32 ||
         (data.size() >= 4 && LoadNumber<int32_t>(data, 0) == outcome.i32);
}

// ": value 2: expected ..., observed ...", or nothing if it is that parcel.
std::string UserRuntime::ParcelDifference(uint32_t parcel,
                                          const ReturnRow& word) const {
  const ParcelSpec& spec = ParcelOf(parcel);
  const BufferView view = ViewOf(w_, w_.Peek(word.buffer));
  const ParcelMismatch mismatch = CompareParcel(spec, view);
  if (mismatch.what == nullptr) return "";
  return absl::StrCat(": ", DescribeMismatch(spec, view, mismatch));
}

std::string UserRuntime::ParcelDifferences(Range outcomes,
                                           const ReturnRow& word) const {
  std::string text;
  if (word.br != Number(Br::kReply)) return text;
  for (uint32_t i = 0; i < outcomes.count; ++i) {
    const uint32_t parcel = scenario_.outcomes[outcomes.begin + i].parcel;
    if (parcel != 0) absl::StrAppend(&text, ParcelDifference(parcel, word));
  }
  return text;
}

bool UserRuntime::JudgeCall(TaskId task, const Instruction& opener,
                            const ReturnRow& word,
                            const ExpectedOutcome** outcome) {
  for (uint32_t i = 0; i < opener.expect.count; ++i) {
    const ExpectedOutcome& one = scenario_.outcomes[opener.expect.begin + i];
    if (!MatchesCall(one, word)) continue;
    *outcome = &one;
    return true;
  }
  const bool sync = opener.op == OpCode::kCall && (opener.flags & kOneWay) == 0;
  const Br usual = sync ? Br::kReply : Br::kTransactionComplete;
  if (opener.expect.count == 0 && word.br == Number(usual)) return true;
  return Fail(
      task, opener.place,
      absl::StrCat(opener.op == OpCode::kCall ? "call" : "reply", ": expected ",
                   opener.expect.count == 0 ? std::string(NameOf(usual))
                                            : DescribeExpected(opener.expect),
                   "; observed ", DescribeWord(word),
                   ParcelDifferences(opener.expect, word)));
}

std::string UserRuntime::DescribeExpected(Range outcomes) const {
  std::vector<std::string> parts;
  for (uint32_t i = 0; i < outcomes.count; ++i) {
    parts.push_back(DescribeOutcome(scenario_.outcomes[outcomes.begin + i]));
  }
  return absl::StrJoin(parts, ", or ");
}

std::string UserRuntime::DescribeOutcome(const ExpectedOutcome& outcome) const {
  std::vector<std::string> parts;
  if (outcome.has_ret) {
    parts.push_back(outcome.ret >= 0     ? absl::StrCat("ret ", outcome.ret)
                    : outcome.error != 0 ? ErrnoName(outcome.error)
                                         : "an error");
  }
  const auto number = [&](bool has, const char* name, int64_t value) {
    if (has) parts.push_back(absl::StrCat(name, " ", value));
  };
  number(outcome.has_write_consumed, "write_consumed",
         static_cast<int64_t>(outcome.write_consumed));
  number(outcome.has_read_consumed, "read_consumed",
         static_cast<int64_t>(outcome.read_consumed));
  const bool frozen = outcome.frozen_info;
  number(outcome.has_value, frozen ? "sync_recv" : "value",
         static_cast<int64_t>(outcome.value));
  number(outcome.has_ee_param, frozen ? "async_recv" : "ee_param",
         outcome.ee_param);
  if (outcome.has_br) parts.push_back(WordName(outcome.br));
  if (outcome.has_text) {
    parts.push_back(absl::StrCat("text \"", TextOf(outcome.text), "\""));
  }
  number(outcome.has_i32, "i32", outcome.i32);
  if (outcome.parcel != 0) {
    parts.push_back(
        absl::StrCat("parcel { ", ParcelOf(outcome.parcel).text, " }"));
  }
  if (outcome.has_ready) {
    parts.push_back(absl::StrCat(outcome.ready.size(), " ready"));
  }
  if (outcome.has_returns) {
    std::vector<std::string> words;
    for (uint32_t i = 0; i < outcome.returns.count; ++i) {
      words.push_back(DescribeExpectedWord(
          scenario_.expected_returns[outcome.returns.begin + i]));
    }
    parts.push_back(absl::StrCat("[", absl::StrJoin(words, ", "), "]"));
  }
  return parts.empty() ? "anything" : absl::StrJoin(parts, " ");
}

std::string UserRuntime::DescribeExpectedWord(
    const ExpectedReturn& word) const {
  std::string text = WordName(word.br);
  const auto number = [&](bool has, const char* name, uint64_t value) {
    if (has) absl::StrAppend(&text, " ", name, "=", value);
  };
  number(word.has_ptr, "ptr", word.ptr);
  number(word.has_cookie, "cookie", word.cookie);
  number(word.has_code,
         word.br == Number(Br::kFrozenBinder) ? "is_frozen" : "code",
         word.code);
  number(word.has_flags, "flags", word.flags);
  number(word.has_data_size, "data_size", word.data_size);
  number(word.has_offsets_size, "offsets_size", word.offsets_size);
  number(word.has_sender_euid, "sender_euid", word.sender_euid);
  if (word.has_security_context) {
    absl::StrAppend(&text, " security_context=\"", word.security_context, "\"");
  }
  if (word.has_sender) {
    absl::StrAppend(&text, " sender=\"",
                    word.sender == 0
                        ? std::string()
                        : scenario_.processes[word.sender - 1].name,
                    "\"");
  }
  return text;
}

std::string UserRuntime::DescribeWord(const ReturnRow& word) const {
  std::string text = WordName(word.br);
  switch (static_cast<Br>(word.br)) {
    case Br::kTransaction:
    case Br::kReply:
      absl::StrAppend(
          &text, " ptr=", word.ptr, " cookie=", word.cookie,
          " code=", word.code, " flags=", word.flags,
          " data_size=", word.data_size, " offsets_size=", word.offsets_size,
          " sender_euid=", word.sender_euid, " sender=\"",
          word.sender ? scenario_.processes[w_.Peek(word.sender).index - 1].name
                      : std::string(),
          "\"");
      if (word.secctx != 0) {
        absl::StrAppend(&text, " security_context=\"", SecurityContextOf(word),
                        "\"");
      }
      break;
    case Br::kIncrefs:
    case Br::kAcquire:
    case Br::kRelease:
    case Br::kDecrefs:
      absl::StrAppend(&text, " ptr=", word.ptr, " cookie=", word.cookie);
      break;
    case Br::kDeadBinder:
    case Br::kClearDeathNotificationDone:
    case Br::kClearFreezeNotificationDone:
      absl::StrAppend(&text, " cookie=", word.cookie);
      break;
    case Br::kFrozenBinder:
      absl::StrAppend(&text, " is_frozen=", word.code, " cookie=", word.cookie);
      break;
    default:
      break;
  }
  return text;
}

// The other values that an ioctl wrote back, as `expect` names them.
std::string UserRuntime::DescribeSecond(const TaskRow& row,
                                        const Instruction& call) {
  switch (static_cast<IoctlRequest>(call.b)) {
    case IoctlRequest::kGetNodeInfoForRef:
      return absl::StrCat(" weak_count ", static_cast<uint32_t>(row.value2));
    case IoctlRequest::kGetFrozenInfo:
      return absl::StrCat(" async_recv ", row.value2);
    case IoctlRequest::kGetNodeDebugInfo:
      return absl::StrCat(" cookie ", row.write_consumed, " has_strong_ref ",
                          row.value2 & 1, " has_weak_ref ", row.value2 >> 1);
    default:
      return absl::StrCat(" ee_param ", row.value2);
  }
}

std::string UserRuntime::DescribeResult(TaskId task,
                                        const Instruction& call) const {
  const TaskRow& row = w_.Peek(task);
  std::string text = row.ret < 0 ? std::string(ErrnoName(row.ret))
                                 : absl::StrCat("ret ", row.ret);
  if (call.op == OpCode::kIoctl) {
    const bool frozen =
        static_cast<IoctlRequest>(call.b) == IoctlRequest::kGetFrozenInfo;
    absl::StrAppend(&text, frozen ? " sync_recv " : " value ", row.value,
                    DescribeSecond(row, call));
  }
  for (int32_t i = 0; call.op == OpCode::kEpollWait && i < row.ret; ++i) {
    absl::StrAppend(&text, " descriptor ",
                    (row.value >> (16 * i) & 0xffff) >> 4);
  }
  if (Sees(call)) {
    absl::StrAppend(&text, " text \"", SeenText(row, call), "\"");
  }
  if (call.op != OpCode::kWriteRead) return text;
  std::vector<std::string> words;
  for (AnyId at = w_.First(Head::kIn, task.any()); at;
       at = w_.Next(Head::kIn, at)) {
    words.push_back(DescribeWord(w_.Peek(ReturnId{at.value})));
  }
  absl::StrAppend(&text, " write_consumed ", row.write_consumed,
                  " read_consumed ", row.read_consumed, " [",
                  absl::StrJoin(words, ", "), "]");
  return text;
}

}  // namespace bindery::sim
