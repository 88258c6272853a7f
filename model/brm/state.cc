#include "model/brm/state.h"

#include <bit>
#include <cstring>

#include "base/check.h"

namespace bindery::model {
namespace {

// The k-th number of a fixed sequence (splitmix64), k > 0.
uint64_t Scramble(uint64_t k) {
  uint64_t x = k * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

template <BrmUse kUse>
const typename BrmState<kUse>::Keys& BrmState<kUse>::SharedKeys() {
  static const Keys* const keys = [] {
    auto* made = new Keys;
    for (size_t i = 0; i < made->size(); ++i) {
      (*made)[i] = Lanes{Scramble(2 * i + 2), Scramble(2 * i + 1)};
    }
    return made;
  }();
  return *keys;
}

template <BrmUse kUse>
BrmState<kUse>::BrmState(const BrmParams& params)
    : BrmLayout(params), keys_(&SharedKeys()) {
  BINDERY_CHECK(cell_count() <= kMaxCells);
  for (int p = 0; p < params.processes; ++p) {
    Place(Life(p), 2);
    for (const int cell : {Served(p), Reply(p), Buffer(p), ReplyBuffer(p)}) {
      Place(cell, 3);
    }
    for (int i = 0; i < params.inbox_capacity; ++i) Place(Inbox(p, i), 7);
  }
  for (int n = 0; n < params.nodes; ++n) {
    Place(Flags(n), 7);
    Place(InternalStrong(n), 3);
    Place(LocalStrong(n), 5);
    Place(LocalWeak(n), 2);
  }
  for (int p = 0; p < params.processes; ++p) {
    for (int n = 0; n < params.nodes; ++n) {
      if (p != n) Place(Ref(p, n), 7);
    }
  }
  sum_ = SumOfCells();
  bits_ = BitsOfCells();
}

template <BrmUse kUse>
void BrmState<kUse>::Place(int cell, int width) {
  if (bits_in_last_word_ + width > 64) {
    ++word_count_;
    bits_in_last_word_ = 0;
  }
  BINDERY_CHECK(word_count_ <= kMaxWords);
  slots_[cell] = {static_cast<uint8_t>(word_count_ - 1),
                  static_cast<uint8_t>(bits_in_last_word_),
                  static_cast<uint8_t>((1 << width) - 1)};
  bits_in_last_word_ += width;
}

template <BrmUse kUse>
void BrmState<kUse>::Undo() {
  BINDERY_CHECK(!levels_.empty());
  cells_ = levels_.back().cells;
  sum_ = levels_.back().sum;
  levels_.pop_back();
  if constexpr (kKeepsBits) {
    bits_ = bits_of_levels_.back();
    bits_of_levels_.pop_back();
  }
}

template <BrmUse kUse>
void BrmState<kUse>::ForgetHistory() {
  levels_.clear();
  bits_of_levels_.clear();
}

template <BrmUse kUse>
typename BrmState<kUse>::Lanes BrmState<kUse>::SumOfCells() const {
  Lanes sum = {};
  for (int cell = 0; cell < cell_count(); ++cell) {
    sum ^= Key(cell, cells_[cell]);
  }
  return sum;
}

template <BrmUse kUse>
Fingerprint BrmState<kUse>::FingerprintOfImage(const BrmImage& image) const {
  Lanes sum = {};
  for (int c = 0; c < cell_count(); ++c) {
    sum ^= Key(image.to[c], image.values[image.kind[c]][cells_[c]]);
  }
  return {sum[1], sum[0]};
}

template <BrmUse kUse>
void BrmState<kUse>::BecomeImage(const BrmImage& image) {
  const std::array<uint8_t, kMaxCells> old = cells_;
  Open();
  for (int c = 0; c < cell_count(); ++c) {
    const int value = image.values[image.kind[c]][old[c]];
    if (cells_[image.to[c]] != value) Set(image.to[c], value);
  }
}

template <BrmUse kUse>
typename BrmState<kUse>::Bits BrmState<kUse>::BitsOfCells() const {
  Bits bits = {};
  int overflow = 0;
  for (int cell = 0; cell < cell_count(); ++cell) {
    const Slot slot = slots_[cell];
    overflow |= cells_[cell] & ~slot.limit;
    bits[slot.word] |= uint64_t{cells_[cell]} << slot.shift;
  }
  BINDERY_CHECK_MSG(overflow == 0, kOutgrown);
  return bits;
}

template <BrmUse kUse>
void BrmState<kUse>::Encode(std::string* bytes) const {
  static_assert(std::endian::native == std::endian::little);
  const Bits bits = kKeepsBits ? bits_ : BitsOfCells();
  bytes->assign(reinterpret_cast<const char*>(bits.data()), EncodedSize());
}

template <BrmUse kUse>
size_t BrmState<kUse>::EncodedSize() const {
  return static_cast<size_t>(word_count_ - 1) * 8 +
         static_cast<size_t>(bits_in_last_word_ + 7) / 8;
}

template <BrmUse kUse>
void BrmState<kUse>::Decode(absl::string_view encoded) {
  BINDERY_CHECK(encoded.size() == EncodedSize());
  Bits bits = {};
  std::memcpy(bits.data(), encoded.data(), encoded.size());
  for (int cell = 0; cell < cell_count(); ++cell) {
    const Slot slot = slots_[cell];
    cells_[cell] =
        static_cast<uint8_t>(bits[slot.word] >> slot.shift & slot.limit);
  }
  bits_ = bits;
  ForgetHistory();
  sum_ = SumOfCells();
}

template class BrmState<BrmUse::kFingerprints>;
template class BrmState<BrmUse::kEncodings>;
template class BrmState<BrmUse::kFootprints>;

}  // namespace bindery::model
