#include "model/explore/encoding_queue.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/check.h"

namespace bindery::model {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 18;

// Spare chunks kept for reuse; more are given back to the system.
constexpr size_t kMaxSpare = 8;

// Entries are a word, then that many bytes. The word is the length plus one,
// as 16 bits if it is below kEscape, else kEscape and then 32 bits; zero is a
// hole.
constexpr uint16_t kEscape = 0xffff;

}  // namespace

void EncodingQueue::Push(absl::string_view bytes) {
  BINDERY_CHECK(bytes.size() < std::numeric_limits<uint32_t>::max());
  const uint32_t word = static_cast<uint32_t>(bytes.size()) + 1;
  const bool is_short = word < kEscape;
  const uint16_t head = is_short ? static_cast<uint16_t>(word) : kEscape;
  const size_t tail = is_short ? 0 : sizeof(word);
  char* out = Reserve(sizeof(head) + tail + bytes.size());
  std::memcpy(out, &head, sizeof(head));
  std::memcpy(out + sizeof(head), &word, tail);
  bytes.copy(out + sizeof(head) + tail, bytes.size());
  ++size_;
}

void EncodingQueue::PushHole() {
  std::memset(Reserve(sizeof(uint16_t)), 0, sizeof(uint16_t));
  ++size_;
}

std::optional<absl::string_view> EncodingQueue::Pop() {
  BINDERY_CHECK(size_ > 0);
  DropTakenChunks();
  --size_;
  Chunk& chunk = chunks_.front();
  const uint32_t word = TakeWord(chunk);
  if (word == 0) return std::nullopt;
  const absl::string_view entry(chunk.data.get() + chunk.taken, word - 1);
  chunk.taken += entry.size();
  return entry;
}

uint32_t EncodingQueue::TakeWord(Chunk& chunk) {
  const char* in = chunk.data.get() + chunk.taken;
  uint16_t head;
  std::memcpy(&head, in, sizeof(head));
  chunk.taken += sizeof(head);
  if (head != kEscape) return head;
  uint32_t word;
  std::memcpy(&word, in + sizeof(head), sizeof(word));
  chunk.taken += sizeof(word);
  return word;
}

char* EncodingQueue::Reserve(size_t bytes) {
  if (chunks_.empty() ||
      chunks_.back().capacity - chunks_.back().used < bytes) {
    chunks_.push_back(NewChunk(bytes));
  }
  Chunk& chunk = chunks_.back();
  char* begin = chunk.data.get() + chunk.used;
  chunk.used += bytes;
  return begin;
}

EncodingQueue::Chunk EncodingQueue::NewChunk(size_t bytes) {
  if (bytes <= kChunkBytes && !spare_.empty()) {
    Chunk chunk = std::move(spare_.back());
    spare_.pop_back();
    return chunk;
  }
  Chunk chunk;
  chunk.capacity = std::max(bytes, kChunkBytes);
  chunk.data.reset(new char[chunk.capacity]);
  allocated_ += chunk.capacity;
  return chunk;
}

void EncodingQueue::DropTakenChunks() {
  while (chunks_.front().taken == chunks_.front().used) {
    Chunk chunk = std::move(chunks_.front());
    chunks_.pop_front();
    if (chunk.capacity == kChunkBytes && spare_.size() < kMaxSpare) {
      chunk.used = chunk.taken = 0;
      spare_.push_back(std::move(chunk));
    } else {
      allocated_ -= chunk.capacity;
    }
  }
}

}  // namespace bindery::model
