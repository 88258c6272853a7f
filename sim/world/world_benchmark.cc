// What a step of the world costs: bazel run //sim/world:world_benchmark
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "sim/world/random_steps.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

struct Objects {
  ProcId proc;
  ThreadId thread;
  TaskId task;
  NodeId node;
  RefId ref;
  TransactionId t;
  FrameId frame;
};

// A world of about a hundred rows.
Objects Build(World& world) {
  BuildSmallWorld(world);
  Objects o;
  world.ForEach<ProcRow>([&](ProcId id, const ProcRow&) { o.proc = id; });
  world.ForEach<ThreadRow>(
      [&](ThreadId id, const ThreadRow&) { o.thread = id; });
  world.ForEach<TaskRow>([&](TaskId id, const TaskRow&) { o.task = id; });
  world.BeginStep(1);
  for (uint64_t i = 0; i < 30; ++i) {
    o.node = world.Create<NodeRow>(world.NameOf(o.proc), 0x1000 * i);
    world.Edit(o.node).owner = o.proc;
    world.PushFront(Head::kSet, o.proc.any(), o.node.any());
    o.ref = world.Create<RefRow>(world.NameOf(o.proc), i);
    world.Edit(o.ref).proc = o.proc;
    world.Edit(o.ref).node = o.node;
    world.PushFront(Head::kSet, o.proc.any(), o.ref.any());
    o.t = world.Create<TransactionRow>();
    world.Edit(o.t).from = o.thread;
  }
  o.frame = world.Create<FrameRow>();
  world.Edit(o.frame).task = o.task;
  world.Commit();
  world.ForgetHistory();
  return o;
}

void EditSixRows(World& world, const Objects& o, uint32_t i) {
  world.Edit(o.frame).pc = static_cast<uint16_t>(i | 1);
  world.Edit(o.frame).node = o.node;
  world.Edit(o.node).local_strong_refs = static_cast<int32_t>(i | 1);
  world.Edit(o.ref).strong = static_cast<int32_t>(i | 1);
  world.Edit(o.t).code = i | 1;
  world.Edit(o.thread).looper = static_cast<uint8_t>(i | 1);
  world.Edit(o.task).pc = i | 1;
}

void BM_StepAndUndo(benchmark::State& state) {
  World world;
  const Objects o = Build(world);
  uint32_t i = 0;
  for (auto _ : state) {
    world.BeginStep(1);
    EditSixRows(world, o, ++i);
    world.Commit();
    benchmark::DoNotOptimize(world.fingerprint());
    world.Undo();
  }
}
BENCHMARK(BM_StepAndUndo);

// What sending a transaction does: rows come and go, work is queued.
void SendAndFree(World& world, const Objects& o) {
  const FrameId frame = world.Create<FrameRow>();
  FrameRow& f = world.Edit(frame);
  f.task = o.task;
  f.thread = o.thread;
  const TransactionId t = world.Create<TransactionRow>();
  world.Edit(t).work.type = WorkType::kTransaction;
  world.Edit(t).from = o.thread;
  f.t = t;
  world.PushBack(Head::kProcTodo, o.proc.any(), t.any());
  const CommandId command = world.Create<CommandRow>();
  world.Edit(command).task = o.task;
  world.PushBack(Head::kOut, o.task.any(), command.any());
  world.Remove(Head::kOut, command.any());
  world.Free(command);
  world.Free(frame);
}

void BM_SendAndUndo(benchmark::State& state) {
  World world;
  const Objects o = Build(world);
  for (auto _ : state) {
    world.BeginStep(1);
    SendAndFree(world, o);
    world.Commit();
    benchmark::DoNotOptimize(world.fingerprint());
    world.Undo();
  }
}
BENCHMARK(BM_SendAndUndo);

void BM_StepWithoutJournal(benchmark::State& state) {
  World world;
  world.set_journal(false);
  const Objects o = Build(world);
  uint32_t i = 0;
  for (auto _ : state) {
    world.BeginStep(1);
    EditSixRows(world, o, ++i);
    world.Commit();
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_StepWithoutJournal);

void BM_Encode(benchmark::State& state) {
  World world;
  Build(world);
  std::string bytes;
  for (auto _ : state) world.Encode(&bytes);
  state.counters["bytes"] = static_cast<double>(bytes.size());
}
BENCHMARK(BM_Encode);

void BM_Decode(benchmark::State& state) {
  World world;
  Build(world);
  std::string bytes;
  world.Encode(&bytes);
  for (auto _ : state) world.Decode(bytes);
}
BENCHMARK(BM_Decode);

}  // namespace
}  // namespace bindery::sim
