// Random choices of a generator.
#ifndef BINDERY_TOOLS_CONFORM_DICE_H_
#define BINDERY_TOOLS_CONFORM_DICE_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "sim/engine/prng.h"

namespace bindery::conform {

class Dice {
 public:
  explicit Dice(uint64_t seed) : prng_(seed) {}

  // In [0, bound). REQUIRES: bound > 0.
  uint32_t Below(size_t bound) {
    return prng_.Below(static_cast<uint32_t>(bound));
  }
  bool Chance(uint32_t percent) { return Below(100) < percent; }
  // An element of what is not empty.
  template <typename T>
  const auto& Pick(const T& all) {
    return all[Below(std::size(all))];
  }

 private:
  sim::Prng prng_;
};

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_DICE_H_
