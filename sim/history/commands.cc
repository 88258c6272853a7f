// E51 A reply is given to the call that is on top of its caller's stack.
// E59 While a thread has an error to read, none of its commands is executed.
#include "sim/history/watch.h"

namespace bindery::sim {
namespace {

bool IsReply(Bc bc) { return bc == Bc::kReply || bc == Bc::kReplySg; }

// The frame in which binder_thread_write took a command in this step.
bool TookCommand(const Change<FrameRow>& frame) {
  return static_cast<OpId>(frame.after.op) == OpId::kThreadWrite &&
         !frame.before.command;
}

bool HadError(const Watch& h, ThreadId thread) {
  if (!thread || !h.w.Alive(thread)) return false;
  const ErrorId error = h.w.Peek(thread).return_error;
  return error && h.s.Before(error).cmd != 0;
}

// What the sender of the reply answers.
TransactionId InReplyTo(const Watch& h) {
  for (const Change<FrameRow>& frame : h.s.changes<FrameRow>()) {
    if (static_cast<OpId>(frame.after.op) != OpId::kTransaction) continue;
    if (frame.after.in_reply_to) return frame.after.in_reply_to;
    if (frame.before.in_reply_to) return frame.before.in_reply_to;
  }
  return {};
}

void CheckReply(Watch& h) {
  const TransactionId call = InReplyTo(h);
  if (!call) return;
  const ThreadId caller = h.s.Before(call).from;
  for (const Change<ThreadRow>& thread : h.s.changes<ThreadRow>()) {
    if (thread.id != caller || thread.id == h.s.thread()) continue;
    const TransactionId top = thread.before.transaction_stack;
    if (top == thread.after.transaction_stack) continue;
    h.Expect(top == call, "E51", thread.id.any(), [&] {
      return absl::StrCat("its call ", h.Name(call.any()),
                          " is answered, but the top of its stack is ",
                          h.Name(top.any()));
    });
  }
}

}  // namespace

void WatchCommands(Watch& h) {
  if (IsReply(h.s.bc())) CheckReply(h);
  if (h.s.bc() == Bc::kUnknown || !HadError(h, h.s.thread())) return;
  for (const Change<FrameRow>& frame : h.s.changes<FrameRow>()) {
    h.Expect(!TookCommand(frame), "E59", h.s.thread().any(), [] {
      return "a command is executed while an error waits to be read";
    });
  }
}

}  // namespace bindery::sim
