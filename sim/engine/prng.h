// The simulator's generator of pseudo-random numbers: xoshiro256** by Blackman
// and Vigna, seeded by splitmix64.
//
// A seed names a schedule for ever: neither the algorithm nor Below() changes.
// Not for statistics or secrets.
#ifndef BINDERY_SIM_ENGINE_PRNG_H_
#define BINDERY_SIM_ENGINE_PRNG_H_

#include <array>
#include <bit>
#include <cstdint>

namespace bindery::sim {

class Prng {
 public:
  explicit Prng(uint64_t seed) {
    for (uint64_t& word : s_) word = SplitMix(&seed);
  }

  uint64_t Next() {
    const uint64_t result = std::rotl(s_[1] * 5, 7) * 9;
    const uint64_t shifted = s_[1] << 17;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= shifted;
    s_[3] = std::rotl(s_[3], 45);
    return result;
  }

  // In [0, bound). REQUIRES: bound > 0. The bias, below bound / 2^32, does not
  // matter for schedules.
  uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>(((Next() >> 32) * bound) >> 32);
  }

 private:
  static uint64_t SplitMix(uint64_t* state) {
    *state += 0x9e3779b97f4a7c15;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::array<uint64_t, 4> s_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_PRNG_H_
