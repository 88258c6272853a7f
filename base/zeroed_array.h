// A growable array of 64-bit words that starts out, and grows, as zeroes.
//
//  1. The words live in one anonymous mapping aligned to a huge page; from one
//     huge page on its size is a whole number of them and the kernel is asked
//     to back it with huge pages. A random probe of a large table then costs
//     one cache miss instead of a cache miss and a page walk.
//  2. Growing moves page tables, never contents: at no time are there two
//     copies, so the peak of resident memory is the size after growth.
//  3. Errors: Grow() returns false and leaves the array as it was if the
//     system refuses; nothing else can fail.
//
// Not thread-safe. Linux only (mremap).
#ifndef BINDERY_BASE_ZEROED_ARRAY_H_
#define BINDERY_BASE_ZEROED_ARRAY_H_

#include <cstddef>
#include <cstdint>

namespace bindery {

class ZeroedArray {
 public:
  ZeroedArray() = default;
  ~ZeroedArray();
  ZeroedArray(const ZeroedArray&) = delete;
  ZeroedArray& operator=(const ZeroedArray&) = delete;

  // The nearest size that an array can have, not below or not above `bytes`.
  static size_t RoundUp(size_t bytes);
  static size_t RoundDown(size_t bytes);

  // Requires new_bytes == RoundUp(new_bytes), new_bytes >= bytes() and > 0.
  bool Grow(size_t new_bytes);
  // The same for any size; all words are zeroes after that.
  bool Reset(size_t new_bytes);

  uint64_t* words() const { return words_; }
  size_t bytes() const { return bytes_; }

 private:
  uint64_t* words_ = nullptr;
  size_t bytes_ = 0;
};

// Starts to load the cache line of an address that is to be written. The empty
// statement is there because GCC takes a function that does nothing but
// prefetch for one without any effect, and drops calls of it.
inline void PrefetchLine(const void* address) {
  __builtin_prefetch(address, 1);
  asm volatile("" : : "r"(address));
}

}  // namespace bindery

#endif  // BINDERY_BASE_ZEROED_ARRAY_H_
