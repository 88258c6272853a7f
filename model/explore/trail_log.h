// The tree by which a breadth-first search reached its states, in about two
// bytes for each state.
//
// States are numbered as they are found, the initial one 0, and are expanded
// in that order. So it is enough to log, parent after parent, which of its
// choices (by position in Enabled()) led to new states: the numbers of parent
// and child follow from counting. Positions do not leave the search: traces
// hold choices.
//
// The path to a state costs a scan of half a chunk (a microsecond or two) for
// each of its steps. Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_TRAIL_LOG_H_
#define BINDERY_MODEL_EXPLORE_TRAIL_LOG_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bindery::model {

class TrailLog {
 public:
  // The choice at `position` of the current parent led to the next new state.
  void AddChild(uint32_t position);
  // No more children: the next state becomes the parent. To be called for
  // every state, expanded or not.
  void EndParent();

  // The positions of the choices that lead from state 0 to `state`, which must
  // have been added.
  std::vector<uint32_t> PathTo(uint64_t state) const;

  size_t bytes() const;

 private:
  static constexpr size_t kChunkBytes = 4096;

  // A child is its position plus one as a base-128 number, low digits first;
  // the end of a parent is a zero.
  struct Chunk {
    uint64_t first_parent;  // at the beginning of the chunk
    uint64_t first_child;
    uint32_t used;
    std::unique_ptr<uint8_t[]> data;
  };
  struct Edge {
    uint64_t parent;
    uint32_t position;
  };

  void Append(uint32_t value);
  Edge EdgeTo(uint64_t state) const;

  std::vector<Chunk> chunks_;
  uint64_t parent_ = 0;
  uint64_t next_child_ = 1;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_TRAIL_LOG_H_
