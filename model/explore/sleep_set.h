// Choices of which a state knows what they lead to, because they were made
// before steps that have nothing to do with them: sleep sets, for
// partial_order.h.
//
//  1. A choice t that was made in s sleeps in s·u if u is another agent's and
//     does not conflict with t; likewise further on. Behind such steps it does
//     what it did: it reads, writes and makes the same, and moves the
//     fingerprint by as much.
//  2. So whoever meets a sleeper knows under which key the state behind it is
//     looked up, and need not make the choice if that state was searched.
//  3. Sleepers belong to the states on the stack. Nothing is kept with a state
//     that was searched: a state that is met again is not searched again, and
//     what sleeps was looked up, not left out.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_SLEEP_SET_H_
#define BINDERY_MODEL_EXPLORE_SLEEP_SET_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/concept.h"
#include "model/explore/footprints.h"

namespace bindery::model {

struct Sleeper {
  Choice choice;
  uint32_t agent = 0;
  FootprintId step = 0;  // what the choice reads and writes
  SetId makes = 0;       // what is new behind it
  // Where it was made, and what it led to there.
  Fingerprint from;
  Fingerprint to;
};

class SleepSet {
 public:
  // Null if the choice does not sleep. Valid until the next call of another
  // function.
  const Sleeper* Find(Choice choice) const;
  void Add(const Sleeper& sleeper) { sleepers_.push_back(sleeper); }

  // Replaces this set by those of `above` that sleep on behind this step of the
  // mover.
  void Inherit(const SleepSet& above, uint32_t mover, FootprintId step,
               Footprints* seen);

  size_t bytes() const { return sleepers_.capacity() * sizeof(Sleeper); }

 private:
  std::vector<Sleeper> sleepers_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_SLEEP_SET_H_
