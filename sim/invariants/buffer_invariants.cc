// Invariants of buffers: what is in them, who names them, and how they tile a
// mapping.
#include <map>

#include "absl/strings/str_cat.h"
#include "sim/invariants/invariants.h"
#include "sim/kernel/buffer_view.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {

namespace {

void CheckOffsets(const World& w, BufferId id, const BufferRow& buffer,
                  Findings* f) {
  uint64_t end = 0;
  for (uint64_t i = 0; i * 8 < buffer.offsets_size; ++i) {
    const uint64_t offset = ReadWord64(w.blobs().Bytes(buffer.offsets), i * 8);
    const uint64_t size =
        ObjectSize(ReadWord32(w.blobs().Bytes(buffer.data), offset));
    f->Expect(offset % 4 == 0 && offset >= end && size != 0 &&
                  offset + size <= buffer.data_size,
              "E28", id.any(), [&] {
                return absl::StrCat("object ", i, " at offset ", offset);
              });
    end = offset + size;
  }
}

// PTR and FDA objects of one buffer, in order.
class Memory {
 public:
  Memory(const World& w, const BufferRow& buffer)
      : view_(ViewOf(w, buffer)),
        limit_(view_.extra_offset + buffer.extra_buffers_size),
        end_(view_.extra_offset) {}

  // Why the index-th object breaks E30; null: it does not.
  const char* Check(uint32_t index) {
    uint64_t place = 0;
    uint32_t type = 0;
    if (!FindObject(view_, index, &place, &type)) return nullptr;
    if (type == kTypePtr)
      return CheckPtr(ReadBufferObject(view_.data, place), index);
    if (type != kTypeFda) return nullptr;
    const FdArrayObject array = ReadFdArrayObject(view_.data, place);
    if (array.num_fds == 0) return nullptr;
    return Patch(array.parent, array.parent_offset, array.num_fds * 4, index);
  }

 private:
  const char* CheckPtr(const BufferObject& object, uint32_t index) {
    if (object.buffer % 8 != 0) return "its memory is not aligned";
    if (object.buffer < end_) return "its memory overlaps an earlier one's";
    if (object.length > limit_ || object.buffer > limit_ - object.length) {
      return "its memory is not in the buffer";
    }
    end_ = object.buffer + object.length;
    if ((object.flags & kBufferFlagHasParent) == 0) return nullptr;
    const char* const wrong =
        Patch(object.parent, object.parent_offset, 8, index);
    if (wrong != nullptr || view_.extra.empty()) return wrong;
    const uint64_t at = parent_.buffer + object.parent_offset;
    return ReadWord64(view_.extra, at - view_.extra_offset) == object.buffer
               ? nullptr
               : "its parent does not point to it";
  }

  // A part of a parent that the driver writes.
  const char* Patch(uint64_t parent, uint64_t offset, uint64_t size,
                    uint32_t index) {
    uint64_t place = 0;
    uint32_t type = 0;
    if (parent >= index || !FindObject(view_, parent, &place, &type) ||
        type != kTypePtr) {
      return "its parent is no memory before it";
    }
    parent_ = ReadBufferObject(view_.data, place);
    if (size > parent_.length || offset > parent_.length - size) {
      return "what is written for it is not in its parent";
    }
    uint64_t& patched = patched_[parent];
    if (offset < patched) return "what is written for it overlaps";
    patched = offset + size;
    return nullptr;
  }

  const BufferView view_;
  const uint64_t limit_;                  // where the memory must end
  uint64_t end_;                          // of the memory so far
  BufferObject parent_;                   // of the latest patch
  std::map<uint64_t, uint64_t> patched_;  // by parent: end of what is written
};

// The memory's content is there once the payload is complete.
void CheckMemory(const World& w, BufferId id, const BufferRow& buffer,
                 Findings* f) {
  Memory memory(w, buffer);
  for (uint32_t i = 0; i < buffer.objects; ++i) {
    const char* const wrong = memory.Check(i);
    f->Expect(wrong == nullptr, "E30", id.any(),
              [&] { return absl::StrCat("object ", i, ": ", wrong); });
  }
}

void CheckSecurityContext(const World& w, BufferId id, const BufferRow& buffer,
                          Findings* f) {
  if (!buffer.transaction || !w.Quiescent(buffer.transaction.any())) return;
  const uint64_t place = w.Peek(buffer.transaction).security_ctx;
  const bool wanted = buffer.target_node && (w.Peek(buffer.target_node).flags &
                                             kFlatTxnSecurityCtx) != 0;
  f->Expect(wanted == (place != 0), "E31", id.any(), [&] {
    return std::string(wanted ? "its node wants a security context"
                              : "nobody wants its security context");
  });
  if (place == 0) return;
  const uint64_t at = place - 1 - ExtraOffset(buffer);
  const absl::string_view context =
      w.blobs().Bytes(buffer.extra).substr(at, buffer.extra_buffers_size);
  const size_t length = context.find('\0');
  f->Expect(at % 8 == 0 && length != absl::string_view::npos &&
                at + ((length + 8) & ~uint64_t{7}) == buffer.extra_buffers_size,
            "E31", id.any(),
            [] { return std::string("it is not the end of the buffer"); });
}

}  // namespace

void CheckBuffer(const World& w, BufferId id, Findings* f) {
  const BufferRow& buffer = w.Peek(id);
  if (buffer.extra_buffers_size != 0) CheckMemory(w, id, buffer, f);
  if (w.Quiescent(id.any())) CheckSecurityContext(w, id, buffer, f);
  f->Expect(buffer.async_transaction == 0 || buffer.target_node ||
                !w.Quiescent(id.any()),
            "E38", id.any(), [] { return std::string("it has none"); });
  if (buffer.allow_user_free != 0) CheckOffsets(w, id, buffer, f);
  if (!w.Quiescent(id.any())) return;
  f->Expect(!buffer.transaction || !w.Quiescent(buffer.transaction.any()) ||
                w.Peek(buffer.transaction).buffer == id,
            "E37", id.any(),
            [] { return std::string("its transaction names another one"); });
  // Releasing a proc is an operation on all of its buffers.
  if (w.Peek(buffer.proc).in_procs == 0) return;
  f->Expect(buffer.transaction || buffer.allow_user_free != 0, "E39", id.any(),
            [] { return std::string("nobody will ever free it"); });
}

namespace {

ProcSums WalkBuffers(const World& w, const ProcRow& proc) {
  ProcSums sums;
  for (AnyId i = proc.buffers.first; i;
       i = w.PeekLink(Head::kBuffers, i).next) {
    if (i.table() == TableId::kChunk) {
      sums.free_bytes += w.Peek(ChunkId{i.value}).size;
      continue;
    }
    ++sums.buffers;
    const BufferRow& buffer = w.Peek(BufferId{i.value});
    if (buffer.async_transaction != 0) sums.one_way_bytes += buffer.size;
  }
  return sums;
}

// A buffer or chunk as a piece of its mapping.
struct Piece {
  uint64_t begin;
  uint64_t size;
  bool free;
};

Piece PieceOf(const World& w, AnyId item) {
  if (item.table() == TableId::kChunk) {
    const ChunkRow& chunk = w.Peek(ChunkId{item.value});
    return {chunk.offset, chunk.size, true};
  }
  const BufferRow& buffer = w.Peek(BufferId{item.value});
  return {buffer.offset, buffer.size, false};
}

bool Adjoin(const Piece& piece, const Piece& next) {
  return piece.begin + piece.size == next.begin && !(piece.free && next.free);
}

}  // namespace

void CheckPlace(const World& w, AnyId item, Findings* f) {
  const Link& entry = w.PeekLink(Head::kBuffers, item);
  const ProcId proc{entry.owner.value};
  if (!entry.linked() || !w.Alive(proc)) return;
  const uint64_t end = w.Peek(proc).buffer_size;
  const Piece piece = PieceOf(w, item);
  const bool begins =
      entry.prev ? Adjoin(PieceOf(w, entry.prev), piece) : piece.begin == 0;
  const bool ends = entry.next ? Adjoin(piece, PieceOf(w, entry.next))
                               : piece.begin + piece.size == end;
  f->Expect(begins && ends && piece.size != 0 && piece.size % 8 == 0, "E33",
            entry.owner, [&] {
              return absl::StrCat("a ", piece.free ? "chunk" : "buffer", " of ",
                                  piece.size, " bytes at ", piece.begin,
                                  begins
                                      ? " does not end where the next begins"
                                      : " does not begin where the last ends");
            });
}

void CheckLayout(const World& w, ProcId id, Findings* f) {
  if (!w.Alive(id)) return;
  const ProcRow& proc = w.Peek(id);
  const ProcSums sums =
      f->sums() != nullptr ? f->sums()->proc(id) : WalkBuffers(w, proc);
  const uint64_t half = proc.buffer_size / 2;
  f->Expect(proc.free_async_space == half - sums.one_way_bytes, "E34", id.any(),
            [&] {
              return absl::StrCat("free_async_space is ", proc.free_async_space,
                                  ", one-way buffers take ", sums.one_way_bytes,
                                  " of ", half);
            });
  const bool counted = proc.allocated == static_cast<uint32_t>(sums.buffers) &&
                       proc.free_total == sums.free_bytes;
  f->Expect(counted, "E35", id.any(), [&] {
    return absl::StrCat(proc.allocated, " buffers and ", proc.free_total,
                        " free bytes are counted, but there are ", sums.buffers,
                        " and ", sums.free_bytes);
  });
}

}  // namespace bindery::sim
