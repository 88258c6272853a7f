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
  kLine,   // lines that begin with the text, indented or not
  kCount,  // lines that have it
  kValue,  // the word behind it
};

struct LeftOut {
  Part part;
  absl::string_view text;
  absl::string_view reason;
};

constexpr LeftOut kLeftOut[] = {
    {Part::kLine, "BC_", "the model keeps no statistics"},
    {Part::kLine, "BR_", "the model keeps no statistics"},
    {Part::kCount, ": active ",
     "counts over all processes of the machine; compared when all are dead"},
    {Part::kValue, "pri",
     "before 7.2 a reply's is noted behind the change of its sender's nice "
     "value; returns tell who has which"},
    {Part::kValue, "elapsed", "a time"},
};

bool IsLeftOut(absl::string_view line) {
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
  return std::any_of(
      std::begin(kLeftOut), std::end(kLeftOut), [&](const LeftOut& out) {
        return (out.part == Part::kLine && absl::StartsWith(text, out.text)) ||
               (out.part == Part::kCount && absl::StrContains(text, out.text));
      });
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

std::string PointerText(absl::string_view key, absl::string_view word) {
  if (key != "d") return "-";
  return word.find_first_not_of('0') == word.npos ? "0" : "set";
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
  Rewriter(const LogNames& names, std::map<std::string, int>* ids)
      : names_(names), ids_(*ids) {}

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

  std::string Id(absl::string_view word) {
    const int next = static_cast<int>(ids_.size()) + 1;
    return absl::StrCat("#",
                        ids_.emplace(std::string(word), next).first->second);
  }

  const LogNames& names_;
  std::map<std::string, int>& ids_;
};

// --------------------------------------------------------------- dead nodes --

// A node's line from its pointer on, and the refs to it, as "proc desc".
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

void SortDeadNodes(const LogNames& names, Lines* lines) {
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
    key.first = Rewriter(names, &none).Line(key.first);
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
      "  node %u: u%*x c%*x hs %d hw %d ls %d lw %d is %d iw %d tr %d", &id,
      &hs, &hw, &ls, &lw, &is, &iw, &tr);
  const bool queued = read == 8 && hs + hw > 0 && lw + iw == 0 && tr == 1;
  return queued ? absl::StrCat("  node work ", id, ":") : "";
}

Lines WithoutWorkOfReader(const Lines& lines) {
  Lines out;
  bool ready = false;
  std::vector<std::string> works;  // of the proc
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    const std::string work = WorkOfReader(line);
    if (absl::StartsWith(line, "proc ")) {
      ready = false;
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

Lines NormaliseLogs(const Lines& raw, const LogNames& names) {
  Lines lines = WithoutWorkOfReader(raw);
  std::erase_if(lines, IsLeftOut);
  SortDeadNodes(names, &lines);
  std::map<std::string, int> ids;
  Rewriter rewriter(names, &ids);
  for (std::string& line : lines) line = rewriter.Line(line);
  return lines;
}

namespace {

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
