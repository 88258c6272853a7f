// What random scenarios exercised, beside everything that the model has.
#ifndef BINDERY_TOOLS_CONFORM_STATS_H_
#define BINDERY_TOOLS_CONFORM_STATS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "proto/scenario.pb.h"
#include "sim/world/world.h"
#include "tools/conform/transcript.h"
#include "tools/conform/vocabulary.h"

namespace bindery::conform {

// Counts of names. Everything that the model has is there from the start, at
// zero; a name that comes up without being there is counted too.
class Stats {
 public:
  Stats();

  // Objects of a step that was taken.
  void AddStep(const proto::Step& step);
  // Loopers, queued work and constellations of a state at rest: each name at
  // most once for a state.
  void AddState(const sim::World& world);
  // Commands, requests, return words and errors.
  void AddTranscript(const Transcript& transcript);
  void Add(const Stats& other);

  // What is at zero and has no reason to be, and what has a reason and is not:
  // a line each.
  std::vector<std::string> Surprises() const;
  // A table for people: the groups, then what was never exercised and why.
  std::string Report() const;

  uint64_t Count(Group group, const std::string& name) const;

 private:
  using Counts = std::map<std::string, uint64_t>;

  Counts& Of(Group group) { return counts_[static_cast<size_t>(group)]; }
  void AddItems(const proto::Transaction& transaction);
  void AddWord(absl::string_view word, bool after_param);

  Counts counts_[static_cast<size_t>(Group::kCount)];
};

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_STATS_H_
