#include "tools/conform/view.h"

#include <algorithm>

#include "sim/kernel/process.h"

namespace bindery::conform {
namespace {

using sim::World;

class Inspector {
 public:
  explicit Inspector(const LiveLockstep& live)
      : live_(live),
        scenario_(live.simulation().scenario()),
        w_(live.simulation().world()) {}

  View Run() {
    for (uint32_t i = 0; i < scenario_.processes.size(); ++i) AddProcess(i);
    for (uint32_t i = 1; i <= scenario_.tasks.size(); ++i) AddThread(i);
    w_.ForEach<sim::RefRow>(
        [this](sim::RefId, const sim::RefRow& ref) { AddHandle(ref); });
    w_.ForEach<sim::NodeRow>(
        [this](sim::NodeId, const sim::NodeRow& node) { AddNode(node); });
    w_.ForEach<sim::BufferRow>(
        [this](sim::BufferId, const sim::BufferRow& buffer) {
          if (buffer.allow_user_free == 0) return;
          if (OpeningView* at = Of(buffer.proc)) {
            at->buffers.push_back(buffer.offset);
          }
        });
    w_.ForEach<sim::ThreadRow>(
        [this](sim::ThreadId id, const sim::ThreadRow& thread) {
          AddRole(id, thread);
        });
    for (const Known& one : known_) Sort(&At(one));
    for (const Known& one : known_) Share(one);
    return std::move(view_);
  }

 private:
  // Where in the view a proc is.
  struct Known {
    sim::ProcId proc;
    size_t process = 0;
    size_t opening = 0;
  };

  OpeningView& At(const Known& one) {
    return view_.processes[one.process].openings[one.opening];
  }
  const Known* Find(sim::ProcId proc) const {
    for (const Known& one : known_) {
      if (one.proc == proc) return &one;
    }
    return nullptr;
  }
  // Null: no name leads there any more.
  OpeningView* Of(sim::ProcId proc) {
    const Known* one = Find(proc);
    return one == nullptr ? nullptr : &At(*one);
  }

  void AddProcess(uint32_t index) {
    const sim::ProcessSpec& spec = scenario_.processes[index];
    const sim::ProcessId process = w_.Find<sim::ProcessRow>(index + 1, 0);
    view_.processes.push_back(
        {spec.name, w_.Peek(process).dead != 0, Frozen(process), {}, {}});
    for (uint32_t i = index; i < scenario_.processes.size(); ++i) {
      const sim::ProcessId child = w_.Find<sim::ProcessRow>(i + 1, 0);
      if (scenario_.processes[i].forked_from == index + 1 &&
          w_.Peek(child).dead == sim::kUnborn) {
        view_.processes.back().unborn.push_back(scenario_.processes[i].name);
      }
    }
    for (uint32_t i = 0; i < spec.variables.size(); ++i) {
      const sim::VariableRow& variable = w_.Peek(
          w_.Find<sim::VariableRow>(w_.NameOf(process), uint64_t{i} + 1));
      if (variable.bound == 0) continue;
      AddOpening(process, spec.variables[i].name,
                 static_cast<uint32_t>(variable.value));
    }
  }

  bool Frozen(sim::ProcessId process) const {
    bool frozen = false;
    w_.ForEach<sim::ProcRow>([&](sim::ProcId, const sim::ProcRow& proc) {
      frozen |= proc.process == process && proc.is_frozen != 0;
    });
    return frozen;
  }

  void AddOpening(sim::ProcessId process, const std::string& fd,
                  uint32_t number) {
    const size_t index = view_.processes.size() - 1;
    OpeningView& opening = view_.processes[index].openings.emplace_back();
    opening.fd = fd;
    const sim::FileId file = sim::FileOfFd(w_, process, number);
    if (!file) return;
    const sim::ProcId proc = w_.Peek(file).proc;
    opening.open = true;
    opening.files = Files(process);
    opening.device = bool(proc);
    opening.epoll = bool(w_.Peek(file).eventpoll);
    opening.contents = bool(w_.Peek(file).contents);
    if (!proc) return;
    known_.push_back({proc, index, view_.processes[index].openings.size() - 1});
    const sim::ProcRow& row = w_.Peek(proc);
    opening.managed = bool(w_.Peek(row.context).mgr_node);
    opening.used = row.buffer_size != 0;
    opening.work = row.todo.size != 0;
    for (sim::AnyId item = row.delivered_death.first; item;
         item = w_.PeekLink(sim::Head::kDeliveredDeath, item).next) {
      opening.told_deaths.push_back(w_.Peek(sim::DeathId{item.value}).cookie);
    }
    for (sim::AnyId item = row.delivered_freeze.first; item;
         item = w_.PeekLink(sim::Head::kDeliveredFreeze, item).next) {
      opening.told_freezes.push_back(w_.Peek(sim::FreezeId{item.value}).cookie);
    }
  }

  std::vector<uint32_t> Files(sim::ProcessId process) const {
    std::vector<uint32_t> files;
    w_.ForEach<sim::FdRow>([&](sim::FdId, const sim::FdRow& fd) {
      if (fd.process == process && w_.Peek(fd.file).name != 0) {
        files.push_back(fd.number);
      }
    });
    std::sort(files.begin(), files.end());
    return files;
  }

  void AddThread(uint32_t actor) {
    const sim::TaskRow& task = w_.Peek(live_.simulation().task(actor));
    ThreadView thread;
    thread.name = scenario_.tasks[actor - 1].full_name;
    thread.process = w_.Peek(task.process).index - 1;
    const ProcessView& process = view_.processes[thread.process];
    thread.free = !live_.Inside(actor) && !process.dead;
    thread.asleep = task.asleep != 0 && !process.dead;
    thread.roles.resize(process.openings.size());
    view_.threads.push_back(std::move(thread));
  }

  void AddHandle(const sim::RefRow& ref) {
    OpeningView* opening = Of(ref.proc);
    if (opening == nullptr) return;
    HandleView handle;
    handle.desc = ref.desc;
    handle.strong = ref.strong > 0;
    handle.watched = bool(ref.death);
    const sim::ProcId owner = w_.Peek(ref.node).proc;
    handle.dead = !owner;
    handle.foreign =
        owner && w_.Peek(owner).process != w_.Peek(ref.proc).process;
    if (ref.death) handle.cookie = w_.Peek(ref.death).cookie;
    handle.listened = bool(ref.freeze);
    if (ref.freeze) handle.freeze_cookie = w_.Peek(ref.freeze).cookie;
    opening->handles.push_back(handle);
  }

  void AddNode(const sim::NodeRow& node) {
    OpeningView* opening = node.proc ? Of(node.proc) : nullptr;
    if (opening == nullptr) return;
    opening->nodes.push_back({node.ptr, node.cookie,
                              node.pending_strong_ref != 0,
                              node.pending_weak_ref != 0});
  }

  void AddRole(sim::ThreadId id, const sim::ThreadRow& thread) {
    if (thread.is_dead != 0) return;
    ThreadView& at = view_.threads[w_.Peek(thread.task).actor - 1];
    for (const Known& one : known_) {
      if (one.proc != thread.proc || one.process != at.process) continue;
      SetRole(id, thread, &at.roles[one.opening]);
    }
  }

  void SetRole(sim::ThreadId id, const sim::ThreadRow& thread, RoleView* to) {
    RoleView& role = *to;
    role.work = thread.todo.size != 0;
    if (!thread.transaction_stack) return;
    const bool incoming = w_.Peek(thread.transaction_stack).to_thread == id;
    (incoming ? role.answers : role.calls) = true;
  }

  // What is known of a proc was noted where it was found first.
  void Share(const Known& one) {
    const Known& first = *Find(one.proc);
    if (&first == &one) return;
    const OpeningView& from = At(first);
    OpeningView& to = At(one);
    to.handles = from.handles;
    to.nodes = from.nodes;
    to.buffers = from.buffers;
  }

  // Slots are an accident of history; what is chosen must not depend on them.
  static void Sort(OpeningView* opening) {
    std::sort(opening->handles.begin(), opening->handles.end(),
              [](const HandleView& a, const HandleView& b) {
                return a.desc < b.desc;
              });
    std::sort(
        opening->nodes.begin(), opening->nodes.end(),
        [](const NodeView& a, const NodeView& b) { return a.ptr < b.ptr; });
    std::sort(opening->buffers.begin(), opening->buffers.end());
  }

  const LiveLockstep& live_;
  const sim::CompiledScenario& scenario_;
  const World& w_;
  View view_;
  std::vector<Known> known_;
};

}  // namespace

View Inspect(const LiveLockstep& live) { return Inspector(live).Run(); }

}  // namespace bindery::conform
