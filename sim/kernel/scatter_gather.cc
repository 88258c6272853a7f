#include "sim/kernel/scatter_gather.h"

#include <algorithm>

#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"
#include "sim/kernel/user_memory.h"

namespace bindery::sim {

void ScatterGather::AddFixup(const PtrFixup& fixup) {
  const auto behind = std::find_if(
      pf.rbegin(), pf.rend(),
      [&](const PtrFixup& other) { return other.offset < fixup.offset; });
  pf.insert(behind.base(), fixup);
}

std::string Encode(const ScatterGather& sg) {
  std::string bytes;
  AppendWord64(sg.sg_buf_offset, &bytes);
  AppendWord64(sg.sg_buf_end_offset, &bytes);
  AppendWord64(sg.last_fixup_obj_off, &bytes);
  AppendWord64(sg.last_fixup_min_off, &bytes);
  AppendWord64(sg.sgc.size(), &bytes);
  for (const SgCopy& copy : sg.sgc) {
    AppendWord64(copy.offset, &bytes);
    AppendWord64(copy.sender_uaddr, &bytes);
    AppendWord64(copy.length, &bytes);
  }
  for (const PtrFixup& fixup : sg.pf) {
    AppendWord64(fixup.offset, &bytes);
    AppendWord64(fixup.skip_size, &bytes);
    AppendWord64(fixup.fixup_data, &bytes);
  }
  return bytes;
}

ScatterGather DecodeScatterGather(absl::string_view bytes) {
  ScatterGather sg;
  uint64_t at = 0;
  const auto next = [&] { return ReadWord64(bytes, (at++) * 8); };
  sg.sg_buf_offset = next();
  sg.sg_buf_end_offset = next();
  sg.last_fixup_obj_off = next();
  sg.last_fixup_min_off = next();
  sg.sgc.resize(next());
  for (SgCopy& copy : sg.sgc) {
    copy.offset = next();
    copy.sender_uaddr = next();
    copy.length = next();
  }
  while (at * 8 < bytes.size()) {
    PtrFixup& fixup = sg.pf.emplace_back();
    fixup.offset = next();
    fixup.skip_size = next();
    fixup.fixup_data = next();
  }
  return sg;
}

namespace {

// check_buffer() takes no other offsets.
constexpr uint64_t kCopyAlignment = 4;

// One object's memory, piece by piece between the fixups. `pf` goes past those
// that are inside.
bool CopyOne(const World& w, const CommandRow& tr, const SgCopy& copy,
             std::vector<PtrFixup>::const_iterator* pf,
             std::vector<PtrFixup>::const_iterator end, std::string* to) {
  uint64_t copied = 0;
  while (copied < copy.length) {
    const uint64_t left = copy.length - copied;
    const uint64_t offset = copy.offset + copied;
    const uint64_t piece =
        *pf != end ? std::min(left, (*pf)->offset - offset) : left;
    if (piece != 0 && offset % kCopyAlignment != 0) return false;
    if (!CopyMemory(w, tr, copy.sender_uaddr + copied, piece, to)) return false;
    copied += piece;
    if (piece == left) break;
    const PtrFixup& fixup = *(*pf)++;
    if (fixup.skip_size == 0 && fixup.offset % kCopyAlignment != 0) {
      return false;
    }
    // Both have been checked to be inside; a mutated driver may not have.
    if (fixup.skip_size > left) return false;
    if (fixup.skip_size != 0) {
      to->append(fixup.skip_size, '\0');
      copied += fixup.skip_size;
    } else {
      AppendWord64(fixup.fixup_data, to);
      copied += 8;
    }
  }
  return true;
}

}  // namespace

bool DoDeferredCopies(const World& w, const CommandRow& tr,
                      const ScatterGather& sg, uint64_t extra_offset,
                      std::string* extra) {
  auto pf = sg.pf.begin();
  for (const SgCopy& copy : sg.sgc) {
    std::string piece;
    if (!CopyOne(w, tr, copy, &pf, sg.pf.end(), &piece)) return false;
    const uint64_t at = copy.offset - extra_offset;
    // check_buffer() refuses it.
    if (at > extra->size() || extra->size() - at < piece.size()) return false;
    extra->replace(at, piece.size(), piece);
  }
  return true;
}

bool ValidatePtr(const World& w, BufferId id, uint64_t index,
                 uint64_t num_valid, uint64_t* object_offset) {
  if (index >= num_valid) return false;
  const BufferRow& buffer = w.Get(id);
  uint32_t type = 0;
  return FindObject(w.blobs().Bytes(buffer.data),
                    w.blobs().Bytes(buffer.offsets), index, object_offset,
                    &type) &&
         type == kTypePtr;
}

bool ValidateFixup(const World& w, BufferId id, const ScatterGather& sg,
                   uint64_t parent_object, uint64_t fixup_offset) {
  const BufferRow& buffer = w.Get(id);
  const absl::string_view data = w.blobs().Bytes(buffer.data);
  const absl::string_view offsets = w.blobs().Bytes(buffer.offsets);
  uint64_t last = sg.last_fixup_obj_off;
  uint64_t least = sg.last_fixup_min_off;
  // A parent at offset 0 is refused by this too.
  if (last == 0) return false;
  for (uint32_t i = 0; last != parent_object; ++i) {
    if (i >= buffer.objects) return false;
    const BufferObject object = ReadBufferObject(data, last);
    if ((object.flags & kBufferFlagHasParent) == 0) return false;
    least = object.parent_offset + 8;
    last = ReadWord64(offsets, object.parent * 8);
  }
  return fixup_offset >= least;
}

}  // namespace bindery::sim
