#include "tools/conform/transcript.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace bindery::conform {
namespace {

// How many steps before the difference are shown, and of a step with many
// results how many lines around what differs.
constexpr size_t kContext = 4;
constexpr size_t kLinesAround = 3;

std::string LineAt(const std::vector<std::string>& lines, size_t i) {
  return i < lines.size() ? lines[i] : "";
}

Difference DifferenceOf(const TranscriptStep& expected,
                        const TranscriptStep& observed, size_t step) {
  if (expected.action != observed.action) {
    return {true, step, expected.action, observed.action};
  }
  const size_t lines =
      std::max(expected.results.size(), observed.results.size());
  for (size_t i = 0; i < lines; ++i) {
    const std::string e = LineAt(expected.results, i);
    const std::string o = LineAt(observed.results, i);
    if (e != o) return {true, step, e, o};
  }
  return {};
}

void AppendResults(const char* mark, const std::vector<std::string>& results,
                   std::string* out) {
  for (const std::string& line : results) {
    absl::StrAppend(out, mark, line, "\n");
  }
}

// Of two results those lines that differ, and some around them.
struct Excerpt {
  size_t begin = 0;  // lines before it agree
  size_t after = 0;  // so do that many at the end
};

Excerpt ExcerptOf(const std::vector<std::string>& a,
                  const std::vector<std::string>& b) {
  const size_t most = std::min(a.size(), b.size());
  size_t head = 0, tail = 0;
  while (head < most && a[head] == b[head]) ++head;
  while (tail < most - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
    ++tail;
  return {head > kLinesAround ? head - kLinesAround : 0,
          tail > kLinesAround ? tail - kLinesAround : 0};
}

void AppendExcerpt(const char* mark, const std::vector<std::string>& results,
                   const Excerpt& excerpt, std::string* out) {
  if (excerpt.begin != 0) {
    absl::StrAppend(out, mark, "(", excerpt.begin, " lines agree)\n");
  }
  AppendResults(mark,
                {results.begin() + static_cast<ptrdiff_t>(excerpt.begin),
                 results.end() - static_cast<ptrdiff_t>(excerpt.after)},
                out);
  if (excerpt.after != 0) {
    absl::StrAppend(out, mark, "(", excerpt.after, " lines agree)\n");
  }
}

}  // namespace

Difference FirstDifference(const Transcript& expected,
                           const Transcript& observed) {
  for (size_t i = 0; i < expected.steps.size(); ++i) {
    if (i == observed.steps.size()) {
      return {true, i, expected.steps[i].action, ""};
    }
    const Difference difference =
        DifferenceOf(expected.steps[i], observed.steps[i], i);
    if (difference.found) return difference;
  }
  if (observed.steps.size() <= expected.steps.size()) return {};
  const size_t extra = expected.steps.size();
  return {true, extra, "", observed.steps[extra].action};
}

namespace {

// One side's results of the step that differs; `step` is null if it did not
// get there.
void AppendSide(const std::string& side, const TranscriptStep* step,
                const Excerpt& excerpt, std::string* out) {
  const std::string mark = absl::StrFormat("    %-8s", side);
  if (step == nullptr) {
    absl::StrAppend(out, mark, "did not get to this step\n");
    return;
  }
  AppendExcerpt(mark.c_str(), step->results, excerpt, out);
  AppendResults("      cites   ", step->cited, out);
}

const TranscriptStep* StepAt(const Transcript& transcript, size_t at) {
  return at < transcript.steps.size() ? &transcript.steps[at] : nullptr;
}

}  // namespace

std::string Explain(const Transcript& expected, const Transcript& observed,
                    const Difference& difference, const Sides& sides) {
  const size_t at = difference.step;
  std::string out;
  for (size_t i = at > kContext ? at - kContext : 0; i < at; ++i) {
    absl::StrAppend(&out, "    step ", i + 1, "  ", expected.steps[i].action,
                    "\n");
    AppendResults("          ", expected.steps[i].results, &out);
  }
  const TranscriptStep* const a = StepAt(expected, at);
  const TranscriptStep* const b = StepAt(observed, at);
  const Excerpt excerpt = a != nullptr && b != nullptr
                              ? ExcerptOf(a->results, b->results)
                              : Excerpt();
  absl::StrAppend(&out, "  > step ", at + 1, "  ",
                  (a != nullptr ? a : b)->action, "\n");
  AppendSide(sides.expected, a, excerpt, &out);
  AppendSide(sides.observed, b, excerpt, &out);
  return out;
}

uint64_t TextHash(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  }
  return hash;
}

std::string Write(const Transcript& transcript, uint64_t hash) {
  std::string out =
      absl::StrFormat("scenario %s %016x\n", transcript.scenario, hash);
  for (const TranscriptStep& step : transcript.steps) {
    absl::StrAppend(&out, step.action, "\n");
    AppendResults("  ", step.results, &out);
  }
  return out;
}

namespace {

absl::Status ReadHeader(absl::string_view line, RecordedTranscript* recorded) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  unsigned long long hash = 0;
  if (words.size() != 3 ||
      std::sscanf(words[2].c_str(), "%16llx", &hash) != 1) {
    return absl::InvalidArgumentError("expected `scenario NAME HASH`");
  }
  recorded->transcript.scenario = words[1];
  recorded->hash = hash;
  return absl::OkStatus();
}

absl::Status ReadLine(absl::string_view line,
                      std::vector<RecordedTranscript>* all) {
  if (absl::StartsWith(line, "scenario ")) {
    return ReadHeader(line, &all->emplace_back());
  }
  if (all->empty()) {
    return absl::InvalidArgumentError("expected `scenario NAME HASH` first");
  }
  std::vector<TranscriptStep>& steps = all->back().transcript.steps;
  if (!absl::StartsWith(line, "  ")) {
    steps.push_back({std::string(line), {}, {}});
    return absl::OkStatus();
  }
  if (steps.empty()) {
    return absl::InvalidArgumentError("a result before the first step");
  }
  steps.back().results.push_back(std::string(line.substr(2)));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<RecordedTranscript>> ReadTranscripts(
    const std::string& path, absl::string_view text) {
  std::vector<RecordedTranscript> all;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const absl::Status status = ReadLine(line, &all);
    if (!status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", number, ": ", status.message()));
    }
  }
  return all;
}

}  // namespace bindery::conform
