#include "model/explore/sleep_set.h"

namespace bindery::model {

const Sleeper* SleepSet::Find(Choice choice) const {
  for (const Sleeper& sleeper : sleepers_) {
    if (sleeper.choice == choice) return &sleeper;
  }
  return nullptr;
}

void SleepSet::Inherit(const SleepSet& above, uint32_t mover, FootprintId step,
                       Footprints* seen) {
  sleepers_.clear();
  for (const Sleeper& sleeper : above.sleepers_) {
    if (sleeper.agent == mover || seen->Touch(sleeper.step, step)) continue;
    sleepers_.push_back(sleeper);
  }
}

}  // namespace bindery::model
