// Walks over what is owed in a state. Internal to sim/liveness.
#ifndef BINDERY_SIM_LIVENESS_SURVEY_H_
#define BINDERY_SIM_LIVENESS_SURVEY_H_

#include <cstdint>
#include <functional>

#include "sim/engine/simulation.h"
#include "sim/kernel/atom.h"
#include "sim/world/world.h"

namespace bindery::sim {

// Places in LivenessProperties().
enum class Owed : uint8_t {
  kAnswer,        // L1
  kDelivery,      // L2
  kWakeup,        // L3
  kNodeNews,      // L5
  kObituary,      // L6
  kConfirmation,  // L7
  kEnd,           // L9
  kLooper,        // L10
  kFreeze,        // L12
  kListener,      // L13
  kError,         // L14
  kProgram,       // livelock
};

class Survey {
 public:
  // `detail` makes two waits of one object different ones.
  using Sink =
      std::function<void(Owed what, AnyId object, uint64_t detail, bool due)>;

  // Both outlive the survey.
  Survey(const Simulation& simulation, const Sink& sink)
      : s_(simulation), w_(simulation.world()), sink_(sink) {}

  void Run();

 private:
  void Transactions();
  void Threads();
  void Nodes();
  void Deaths();
  void Listeners();
  void Procs();
  void Errors();
  void Programs();

  void Death(DeathId id, const DeathRow& death);
  void Listener(FreezeId id, const FreezeRow& freeze);
  // The task is in an activation of `op`, of this thread if one is given.
  bool IsIn(const TaskRow& task, OpId op, ThreadId thread = {}) const;
  // The thread is alive and in BINDER_WRITE_READ.
  bool Reads(const ThreadRow& thread, ThreadId id) const;
  // Some thread of the process reads and may take any work.
  bool SomebodyReads(ProcId proc) const;
  // Whoever may take what is at this place of a list is reading.
  bool Taken(const Link& link) const;
  // A one-way call of the node is queued for a thread, or somebody's to free.
  bool TurnIsTaken(NodeId node) const;

  const Simulation& s_;
  const World& w_;
  const Sink& sink_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_LIVENESS_SURVEY_H_
