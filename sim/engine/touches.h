// What choices touch, by numbers that the caller gives: which rows and other
// resources (sim/world/footprint.h) they read, write, or change in a way that
// commutes.
//
//  1. A number may stand for several choices: what any of them touches counts
//     for all.
//  2. Two that do not Meet() touch nothing that the other one writes, but for
//     what commutes (F1 of footprint.h). Two that meet may be apart:
//     kMostPlaces resources are told from each other.
//
// Answers depend on the order of calls in this way alone. Not thread-safe.
#ifndef BINDERY_SIM_ENGINE_TOUCHES_H_
#define BINDERY_SIM_ENGINE_TOUCHES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/world/footprint.h"
#include "sim/world/hash_index.h"

namespace bindery::sim {

class Touches {
 public:
  static constexpr uint32_t kMostNumbers = 1u << 16;
  static constexpr size_t kMostPlaces = 1024;

  Touches() : answers_(kAnswers) {}

  // What the number stands for touches what was noted, too.
  // REQUIRES: number < kMostNumbers.
  void Add(uint32_t number, const FootprintLog& log);
  // REQUIRES: something was added to both.
  bool Meet(uint32_t a, uint32_t b) {
    const uint64_t asked = age_ << 33 | uint64_t{a} << 17 | uint64_t{b} << 1;
    uint64_t& answer = answers_[(a * 0x9e3779b1u + b) % kAnswers];
    // Most pairs were asked for before.
    if ((answer ^ asked) > 1) [[unlikely]]
      answer = asked | (FindMeeting(sets_[a], sets_[b]) ? 1 : 0);
    return (answer & 1) != 0;
  }
  void Clear();

 private:
  static constexpr size_t kAnswers = size_t{1} << 15;
  using Places = std::array<uint64_t, kMostPlaces / 64>;  // bit by bit

  struct Sets {
    Places reads = {};
    Places writes = {};
    Places adds = {};  // what commutes
    friend bool operator==(const Sets&, const Sets&) = default;
  };

  void AddTo(Places* places, Resource resource);
  void ForgetAnswers();
  static bool FindMeeting(const Sets& a, const Sets& b);

  std::vector<Sets> sets_;        // by number
  HashIndex<uint32_t> place_of_;  // of resources, plus 1
  uint32_t next_place_ = 0;
  // Pairs, each with the lowest bit as the answer, and the age in which it was
  // true.
  std::vector<uint64_t> answers_;
  uint64_t age_ = 1;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_TOUCHES_H_
