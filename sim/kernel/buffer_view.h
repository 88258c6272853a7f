// A buffer's content, as objects are looked up in it (object.h).
#ifndef BINDERY_SIM_KERNEL_BUFFER_VIEW_H_
#define BINDERY_SIM_KERNEL_BUFFER_VIEW_H_

#include "sim/kernel/object.h"
#include "sim/world/world.h"

namespace bindery::sim {

// Valid until something is interned; empty for a buffer that was cleared.
inline BufferView ViewOf(const World& w, const BufferRow& buffer) {
  return {w.blobs().Bytes(buffer.data), w.blobs().Bytes(buffer.offsets),
          w.blobs().Bytes(buffer.extra), ExtraOffset(buffer)};
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_BUFFER_VIEW_H_
