// Interned immutable byte strings: payloads, offset arrays, raw commands.
//
// Equal bytes have equal ids within one pool; the pool only grows, so it is
// outside the journal. The fingerprint uses the hash of the bytes, never the
// id. Not thread-safe.
#ifndef BINDERY_SIM_WORLD_BLOB_H_
#define BINDERY_SIM_WORLD_BLOB_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/world/id.h"

namespace bindery::sim {

class BlobPool {
 public:
  BlobPool();

  // The id of `bytes`; interns them at the first call.
  BlobId Intern(absl::string_view bytes);
  // REQUIRES: `id` came from Intern() of this pool, or is zero (empty).
  absl::string_view Bytes(BlobId id) const { return blobs_[id.value].bytes; }
  // Hash of the bytes; 0 exactly for the empty string.
  uint64_t HashOf(BlobId id) const { return blobs_[id.value].hash; }

 private:
  struct Blob {
    std::string bytes;
    uint64_t hash;
  };

  size_t FindSlot(absl::string_view bytes, uint64_t hash) const;
  void Grow();

  std::deque<Blob> blobs_;       // index 0 is the empty string
  std::vector<uint32_t> slots_;  // open addressing; 0: free
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_BLOB_H_
