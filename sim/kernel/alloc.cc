#include "sim/kernel/alloc.h"

#include <algorithm>

#include "sim/kernel/chunk_tree.h"
#include "sim/kernel/pages.h"

namespace bindery::sim {
namespace {

// With less than this share left, one-way senders are looked at.
constexpr uint64_t kSpamShare = 10;
constexpr uint32_t kSpamBuffers = 50;

void NoteShape(Op& op, ProcId proc) {
  if (op.w.exact_addresses()) [[unlikely]] {
    op.w.Edit(proc).tree_shape = TreeShape(op.w, proc);
  }
}

bool LooksAtPages(const Op& op) { return op.k.memory() != nullptr; }

ChunkId NewChunk(Op& op, ProcId proc, uint64_t offset, uint64_t size) {
  ChunkId id;
  ChunkRow& chunk = op.w.New<ChunkRow>(&id, op.w.NameOf(proc), 0);
  chunk.proc = proc;
  chunk.offset = offset;
  chunk.size = size;
  return id;
}

}  // namespace

void AllocMap(Op& op, ProcId proc, uint64_t size) {
  ProcRow& row = op.w.Edit(proc);
  row.buffer_size = std::min(size, kMaxMapping);
  row.free_async_space = row.buffer_size / 2;
  row.free_total = row.buffer_size;
  row.mapped = 1;
  const ChunkId chunk = NewChunk(op, proc, 0, row.buffer_size);
  op.w.PushFront(Head::kBuffers, proc.any(), chunk.any());
  InsertChunk(op.w, proc, chunk);
  if (LooksAtPages(op)) op.k.memory()->Map(proc, row.buffer_size);
  NoteShape(op, proc);
}

namespace {

uint64_t Padded(uint64_t size) { return (size + 7) & ~uint64_t{7}; }

}  // namespace

uint64_t WrappedSize(uint64_t data_size, uint64_t offsets_size,
                     uint64_t extra_buffers_size) {
  const uint64_t total =
      Padded(data_size) + Padded(offsets_size) + Padded(extra_buffers_size);
  return std::max<uint64_t>(total, 8);
}

std::optional<uint64_t> SanitizedSize(uint64_t data_size, uint64_t offsets_size,
                                      uint64_t extra_buffers_size) {
  constexpr uint64_t kFarFromOverflow = uint64_t{1} << 60;
  if ((data_size | offsets_size | extra_buffers_size) >= kFarFromOverflow)
      [[unlikely]] {
    uint64_t sum = 0;
    for (const uint64_t part : {data_size, offsets_size, extra_buffers_size}) {
      if (Padded(part) < part) return std::nullopt;
      if (sum + Padded(part) < sum) return std::nullopt;
      sum += Padded(part);
    }
  }
  return WrappedSize(data_size, offsets_size, extra_buffers_size);
}

namespace {

// Symbolic addresses are exact enough only while every request fits whatever
// the layout: each of the n + 1 gaps between n buffers could be just too small.
void NoteLayout(Op& op, const ProcRow& proc, uint64_t size) {
  if (op.w.exact_addresses() || size > proc.free_total) return;
  const uint64_t gaps = uint64_t{proc.allocated} + 1;
  if (proc.free_total <= gaps * (size - 8)) op.k.NoteLayoutDependence();
}

// One-way buffers that a sender has in a proc.
struct OneWayShare {
  uint32_t count = 0;
  uint64_t bytes = 0;
};

OneWayShare ShareOf(Op& op, const ProcRow& proc, ProcessId sender) {
  OneWayShare share;
  for (AnyId i = proc.buffers.first; i; i = op.w.Next(Head::kBuffers, i)) {
    if (i.table() != TableId::kBuffer) continue;
    const BufferRow& buffer = op.w.Get(BufferId{i.value});
    if (buffer.async_transaction == 0 || buffer.pid != sender) continue;
    ++share.count;
    share.bytes += buffer.size;
  }
  return share;
}

bool IsMuch(const ProcRow& proc, const OneWayShare& share) {
  return share.count > kSpamBuffers || share.bytes > proc.buffer_size / 4;
}

// debug_low_async_space_locked: true the first time that this sender holds too
// much of the one-way space. If the sender is noted in a buffer only behind
// this, the new one of `size` bytes counts only if the one whose structure it
// got was its sender's too. Which one that was is layout.
bool LowAsyncSpace(Op& op, ProcId proc, ProcessId sender, uint64_t size) {
  ProcRow& row = op.w.Edit(proc);
  if (!op.Check(Guard::kSpamLowSpace,
                row.free_async_space < row.buffer_size / kSpamShare)) {
    if (row.oneway_spam_detected != 0 && op.Does(Guard::kSpamForget)) {
      row.oneway_spam_detected = 0;
    }
    return false;
  }
  const OneWayShare share = ShareOf(op, row, sender);
  const bool much = IsMuch(row, share);
  const bool late = op.driver.features().sender_noted_late;
  if (late && !op.w.exact_addresses() && row.oneway_spam_detected == 0 &&
      much != IsMuch(row, {share.count + 1, share.bytes + size})) {
    op.k.NoteLayoutDependence();
  }
  if (!op.Check(Guard::kSpamHoldsMuch, much)) return false;
  if (!op.Check(Guard::kSpamOnce, row.oneway_spam_detected == 0)) return false;
  row.oneway_spam_detected = 1;
  return true;
}

// Moves a chunk's borders; the tree is told, unless it has no other chunk.
void Resize(Op& op, ProcId proc, ChunkId chunk, uint64_t offset,
            uint64_t size) {
  const ChunkRow& row = op.w.Get(chunk);
  const bool alone = !row.parent && !row.left && !row.right;
  if (!alone) EraseChunk(op.w, proc, chunk);
  ChunkRow& edited = op.w.Edit(chunk);
  edited.offset = offset;
  edited.size = size;
  if (!alone) InsertChunk(op.w, proc, chunk);
}

[[gnu::noinline]] void ReservePages(Op& op, ProcId proc, ChunkId from,
                                    uint64_t size) {
  Pages* const pages = op.k.memory()->Find(proc);
  if (pages == nullptr) return;
  const ChunkRow& chunk = op.w.Get(from);
  if (!pages->Reserve(chunk.offset, size, chunk.size,
                      op.driver.features().pages_counted_early)) {
    op.w.RecordWarning("WARN_ON(!on_lru)");
  }
}

// Cuts `size` bytes off the front of the chunk; the row of the buffer takes its
// place in the order of addresses.
BufferId TakeFrom(Op& op, ProcId proc, ChunkId from, uint64_t size) {
  BufferId id;
  BufferRow& buffer = op.w.New<BufferRow>(&id);
  buffer.proc = proc;
  buffer.offset = op.w.Get(from).offset;
  buffer.size = size;
  buffer.pid = op.w.Get(from).pid;
  const AnyId before = op.w.Previous(Head::kBuffers, from.any());
  if (before) {
    op.w.InsertAfter(proc, before, id.any());
  } else {
    op.w.PushFront(Head::kBuffers, proc.any(), id.any());
  }
  const uint64_t rest = op.w.Get(from).size - size;
  if (op.Takes(Guard::kBufferCut, rest != 0)) {
    Resize(op, proc, from, op.w.Get(from).offset + size, rest);
    if (op.w.Get(from).pid) op.w.Edit(from).pid = {};
  } else {
    EraseChunk(op.w, proc, from);
    op.w.Remove(Head::kBuffers, from.any());
    op.w.Free(from);
  }
  return id;
}

}  // namespace

BufferId AllocNewBuf(Op& op, ProcId proc, uint64_t size, bool is_async,
                     ProcessId sender) {
  const ProcRow& row = op.w.Get(proc);
  if (is_async &&
      !op.Check(Guard::kAllocAsyncSpace, row.free_async_space >= size)) {
    return {};
  }
  const ChunkId chunk = BestFit(op.w, proc, size);
  NoteLayout(op, row, size);
  if (!op.Takes(Guard::kBufferFits, bool(chunk))) return {};
  if (LooksAtPages(op)) [[unlikely]]
    ReservePages(op, proc, chunk, size);
  const BufferId id = TakeFrom(op, proc, chunk, size);
  ProcRow& edited = op.w.Edit(proc);
  edited.free_total -= size;
  ++edited.allocated;
  BufferRow& buffer = op.w.Edit(id);
  buffer.async_transaction = is_async ? 1 : 0;
  if (!op.driver.features().sender_noted_late) buffer.pid = sender;
  if (is_async) {
    if (op.Does(Guard::kAllocAsyncAccount)) edited.free_async_space -= size;
    const bool looks = op.driver.features().spam_detection;
    if (looks && LowAsyncSpace(op, proc, sender, size)) {
      buffer.oneway_spam_suspect = 1;
    }
  }
  buffer.pid = sender;
  NoteShape(op, proc);
  return id;
}

bool AllocInstallPages(Op& op, BufferId id) {
  if (!LooksAtPages(op)) return !op.AllocationFails();
  const BufferRow& buffer = op.w.Get(id);
  Pages* const pages = op.k.memory()->Find(buffer.proc);
  if (pages == nullptr) return !op.AllocationFails();
  bool absent = false;
  const bool installed = pages->Install(buffer.offset, buffer.size, [&] {
    absent = true;
    return !op.AllocationFails();
  });
  op.Takes(Guard::kPageAbsent, absent);
  return installed;
}

namespace {

bool IsAt(Op& op, ProcId proc, uint64_t offset, BufferId id) {
  if (!id || !op.w.Alive(id)) return false;
  const BufferRow& buffer = op.w.Get(id);
  return buffer.entry.owner == proc.any() && buffer.offset == offset;
}

// binder_alloc_prepare_to_free_locked looks in a tree. Here user space mostly
// knows which one it means.
BufferId BufferAt(Op& op, ProcId proc, uint64_t offset, BufferId likely) {
  if (IsAt(op, proc, offset, likely)) return likely;
  for (AnyId i = op.w.Get(proc).buffers.first; i;
       i = op.w.Next(Head::kBuffers, i)) {
    if (i.table() != TableId::kBuffer) continue;
    const BufferId id{i.value};
    if (op.w.Get(id).offset == offset) return id;
  }
  return {};
}

}  // namespace

Errno PrepareToFree(Op& op, ProcId proc, uint64_t offset, BufferId likely,
                    BufferId* found) {
  const BufferId id = BufferAt(op, proc, offset, likely);
  if (!id) return Errno::kEinval;
  if (!op.Check(Guard::kPrepareToFreeAllowed,
                op.w.Get(id).allow_user_free != 0)) {
    return Errno::kEperm;
  }
  if (op.Does(Guard::kPrepareToFreeOnce)) op.w.Edit(id).allow_user_free = 0;
  *found = id;
  return Errno::kOk;
}

namespace {

bool IsChunk(AnyId id) { return id && id.table() == TableId::kChunk; }

[[gnu::noinline]] void FreePages(Op& op, ProcId proc, BufferId buffer,
                                 ChunkId previous, ChunkId next) {
  Pages* const pages = op.k.memory()->Find(proc);
  if (pages == nullptr) return;
  const BufferRow& row = op.w.Get(buffer);
  const uint64_t end = row.offset + row.size;
  Pages::Freed freed = {row.offset, end, row.offset, end};
  if (previous) freed.free_begin = op.w.Get(previous).offset;
  if (next) freed.free_end = end + op.w.Get(next).size;
  if (!pages->Free(freed)) op.w.RecordWarning("WARN_ON(!ret)");
}

// Makes the buffer's space a chunk of its own, or part of its neighbours.
void GiveBack(Op& op, ProcId proc, BufferId buffer) {
  const uint64_t offset = op.w.Get(buffer).offset;
  uint64_t size = op.w.Get(buffer).size;
  const ProcessId pid = op.w.Get(buffer).pid;
  const AnyId before = op.w.Previous(Head::kBuffers, buffer.any());
  const AnyId after = op.w.Next(Head::kBuffers, buffer.any());
  const bool merge = op.Does(Guard::kFreeMerge);
  op.w.Remove(Head::kBuffers, buffer.any());
  const ChunkId previous{merge && IsChunk(before) ? before.value : 0};
  const ChunkId next{merge && IsChunk(after) ? after.value : 0};
  op.Takes(Guard::kMergeNext, bool(next));
  op.Takes(Guard::kMergePrevious, bool(previous));
  if (LooksAtPages(op)) [[unlikely]]
    FreePages(op, proc, buffer, previous, next);
  if (next) size += op.w.Get(next).size;
  if (previous) {
    if (next) {
      EraseChunk(op.w, proc, next);
      op.w.Remove(Head::kBuffers, after);
      op.w.Free(next);
    }
    const ChunkRow& row = op.w.Get(previous);
    Resize(op, proc, previous, row.offset, row.size + size);
    return;
  }
  if (next) {
    Resize(op, proc, next, offset, size);
    op.w.Edit(next).pid = pid;
    return;
  }
  const ChunkId chunk = NewChunk(op, proc, offset, size);
  op.w.Edit(chunk).pid = pid;
  if (before) {
    op.w.InsertAfter(proc, before, chunk.any());
  } else {
    op.w.PushFront(Head::kBuffers, proc.any(), chunk.any());
  }
  InsertChunk(op.w, proc, chunk);
}

}  // namespace

void AllocFreeBuf(Op& op, BufferId id) {
  const BufferRow& buffer = op.w.Get(id);
  const ProcId owner = buffer.proc;
  if (!op.w.Alive(id) || !op.w.Alive(owner)) return;
  if (buffer.transaction) op.w.RecordBug("BUG_ON(buffer->transaction)");
  GiveBack(op, owner, id);
  ProcRow& proc = op.w.Edit(owner);
  proc.free_total += buffer.size;
  --proc.allocated;
  if (buffer.async_transaction != 0 && op.Does(Guard::kFreeAsyncAccount)) {
    proc.free_async_space += buffer.size;
  }
  op.w.Free(id);
  NoteShape(op, owner);
}

void AllocRelease(Op& op, ProcId proc) {
  for (AnyId i = op.w.Get(proc).buffers.first; i;) {
    const AnyId next = op.w.Next(Head::kBuffers, i);
    op.w.Remove(Head::kBuffers, i);
    if (i.table() == TableId::kBuffer) {
      if (op.w.Get(BufferId{i.value}).transaction) {
        op.w.RecordBug("BUG_ON(buffer->transaction)");
      }
      // With the pages it is gone, cleared or not.
      op.w.Edit(BufferId{i.value}).clear_on_free = 0;
      op.w.Free(BufferId{i.value});
    } else {
      op.w.Free(ChunkId{i.value});
    }
    i = next;
  }
  if (LooksAtPages(op)) op.k.memory()->Release(proc);
}

}  // namespace bindery::sim
