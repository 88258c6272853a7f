#include "tools/conform/observe.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/bytes.h"
#include "sim/kernel/errno.h"
#include "tools/conform/delivery.h"
#include "tools/conform/driver_log.h"
#include "tools/conform/layout.h"
#include "tools/conform/results.h"
#include "tools/conform/word.h"

namespace bindery::conform {
namespace {

using sim::Br;

// sizeof(struct binder_transaction_data).
constexpr size_t kTransactionData = 64;

std::string ErrorText(int error) {
  const std::string name = sim::ErrnoName(-error);
  return name == "E?" ? absl::StrCat("errno ", error) : name;
}

// An address in a driver mapping, or as it is.
std::string Address(uint64_t address) {
  if (address < kMappings) return absl::StrFormat("%#x", address);
  return absl::StrFormat("map%u+%#x", IndexOfMapping(address),
                         (address - kMappings) % kMappingStride);
}

class Observer {
 public:
  Observer(const LockstepRun& run, const ScenarioRecord& record)
      : run_(run), record_(record) {}

  Transcript Run() {
    Transcript transcript;
    transcript.scenario = run_.transcript.scenario;
    const std::vector<TranscriptStep>& expected = run_.transcript.steps;
    for (size_t i = 0; i < record_.steps.size() && i < expected.size(); ++i) {
      transcript.steps.push_back(
          {expected[i].action, Results(record_.steps[i], expected[i]), {}});
    }
    return transcript;
  }

 private:
  std::vector<std::string> Results(const StepRecord& step,
                                   const TranscriptStep& expected) {
    std::vector<std::string> lines;
    // Reading the state can wake threads; no model says when they come to run.
    if (expected.action == kLogsStep) return Logs(step.logs);
    if (!step.logs.empty()) return State(step.logs);
    if (step.descriptors.has_value()) {
      return {DescribeDescriptors(*step.descriptors)};
    }
    for (const Return& ret : step.returns) {
      AddReturn(ret, ActionOf(ret, expected.action), &lines);
    }
    AddBlocked(step, &lines);
    for (const FailureReport& report : step.reports) {
      lines.push_back(Report(report));
    }
    return lines;
  }

  void AddBlocked(const StepRecord& step, std::vector<std::string>* lines) {
    if (step.blocked.empty()) return;
    std::vector<std::string> names;
    for (const int actor : step.blocked) names.push_back(Actor(actor));
    lines->push_back(absl::StrCat("inside: ", absl::StrJoin(names, " ")));
  }

  std::string Report(const FailureReport& report) const {
    ReportText text;
    text.error = static_cast<Br>(report.error & 0xff);
    text.context = report.context;
    text.from_process = Process(report.from_pid);
    text.from_task = Task(report.from_tid);
    text.to_process = Process(report.to_pid);
    text.to_task = Task(report.to_tid);
    text.is_reply = report.reply;
    text.flags = report.flags;
    text.code = report.code;
    text.data_size = report.data_size;
    return Describe(text);
  }

  std::vector<std::string> State(const std::vector<Log>& logs) {
    std::vector<std::string> lines;
    for (const Log& log : logs) {
      lines.insert(lines.end(), log.lines.begin(), log.lines.end());
    }
    return NormaliseState(lines, Names());
  }

  std::vector<std::string> Logs(const std::vector<Log>& logs) {
    std::vector<DriverLog> all;
    for (const Log& log : logs) all.push_back({log.name, log.lines});
    return NormaliseLogs(all, record_.before.lines, Names());
  }

  LogNames Names() const {
    LogNames names;
    for (size_t i = 0; i < record_.pids.size(); ++i) {
      const auto pid = static_cast<uint32_t>(record_.pids[i]);
      if (pid != 0) names.processes[pid] = Process(pid);
    }
    for (size_t i = 0; i < record_.tids.size(); ++i) {
      if (record_.tids[i] == 0) continue;  // not forked
      names.actors[static_cast<uint32_t>(record_.tids[i])] =
          Actor(static_cast<int>(i));
    }
    return names;
  }

  // Records that were made by hand may name whom the plan does not know.
  std::string Actor(int actor) const {
    const size_t index = static_cast<size_t>(actor);
    return index < run_.actors.size() ? run_.actors[index]
                                      : absl::StrCat("actor ", actor);
  }

  std::string Process(uint32_t pid) const {
    if (pid == 0) return "";
    const size_t known = std::min(record_.pids.size(), run_.processes.size());
    for (size_t i = 0; i < known; ++i) {
      if (record_.pids[i] == static_cast<int>(pid)) return run_.processes[i];
    }
    return absl::StrCat("pid ", pid);
  }

  std::string Task(uint32_t tid) const {
    for (size_t i = 0; i < record_.tids.size(); ++i) {
      if (record_.tids[i] == static_cast<int>(tid)) {
        return Actor(static_cast<int>(i));
      }
    }
    return tid == 0 ? "" : absl::StrCat("tid ", tid);
  }

  // "" if it is another actor's.
  absl::string_view ActionOf(const Return& ret,
                             absl::string_view action) const {
    const bool own =
        absl::ConsumePrefix(&action, absl::StrCat(Actor(ret.actor), ": "));
    return own ? action : "";
  }

  // `action`: what the actor does in this step.
  void AddReturn(const Return& ret, absl::string_view action,
                 std::vector<std::string>* lines) {
    const absl::string_view log = LogOfAction(action);
    std::string line = absl::StrCat(Actor(ret.actor), " = ");
    const bool mapped = ret.result >= static_cast<int64_t>(kMappings);
    if (ret.error != 0) {
      line += ErrorText(ret.error);
    } else {
      absl::StrAppend(&line, mapped ? 0 : ret.result);
    }
    if (ret.write_consumed.has_value()) {
      absl::StrAppend(&line, " written ", *ret.write_consumed, " read ",
                      *ret.read_consumed);
    } else if (ret.revents.has_value() && ret.error == 0) {
      absl::StrAppendFormat(&line, " revents %#x", *ret.revents);
    } else if (!ret.ready.empty()) {
      absl::StrAppend(&line, " ready ", ret.ready);
    } else if (ret.seen.has_value() && log.empty()) {
      absl::StrAppend(&line, " \"", *ret.seen, "\"");
    } else if (ret.error == 0) {
      absl::StrAppend(&line, ContentsText(ret, action));
      if (!absl::StartsWith(action, "read_fd(")) AddPeek(ret, &line);
    }
    if (ret.nice.has_value()) absl::StrAppend(&line, " nice ", *ret.nice);
    lines->push_back(std::move(line));
    AddWords(ret, lines);
    if (ret.seen.has_value() && !log.empty()) AddLog(log, *ret.seen, lines);
  }

  static std::string ContentsText(const Return& ret, absl::string_view action) {
    if (action == "pipe()" && ret.opened.size() == 2) {
      return EndsOfPipe(ret.opened[0].fd, ret.opened[1].fd);
    }
    const auto peek = ret.peeks.find(0);
    if (!absl::StartsWith(action, "read_fd(") || peek == ret.peeks.end() ||
        !peek->second.has_value()) {
      return "";
    }
    return BytesRead(absl::string_view(*peek->second).substr(0, ret.result));
  }

  void AddLog(absl::string_view name, absl::string_view text,
              std::vector<std::string>* lines) const {
    const DriverLog log = {std::string(name),
                           absl::StrSplit(text, '\n', absl::SkipEmpty())};
    const std::vector<std::string> all =
        NormaliseLog(log, record_.before.lines, Names());
    lines->insert(lines->end(), all.begin(), all.end());
  }

  // By what the requests write: BINDER_VERSION one word, others more.
  void AddPeek(const Return& ret, std::string* line) {
    const auto found = ret.peeks.find(0);
    if (found == ret.peeks.end() || !found->second.has_value()) return;
    const std::string& bytes = *found->second;
    if (bytes.size() == 4) {
      absl::StrAppend(line, " value ", LoadNumber<uint32_t>(bytes, 0));
    } else if (bytes.size() == 8) {
      absl::StrAppend(line, " sync_recv ", LoadNumber<uint32_t>(bytes, 0),
                      " async_recv ", LoadNumber<uint32_t>(bytes, 4));
    } else if (bytes.size() == 12) {
      const uint32_t command = LoadNumber<uint32_t>(bytes, 4);
      absl::StrAppend(line, " command ",
                      sim::NameOf(static_cast<Br>(command & 0xff)), " param ",
                      LoadNumber<int32_t>(bytes, 8));
    } else if (bytes.size() == 16) {
      absl::StrAppend(line, " ",
                      DescribeNodeInfo(LoadNumber<uint32_t>(bytes, 4),
                                       LoadNumber<uint32_t>(bytes, 8)));
    } else if (bytes.size() == 24) {
      absl::StrAppend(line, " ",
                      DescribeDebugInfo(LoadNumber<uint64_t>(bytes, 0),
                                        LoadNumber<uint64_t>(bytes, 8),
                                        LoadNumber<uint32_t>(bytes, 16),
                                        LoadNumber<uint32_t>(bytes, 20)));
    }
  }

  void AddWords(const Return& ret, std::vector<std::string>* lines) {
    if (!ret.words.has_value()) return;
    const std::string& bytes = *ret.words;
    int index = 0;
    for (size_t at = 0; at + 4 <= bytes.size(); ++index) {
      const uint32_t number = LoadNumber<uint32_t>(bytes, at);
      const size_t size = number >> 16 & 0x3fff;
      at += 4;
      const absl::string_view operands =
          absl::string_view(bytes).substr(at, size);
      lines->push_back(absl::StrCat(Actor(ret.actor), "   ",
                                    WordText(ret, index, number, operands)));
      at += size;
    }
  }

  std::string WordText(const Return& ret, int index, uint32_t number,
                       absl::string_view operands) {
    Word word;
    word.br = static_cast<Br>(number & 0xff);
    size_t expected = sim::SizeOf(word.br) - 4;
    if (word.br == Br::kTransaction &&
        operands.size() == expected + sim::kSecCtxSize) {
      expected = operands.size();
    }
    if (operands.size() != expected ||
        absl::StrContains(sim::NameOf(word.br), "UNKNOWN")) {
      return absl::StrFormat("%#x %s", number, Hex(operands));
    }
    if (expected >= kTransactionData) {
      LoadTransaction(ret, index, operands, &word);
    } else if (word.br == Br::kFrozenBinder) {
      word.cookie = LoadNumber<uint64_t>(operands, 0);
      word.code = LoadNumber<uint32_t>(operands, 8);
    } else if (expected == 16) {
      word.ptr = LoadNumber<uint64_t>(operands, 0);
      word.cookie = LoadNumber<uint64_t>(operands, 8);
    } else if (expected == 8) {
      word.cookie = LoadNumber<uint64_t>(operands, 0);
    }
    return Describe(word);
  }

  void LoadTransaction(const Return& ret, int index, absl::string_view operands,
                       Word* word) {
    word->ptr = LoadNumber<uint64_t>(operands, 0);
    word->cookie = LoadNumber<uint64_t>(operands, 8);
    word->code = LoadNumber<uint32_t>(operands, 16);
    word->flags = LoadNumber<uint32_t>(operands, 20);
    word->sender = Process(LoadNumber<uint32_t>(operands, 24));
    word->sender_euid = LoadNumber<uint32_t>(operands, 28);
    word->data_size = LoadNumber<uint64_t>(operands, 32);
    word->offsets_size = LoadNumber<uint64_t>(operands, 40);
    word->buffer = Address(LoadNumber<uint64_t>(operands, 48));
    word->offsets = Address(LoadNumber<uint64_t>(operands, 56));
    const uint64_t secctx = operands.size() > kTransactionData
                                ? LoadNumber<uint64_t>(operands, 64)
                                : 0;
    DescribeDelivery(ret, index, LoadNumber<uint64_t>(operands, 48), secctx,
                     word);
  }

  const LockstepRun& run_;
  const ScenarioRecord& record_;
};

}  // namespace

Transcript Observe(const LockstepRun& run, const ScenarioRecord& record) {
  return Observer(run, record).Run();
}

}  // namespace bindery::conform
