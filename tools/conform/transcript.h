// What a scenario did, step by step, in words that the model and a real kernel
// have in common. Two executions are the same if their transcripts are.
//
// A step is one act of user space or the environment, and everything that it
// made return: the acting task's call first, then others by number. Results
// are whole lines of text. What is arbitrary is not in them: pids are names,
// addresses are offsets into a mapping, debug ids and times are left out.
#ifndef BINDERY_TOOLS_CONFORM_TRANSCRIPT_H_
#define BINDERY_TOOLS_CONFORM_TRANSCRIPT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bindery::conform {

struct TranscriptStep {
  // Who does what, such as "client.main: ioctl(0, BINDER_VERSION)".
  std::string action;
  std::vector<std::string> results;
  // Of a model's transcript, and not compared: the functions of the driver that
  // the step went through, each with why it refused something. Each once.
  std::vector<std::string> cited;
};

struct Transcript {
  std::string scenario;
  std::vector<TranscriptStep> steps;
};

// The first place where two transcripts differ.
struct Difference {
  bool found = false;
  size_t step = 0;       // counted from 0
  std::string expected;  // a line; "" if there is none
  std::string observed;
};

Difference FirstDifference(const Transcript& expected,
                           const Transcript& observed);

// What the two sides of a comparison are called.
struct Sides {
  std::string expected = "model";
  std::string observed = "kernel";
};

// The difference with what led to it, for people: the last steps that agree,
// then both results of the one that does not, with what they cite.
std::string Explain(const Transcript& expected, const Transcript& observed,
                    const Difference& difference, const Sides& sides = {});

// A hash of a scenario's text: a recorded transcript of another text is stale.
uint64_t TextHash(absl::string_view text);

// The file format of tests/conformance/: a line `scenario NAME HASH` for each
// transcript, then its steps, results indented by two spaces.
std::string Write(const Transcript& transcript, uint64_t hash);

struct RecordedTranscript {
  uint64_t hash = 0;
  Transcript transcript;
};

// Errors: InvalidArgument with file:line.
absl::StatusOr<std::vector<RecordedTranscript>> ReadTranscripts(
    const std::string& path, absl::string_view text);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_TRANSCRIPT_H_
