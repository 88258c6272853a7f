#include "tools/conform/kernel/record.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace bindery::conform {
namespace {

absl::string_view ToAbsl(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

// The words of a line, taken from the left. A word that is missing or
// malformed makes the line bad, which is asked for once, at its end.
class Line {
 public:
  explicit Line(std::string_view text) : rest_(text) {}

  bool IsGood() const { return good_ && rest_.empty(); }
  bool AtEnd() const { return rest_.empty(); }

  std::string_view Word() {
    const size_t blank = rest_.find(' ');
    const std::string_view word = rest_.substr(0, blank);
    rest_ = blank == rest_.npos ? "" : rest_.substr(blank + 1);
    good_ = good_ && !word.empty();
    return word;
  }

  std::string_view Rest() { return std::exchange(rest_, ""); }

  template <typename Number>
  Number Take() {
    return Convert<Number>(Word());
  }

  // The value of the next word, which must be KEY=VALUE.
  std::string_view Value(std::string_view key) {
    std::string_view word = Word();
    good_ = good_ && word.starts_with(key) && word.size() > key.size() &&
            word[key.size()] == '=';
    return good_ ? word.substr(key.size() + 1) : "";
  }

  template <typename Number>
  Number TakeValue(std::string_view key) {
    return Convert<Number>(Value(key));
  }

  // Takes the rest of the line when it is this word.
  bool TakeLast(std::string_view word) {
    if (rest_ != word) return false;
    rest_ = "";
    return true;
  }

  // The same, when the next word has that key.
  template <typename Number>
  std::optional<Number> TakeOptional(std::string_view key) {
    if (!rest_.starts_with(key)) return std::nullopt;
    return TakeValue<Number>(key);
  }

  bool HasKey(std::string_view key) const {
    return rest_.starts_with(key) && rest_.substr(key.size()).starts_with('=');
  }

  Bytes TakeBytes() {
    const std::string_view word = Word();
    if (word == "unreadable") return std::nullopt;
    if (word == "-") return "";
    std::string bytes;
    good_ = good_ && word.size() % 2 == 0 &&
            std::all_of(word.begin(), word.end(), IsHexDigit);
    if (good_) bytes = absl::HexStringToBytes(ToAbsl(word));
    return bytes;
  }

  void Require(bool condition) { good_ = good_ && condition; }

 private:
  static bool IsHexDigit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  template <typename Number>
  Number Convert(std::string_view word) {
    Number value = 0;
    good_ = absl::SimpleAtoi(ToAbsl(word), &value) && good_;
    return value;
  }

  std::string_view rest_;
  bool good_ = true;
};

FileFact TakeFact(Line& line) {
  FileFact fact;
  if (line.TakeLast("unreadable")) {
    fact.error = EFAULT;
    return fact;
  }
  fact.fd = line.TakeValue<int>("fd");
  if (const auto error = line.TakeOptional<int>("errno")) {
    fact.error = *error;
    return fact;
  }
  fact.file = std::string(line.Value("file"));
  fact.access = std::string(line.Value("access"));
  fact.cloexec = line.TakeValue<int>("cloexec") != 0;
  return fact;
}

// FD=NAME, or FDc=NAME.
OpenDescriptor TakeDescriptor(Line& line) {
  const std::string_view word = line.Word();
  const size_t equals = std::min(word.find('='), word.size());
  std::string_view number = word.substr(0, equals);
  OpenDescriptor open;
  open.cloexec = number.ends_with('c');
  if (open.cloexec) number.remove_suffix(1);
  line.Require(absl::SimpleAtoi(ToAbsl(number), &open.fd) &&
               equals + 1 < word.size());
  if (equals + 1 < word.size()) open.file = word.substr(equals + 1);
  return open;
}

FailureReport TakeReport(Line& line) {
  FailureReport report;
  const auto number = [&line](std::string_view key) {
    return line.TakeOptional<uint32_t>(key).value_or(0);
  };
  report.error = number("error");
  report.context = std::string(line.Value("context"));
  report.from_pid = number("from_pid");
  report.from_tid = number("from_tid");
  report.to_pid = number("to_pid");
  report.to_tid = number("to_tid");
  report.reply = number("reply") != 0;
  report.flags = number("flags");
  report.code = number("code");
  report.data_size = number("data_size");
  return report;
}

class RecordParser {
 public:
  // Returns false when the line is malformed or out of place.
  bool Read(std::string_view text) {
    if (text.starts_with("| ")) return ReadQuoted(text.substr(2));
    Line line(text);
    const std::string_view key = line.Word();
    if (key == "begin") {
      Begin(line);
    } else if (key == "done" || key == "unfit") {
      records_.done = key == "done" && !records_.open.has_value();
      line.Take<int>();
    } else if (key == "gcda") {
      ReadCounters(line);
    } else if (!records_.open.has_value()) {
      return false;
    } else {
      ReadInScenario(key, line);
    }
    return line.IsGood();
  }

  RunRecords Finish() { return std::move(records_); }

 private:
  void Begin(Line& line) {
    line.Require(!records_.open.has_value());
    ended_steps_ = false;
    log_ = nullptr;
    return_ = nullptr;
    line.Take<int>();
    records_.open.emplace();
    records_.open->name = std::string(line.Word());
  }

  void ReadCounters(Line& line) {
    line.Require(!records_.open.has_value());
    const std::string name(line.Word());
    const Bytes bytes = line.TakeBytes();
    line.Require(bytes.has_value());
    records_.counters[name] = bytes.value_or("");
  }

  void ReadInScenario(std::string_view key, Line& line) {
    if (key == "end") return End(line);
    if (key == "process") return TakeId(line, "pid", records_.open->pids);
    if (key == "task") return TakeId(line, "tid", records_.open->tids);
    if (key == "leak") return ReadLeak(line);
    if (key == "log") return ReadLog(line);
    if (key == "before") {
      log_ = &records_.open->before;
      return;
    }
    if (key == "error" || key == "lacks" || key == "diverged" ||
        key == "stuck") {
      return ReadDetail(key, line);
    }
    if (!ReadStep(key, line)) ReadCaptured(key, line);
  }

  void End(Line& line) {
    line.Take<int>();
    const std::string_view word = line.Word();
    static constexpr Outcome kOutcomes[] = {Outcome::kOk, Outcome::kDiverged,
                                            Outcome::kHang, Outcome::kError,
                                            Outcome::kLacks};
    const auto* const outcome =
        std::find_if(std::begin(kOutcomes), std::end(kOutcomes),
                     [word](Outcome o) { return OutcomeName(o) == word; });
    line.Require(outcome != std::end(kOutcomes));
    const size_t steps = line.TakeValue<size_t>("steps");
    line.Require(steps < kMaxSteps && steps >= records_.open->steps.size());
    if (!line.IsGood()) return;
    records_.open->steps.resize(steps);
    records_.open->outcome = *outcome;
    records_.complete.push_back(*std::move(records_.open));
    records_.open.reset();
  }

  static void TakeId(Line& line, std::string_view key, std::vector<int>& ids) {
    // A process that is forked is told twice: before with 0.
    const size_t index = line.Take<size_t>();
    const int id = line.TakeValue<int>(key);
    line.Require(index == ids.size() ||
                 (index < ids.size() && ids[index] == 0));
    if (index == ids.size()) ids.push_back(0);
    if (index < ids.size()) ids[index] = id;
  }

  void ReadLeak(Line& line) {
    ended_steps_ = true;
    while (!line.AtEnd()) {
      const std::string_view word = line.Word();
      const size_t equals = word.find('=');
      line.Require(equals != word.npos);
      if (equals == word.npos) return;
      int64_t growth = 0;
      line.Require(absl::SimpleAtoi(ToAbsl(word.substr(equals + 1)), &growth));
      records_.open->leaks[std::string(word.substr(0, equals))] = growth;
    }
  }

  void ReadLog(Line& line) {
    line.Require(ended_steps_ || !records_.open->steps.empty());
    if (!ended_steps_ && records_.open->steps.empty()) return;
    std::vector<Log>& logs = ended_steps_ ? records_.open->leak_logs
                                          : records_.open->steps.back().logs;
    logs.push_back({std::string(line.Rest()), {}});
    log_ = &logs.back();
  }

  bool ReadQuoted(std::string_view text) {
    if (log_ == nullptr || !records_.open.has_value()) return false;
    log_->lines.emplace_back(text);
    return true;
  }

  void ReadDetail(std::string_view key, Line& line) {
    std::string& detail = records_.open->detail;
    if (!detail.empty()) detail += "; ";
    detail += key;
    detail += ' ';
    detail += line.Rest();
  }

  // The record of the step whose number is the line's next word.
  StepRecord* TakeStep(Line& line) {
    const size_t step = line.Take<size_t>();
    std::vector<StepRecord>& steps = records_.open->steps;
    // A step that nothing returned from has no line.
    const bool fits = step + 1 >= steps.size() && step < kMaxSteps;
    line.Require(fits);
    if (!fits) return nullptr;
    if (steps.size() <= step) {
      steps.resize(step + 1);
      log_ = nullptr;
      return_ = nullptr;
    }
    return &steps.back();
  }

  // Lines that name their step; false when this is none.
  bool ReadStep(std::string_view key, Line& line) {
    static constexpr std::string_view kKeys[] = {
        "ret", "blocked", "gone", "died", "state", "fds", "report"};
    if (std::find(std::begin(kKeys), std::end(kKeys), key) == std::end(kKeys)) {
      return false;
    }
    StepRecord* const step = TakeStep(line);
    if (step == nullptr) return true;
    if (key == "ret") {
      ReadReturn(line, *step);
    } else if (key == "blocked") {
      while (!line.AtEnd()) step->blocked.push_back(line.Take<int>());
    } else if (key == "gone") {
      step->gone.push_back(line.Take<int>());
    } else if (key == "died") {
      Death death{line.Take<int>(), 0, 0};
      death.signal = line.TakeOptional<int>("signal").value_or(0);
      death.exit_code = line.TakeOptional<int>("exit").value_or(0);
      step->deaths.push_back(death);
    } else if (key == "fds") {
      Descriptors& all = step->descriptors.emplace();
      all.process = line.Take<int>();
      while (!line.AtEnd()) all.open.push_back(TakeDescriptor(line));
    } else if (key == "report") {
      step->reports.push_back(TakeReport(line));
    }
    return true;
  }

  void ReadReturn(Line& line, StepRecord& step) {
    Return& back = step.returns.emplace_back();
    back.actor = line.Take<int>();
    back.result = line.Take<int64_t>();
    back.error = line.Take<int>();
    back.write_consumed = line.TakeOptional<uint64_t>("written");
    back.read_consumed = line.TakeOptional<uint64_t>("read");
    back.revents = line.TakeOptional<int>("revents");
    if (line.HasKey("events")) back.ready = std::string(line.Value("events"));
    back.nice = line.TakeOptional<int>("nice");
    back.fail_nth_error = line.TakeOptional<int>("fail_nth").value_or(0);
    back.words = "";
    return_ = &back;
  }

  // Lines that add to the return before them.
  void ReadCaptured(std::string_view key, Line& line) {
    line.Require(return_ != nullptr);
    if (return_ == nullptr) return;
    if (key == "words") {
      return_->words = line.TakeBytes();
    } else if (key == "data") {
      const int command = line.Take<int>();
      return_->payloads.push_back(
          {command, line.TakeBytes(), std::nullopt, std::nullopt});
    } else if (key == "offsets") {
      ReadOfPayload(line, &Payload::offsets);
    } else if (key == "secctx") {
      ReadOfPayload(line, &Payload::security_context);
    } else if (key == "peek") {
      const int index = line.Take<int>();
      return_->peeks[index] = line.TakeBytes();
    } else if (key == "seen") {
      return_->seen = line.TakeBytes();
    } else if (key == "overflow") {
      return_->overflow = true;
    } else {
      ReadObject(key, line);
    }
  }

  void ReadOfPayload(Line& line, Bytes Payload::*part) {
    line.Require(!return_->payloads.empty());
    if (return_->payloads.empty()) return;
    Payload& payload = return_->payloads.back();
    line.Require(line.Take<int>() == payload.command);
    payload.*part = line.TakeBytes();
  }

  void ReadObject(std::string_view key, Line& line) {
    if (key == "opened") {
      return_->opened.push_back(TakeFact(line));
      return;
    }
    const int command = line.Take<int>();
    const int object = line.Take<int>();
    if (key == "ptr") {
      return_->pointed.push_back({command, object, line.TakeBytes()});
    } else if (key == "file") {
      return_->received.push_back({command, object, TakeFact(line)});
    } else {
      line.Require(false);
    }
  }

  static constexpr size_t kMaxSteps = 1 << 20;

  RunRecords records_;
  Log* log_ = nullptr;
  Return* return_ = nullptr;
  bool ended_steps_ = false;
};

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "ok";
    case Outcome::kDiverged:
      return "diverged";
    case Outcome::kHang:
      return "hang";
    case Outcome::kError:
      return "error";
    case Outcome::kLacks:
      return "lacks";
    case Outcome::kOops:
      return "oops";
    case Outcome::kMissing:
      return "missing";
  }
  return "?";
}

absl::StatusOr<RunRecords> ParseRecords(std::string_view text) {
  RecordParser parser;
  for (int number = 1;; ++number) {
    const size_t newline = text.find('\n');
    if (newline == text.npos) return parser.Finish();
    const std::string_view line = text.substr(0, newline);
    if (!parser.Read(line)) {
      return absl::DataLossError(absl::StrCat(
          "line ", number, " of the agent's records makes no sense: ",
          ToAbsl(line.substr(0, 200))));
    }
    text.remove_prefix(newline + 1);
  }
}

}  // namespace bindery::conform
