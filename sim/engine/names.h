// Names of tasks, processes and devices as the scenario gives them, and of the
// driver's words and operations: for events, dumps and messages.
#ifndef BINDERY_SIM_ENGINE_NAMES_H_
#define BINDERY_SIM_ENGINE_NAMES_H_

#include <string>

#include "sim/kernel/driver.h"
#include "sim/kernel/kernel.h"
#include "sim/user/program.h"
#include "sim/world/dump.h"
#include "sim/world/world.h"

namespace bindery::sim {

class ScenarioNames : public Kernel::Names, public RowNames {
 public:
  // Both outlive the names.
  ScenarioNames(const CompiledScenario& scenario, const Driver& driver)
      : scenario_(scenario), driver_(driver) {}

  // Kernel::Names.
  std::string Task(const World& world, TaskId task) const override;
  std::string Process(const World& world, ProcessId id) const override;
  std::string Context(uint32_t device) const override { return Device(device); }

  // RowNames. Numbers that the scenario does not know are written as such.
  std::string Process(uint32_t index) const override;
  std::string Actor(uint32_t actor) const override;
  std::string Device(uint32_t index) const override;
  std::string Variable(uint32_t process, uint32_t index) const override;
  std::string Operation(uint16_t op) const override;
  std::string Command(uint32_t bc) const override;
  std::string Return(uint32_t br) const override;

 private:
  const CompiledScenario& scenario_;
  const Driver& driver_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_NAMES_H_
