// Descriptors and files in messages, and messages that are wiped.
//
// E41 A buffer that was sent with TF_CLEAR_BUF is zero when its space is given
//     back.
// E44 A descriptor is installed by the task that reads (or opens), in its own
//     process, at the lowest free number, closed on exec; a send installs and
//     closes none. What is delivered has all of its descriptors. A fork copies
//     descriptors as they are, and those of dup() stay open on exec.
// E45 A file is attached to a call only if the node accepts descriptors, to a
//     reply only if the call said so.
// E46 The driver closes a descriptor only when the buffer whose array holds its
//     number is given back, in the process that does so.
// E47 When descriptors find no place, the caller gets BR_FAILED_REPLY, the
//     reader of a reply gets one, and of a one-way nobody hears. Checked where
//     that is one transition (at command granularity).
//
// E44, E46 and E47 are not asked of kernels where the sender installs.
#include "sim/vfs/files.h"

#include <set>

#include "sim/history/watch.h"
#include "sim/kernel/buffer_view.h"
#include "sim/kernel/errno.h"

namespace bindery::sim {
namespace {

// The latest state of a frame of this operation that the step went through.
const FrameRow* Went(const Watch& h, OpId op) {
  const FrameRow* found = nullptr;
  for (const Change<FrameRow>& frame : h.s.changes<FrameRow>()) {
    const bool same = static_cast<OpId>(frame.after.op) == op &&
                      frame.after.task == h.s.task();
    if (same) found = &frame.after;
  }
  return found;
}

void CheckCleared(Watch& h) {
  for (const Change<BufferRow>& buffer : h.s.changes<BufferRow>()) {
    const BufferRow& row = buffer.after;
    h.Expect(!buffer.freed || row.clear_on_free == 0, "E41", buffer.id.any(),
             [] { return "its space is free, but it was not cleared"; });
    const bool cleared =
        buffer.before.clear_on_free != 0 && row.clear_on_free == 0;
    const bool released = h.w.Peek(row.proc).in_procs == 0;
    h.Expect(!cleared || released || (!row.data && !row.offsets && !row.extra),
             "E41", buffer.id.any(),
             [] { return "some of it was not cleared"; });
  }
}

// --- Numbers -----------------------------------------------------------------

// Every lower number is taken, or was until this step.
bool Lowest(const Watch& h, const FdRow& fd) {
  std::set<uint32_t> freed;
  for (const Change<FdRow>& other : h.s.changes<FdRow>()) {
    if (other.freed) freed.insert(other.after.number);
  }
  for (uint32_t number = 0; number < fd.number; ++number) {
    if (!h.w.Find<FdRow>(h.w.NameOf(fd.process), number) &&
        freed.count(number) == 0) {
      return false;
    }
  }
  return true;
}

void CheckInstalled(Watch& h, const Change<FdRow>& fd) {
  const FdRow& row = fd.after;
  h.Expect(h.s.task() && h.w.Peek(h.s.task()).process == row.process, "E44",
           fd.id.any(), [] { return "another process's task installs it"; });
  h.Expect(!h.s.sends(), "E44", fd.id.any(),
           [] { return "a send installs it"; });
  h.Expect(row.cloexec != 0 || Went(h, OpId::kDup) != nullptr, "E44",
           fd.id.any(), [] { return "it stays open on exec"; });
}

// The numbers in all objects of a type.
std::set<uint32_t> NumbersIn(const Watch& h, const BufferRow& buffer,
                             uint32_t type) {
  const BufferView view = ViewOf(h.w, buffer);
  std::set<uint32_t> numbers;
  for (uint32_t i = 0; i < buffer.objects; ++i) {
    uint64_t place = 0;
    uint32_t found = 0;
    if (!FindObject(view, i, &place, &found) || found != type) continue;
    const std::vector<uint32_t> fds = FdsOf(view, i);
    numbers.insert(fds.begin(), fds.end());
  }
  return numbers;
}

void CheckDelivered(Watch& h) {
  for (const ReturnRow& word : h.s.words()) {
    const ProcessId process = h.w.Peek(word.task).process;
    if (!word.buffer || h.w.Peek(process).dead != 0) continue;
    const BufferRow& buffer = h.w.Peek(word.buffer);
    std::set<uint32_t> numbers = NumbersIn(h, buffer, kTypeFd);
    numbers.merge(NumbersIn(h, buffer, kTypeFda));
    for (const uint32_t number : numbers) {
      h.Expect(bool(FileOfFd(h.w, process, number)), "E44", word.buffer.any(),
               [&] {
                 return absl::StrCat("it is delivered with descriptor ", number,
                                     ", which is not open");
               });
    }
  }
}

void CheckClosed(Watch& h, const Change<FdRow>& fd) {
  if (!h.s.task() || h.w.Peek(fd.after.process).dead != 0) return;
  if (Went(h, OpId::kClose) != nullptr) return;
  const FrameRow* const release = Went(h, OpId::kReleaseBuffer);
  const bool own = h.w.Peek(h.s.task()).process == fd.after.process;
  bool listed = false;
  if (release != nullptr && h.s.bc() == Bc::kFreeBuffer) {
    const BufferRow buffer = h.s.Before(release->buffer);
    listed = NumbersIn(h, buffer, kTypeFda).count(fd.after.number) != 0;
  }
  h.Expect(own && listed, "E46", fd.id.any(), [&] {
    return own ? "it is closed, but is in no array of a buffer given back"
               : "another process's task closes it";
  });
}

void CheckDescriptors(Watch& h) {
  if (Went(h, OpId::kFork) != nullptr) return;
  for (const Change<FdRow>& fd : h.s.changes<FdRow>()) {
    if (fd.created && !fd.freed) {
      h.Expect(Lowest(h, fd.after), "E44", fd.id.any(),
               [] { return "a lower number was free"; });
    }
    if (!fd.freed && !fd.before.file && fd.after.file) CheckInstalled(h, fd);
    if (fd.freed && fd.before.file) CheckClosed(h, fd);
  }
}

// --- Who accepts them --------------------------------------------------------

// The call that the task is answering.
TransactionId Answered(const Watch& h) {
  for (FrameId id = h.w.Peek(h.s.task()).frame; id; id = h.w.Peek(id).caller) {
    if (h.w.Peek(id).in_reply_to) return h.w.Peek(id).in_reply_to;
  }
  for (const Change<FrameRow>& frame : h.s.changes<FrameRow>()) {
    if (frame.after.task == h.s.task() && frame.after.in_reply_to) {
      return frame.after.in_reply_to;
    }
  }
  return {};
}

bool Accepted(const Watch& h, TransactionId t) {
  const TransactionRow& row = h.w.Peek(t);
  if (row.is_reply != 0) {
    const TransactionId call = Answered(h);
    return call && (h.s.Before(call).flags & kTfAcceptFds) != 0;
  }
  const NodeId node = h.w.Peek(row.buffer).target_node;
  return (h.w.Peek(node).flags & kFlatAcceptsFds) != 0;
}

void CheckAccepted(Watch& h) {
  for (const Change<FixupRow>& fixup : h.s.changes<FixupRow>()) {
    if (!fixup.created || fixup.freed || !h.s.task()) continue;
    const TransactionId t = fixup.after.t;
    h.Expect(Accepted(h, t), "E45", t.any(),
             [] { return "it carries a file that nobody accepts"; });
  }
}

// --- No place ----------------------------------------------------------------

uint32_t FailedReplies(const Watch& h) {
  uint32_t count = 0;
  for (const ReturnRow& word : h.s.words()) {
    count += WordOf(word) == Br::kFailedReply ? 1 : 0;
  }
  return count;
}

bool CallerIsTold(const Watch& h, ThreadId from) {
  if (!from || h.w.Peek(from).is_dead != 0) return true;
  return h.w.Peek(h.w.Peek(from).reply_error).cmd != 0;
}

void CheckNoPlace(Watch& h) {
  const FrameRow* const apply = Went(h, OpId::kApplyFdFixups);
  if (apply == nullptr || apply->ret != Value(Errno::kEnomem)) return;
  const TransactionRow t = h.s.Before(apply->t);
  if (h.w.Alive(apply->t) || !t.buffer) return;
  const bool reply = t.is_reply != 0;
  h.Expect(FailedReplies(h) >= (reply ? 1u : 0u), "E47", apply->t.any(),
           [] { return "its reader is not told that the reply failed"; });
  h.Expect(reply || t.is_async != 0 || CallerIsTold(h, t.from), "E47",
           apply->t.any(),
           [] { return "its caller is not told that the call failed"; });
  for (const Change<FdRow>& fd : h.s.changes<FdRow>()) {
    h.Expect(!fd.created || fd.freed, "E47", fd.id.any(),
             [] { return "it stays, although the delivery failed"; });
  }
}

}  // namespace

void WatchFiles(Watch& h) {
  CheckCleared(h);
  CheckAccepted(h);
  if (!h.features.fd_deferred) return;
  CheckDescriptors(h);
  CheckDelivered(h);
  CheckNoPlace(h);
}

}  // namespace bindery::sim
