#include "model/bit_filter.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bindery::model {
namespace {

constexpr size_t kPage = 4096;

}  // namespace

BitFilter::BitFilter(size_t bytes) {
  const size_t size = ZeroedArray::RoundDown(std::max(bytes, kPage));
  if (array_.Grow(size)) words_ = size / sizeof(uint64_t);
}

// Bits are chosen with repetition: in a word with n of 64 bits set each is
// found set with probability n / 64.
double BitFilter::FalsePositiveRate() const {
  double sum = 0;
  for (size_t i = 0; i < words_; ++i) {
    const uint64_t word = array_.words()[i];
    if (word != 0) sum += std::pow(std::popcount(word) / 64.0, kBits);
  }
  return words_ == 0 ? 1.0 : sum / static_cast<double>(words_);
}

}  // namespace bindery::model
