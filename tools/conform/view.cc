#include "tools/conform/view.h"

#include <algorithm>

namespace bindery::conform {
namespace {

using sim::World;

class Inspector {
 public:
  explicit Inspector(const LiveLockstep& live)
      : w_(live.simulation().world()) {
    const sim::Simulation& simulation = live.simulation();
    view_.processes.resize(simulation.scenario().processes.size());
    for (uint32_t actor = 1; actor <= simulation.task_count(); ++actor) {
      const sim::TaskRow& task = w_.Peek(simulation.task(actor));
      const bool dead = w_.Peek(task.process).dead != 0;
      view_.processes[w_.Peek(task.process).index - 1].dead = dead;
      view_.threads.push_back({!live.Inside(actor) && !dead, false, false});
    }
  }

  View Run() {
    w_.ForEach<sim::RefRow>(
        [this](sim::RefId, const sim::RefRow& ref) { AddHandle(ref); });
    w_.ForEach<sim::NodeRow>(
        [this](sim::NodeId, const sim::NodeRow& node) { AddNode(node); });
    w_.ForEach<sim::BufferRow>(
        [this](sim::BufferId, const sim::BufferRow& buffer) {
          if (buffer.allow_user_free == 0) return;
          Of(buffer.proc).buffers.push_back(buffer.offset);
        });
    w_.ForEach<sim::ThreadRow>(
        [this](sim::ThreadId id, const sim::ThreadRow& thread) {
          AddThread(id, thread);
        });
    w_.ForEach<sim::ProcRow>(
        [this](sim::ProcId id, const sim::ProcRow&) { AddDeaths(id); });
    w_.ForEach<sim::FdRow>([this](sim::FdId, const sim::FdRow& fd) {
      view_.processes[w_.Peek(fd.process).index - 1].open = true;
    });
    for (ProcessView& process : view_.processes) Sort(&process);
    return std::move(view_);
  }

 private:
  ProcessView& Of(sim::ProcId proc) {
    return view_.processes[w_.Peek(w_.Peek(proc).process).index - 1];
  }

  void AddHandle(const sim::RefRow& ref) {
    HandleView handle;
    handle.desc = ref.desc;
    handle.strong = ref.strong > 0;
    handle.watched = bool(ref.death);
    if (ref.death) handle.cookie = w_.Peek(ref.death).cookie;
    Of(ref.proc).handles.push_back(handle);
  }

  void AddNode(const sim::NodeRow& node) {
    if (!node.proc) return;
    Of(node.proc).nodes.push_back({node.ptr, node.cookie,
                                   node.pending_strong_ref != 0,
                                   node.pending_weak_ref != 0});
  }

  void AddThread(sim::ThreadId id, const sim::ThreadRow& thread) {
    if (!thread.transaction_stack) return;
    const bool incoming = w_.Peek(thread.transaction_stack).to_thread == id;
    ThreadView& view = view_.threads[w_.Peek(thread.task).actor - 1];
    (incoming ? view.answers : view.calls) = true;
  }

  void AddDeaths(sim::ProcId id) {
    for (sim::AnyId item = w_.Peek(id).delivered_death.first; item;
         item = w_.PeekLink(sim::Head::kDeliveredDeath, item).next) {
      Of(id).told_deaths.push_back(w_.Peek(sim::DeathId{item.value}).cookie);
    }
  }

  // Slots are an accident of history; what is chosen must not depend on them.
  static void Sort(ProcessView* process) {
    std::sort(process->handles.begin(), process->handles.end(),
              [](const HandleView& a, const HandleView& b) {
                return a.desc < b.desc;
              });
    std::sort(
        process->nodes.begin(), process->nodes.end(),
        [](const NodeView& a, const NodeView& b) { return a.ptr < b.ptr; });
    std::sort(process->buffers.begin(), process->buffers.end());
    std::sort(process->told_deaths.begin(), process->told_deaths.end());
  }

  const World& w_;
  View view_;
};

}  // namespace

View Inspect(const LiveLockstep& live) {
  return Inspector(live).Run();
}

}  // namespace bindery::conform
