#include "sim/engine/names.h"

#include <string>
#include <vector>

#include "sim/binderfs/binderfs.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {
namespace {

bool Within(uint32_t index, size_t size) { return index >= 1 && index <= size; }

}  // namespace

std::string ScenarioNames::Task(const World& world, TaskId task) const {
  return Actor(world.Peek(task).actor);
}

std::string ScenarioNames::Process(const World& world, ProcessId id) const {
  return Process(world.Peek(id).index);
}

std::string ScenarioNames::Process(uint32_t index) const {
  if (!Within(index, scenario_.processes.size())) {
    return RowNames::Process(index);
  }
  return scenario_.processes[index - 1].name;
}

std::string ScenarioNames::Actor(uint32_t actor) const {
  if (!Within(actor, scenario_.environment_actor())) {
    return RowNames::Actor(actor);
  }
  return scenario_.ActorName(actor);
}

std::string ScenarioNames::Device(uint32_t index) const {
  if (const char* fixed = FixedName(index)) return fixed;
  if (!Within(index, scenario_.devices.size())) return RowNames::Device(index);
  return scenario_.devices[index - 1];
}

std::string ScenarioNames::Variable(uint32_t process, uint32_t index) const {
  if (process == 0 && Within(index, scenario_.events.size())) {
    return scenario_.events[index - 1];
  }
  if (Within(process, scenario_.processes.size())) {
    const std::vector<VariableSpec>& variables =
        scenario_.processes[process - 1].variables;
    if (Within(index, variables.size())) return variables[index - 1].name;
  }
  return RowNames::Variable(process, index);
}

std::string ScenarioNames::Operation(uint16_t op) const {
  if (op == 0 || op >= static_cast<uint16_t>(OpId::kCount)) {
    return RowNames::Operation(op);
  }
  return driver_.operation(static_cast<OpId>(op)).function;
}

std::string ScenarioNames::Command(uint32_t bc) const {
  return NameOf(static_cast<Bc>(bc));
}

std::string ScenarioNames::Return(uint32_t br) const {
  return NameOf(static_cast<Br>(br));
}

}  // namespace bindery::sim
