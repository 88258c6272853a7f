// One random step of one thread.
#ifndef BINDERY_TOOLS_CONFORM_RANDOM_STEP_H_
#define BINDERY_TOOLS_CONFORM_RANDOM_STEP_H_

#include <cstdint>

#include "proto/scenario.pb.h"
#include "sim/engine/prng.h"
#include "tools/conform/view.h"

namespace bindery::conform {

class RandomStep {
 public:
  // `nodes`: how many nodes every process declares, named "n0", "n1", ...
  RandomStep(sim::Prng* prng, uint32_t nodes) : prng_(*prng), nodes_(nodes) {}

  // Fills in the action of `step`. `process` and `thread` are whose it is;
  // `others` are the names of processes that it may kill.
  void Fill(const ProcessView& process, const ThreadView& thread,
            const std::vector<std::string>& others, proto::Step* step);

 private:
  bool Chance(uint32_t percent) { return prng_.Below(100) < percent; }
  uint32_t AnyHandle(const ProcessView& process, bool strong);
  void WriteRead(const ProcessView& process, const ThreadView& thread,
                 proto::WriteRead* call);
  void Command(const ProcessView& process, const ThreadView& thread,
               proto::Command* command);
  void OtherCommand(const ProcessView& process, proto::Command* command);
  void RefCommand(const ProcessView& process, proto::Command* command);
  void DeathCommand(const ProcessView& process, proto::Command* command);
  void DoneCommand(const ProcessView& process, proto::Command* command);
  void FreeBuffer(const ProcessView& process, proto::Command* command);
  void RawCommand(proto::Command* command);
  void Transaction(const ProcessView& process, bool reply,
                   proto::Transaction* t);
  void Item(const ProcessView& process, proto::Item* item);
  uint64_t TooLarge();
  void Spoil(proto::Transaction* t);
  void Ioctl(proto::Ioctl* ioctl);

  sim::Prng& prng_;
  const uint32_t nodes_;
};

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_RANDOM_STEP_H_
