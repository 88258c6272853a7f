// A stack of 64-bit words that does not clear what it grows by: a step pushes
// some hundreds, and every one of them is written right away.
//
// Not thread-safe. Used by World alone.
#ifndef BINDERY_SIM_WORLD_WORD_STACK_H_
#define BINDERY_SIM_WORLD_WORD_STACK_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "base/check.h"

namespace bindery::sim {

class WordStack {
 public:
  size_t size() const { return size_; }

  void Push(uint64_t word) {
    *Room(1) = word;
    ++size_;
  }
  // Room for `count` more words; those that are used are then Taken().
  uint64_t* Room(size_t count) {
    if (capacity_ - size_ < count) [[unlikely]]
      Grow(count);
    return words_.get() + size_;
  }
  void Taken(size_t count) { size_ += count; }

  uint64_t Pop() { return words_[--size_]; }
  // The top `count` words, which are popped; good until the next Room().
  const uint64_t* Pop(size_t count) {
    BINDERY_CHECK(count <= size_);
    size_ -= count;
    return words_.get() + size_;
  }
  void Clear() { size_ = 0; }

 private:
  void Grow(size_t count) {
    capacity_ = 2 * capacity_ + count;
    std::unique_ptr<uint64_t[]> larger(new uint64_t[capacity_]);
    if (size_ != 0) std::memcpy(larger.get(), words_.get(), size_ * 8);
    words_ = std::move(larger);
  }

  std::unique_ptr<uint64_t[]> words_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_WORD_STACK_H_
