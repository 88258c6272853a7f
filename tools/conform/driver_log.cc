#include "tools/conform/driver_log.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sim/world/rows_kernel.h"

namespace bindery::conform {
namespace {

using Lines = std::vector<std::string>;

// --------------------------------------------------------- what is left out --

enum class Part {
  kLine,   // of the step `state`: lines that begin with it, indented or not
  kCount,  // of the step `state`: lines that have it
  kValue,  // the word behind it
  kRest,   // of a word that begins with it, what is behind
};

struct LeftOut {
  Part part;
  absl::string_view text;
  absl::string_view reason;
};

constexpr LeftOut kLeftOut[] = {
    {Part::kLine, "BC_", "compared by the step `logs`"},
    {Part::kLine, "BR_", "compared by the step `logs`"},
    {Part::kCount, ": active ", "compared by the step `logs`"},
    {Part::kValue, "pri",
     "before 7.2 a reply's is noted behind the change of its sender's nice "
     "value; returns tell who has which"},
    {Part::kValue, "elapsed", "a time"},
    {Part::kRest,
     "l=", "a line of the driver's source, which each release moves"},
};

bool IsLeftOutOfState(absl::string_view line) {
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
  return std::any_of(
      std::begin(kLeftOut), std::end(kLeftOut), [&](const LeftOut& out) {
        return (out.part == Part::kLine && absl::StartsWith(text, out.text)) ||
               (out.part == Part::kCount && absl::StrContains(text, out.text));
      });
}

// What stays of a word; the whole word if all does.
absl::string_view WithoutRest(absl::string_view word) {
  for (const LeftOut& out : kLeftOut) {
    if (out.part == Part::kRest && absl::StartsWith(word, out.text)) {
      return out.text;
    }
  }
  return word;
}

bool IsValueLeftOut(absl::string_view key) {
  return std::any_of(std::begin(kLeftOut), std::end(kLeftOut),
                     [&](const LeftOut& out) {
                       return out.part == Part::kValue && out.text == key;
                     });
}

// -------------------------------------------------------------------- words --

bool IsDigits(absl::string_view word) {
  return !word.empty() &&
         std::all_of(word.begin(), word.end(), absl::ascii_isdigit);
}

// As %pK prints it.
bool IsPointer(absl::string_view word) {
  return absl::StartsWith(word, "(____") ||
         (word.size() == 16 &&
          std::all_of(word.begin(), word.end(), absl::ascii_isxdigit));
}

// A hashed pointer of user space, "uXXX" or "cXXX".
bool IsHashed(absl::string_view word) {
  return (absl::StartsWith(word, "u") || absl::StartsWith(word, "c")) &&
         IsPointer(word.substr(1));
}

bool IsZero(absl::string_view pointer) {
  return pointer.find_first_not_of('0') == pointer.npos;
}

std::string PointerText(absl::string_view key, absl::string_view word) {
  if (key != "d") return "-";
  return IsZero(word) ? "0" : "set";
}

std::string NameOf(const std::map<uint32_t, std::string>& names,
                   absl::string_view word) {
  uint32_t number = 0;
  if (!absl::SimpleAtoi(word, &number)) return std::string(word);
  const auto found = names.find(number);
  return found == names.end() ? std::string(word) : found->second;
}

bool PrecedesId(absl::string_view key) {
  return key == "transaction" || key == "node" || key == "ref" ||
         key == "buffer" || key == "work";
}

// The words of one line.
class Rewriter {
 public:
  Rewriter(const LogNames& names, std::map<std::string, int>* ids,
           bool hashed = false)
      : names_(names), ids_(*ids), hashed_(hashed) {}

  std::string Line(const std::string& line) {
    std::vector<std::string> words = absl::StrSplit(line, ' ');
    std::string key;
    bool pids = false;  // "proc" and all behind it
    for (std::string& word : words) {
      const std::string raw = word;
      word = pids ? NameOf(names_.processes, raw) : WithColon(key, raw);
      pids = pids || raw == "proc";
      key = raw;
    }
    return absl::StrJoin(words, " ");
  }

 private:
  std::string WithColon(absl::string_view key, absl::string_view word) {
    const bool colon = absl::ConsumeSuffix(&word, ":");
    return absl::StrCat(Word(key, word), colon ? ":" : "");
  }

  std::string Word(absl::string_view key, absl::string_view word) {
    if (IsValueLeftOut(key)) return "-";
    if (IsPointer(word)) return PointerText(key, word);
    if (hashed_ && IsHashed(word)) {
      return absl::StrCat(word.substr(0, 1),
                          IsZero(word.substr(1)) ? "0" : "-");
    }
    const absl::string_view kept = WithoutRest(word);
    if (kept != word) return absl::StrCat(kept, "-");
    if (key == "thread") return NameOf(names_.actors, word);
    if (key == "from" || key == "to") return Party(word);
    if (PrecedesId(key) && IsDigits(word)) return Id(word);
    return std::string(word);
  }

  std::string Party(absl::string_view word) const {
    const std::pair<absl::string_view, absl::string_view> party =
        absl::StrSplit(word, absl::MaxSplits(':', 1));
    return absl::StrCat(NameOf(names_.processes, party.first), ":",
                        NameOf(names_.actors, party.second));
  }

  // 0 is the id of nothing.
  std::string Id(absl::string_view word) {
    if (word == "0") return "0";
    const int next = static_cast<int>(ids_.size()) + 1;
    return absl::StrCat("#",
                        ids_.emplace(std::string(word), next).first->second);
  }

  const LogNames& names_;
  std::map<std::string, int>& ids_;
  const bool hashed_;
};

// --------------------------------------------------------------- dead nodes --

// A node's line from its pointer on, with its number if it has one already, and
// the refs to it, as "proc desc".
using NodeKey = std::pair<std::string, std::vector<std::string>>;

NodeKey KeyOf(const std::string& node, const Lines& lines) {
  const size_t colon = node.find(':');
  NodeKey key{node.substr(colon + 1), {}};
  const std::string marker =
      absl::StrCat(" dead", node.substr(1, colon - 1), " s ");
  std::string proc;
  for (const std::string& line : lines) {
    if (absl::StartsWith(line, "proc ")) proc = line;
    const size_t at = line.find(marker);
    if (!absl::StartsWith(line, "  ref ") || at == line.npos) continue;
    const size_t desc = line.find(": ");
    key.second.push_back(absl::StrCat(proc, line.substr(desc, at - desc)));
  }
  return key;
}

// The number that the id of a node's line has by now.
std::string KnownId(const std::string& node,
                    const std::map<std::string, int>& ids) {
  const size_t begin = node.rfind(' ', node.find(':')) + 1;
  const auto known = ids.find(node.substr(begin, node.find(':') - begin));
  return known == ids.end() ? "" : absl::StrCat(known->second);
}

void SortDeadNodes(const LogNames& names, const std::map<std::string, int>& ids,
                   bool hashed, Lines* lines) {
  const auto begin = std::find(lines->begin(), lines->end(), "dead nodes:");
  if (begin == lines->end()) return;
  const auto end =
      std::find_if_not(begin + 1, lines->end(), [](const std::string& line) {
        return absl::StartsWith(line, "  node ");
      });
  std::vector<std::pair<NodeKey, std::string>> nodes;
  for (auto node = begin + 1; node != end; ++node) {
    NodeKey key = KeyOf(*node, *lines);
    std::map<std::string, int> none;
    key.first = absl::StrCat(Rewriter(names, &none, hashed).Line(key.first),
                             " ", KnownId(*node, ids));
    for (std::string& ref : key.second) ref = Rewriter(names, &none).Line(ref);
    nodes.emplace_back(std::move(key), *node);
  }
  std::sort(nodes.begin(), nodes.end());
  std::transform(nodes.begin(), nodes.end(), begin + 1,
                 [](const auto& node) { return node.second; });
}

// ------------------------------------------------------ the reader's work --

// A thread's line that nothing belongs to, and that says that it waits.
bool IsReady(const std::string& line, const std::string& next) {
  unsigned looper = 0;
  return std::sscanf(line.c_str(), "  thread %*u: l %x", &looper) == 1 &&
         (looper & sim::kLooperWaiting) != 0 && !absl::StartsWith(next, "    ");
}

// "node work 7:" for a node that the reader queues if it is not queued; ""
// for other lines.
std::string WorkOfReader(const std::string& line) {
  unsigned id = 0;
  int hs = 0, hw = 0, ls = 0, lw = 0, is = 0, iw = 0, tr = 0;
  const int read = std::sscanf(
      line.c_str(),
      "  node %u: u%*s c%*s hs %d hw %d ls %d lw %d is %d iw %d tr %d", &id,
      &hs, &hw, &ls, &lw, &is, &iw, &tr);
  const bool queued = read == 8 && hs + hw > 0 && lw + iw == 0 && tr == 1;
  return queued ? absl::StrCat("  node work ", id, ":") : "";
}

// By their lines "proc PID": processes with a thread that waits, says `stats`.
// Files that say little of threads leave it out.
std::set<std::string> ReadyProcesses(const Lines& stats) {
  std::set<std::string> ready;
  std::string proc;
  for (const std::string& line : stats) {
    if (absl::StartsWith(line, "proc ")) proc = line;
    unsigned threads = 0;
    if (std::sscanf(line.c_str(), "  ready threads %u", &threads) == 1 &&
        threads != 0) {
      ready.insert(proc);
    }
  }
  return ready;
}

Lines WithoutWorkOfReader(const Lines& lines,
                          const std::set<std::string>& ready_processes) {
  Lines out;
  bool ready = false;
  std::vector<std::string> works;  // of the proc
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    const std::string work = WorkOfReader(line);
    if (absl::StartsWith(line, "proc ")) {
      ready = ready_processes.contains(line);
      works.clear();
    }
    if (!work.empty()) works.push_back(work);
    ready |= IsReady(line, i + 1 < lines.size() ? lines[i + 1] : "");
    const bool left_out =
        ready && std::any_of(works.begin(), works.end(), [&](const auto& w) {
          return absl::StartsWith(line, w);
        });
    if (!left_out) out.push_back(line);
  }
  return out;
}

}  // namespace

Lines NormaliseState(const Lines& raw, const LogNames& names) {
  Lines lines = WithoutWorkOfReader(raw, {});
  std::erase_if(lines, IsLeftOutOfState);
  std::map<std::string, int> ids;
  SortDeadNodes(names, ids, /*hashed=*/false, &lines);
  Rewriter rewriter(names, &ids);
  for (std::string& line : lines) line = rewriter.Line(line);
  return lines;
}

// ------------------------------------------------------------ the other logs
// --

namespace {

// A line of `stats` about the whole machine: a count, or one of objects that
// are there and one of all there were.
struct Counter {
  std::string name;
  bool objects = false;
  int64_t count = 0;
  int64_t total = 0;
};

bool ReadCounter(absl::string_view line, Counter* counter) {
  const size_t colon = line.find(": ");
  if (colon == line.npos) return false;
  counter->name = std::string(line.substr(0, colon));
  const std::vector<absl::string_view> words =
      absl::StrSplit(line.substr(colon + 2), ' ');
  counter->objects = words.size() == 4 && words[0] == "active";
  if (!counter->objects) return absl::SimpleAtoi(words[0], &counter->count);
  return absl::SimpleAtoi(words[1], &counter->count) &&
         absl::SimpleAtoi(words[3], &counter->total);
}

std::map<std::string, Counter> Counters(const Lines& lines) {
  std::map<std::string, Counter> counters;
  for (const std::string& line : lines) {
    Counter counter;
    if (ReadCounter(line, &counter)) counters[counter.name] = counter;
  }
  return counters;
}

// As a machine would say it that had begun with the scenario.
Lines SinceBefore(const Lines& lines, const Lines& before) {
  std::map<std::string, Counter> earlier = Counters(before);
  Lines out;
  bool of_machine = true;
  for (const std::string& line : lines) {
    of_machine &= !absl::StartsWith(line, "proc ");
    Counter counter;
    if (!of_machine || !ReadCounter(line, &counter)) {
      out.push_back(line);
      continue;
    }
    const Counter& start = earlier[counter.name];
    const int64_t count = counter.count - start.count;
    const int64_t total = counter.total - start.total;
    if (count == 0 && total == 0) continue;
    out.push_back(counter.objects ? absl::StrCat(counter.name, ": active ",
                                                 count, " total ", total)
                                  : absl::StrCat(counter.name, ": ", count));
  }
  return out;
}

// Of a log of transactions, those that begin in one of the processes.
Lines OwnTransactions(const Lines& lines, const LogNames& names) {
  Lines out;
  for (const std::string& line : lines) {
    unsigned pid = 0;
    const size_t from = line.find(" from ");
    if (from == line.npos ||
        std::sscanf(line.c_str() + from, " from %u:", &pid) != 1 ||
        names.processes.count(pid) != 0) {
      out.push_back(absl::StrCat("transaction ", line));
    }
  }
  return out;
}

std::string FileName(absl::string_view name, const LogNames& names) {
  if (!absl::ConsumePrefix(&name, "proc/")) return std::string(name);
  return absl::StrCat("proc/", NameOf(names.processes, name));
}

Lines Normalised(const DriverLog& log, const Lines& before,
                 const std::set<std::string>& ready, const LogNames& names,
                 std::map<std::string, int>* ids) {
  const bool hashed = absl::EndsWith(log.name, "_hashed");
  Lines lines = log.lines;
  if (absl::EndsWith(log.name, "transaction_log")) {
    lines = OwnTransactions(lines, names);
  }
  if (log.name == "stats") lines = SinceBefore(lines, before);
  lines = WithoutWorkOfReader(lines, ready);
  SortDeadNodes(names, *ids, hashed, &lines);
  Rewriter rewriter(names, ids, hashed);
  for (std::string& line : lines) line = rewriter.Line(line);
  return lines;
}

}  // namespace

Lines NormaliseLogs(const std::vector<DriverLog>& logs, const Lines& before,
                    const LogNames& names) {
  std::vector<DriverLog> sorted = logs;
  const auto is_of_process = [](const DriverLog& log) {
    return absl::StartsWith(log.name, "proc/");
  };
  const auto first = std::stable_partition(
      sorted.begin(), sorted.end(),
      [&](const auto& log) { return !is_of_process(log); });
  std::stable_sort(first, sorted.end(), [&](const auto& a, const auto& b) {
    return FileName(a.name, names) < FileName(b.name, names);
  });
  std::set<std::string> ready;
  for (const DriverLog& log : sorted) {
    if (log.name == "stats") ready = ReadyProcesses(log.lines);
  }
  Lines out;
  std::map<std::string, int> ids;
  for (const DriverLog& log : sorted) {
    const Lines lines = Normalised(log, before, ready, names, &ids);
    if (lines.empty()) continue;
    out.push_back(absl::StrCat("log ", FileName(log.name, names)));
    out.insert(out.end(), lines.begin(), lines.end());
  }
  return out;
}

Lines NormaliseLog(const DriverLog& log, const Lines& before,
                   const LogNames& names) {
  std::map<std::string, int> ids;
  return Normalised(log, before, {}, names, &ids);
}

absl::string_view LogOfAction(absl::string_view action) {
  constexpr absl::string_view kFolder = "/binder_logs/";
  const size_t at = action.find(kFolder);
  if (!absl::StrContains(action, "read(") || at == action.npos) return "";
  action.remove_prefix(at + kFolder.size());
  absl::ConsumeSuffix(&action, ")");
  return action;
}

namespace {

// Whether the version has the files that there are; every kernel has `stats`.
bool HasFiles(const tools::LogDialect& dialect, const Lines& lines) {
  const auto has = [&](absl::string_view name) {
    return std::find(lines.begin(), lines.end(), name) != lines.end();
  };
  return !has("log stats") || has("log state_hashed") == dialect.hashed;
}

// What makes a line one of an earlier version than the latest.
bool IsWrittenBy(const tools::LogDialect& dialect, absl::string_view line) {
  if (absl::StrContains(line, " transaction #")) {
    return absl::StrContains(line, " elapsed ") == dialect.elapsed &&
           absl::StrContains(line, " pri - a") == dialect.kinds;
  }
  if (absl::StartsWith(line, "  buffer ")) {
    return absl::StrContains(line, ": - size") != dialect.offsets;
  }
  const bool unknown = absl::StrContains(line, "unknown work: type ");
  if (!unknown ||
      absl::EndsWith(line, absl::StrCat(" ", dialect.spam_suspect))) {
    return true;
  }
  // A one-way that waits for a frozen process, in kernels that have a type for
  // it.
  return dialect.elapsed &&
         absl::EndsWith(line, absl::StrCat(" ", dialect.spam_suspect - 1));
}

}  // namespace

size_t DialectOf(const Lines& lines) {
  const size_t latest = std::size(tools::kLogDialects) - 1;
  for (size_t i = latest;; --i) {
    const bool all =
        HasFiles(tools::kLogDialects[i], lines) &&
        std::all_of(lines.begin(), lines.end(), [i](const std::string& line) {
          return IsWrittenBy(tools::kLogDialects[i], line);
        });
    if (all) return i;
    if (i == 0) return latest;
  }
}

std::string LostNode(const Lines& lines) {
  bool dead = false;
  for (const std::string& line : lines) {
    if (line == "dead nodes:") dead = true;
    if (absl::StartsWith(line, "proc ")) dead = false;
    const bool idle = absl::StrContains(line, " ls 0 lw 0 is 0 iw 0 tr 1");
    if (idle && (dead || absl::StrContains(line, " hs 0 hw 0 "))) return line;
  }
  return "";
}

}  // namespace bindery::conform
