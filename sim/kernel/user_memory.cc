#include "sim/kernel/user_memory.h"

#include "base/bytes.h"
#include "base/check.h"
#include "sim/kernel/object.h"

namespace bindery::sim {
namespace {

// Of each segment: address, size, number of bytes; then the bytes.
constexpr size_t kHeader = 24;

// Bytes [offset, offset + size) of `bytes`, which go on as zeros.
void AppendPadded(absl::string_view bytes, uint64_t offset, uint64_t size,
                  std::string* to) {
  const size_t end = to->size() + size;
  if (offset < bytes.size()) {
    const absl::string_view part = bytes.substr(offset, size);
    to->append(part.data(), part.size());
  }
  to->resize(end, '\0');
}

}  // namespace

void AppendSegment(const MemorySegment& segment, std::string* memory) {
  AppendNumber<uint64_t>(memory, segment.address);
  AppendNumber<uint64_t>(memory, segment.size);
  AppendNumber<uint64_t>(memory, segment.bytes.size());
  memory->append(segment.bytes);
}

std::vector<MemorySegment> SegmentsOf(absl::string_view memory) {
  std::vector<MemorySegment> segments;
  while (!memory.empty()) {
    BINDERY_CHECK(memory.size() >= kHeader);
    const size_t size = ReadWord64(memory, 16);
    segments.push_back({ReadWord64(memory, 0), ReadWord64(memory, 8),
                        std::string(memory.substr(kHeader, size))});
    memory.remove_prefix(kHeader + size);
  }
  return segments;
}

bool CopyPayload(const World& w, const CommandRow& tr, uint64_t offset,
                 uint64_t size, std::string* to) {
  const bool faults = tr.fault_at == 3;
  if (size != 0 && faults && offset + size > tr.readable) return false;
  AppendPadded(w.blobs().Bytes(tr.data), offset, size, to);
  return true;
}

bool CopyMemory(const World& w, const CommandRow& tr, uint64_t address,
                uint64_t size, std::string* to) {
  if (size == 0) return true;
  for (const MemorySegment& segment : SegmentsOf(w.blobs().Bytes(tr.memory))) {
    if (address < segment.address) continue;
    const uint64_t offset = address - segment.address;
    if (offset > segment.size || segment.size - offset < size) continue;
    AppendPadded(segment.bytes, offset, size, to);
    return true;
  }
  return false;
}

}  // namespace bindery::sim
