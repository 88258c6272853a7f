// The allocator's tree of free chunks: binder_alloc.free_buffers.
//
// A red-black tree ordered by size; equal sizes go to the right. Which of
// several chunks of the right size is taken depends on the tree's shape, so the
// rebalancing follows lib/rbtree.c case by case. Nodes are rows.
//
// Invariants, checked by CheckTree(): T1 sizes are ordered; T2 no red node has
// a red child; T3 every path has the same number of black nodes; T4 the root is
// black.
#ifndef BINDERY_SIM_KERNEL_CHUNK_TREE_H_
#define BINDERY_SIM_KERNEL_CHUNK_TREE_H_

#include <cstdint>

#include "sim/world/world.h"

namespace bindery::sim {

void InsertChunk(World& w, ProcId proc, ChunkId chunk);
void EraseChunk(World& w, ProcId proc, ChunkId chunk);
// The search of binder_alloc_new_buf_locked: the first chunk of exactly `size`
// on the way down, else the smallest larger one; none if there is none.
ChunkId BestFit(const World& w, ProcId proc, uint64_t size);
// True if T1 to T4 hold.
bool CheckTree(const World& w, ProcId proc);
// A hash of the tree's shape with the chunks' offsets.
uint64_t TreeShape(const World& w, ProcId proc);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_CHUNK_TREE_H_
