// The project's own hash: fixed for ever, equal on every machine and compiler.
//
// Hash128 is a sum of contributions, so that a change of one field costs the
// difference of two contributions and their order does not matter.
#ifndef BINDERY_SIM_WORLD_HASH_H_
#define BINDERY_SIM_WORLD_HASH_H_

#include <compare>
#include <cstddef>
#include <cstdint>

namespace bindery::sim {

// Folded 64x64 multiplication.
constexpr uint64_t Fold(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// The half of Mix() that depends on its second word alone.
constexpr uint64_t Spread(uint64_t b) {
  return Fold(b ^ 0xd1b54a32d192ed03u, 0x8cb92ba72f3d8dd7u);
}
constexpr uint64_t MixSpread(uint64_t a, uint64_t spread_b) {
  return Fold(a ^ 0x9e3779b97f4a7c15u, spread_b + a);
}

// A 64-bit mix of two words; the order of the arguments matters.
constexpr uint64_t Mix(uint64_t a, uint64_t b) {
  return MixSpread(a, Spread(b));
}

struct Hash128 {
  uint64_t hi = 0;
  uint64_t lo = 0;

  Hash128& operator+=(const Hash128& other) {
    hi += other.hi;
    lo += other.lo;
    return *this;
  }
  Hash128& operator-=(const Hash128& other) {
    hi -= other.hi;
    lo -= other.lo;
    return *this;
  }
  friend auto operator<=>(const Hash128&, const Hash128&) = default;
};

// What `value` in the place named `key` adds to a sum; zero adds nothing.
inline Hash128 Contribution(uint64_t key, uint64_t value) {
  if (value == 0) return {};
  return {Fold(key ^ 0xa0761d6478bd642fu, value ^ 0xe7037ed1a0b428dbu),
          Fold(key + 0x589965cc75374cc3u,
               value * 0x1d8e4e27c47d124fu + 0xeb44accab455d165u)};
}

// Hash of a byte string, independent of the machine's byte order.
inline uint64_t HashBytes(const char* data, size_t size) {
  uint64_t hash = Mix(0x2545f4914f6cdd1du, size);
  for (size_t i = 0; i < size; i += 8) {
    uint64_t word = 0;
    for (size_t j = 0; j < 8 && i + j < size; ++j) {
      word |= static_cast<uint64_t>(static_cast<uint8_t>(data[i + j]))
              << (8 * j);
    }
    hash = Mix(hash, word);
  }
  return hash;
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_HASH_H_
