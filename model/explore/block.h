// Work that one worker of a search leaves to another: states that wait, as
// bytes, each with its depth and the choices that are still to be taken there.
//
// Numbers are base 128, low digits first. Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_BLOCK_H_
#define BINDERY_MODEL_EXPLORE_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "model/concept.h"

namespace bindery::model {

struct Block {
  std::string bytes;
  uint64_t waiting = 0;  // states, or choices that are to be taken
};

class BlockWriter {
 public:
  bool empty() const { return block_.bytes.empty(); }
  uint64_t waiting() const { return block_.waiting; }

  // A state to be expanded.
  void Add(absl::string_view encoding, uint64_t depth) {
    AddState(encoding, depth, 0);
    ++block_.waiting;
  }
  // A state that was expanded, and choices of it.
  void Add(absl::string_view encoding, uint64_t depth, const Choice* choices,
           size_t count) {
    AddState(encoding, depth, count);
    block_.bytes.append(reinterpret_cast<const char*>(choices),
                        count * sizeof(Choice));
    block_.waiting += count;
  }
  // Takes the block, in no more memory than it needs; this one is empty then.
  Block Finish() {
    Block block{std::string(block_.bytes), block_.waiting};
    block_.bytes.clear();
    block_.waiting = 0;
    return block;
  }

 private:
  void AddState(absl::string_view encoding, uint64_t depth, size_t choices) {
    AddNumber(encoding.size());
    AddNumber(depth);
    AddNumber(choices);
    block_.bytes.append(encoding.data(), encoding.size());
  }
  void AddNumber(uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
      block_.bytes.push_back(static_cast<char>(value | 0x80));
    }
    block_.bytes.push_back(static_cast<char>(value));
  }

  Block block_;
};

class BlockReader {
 public:
  // `block` must outlive the reader and what it gives.
  explicit BlockReader(const Block& block)
      : next_(block.bytes.data()), end_(next_ + block.bytes.size()) {}

  // Reads the next state; its choices replace those in *choices.
  bool Next(absl::string_view* encoding, uint64_t* depth,
            std::vector<Choice>* choices) {
    if (next_ == end_) return false;
    const size_t size = Number();
    *depth = Number();
    choices->resize(Number());
    *encoding = absl::string_view(Skip(size), size);
    const size_t bytes = choices->size() * sizeof(Choice);
    if (bytes > 0) std::memcpy(choices->data(), Skip(bytes), bytes);
    return true;
  }
  absl::string_view Rest() const {
    return absl::string_view(next_, static_cast<size_t>(end_ - next_));
  }

 private:
  const char* Skip(size_t bytes) {
    BINDERY_CHECK(bytes <= static_cast<size_t>(end_ - next_));
    return std::exchange(next_, next_ + bytes);
  }
  uint64_t Number() {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      BINDERY_CHECK(next_ != end_ && shift < 64);
      const uint8_t digit = static_cast<uint8_t>(*next_++);
      value |= static_cast<uint64_t>(digit & 0x7f) << shift;
      if (digit < 0x80) return value;
    }
  }

  const char* next_;
  const char* end_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_BLOCK_H_
