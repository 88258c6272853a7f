#include "base/zeroed_array.h"

#include <sys/mman.h>

#include "base/check.h"

namespace bindery {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kHugePage = size_t{2} << 20;

size_t RoundUpTo(size_t value, size_t unit) {
  return (value + unit - 1) / unit * unit;
}

// Address space for `bytes` at a huge page boundary, without access rights;
// null if there is none.
char* ReserveAligned(size_t bytes) {
  void* raw = mmap(nullptr, bytes + kHugePage, PROT_NONE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (raw == MAP_FAILED) return nullptr;
  char* begin = static_cast<char*>(raw);
  const uintptr_t address = reinterpret_cast<uintptr_t>(raw);
  const size_t head = RoundUpTo(address, kHugePage) - address;
  if (head > 0) munmap(begin, head);
  munmap(begin + head + bytes, kHugePage - head);
  return begin + head;
}

// Maps or moves onto the reserved range; false if the system refuses.
bool Occupy(char* reserved, void* old_words, size_t old_bytes, size_t bytes) {
  if (old_words == nullptr) {
    return mprotect(reserved, bytes, PROT_READ | PROT_WRITE) == 0;
  }
  return mremap(old_words, old_bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
                reserved) != MAP_FAILED;
}

}  // namespace

ZeroedArray::~ZeroedArray() {
  if (words_ != nullptr) munmap(words_, bytes_);
}

size_t ZeroedArray::RoundUp(size_t bytes) {
  return RoundUpTo(bytes, bytes < kHugePage ? kPage : kHugePage);
}

size_t ZeroedArray::RoundDown(size_t bytes) {
  const size_t unit = bytes < kHugePage ? kPage : kHugePage;
  return bytes / unit * unit;
}

bool ZeroedArray::Reset(size_t new_bytes) {
  if (words_ != nullptr) munmap(words_, bytes_);
  words_ = nullptr;
  bytes_ = 0;
  return Grow(new_bytes);
}

bool ZeroedArray::Grow(size_t new_bytes) {
  BINDERY_CHECK(new_bytes == RoundUp(new_bytes));
  BINDERY_CHECK(new_bytes >= bytes_ && new_bytes > 0);
  char* reserved = ReserveAligned(new_bytes);
  if (reserved == nullptr) return false;
  if (!Occupy(reserved, words_, bytes_, new_bytes)) {
    munmap(reserved, new_bytes);
    return false;
  }
  // Advice only: without huge pages everything is slower, nothing is wrong.
  madvise(reserved, new_bytes, MADV_HUGEPAGE);
  words_ = reinterpret_cast<uint64_t*>(reserved);
  bytes_ = new_bytes;
  return true;
}

}  // namespace bindery
