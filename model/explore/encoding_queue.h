// A first-in first-out queue of byte strings, for a breadth-first frontier.
//
// The strings lie one after the other in chunks; a chunk is given back to the
// queue for reuse as soon as its last string has been taken, so the memory in
// use follows the frontier and not the search. An entry may be a hole, which
// stands for a state that is not to be expanded.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_ENCODING_QUEUE_H_
#define BINDERY_MODEL_EXPLORE_ENCODING_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

namespace bindery::model {

class EncodingQueue {
 public:
  EncodingQueue() = default;
  EncodingQueue(const EncodingQueue&) = delete;
  EncodingQueue& operator=(const EncodingQueue&) = delete;

  void Push(absl::string_view bytes);
  void PushHole();

  // Takes the oldest entry; nothing for a hole. The bytes stay valid until the
  // next Pop. Requires size() > 0.
  std::optional<absl::string_view> Pop();

  uint64_t size() const { return size_; }
  size_t bytes() const { return allocated_; }

 private:
  struct Chunk {
    std::unique_ptr<char[]> data;
    size_t capacity = 0;
    size_t used = 0;
    size_t taken = 0;
  };

  char* Reserve(size_t bytes);
  Chunk NewChunk(size_t bytes);
  void DropTakenChunks();
  uint32_t TakeWord(Chunk& chunk);

  std::deque<Chunk> chunks_;
  std::vector<Chunk> spare_;
  uint64_t size_ = 0;
  size_t allocated_ = 0;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_ENCODING_QUEUE_H_
