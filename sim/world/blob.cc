#include "sim/world/blob.h"

#include "base/check.h"
#include "sim/world/hash.h"

namespace bindery::sim {

BlobPool::BlobPool() : slots_(256, 0) { blobs_.push_back({"", 0}); }

size_t BlobPool::FindSlot(absl::string_view bytes, uint64_t hash) const {
  size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot] != 0) {
    const Blob& blob = blobs_[slots_[slot]];
    if (blob.hash == hash && blob.bytes == bytes) break;
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return slot;
}

BlobId BlobPool::Intern(absl::string_view bytes) {
  if (bytes.empty()) return BlobId{};
  const uint64_t hash = HashBytes(bytes.data(), bytes.size()) | 1;
  const size_t slot = FindSlot(bytes, hash);
  if (slots_[slot] != 0) return BlobId{slots_[slot]};
  const uint32_t index = static_cast<uint32_t>(blobs_.size());
  blobs_.push_back({std::string(bytes), hash});
  slots_[slot] = index;
  if (blobs_.size() * 2 > slots_.size()) Grow();
  return BlobId{index};
}

void BlobPool::Grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (uint32_t i = 1; i < blobs_.size(); ++i) {
    const size_t slot = FindSlot(blobs_[i].bytes, blobs_[i].hash);
    BINDERY_CHECK(slots_[slot] == 0);
    slots_[slot] = i;
  }
}

}  // namespace bindery::sim
