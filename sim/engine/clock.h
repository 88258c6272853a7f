// Virtual time: nanoseconds since the beginning of a run, an integer that only
// the simulation moves.
//
//  C1 Time is not state: no transition depends on it, it is neither hashed nor
//     encoded, and a search does without it.
//  C2 Timers that are due at one moment fire in the order in which they were
//     set, so that equal runs have equal orders.
//  C3 Time never goes back.
#ifndef BINDERY_SIM_ENGINE_CLOCK_H_
#define BINDERY_SIM_ENGINE_CLOCK_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "sim/engine/choice.h"

namespace bindery::sim {

// What one transition costs, in nanoseconds. The defaults have the order of
// magnitude of a phone (about 20 us for a small call and its reply); they are a
// scale for reports, not a measurement.
struct CostTable {
  uint32_t task = 2'000;         // a command or an item in the driver
  uint32_t worker = 5'000;       // a phase of the deferred worker
  uint32_t environment = 1'000;  // a kill, a signal, a failure

  uint32_t Of(uint64_t choice) const {
    switch (KindOf(choice)) {
      case ChoiceKind::kTask:
      case ChoiceKind::kIssue:
        return task;
      case ChoiceKind::kWorker:
        return worker;
      default:
        return environment;
    }
  }
};

class VirtualClock {
 public:
  uint64_t now() const { return now_; }
  void Advance(uint64_t nanoseconds) { now_ += nanoseconds; }
  // Goes to `time` unless it is past.
  void AdvanceTo(uint64_t time) { now_ = std::max(now_, time); }

 private:
  uint64_t now_ = 0;
};

// Timers, the earliest first (C2).
template <typename Event>
class EventQueue {
 public:
  bool empty() const { return heap_.empty(); }
  size_t size() const { return heap_.size(); }

  void Add(uint64_t time, Event event) {
    heap_.push_back({time, ++sequence_, std::move(event)});
    std::push_heap(heap_.begin(), heap_.end(), After);
  }
  // REQUIRES: !empty().
  uint64_t NextTime() const {
    BINDERY_CHECK(!empty());
    return heap_.front().time;
  }
  // Takes the earliest timer off. REQUIRES: !empty().
  Event Take() {
    BINDERY_CHECK(!empty());
    std::pop_heap(heap_.begin(), heap_.end(), After);
    Event event = std::move(heap_.back().event);
    heap_.pop_back();
    return event;
  }

 private:
  struct Timer {
    uint64_t time;
    uint64_t sequence;
    Event event;
  };
  static bool After(const Timer& a, const Timer& b) {
    return a.time != b.time ? a.time > b.time : a.sequence > b.sequence;
  }

  std::vector<Timer> heap_;
  uint64_t sequence_ = 0;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_CLOCK_H_
