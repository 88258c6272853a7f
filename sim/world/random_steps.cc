#include "sim/world/random_steps.h"

#include <string>
#include <vector>

#include "sim/world/sorted_rows.h"

namespace bindery::sim {
namespace {

class Stepper {
 public:
  Stepper(World& world, uint64_t seed) : w_(world), random_(seed) {}

  void Run() {
    w_.BeginStep(static_cast<uint32_t>(1 + random_.Below(3)));
    const uint64_t operations = 1 + random_.Below(6);
    for (uint64_t i = 0; i < operations; ++i) Operation();
    w_.Commit();
  }

 private:
  // A live row, in an order that all worlds in this state share; may be none.
  template <typename Row>
  Id<Row> Pick() {
    std::vector<Id<Row>> ids;
    for (const uint32_t slot : SortedSlots<Row>(w_)) {
      const Meta& meta = w_.template table<Row>().at(slot).meta;
      if (meta.state == SlotState::kLive) ids.push_back(Id<Row>{meta.self});
    }
    if (ids.empty()) return {};
    return ids[random_.Below(ids.size())];
  }

  void Operation() {
    switch (random_.Below(12)) {
      case 0:
        return CreateNode();
      case 1:
        return CreateTransaction();
      case 2:
        return CreateFrame();
      case 3:
        return EditNode();
      case 4:
        return EditFrame();
      case 5:
        return UseFrame();
      case 6:
        return Queue();
      case 7:
        return Unqueue();
      case 8:
        return FreeSomething();
      case 9:
        return CreateBuffer();
      case 10:
        return CreateRef();
      default:
        return EditTask();
    }
  }

  void CreateNode() {
    const ProcId proc = Pick<ProcRow>();
    const uint64_t ptr = 0x1000 * (1 + random_.Below(3));
    const NodeId id = w_.Create<NodeRow>(w_.NameOf(proc), ptr);
    NodeRow& node = w_.Edit(id);
    node.owner = node.proc = proc;
    node.ptr = ptr;
    w_.PushFront(Head::kSet, proc.any(), id.any());
  }
  void CreateRef() {
    const ProcId proc = Pick<ProcRow>();
    const NodeId node = Pick<NodeRow>();
    if (!node) return;
    const uint32_t desc = static_cast<uint32_t>(random_.Below(3));
    const RefId id = w_.Create<RefRow>(w_.NameOf(proc), desc);
    RefRow& ref = w_.Edit(id);
    ref.proc = proc;
    ref.node = node;
    ref.desc = desc;
    w_.PushFront(Head::kSet, proc.any(), id.any());
    w_.PushFront(Head::kNodeRefs, node.any(), id.any());
  }
  void CreateTransaction() {
    const TransactionId id = w_.Create<TransactionRow>();
    TransactionRow& t = w_.Edit(id);
    t.work.type = WorkType::kTransaction;
    t.from = Pick<ThreadRow>();
    t.code = static_cast<uint32_t>(random_.Below(4));
    t.debug_id = ++w_.Edit(Pick<GlobalRow>()).last_id;
  }
  void CreateFrame() {
    const FrameId id = w_.Create<FrameRow>();
    FrameRow& frame = w_.Edit(id);
    frame.op = static_cast<uint16_t>(1 + random_.Below(5));
    frame.task = Pick<TaskRow>();
    frame.param = static_cast<int32_t>(random_.Below(5)) - 2;
  }
  void CreateBuffer() {
    const ProcId proc = Pick<ProcRow>();
    const BufferId place = Pick<BufferRow>();
    const BufferId id = w_.Create<BufferRow>();
    BufferRow& buffer = w_.Edit(id);
    buffer.proc = proc;
    buffer.offset = 8 * random_.Below(4);
    buffer.data = w_.blobs().Intern(std::string(random_.Below(5), 'x'));
    if (place && w_.Get(place).proc == proc &&
        w_.LinkOf(Head::kBuffers, place.any()).linked()) {
      w_.InsertAfter(proc, place.any(), id.any());
    } else {
      w_.PushFront(Head::kBuffers, proc.any(), id.any());
    }
  }

  void EditNode() {
    const NodeId id = Pick<NodeRow>();
    if (!id) return;
    NodeRow& node = w_.Edit(id);
    node.local_strong_refs = static_cast<int32_t>(random_.Below(3)) - 1;
    node.has_strong_ref ^= 1;
    node.cookie = random_.Below(2) << 63;
  }
  void EditTask() {
    TaskRow& task = w_.Edit(Pick<TaskRow>());
    task.pc = static_cast<uint32_t>(random_.Below(3));
    task.frame = random_.Below(2) ? Pick<FrameRow>() : FrameId{};
    if (random_.Below(4) == 0) w_.Edit(Pick<ProcRow>()).max_threads ^= 5;
  }
  void EditFrame() {
    const FrameId id = Pick<FrameRow>();
    if (!id) return;
    FrameRow& frame = w_.Edit(id);
    frame.node = random_.Below(2) ? Pick<NodeRow>() : NodeId{};
    frame.t = random_.Below(2) ? Pick<TransactionRow>() : TransactionId{};
    frame.w = random_.Below(2) ? frame.t.any() : frame.node.any();
    frame.caller = random_.Below(3) == 0 ? Pick<FrameRow>() : FrameId{};
  }
  // Through ids that may be stale or null.
  void UseFrame() {
    const FrameId id = Pick<FrameRow>();
    if (!id) return;
    const FrameRow frame = w_.Get(id);
    if (random_.Below(3) == 0) w_.Edit(frame.node).flags ^= 2;
    if (random_.Below(3) == 0) w_.Edit(frame.t).flags ^= 1;
    if (frame.t && random_.Below(2) == 0) w_.Edit(id).t = {};
  }

  AnyId PickWork() {
    if (random_.Below(2) == 0) return Pick<TransactionRow>().any();
    return Pick<NodeRow>().any();
  }
  void Queue() {
    const AnyId work = PickWork();
    if (!work || w_.WorkOf(work).entry.linked()) return;
    const Head head = random_.Below(2) ? Head::kProcTodo : Head::kThreadTodo;
    const AnyId owner = head == Head::kProcTodo ? Pick<ProcRow>().any()
                                                : Pick<ThreadRow>().any();
    if (random_.Below(2) == 0) {
      w_.PushFront(head, owner, work);
    } else {
      w_.PushBack(head, owner, work);
    }
  }
  void Unqueue() {
    const ProcId proc = Pick<ProcRow>();
    const AnyId first = w_.First(Head::kProcTodo, proc.any());
    if (first) w_.Remove(Head::kProcTodo, first);
    const NodeId node = Pick<NodeRow>();
    if (!node) return;
    const Link& link = w_.LinkOf(Head::kThreadTodo, node.any());
    if (link.linked()) w_.Remove(link.head, node.any());
  }

  void FreeNode() {
    const NodeId node = Pick<NodeRow>();
    if (!node) return;
    if (random_.Below(2) == 0) {
      if (w_.LinkOf(Head::kSet, node.any()).linked()) {
        w_.Remove(Head::kSet, node.any());
      }
    }
    w_.Free(node);
  }
  void FreeRef() {
    const RefId ref = Pick<RefRow>();
    if (!ref) return;
    w_.Remove(Head::kSet, ref.any());
    w_.Remove(Head::kNodeRefs, ref.any());
    w_.Free(ref);
  }
  void FreeBuffer() {
    const BufferId buffer = Pick<BufferRow>();
    if (!buffer) return;
    w_.Remove(Head::kBuffers, buffer.any());
    w_.Free(buffer);
  }
  void FreeSomething() {
    switch (random_.Below(5)) {
      case 0:
        return FreeNode();
      case 1:
        return FreeRef();
      case 2:
        return FreeBuffer();
      case 3: {
        const FrameId frame = Pick<FrameRow>();
        if (frame) w_.Free(frame);
        return;
      }
      default: {
        const TransactionId t = Pick<TransactionRow>();
        if (t) w_.Free(t);
        return;
      }
    }
  }

  World& w_;
  Random random_;
};

void AddProcess(World& w, uint32_t index) {
  const ProcessId process = w.Create<ProcessRow>(index, 0);
  w.Edit(process).index = index;
  const TaskId task = w.Create<TaskRow>(index, 0);
  TaskRow& row = w.Edit(task);
  row.process = process;
  row.actor = index;
  row.state = TaskState::kRunning;
  w.PushFront(Head::kSet, process.any(), task.any());
  const ProcId proc = w.Create<ProcRow>(w.NameOf(process), 0);
  w.Edit(proc).process = process;
  const ThreadId thread = w.Create<ThreadRow>(w.NameOf(proc), w.NameOf(task));
  w.Edit(thread).proc = proc;
  w.Edit(thread).task = task;
  w.PushFront(Head::kSet, proc.any(), thread.any());
}

}  // namespace

uint64_t Random::Next() {
  uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void BuildSmallWorld(World& world) {
  world.BeginStep(9);
  world.Create<GlobalRow>(1, 0);
  AddProcess(world, 1);
  AddProcess(world, 2);
  world.Commit();
  world.ForgetHistory();
}

void RandomStep(World& world, uint64_t seed) { Stepper(world, seed).Run(); }

}  // namespace bindery::sim
