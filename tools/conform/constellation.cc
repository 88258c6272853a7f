#include "tools/conform/constellation.h"

namespace bindery::conform {
namespace {

using sim::World;

template <typename Row, typename F>
bool Any(const World& world, F&& holds) {
  bool found = false;
  world.ForEach<Row>([&](sim::Id<Row> id, const Row& row) {
    found = found || holds(id, row);
  });
  return found;
}

// The innermost of `depth` calls, each made while the one before was served.
template <int kDepth>
bool Nested(const World& w) {
  return Any<sim::TransactionRow>(
      w, [&](sim::TransactionId, const sim::TransactionRow& call) {
        int depth = 1;
        for (sim::TransactionId at = call.from_parent; at;
             at = w.Peek(at).from_parent) {
          ++depth;
        }
        return depth >= kDepth && call.to_thread;
      });
}

// A second opening, of the same device or of another one.
template <bool kSame>
bool TwoOpenings(const World& w) {
  return Any<sim::ProcRow>(w, [&](sim::ProcId a, const sim::ProcRow& one) {
    return Any<sim::ProcRow>(w, [&](sim::ProcId b, const sim::ProcRow& other) {
      return a != b && one.process == other.process &&
             (one.context == other.context) == kSame;
    });
  });
}

bool OneWayWaits(const World& w) {
  return Any<sim::NodeRow>(w, [](sim::NodeId, const sim::NodeRow& node) {
    return node.async_todo.size != 0;
  });
}

bool DeadNode(const World& w) {
  return Any<sim::NodeRow>(w, [](sim::NodeId, const sim::NodeRow& node) {
    return !node.proc && node.refs.size != 0;
  });
}

bool TwoWatchers(const World& w) {
  return Any<sim::NodeRow>(w, [&](sim::NodeId id, const sim::NodeRow&) {
    int watchers = 0;
    w.ForEach<sim::RefRow>([&](sim::RefId, const sim::RefRow& ref) {
      if (ref.node == id && ref.death) ++watchers;
    });
    return watchers >= 2;
  });
}

bool HandleToOneself(const World& w) {
  return Any<sim::RefRow>(w, [&](sim::RefId, const sim::RefRow& ref) {
    const sim::ProcId owner = w.Peek(ref.node).proc;
    return owner && w.Peek(owner).process == w.Peek(ref.proc).process;
  });
}

bool WeakHandle(const World& w) {
  return Any<sim::RefRow>(w, [](sim::RefId, const sim::RefRow& ref) {
    return ref.strong == 0 && ref.weak > 0;
  });
}

bool BufferWithoutMapping(const World& w) {
  return Any<sim::BufferRow>(w,
                             [&](sim::BufferId, const sim::BufferRow& buffer) {
                               return w.Peek(buffer.proc).mapped == 0;
                             });
}

bool Orphan(const World& w) {
  return Any<sim::TransactionRow>(
      w, [](sim::TransactionId, const sim::TransactionRow& call) {
        return call.is_async == 0 && call.is_reply == 0 && !call.from &&
               call.to_thread;
      });
}

bool FrozenWithOneWay(const World& w) {
  return Any<sim::NodeRow>(w, [&](sim::NodeId, const sim::NodeRow& node) {
    return node.async_todo.size != 0 && node.proc &&
           w.Peek(node.proc).is_frozen != 0;
  });
}

bool FrozenCaller(const World& w) {
  return Any<sim::TransactionRow>(
      w, [&](sim::TransactionId, const sim::TransactionRow& t) {
        return t.from && w.Peek(w.Peek(t.from).proc).is_frozen != 0;
      });
}

bool ForeignThread(const World& w) {
  return Any<sim::ThreadRow>(
      w, [&](sim::ThreadId, const sim::ThreadRow& thread) {
        return w.Peek(thread.task).process != w.Peek(thread.proc).process;
      });
}

bool SleepsInEpoll(const World& w) {
  return Any<sim::TaskRow>(w, [](sim::TaskId, const sim::TaskRow& task) {
    return task.asleep == sim::kAsleepInEpoll;
  });
}

// A device, of a thread that is there, or of one that has left.
template <bool kThere>
bool Watched(const World& w) {
  return Any<sim::EpItemRow>(w, [&](sim::EpItemId, const sim::EpItemRow& item) {
    return w.Peek(item.file).proc && bool(item.whead) == kThere;
  });
}

bool NewsWaits(const World& w) {
  return Any<sim::FreezeRow>(w, [](sim::FreezeId, const sim::FreezeRow& row) {
    return row.resend != 0;
  });
}

}  // namespace

const std::vector<Constellation>& Constellations() {
  static const auto* const kAll = new std::vector<Constellation>{
      {"a call inside a call", Nested<2>},
      {"three calls inside each other", Nested<3>},
      {"two openings of one device by a process", TwoOpenings<true>},
      {"openings of two devices by a process", TwoOpenings<false>},
      {"a one-way behind another", OneWayWaits},
      {"a handle to a dead node", DeadNode},
      {"two watchers of a node", TwoWatchers},
      {"a handle to a node of one's own process", HandleToOneself},
      {"a handle that is only weak", WeakHandle},
      {"a buffer in a mapping that is gone", BufferWithoutMapping},
      {"a call whose caller is gone", Orphan},
      {"a one-way that waits for a frozen process", FrozenWithOneWay},
      {"a call of a frozen process", FrozenCaller},
      {"news for a freeze listener that has not acknowledged", NewsWaits},
      {"a thread in another process's device", ForeignThread},
      {"a thread that sleeps in epoll_wait()", SleepsInEpoll},
      {"a device watched with epoll", Watched<true>},
      {"a device watched for a thread that left", Watched<false>},
  };
  return *kAll;
}

}  // namespace bindery::conform
