// A small generator of pseudo-random numbers with a fixed definition
// (splitmix64), so that a seed means the same walk on every machine and with
// every compiler. Not for cryptography. Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_RANDOM_H_
#define BINDERY_MODEL_EXPLORE_RANDOM_H_

#include <cstdint>

namespace bindery::model {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t x = state_ += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  }

  // A number in [0, bound), bound > 0; the bias is below bound / 2^64.
  uint64_t Below(uint64_t bound) {
    return static_cast<uint64_t>(
        (static_cast<unsigned __int128>(Next()) * bound) >> 64);
  }

 private:
  uint64_t state_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_RANDOM_H_
