#include "sim/kernel/chunk_tree.h"

#include <utility>

#include "sim/world/hash.h"

namespace bindery::sim {
namespace {

// One tree while it is changed.
class Tree {
 public:
  Tree(World& w, ProcId proc) : w_(w), proc_(proc) {}

  void Insert(ChunkId chunk) {
    ChunkRow& row = w_.Edit(chunk);
    row.left = row.right = row.parent = {};
    row.red = 1;
    ChunkId parent;
    ChunkId place = Root();
    bool left = false;
    while (place) {
      parent = place;
      left = row.size < w_.Get(place).size;
      place = left ? Left(place) : Right(place);
    }
    row.parent = parent;
    Attach(parent, left, chunk);
    RebalanceAfterInsert(chunk);
  }

  void Erase(ChunkId chunk) {
    ChunkId out = chunk;  // the node that leaves its place
    if (Left(chunk) && Right(chunk)) {
      out = Right(chunk);
      while (Left(out)) out = Left(out);
    }
    const ChunkId child = Left(out) ? Left(out) : Right(out);
    ChunkId parent = Parent(out);
    const bool was_black = !Red(out);
    const bool was_left = parent && Left(parent) == out;
    ReplaceChild(parent, out, child);
    if (child) w_.Edit(child).parent = parent;
    if (out != chunk) {
      if (parent == chunk) parent = out;
      TakePlace(out, chunk);
    }
    if (was_black) RebalanceAfterErase(child, parent, was_left);
    ChunkRow& row = w_.Edit(chunk);
    row.left = row.right = row.parent = {};
    row.red = 0;
  }

 private:
  ChunkId Root() const { return w_.Get(proc_).free_buffers; }
  ChunkId Left(ChunkId n) const { return w_.Get(n).left; }
  ChunkId Right(ChunkId n) const { return w_.Get(n).right; }
  ChunkId Parent(ChunkId n) const { return w_.Get(n).parent; }
  bool Red(ChunkId n) const { return n && w_.Get(n).red != 0; }
  void Paint(ChunkId n, bool red) { w_.Edit(n).red = red ? 1 : 0; }

  void Attach(ChunkId parent, bool left, ChunkId child) {
    if (!parent) {
      w_.Edit(proc_).free_buffers = child;
    } else {
      (left ? w_.Edit(parent).left : w_.Edit(parent).right) = child;
    }
  }
  void ReplaceChild(ChunkId parent, ChunkId old, ChunkId child) {
    Attach(parent, parent && Left(parent) == old, child);
  }
  // Puts `n` where `old` is, with its children and colour.
  void TakePlace(ChunkId n, ChunkId old) {
    const ChunkRow was = w_.Get(old);
    ReplaceChild(was.parent, old, n);
    ChunkRow& row = w_.Edit(n);
    row.parent = was.parent;
    row.red = was.red;
    row.left = was.left;
    row.right = was.right;
    if (row.left) w_.Edit(row.left).parent = n;
    if (row.right) w_.Edit(row.right).parent = n;
  }
  // Lifts the child on the other side of `n` above it.
  void Rotate(ChunkId n, bool left) {
    const ChunkId child = left ? Right(n) : Left(n);
    const ChunkId inner = left ? Left(child) : Right(child);
    const ChunkId parent = Parent(n);
    ReplaceChild(parent, n, child);
    w_.Edit(child).parent = parent;
    (left ? w_.Edit(child).left : w_.Edit(child).right) = n;
    (left ? w_.Edit(n).right : w_.Edit(n).left) = inner;
    if (inner) w_.Edit(inner).parent = n;
    w_.Edit(n).parent = child;
  }

  void RebalanceAfterInsert(ChunkId n) {
    while (Red(Parent(n))) {
      ChunkId parent = Parent(n);
      const ChunkId grand = Parent(parent);
      const bool left = Left(grand) == parent;
      const ChunkId uncle = left ? Right(grand) : Left(grand);
      if (Red(uncle)) {
        Paint(parent, false);
        Paint(uncle, false);
        Paint(grand, true);
        n = grand;
        continue;
      }
      if (n == (left ? Right(parent) : Left(parent))) {
        Rotate(parent, left);
        std::swap(n, parent);
      }
      Paint(parent, false);
      Paint(grand, true);
      Rotate(grand, !left);
    }
    Paint(Root(), false);
  }

  // `n` (perhaps none) under `parent` lacks one black node.
  void RebalanceAfterErase(ChunkId n, ChunkId parent, bool left) {
    while (parent && !Red(n)) {
      ChunkId sibling = left ? Right(parent) : Left(parent);
      if (Red(sibling)) {
        Paint(sibling, false);
        Paint(parent, true);
        Rotate(parent, left);
        sibling = left ? Right(parent) : Left(parent);
      }
      if (!Red(Left(sibling)) && !Red(Right(sibling))) {
        Paint(sibling, true);
        n = parent;
        parent = Parent(n);
        left = parent && Left(parent) == n;
        continue;
      }
      RotateSibling(parent, sibling, left);
      n = Root();
      parent = {};
    }
    if (n) Paint(n, false);
  }
  void RotateSibling(ChunkId parent, ChunkId sibling, bool left) {
    const ChunkId outer = left ? Right(sibling) : Left(sibling);
    if (!Red(outer)) {
      Paint(left ? Left(sibling) : Right(sibling), false);
      Paint(sibling, true);
      Rotate(sibling, !left);
      sibling = left ? Right(parent) : Left(parent);
    }
    Paint(sibling, Red(parent));
    Paint(parent, false);
    Paint(left ? Right(sibling) : Left(sibling), false);
    Rotate(parent, left);
  }

  World& w_;
  ProcId proc_;
};

// Black height of the subtree, or -1 if an invariant does not hold.
int BlackHeight(const World& w, ChunkId n, uint64_t low, uint64_t high) {
  if (!n) return 1;
  const ChunkRow& row = w.Peek(n);
  if (row.size < low || row.size > high) return -1;
  for (const ChunkId child : {row.left, row.right}) {
    if (child && (row.red & w.Peek(child).red) != 0) return -1;
    if (child && w.Peek(child).parent != n) return -1;
  }
  const int left = BlackHeight(w, row.left, low, row.size);
  const int right = BlackHeight(w, row.right, row.size, high);
  if (left < 0 || left != right) return -1;
  return left + (row.red != 0 ? 0 : 1);
}

uint64_t ShapeOf(const World& w, ChunkId n) {
  if (!n) return 1;
  const ChunkRow& row = w.Peek(n);
  return Mix(Mix(row.offset * 2 + row.red, ShapeOf(w, row.left)),
             ShapeOf(w, row.right));
}

}  // namespace

void InsertChunk(World& w, ProcId proc, ChunkId chunk) {
  Tree(w, proc).Insert(chunk);
}

void EraseChunk(World& w, ProcId proc, ChunkId chunk) {
  Tree(w, proc).Erase(chunk);
}

ChunkId BestFit(const World& w, ProcId proc, uint64_t size) {
  ChunkId best;
  ChunkId n = w.Get(proc).free_buffers;
  while (n) {
    const ChunkRow& row = w.Get(n);
    if (size < row.size) {
      best = n;
      n = row.left;
    } else if (size > row.size) {
      n = row.right;
    } else {
      return n;
    }
  }
  return best;
}

bool CheckTree(const World& w, ProcId proc) {
  const ChunkId root = w.Peek(proc).free_buffers;
  if (root && w.Peek(root).red != 0) return false;
  return BlackHeight(w, root, 0, ~uint64_t{0}) > 0;
}

uint64_t TreeShape(const World& w, ProcId proc) {
  return ShapeOf(w, w.Peek(proc).free_buffers);
}

}  // namespace bindery::sim
