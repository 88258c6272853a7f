// E42 A one-way call is suspected of spam only when less than a tenth of its
// target's mapping is left for one-ways, and its sender, with it, has more than
// 50 of them there or more than a quarter of the mapping; and once, until there
// is space again. Only who asked for it is told.
#include "sim/history/watch.h"

namespace bindery::sim {
namespace {

bool HoldsMuch(const Watch& h, const ProcRow& proc, const BufferRow& newest) {
  uint32_t count = 0;
  uint64_t bytes = 0;
  h.w.ForEach<BufferRow>([&](BufferId, const BufferRow& buffer) {
    if (buffer.proc != newest.proc || buffer.pid != newest.pid ||
        buffer.async_transaction == 0) {
      return;
    }
    ++count;
    bytes += buffer.size;
  });
  return count > 50 || bytes > proc.buffer_size / 4;
}

void CheckSuspect(Watch& h, const Change<BufferRow>& buffer) {
  const BufferRow& row = buffer.after;
  const ProcRow& proc = h.w.Peek(row.proc);
  h.Expect(row.async_transaction != 0, "E42", buffer.id.any(),
           [] { return "it is suspect and not one-way"; });
  h.Expect(proc.free_async_space < proc.buffer_size / 10, "E42",
           buffer.id.any(), [] { return "it is suspect while space is left"; });
  h.Expect(HoldsMuch(h, proc, row), "E42", buffer.id.any(),
           [] { return "it is suspect, but its sender holds little"; });
  h.Expect(h.s.Before(row.proc).oneway_spam_detected == 0, "E42",
           buffer.id.any(),
           [] { return "it is suspect, as one before it was"; });
}

}  // namespace

void WatchSpam(Watch& h) {
  for (const Change<BufferRow>& buffer : h.s.changes<BufferRow>()) {
    if (!buffer.created || buffer.freed) continue;
    if (buffer.after.oneway_spam_suspect != 0) CheckSuspect(h, buffer);
  }
  for (const ReturnRow& word : h.s.words()) {
    if (WordOf(word) != Br::kOnewaySpamSuspect || !h.s.proc()) continue;
    h.Expect(h.w.Peek(h.s.proc()).oneway_spam_detection_enabled != 0, "E42",
             h.s.thread().any(),
             [] { return "it is told of spam and did not ask for that"; });
  }
}

}  // namespace bindery::sim
