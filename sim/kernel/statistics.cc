#include "sim/kernel/statistics.h"

namespace bindery::sim {
namespace {

// What a debug id belongs to: an object by its id, a transaction by the
// model's own number.
constexpr int kObject = 0;
constexpr int kNumber = 1;

// ARRAY_SIZE(binder_stats.bc) of a driver without freeze notifications.
constexpr size_t kCommandsBefore = 19;

uint32_t Lookup(const std::map<std::pair<int, uint32_t>, uint32_t>& ids,
                int kind, uint32_t key) {
  const auto found = ids.find({kind, key});
  return found == ids.end() ? 0 : found->second;
}

uint32_t ProcessOf(const World& w, ProcId proc) {
  return w.Peek(w.Peek(proc).process).index;
}

uint32_t ActorOf(const World& w, ThreadId thread) {
  return thread ? w.Peek(w.Peek(thread).task).actor : 0;
}

// Some proc of the process is in binder_procs.
bool IsListed(const World& w, ProcessId process) {
  bool listed = false;
  w.ForEach<ProcRow>([&](ProcId, const ProcRow& proc) {
    listed |= proc.process == process && proc.in_procs != 0;
  });
  return listed;
}

void Append(TransactionLog& log, const LoggedTransaction& entry) {
  log.push_back(entry);
  if (log.size() > Statistics::kLogged) log.pop_front();
}

}  // namespace

const WordCounts& Statistics::words(ProcId proc) const {
  static const WordCounts kNone;
  const auto found = of_proc_.find(proc.value);
  return found == of_proc_.end() ? kNone : found->second;
}

uint32_t Statistics::DebugId(AnyId object) const {
  return Lookup(debug_ids_, kObject, object.value);
}

uint32_t Statistics::DebugIdOf(uint32_t debug_id) const {
  return Lookup(debug_ids_, kNumber, debug_id);
}

std::vector<uint32_t> Statistics::files() const {
  std::vector<uint32_t> processes;
  for (const auto& [proc, process] : files_) processes.push_back(process);
  return processes;
}

void Statistics::Created(Counted what, AnyId id) {
  ++At(what).created;
  if (what == Counted::kNode || what == Counted::kRef) {
    debug_ids_[{kObject, id.value}] = ++last_id_;
  }
}

void Statistics::Command(ProcId proc, uint32_t number,
                         bool freeze_notifications) {
  const size_t known =
      freeze_notifications ? words_.bc.size() : kCommandsBefore;
  if (number >= known) return;
  ++words_.bc[number];
  ++of_proc_[proc.value].bc[number];
}

// The BR_NOOP in front is not counted.
void Statistics::Word(ProcId proc, Br br) {
  if (br == Br::kNoop) return;
  const auto number = static_cast<size_t>(br);
  ++words_.br[number];
  ++of_proc_[proc.value].br[number];
}

void Statistics::Opened(const World& w, ProcId id) {
  of_proc_[id.value] = {};
  const ProcessId process = w.Peek(id).process;
  // An opening in another binderfs makes its file there, if it keeps logs.
  if (w.Peek(w.Peek(id).context).ref != 0) return;
  if (!IsListed(w, process)) files_[id.value] = w.Peek(process).index;
}

void Statistics::Begin(const World& w, const FrameRow& frame) {
  const CommandRow& command = w.Peek(frame.command);
  LoggedTransaction entry;
  entry.debug_id = ++last_id_;
  entry.reply = frame.reply != 0;
  entry.one_way = (command.flags & kTfOneWay) != 0;
  entry.from_process = ProcessOf(w, frame.proc);
  entry.from_actor = ActorOf(w, frame.thread);
  entry.handle = static_cast<uint32_t>(command.handle);
  entry.context = w.Peek(w.Peek(frame.proc).context).index;
  entry.data_size = command.data_size;
  entry.offsets_size = command.offsets_size;
  open_[frame.thread.value] = {++begun_, entry.debug_id};
  Append(transactions_, entry);
}

// Null if newer ones have pushed it out.
LoggedTransaction* Statistics::Open(const FrameRow& frame) {
  const auto found = open_.find(frame.thread.value);
  if (found == open_.end()) return nullptr;
  const size_t behind = begun_ - found->second.number;
  if (behind >= transactions_.size()) return nullptr;
  return &transactions_[transactions_.size() - 1 - behind];
}

void Statistics::FoundNode(const FrameRow& frame, NodeId node) {
  if (LoggedTransaction* entry = Open(frame)) {
    entry->to_node = node ? DebugId(node.any()) : 0;
  }
}

void Statistics::FoundTarget(const World& w, const FrameRow& frame) {
  if (LoggedTransaction* entry = Open(frame)) {
    entry->to_process = ProcessOf(w, frame.target_proc);
    entry->to_actor = ActorOf(w, frame.target_thread);
  }
}

void Statistics::Allocated(const FrameRow& frame, uint32_t debug_id) {
  Created(Counted::kTransaction, frame.t.any());
  debug_ids_[{kNumber, debug_id}] = open_[frame.thread.value].debug_id;
}

void Statistics::End(const FrameRow& frame) {
  if (LoggedTransaction* entry = Open(frame)) {
    entry->return_error = frame.return_error;
    entry->param = frame.return_error == 0 ? 0 : frame.param;
    entry->done = true;
    if (entry->return_error != 0) Append(failed_, *entry);
  }
  open_.erase(frame.thread.value);
}

}  // namespace bindery::sim
