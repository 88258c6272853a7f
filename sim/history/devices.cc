// E80 A request for a device that fails leaves instances, names and minors as
//     they were.
//
// Checked for requests that are one transition (at command granularity).
#include "sim/history/watch.h"

namespace bindery::sim {
namespace {

// A device was not made, nor an instance that it was to be in.
bool AddFailed(const Watch& h) {
  bool failed = false;
  bool mounts = false;
  for (const Change<FrameRow>& frame : h.s.changes<FrameRow>()) {
    const auto op = static_cast<OpId>(frame.after.op);
    mounts |= op == OpId::kMount;
    failed |= op == OpId::kDeviceCreate && frame.created && frame.freed &&
              frame.after.ret < 0;
  }
  return failed && !mounts;
}

template <typename Row>
void CheckKept(Watch& h) {
  for (const Change<Row>& row : h.s.changes<Row>()) {
    h.Expect(row.created == row.freed, "E80", row.id.any(), [&] {
      return row.created ? "a request that failed leaves it behind"
                         : "a request that failed takes it away";
    });
  }
}

}  // namespace

void WatchDevices(Watch& h) {
  if (!AddFailed(h)) return;
  CheckKept<InodeRow>(h);
  CheckKept<MinorRow>(h);
  for (const Change<SuperBlockRow>& sb : h.s.changes<SuperBlockRow>()) {
    h.Expect(sb.before.device_count == sb.after.device_count, "E80",
             sb.id.any(), [] { return "a request that failed is counted"; });
  }
}

}  // namespace bindery::sim
