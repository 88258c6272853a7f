// Numbers for sequences of words, and a memory of answers about numbers.
#ifndef BINDERY_MODEL_EXPLORE_INTERNING_H_
#define BINDERY_MODEL_EXPLORE_INTERNING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace bindery::model {

// Gives numbers to sequences, from 0 on in the order in which they are first
// met: equal ones have equal numbers. The empty one has 0. Not thread-safe.
class Sequences {
 public:
  using Words = absl::Span<const uint64_t>;

  Sequences() : index_(kFirst) { Number({}); }

  // `words` is none of At().
  uint32_t Number(Words words);
  // Good until the next Number().
  Words At(uint32_t number) const {
    return Words(words_).subspan(ends_[number],
                                 ends_[number + 1] - ends_[number]);
  }
  uint32_t size() const { return static_cast<uint32_t>(ends_.size() - 1); }
  size_t bytes() const {
    return (words_.capacity() + ends_.capacity() + index_.capacity()) * 8;
  }

 private:
  static constexpr size_t kFirst = 1024;  // a power of two

  // A number plus 1, and 32 bits of the hash of its words above it.
  using Entry = uint64_t;

  // The place of these words, which have this hash, or the free one for them.
  size_t Find(uint64_t hash, Words words) const;
  void Grow();

  std::vector<uint64_t> words_;
  std::vector<uint64_t> ends_ = {0};
  std::vector<Entry> index_;  // by hash; 0: free
};

// Answers to what was asked about two numbers, as long as nobody else's answer
// takes their place. Not thread-safe.
class Memo {
 public:
  Memo() : slots_(kFirst) {}

  std::optional<uint32_t> Get(uint32_t a, uint32_t b) const {
    const Slot& slot = slots_[PlaceOf(a, b)];
    if (slot.a != a || slot.b != b || !slot.known) return std::nullopt;
    return slot.answer;
  }
  // Returns the answer.
  uint32_t Put(uint32_t a, uint32_t b, uint32_t answer) {
    if (++puts_ > slots_.size() && slots_.size() < kMost) {
      slots_.assign(slots_.size() * 8, Slot{});
      puts_ = 0;
    }
    slots_[PlaceOf(a, b)] = {a, b, answer, true};
    return answer;
  }

 private:
  static constexpr size_t kFirst = size_t{1} << 8;  // a power of two
  static constexpr size_t kMost = size_t{1} << 17;

  struct Slot {
    uint32_t a = 0;
    uint32_t b = 0;
    uint32_t answer = 0;
    bool known = false;
  };

  size_t PlaceOf(uint32_t a, uint32_t b) const {
    const uint64_t both = uint64_t{a} << 32 | b;
    const uint64_t hash = both * 0x9e3779b97f4a7c15u;
    return static_cast<size_t>(hash >> 32) & (slots_.size() - 1);
  }

  std::vector<Slot> slots_;
  size_t puts_ = 0;  // since it grew
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_INTERNING_H_
