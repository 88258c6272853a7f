#include "model/explore/trail_log.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace bindery::model {
namespace {

constexpr size_t kMaxDigits = 5;

uint32_t ReadNumber(const uint8_t*& in) {
  uint32_t value = 0;
  for (int shift = 0;; shift += 7) {
    const uint8_t digit = *in++;
    value |= static_cast<uint32_t>(digit & 0x7f) << shift;
    if (digit < 0x80) return value;
  }
}

}  // namespace

void TrailLog::AddChild(uint32_t position) {
  BINDERY_CHECK(position < std::numeric_limits<uint32_t>::max());
  Append(position + 1);
  ++next_child_;
}

void TrailLog::EndParent() {
  Append(0);
  ++parent_;
}

void TrailLog::Append(uint32_t value) {
  if (chunks_.empty() || chunks_.back().used + kMaxDigits > kChunkBytes) {
    chunks_.push_back({parent_, next_child_, 0,
                       std::unique_ptr<uint8_t[]>(new uint8_t[kChunkBytes])});
  }
  Chunk& chunk = chunks_.back();
  for (; value >= 0x80; value >>= 7) {
    chunk.data[chunk.used++] = static_cast<uint8_t>(value | 0x80);
  }
  chunk.data[chunk.used++] = static_cast<uint8_t>(value);
}

TrailLog::Edge TrailLog::EdgeTo(uint64_t state) const {
  BINDERY_CHECK(state > 0 && state < next_child_);
  const auto after = std::upper_bound(
      chunks_.begin(), chunks_.end(), state,
      [](uint64_t s, const Chunk& chunk) { return s < chunk.first_child; });
  const Chunk& chunk = *(after - 1);
  uint64_t parent = chunk.first_parent;
  uint64_t child = chunk.first_child;
  for (const uint8_t* in = chunk.data.get();;) {
    BINDERY_CHECK(in < chunk.data.get() + chunk.used);
    const uint32_t value = ReadNumber(in);
    if (value == 0) {
      ++parent;
    } else if (child++ == state) {
      return {parent, value - 1};
    }
  }
}

std::vector<uint32_t> TrailLog::PathTo(uint64_t state) const {
  std::vector<uint32_t> path;
  while (state != 0) {
    const Edge edge = EdgeTo(state);
    BINDERY_CHECK(edge.parent < state);
    path.push_back(edge.position);
    state = edge.parent;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

size_t TrailLog::bytes() const {
  return chunks_.capacity() * sizeof(Chunk) + chunks_.size() * kChunkBytes;
}

}  // namespace bindery::model
