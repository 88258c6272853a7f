#include "model/brm/state.h"

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

const BrmState::Keys& BrmState::SharedKeys() {
  static const Keys* const keys = [] {
    auto* made = new Keys;
    for (size_t i = 0; i < made->size(); ++i) {
      (*made)[i] = Lanes{Scramble(2 * i + 2), Scramble(2 * i + 1)};
    }
    return made;
  }();
  return *keys;
}

BrmState::BrmState(const BrmParams& params)
    : nodes_(params.nodes),
      process_cells_(5 + params.inbox_capacity),
      first_node_(params.processes * process_cells_),
      first_ref_(first_node_ + params.nodes * 4),
      cell_count_(first_ref_ + params.processes * params.nodes),
      keys_(&SharedKeys()) {
  BINDERY_CHECK(cell_count_ <= kMaxCells);
  for (int p = 0; p < params.processes; ++p) {
    widths_[Life(p)] = 2;
    for (const int cell : {Served(p), Reply(p), Buffer(p), ReplyBuffer(p)}) {
      widths_[cell] = 3;
    }
    for (int i = 0; i < params.inbox_capacity; ++i) widths_[Inbox(p, i)] = 7;
    for (int n = 0; n < params.nodes; ++n) widths_[Ref(p, n)] = p == n ? 0 : 7;
  }
  for (int n = 0; n < params.nodes; ++n) {
    widths_[Flags(n)] = 7;
    widths_[InternalStrong(n)] = 3;
    widths_[LocalStrong(n)] = 5;
    widths_[LocalWeak(n)] = 2;
  }
  sum_ = SumOfCells();
}

void BrmState::Undo() {
  BINDERY_CHECK(!levels_.empty());
  cells_ = levels_.back().cells;
  sum_ = levels_.back().sum;
  levels_.pop_back();
}

void BrmState::ForgetHistory() { levels_.clear(); }

BrmState::Lanes BrmState::SumOfCells() const {
  Lanes sum = {};
  for (int cell = 0; cell < cell_count_; ++cell) {
    sum ^= Key(cell, cells_[cell]);
  }
  return sum;
}

Fingerprint BrmState::FingerprintOfImage(const BrmImage& image) const {
  Lanes sum = {};
  for (int c = 0; c < cell_count_; ++c) {
    sum ^= Key(image.to[c], image.values[image.kind[c]][cells_[c]]);
  }
  return {sum[1], sum[0]};
}

void BrmState::BecomeImage(const BrmImage& image) {
  const std::array<uint8_t, kMaxCells> old = cells_;
  Open();
  for (int c = 0; c < cell_count_; ++c) {
    const int value = image.values[image.kind[c]][old[c]];
    if (cells_[image.to[c]] != value) Set(image.to[c], value);
  }
}

// Exact storage asks for this once for each transition: whole words, and one
// assignment in the end.
void BrmState::Encode(std::string* bytes) const {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  std::array<char, kMaxCells> out;  // a cell has less than a byte
  size_t size = 0;
  uint64_t buffer = 0;
  int held = 0;
  int overflow = 0;
  for (int cell = 0; cell < cell_count_; ++cell) {
    overflow |= cells_[cell] >> widths_[cell];
    buffer |= static_cast<uint64_t>(cells_[cell]) << held;
    held += widths_[cell];
    if (held < 32) continue;
    std::memcpy(out.data() + size, &buffer, 4);
    size += 4;
    buffer >>= 32;
    held -= 32;
  }
  for (; held > 0; held -= 8, buffer >>= 8) {
    out[size++] = static_cast<char>(buffer & 0xff);
  }
  bytes->assign(out.data(), size);
  BINDERY_CHECK_MSG(overflow == 0, "a cell outgrew its width");
}

void BrmState::Decode(absl::string_view encoded) {
  uint32_t buffer = 0;
  int held = 0;
  size_t next = 0;
  for (int cell = 0; cell < cell_count_; ++cell) {
    if (held < widths_[cell]) {
      BINDERY_CHECK(next < encoded.size());
      buffer |= static_cast<uint32_t>(static_cast<uint8_t>(encoded[next++]))
                << held;
      held += 8;
    }
    cells_[cell] = static_cast<uint8_t>(buffer & ((1u << widths_[cell]) - 1));
    buffer >>= widths_[cell];
    held -= widths_[cell];
  }
  BINDERY_CHECK(next == encoded.size());
  ForgetHistory();
  sum_ = SumOfCells();
}

}  // namespace bindery::model
