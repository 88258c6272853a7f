#include "sim/liveness/liveness.h"

#include "absl/strings/str_cat.h"
#include "sim/liveness/survey.h"
#include "sim/world/dump.h"

namespace bindery::sim {
namespace {

// What goes on for ever if it is broken, said of the object.
constexpr const char* kForEver[] = {
    "is never answered, and no thread has taken it over",
    "is never delivered",
    "sleeps for ever although there is work for it",
    "has an owner that is never told what changed",
    "is never told, though what it watches is dead",
    "is never confirmed to be cleared",
    "is never freed",
    "is never asked for another thread although all are busy",
    "never gets its process frozen or refused",
    "is never told what is true now",
    "is never read",
};

uint64_t KeyOf(const World& world, Owed what, AnyId object, uint64_t detail) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15u;
  const uint64_t kind =
      static_cast<uint64_t>(object.table()) << 32 ^ (detail + 1);
  const uint64_t name = world.NameOf(object) ^ kind * kOdd;
  return static_cast<uint64_t>(what) << 56 | name >> 8;
}

// Null if the key is none of an `eventually` predicate.
const Property* PredicateOf(const Simulation& simulation, uint64_t key) {
  const uint64_t number = key >> 56;
  const size_t first = LivenessProperties().size();
  if (number < first) return nullptr;
  return &simulation.properties()->eventually[number - first];
}

}  // namespace

const std::vector<Invariant>& LivenessProperties() {
  static const auto* const kProperties = new std::vector<Invariant>{
      {"L1", "L", "a call is answered, unless a thread has it and does not"},
      {"L2", "L", "a one-way is delivered, if somebody reads and frees"},
      {"L3", "L",
       "a thread does not sleep while there is work that it may take, or has "
       "to return (L4)"},
      {"L5", "L",
       "an owner that reads is told what has become of its node's references"},
      {"L6", "L", "whoever asked for it and reads is told of a death"},
      {"L7", "L",
       "a notification that was cleared is confirmed to who reads and "
       "acknowledges"},
      {"L9", "L",
       "a proc whose file is closed is freed, and a dead node that nobody "
       "holds"},
      {"L10", "L",
       "a pool whose threads are all busy is asked for another one"},
      {"L12", "L", "BINDER_FREEZE returns"},
      {"L13", "L",
       "a freeze listener that reads and acknowledges is told what is true in "
       "the end"},
      {"L14", "L", "a thread that reads gets its pending error"},
      {"livelock", "L",
       "a program gets past each of its steps, unless it serves for ever"},
  };
  return *kProperties;
}

void AppendOwed(const Simulation& simulation, std::vector<OwedThing>* owed) {
  const World& world = simulation.world();
  const Survey::Sink sink = [&](Owed what, AnyId object, uint64_t detail,
                                bool due) {
    owed->push_back({KeyOf(world, what, object, detail), due});
  };
  Survey(simulation, sink).Run();
  if (simulation.properties() == nullptr) return;
  uint64_t number = LivenessProperties().size();
  for (const Property& property : simulation.properties()->eventually) {
    if (!property.predicate.Holds(world)) owed->push_back({number << 56, true});
    ++number;
  }
}

int NumberOfOwed(const Simulation& simulation, absl::string_view property) {
  int number = 0;
  for (const Invariant& one : LivenessProperties()) {
    if (property == one.id) return number;
    ++number;
  }
  if (simulation.properties() == nullptr) return -1;
  for (const Property& one : simulation.properties()->eventually) {
    if (property == one.name) return number;
    ++number;
  }
  return -1;
}

std::string PropertyOfOwed(const Simulation& simulation, uint64_t key) {
  if (const Property* predicate = PredicateOf(simulation, key)) {
    return predicate->name;
  }
  return LivenessProperties()[key >> 56].id;
}

std::string DescribeOwed(const Simulation& simulation, uint64_t key) {
  if (const Property* predicate = PredicateOf(simulation, key)) {
    return absl::StrCat("never holds again: ", predicate->expr);
  }
  const World& world = simulation.world();
  std::string text;
  const Survey::Sink sink = [&](Owed what, AnyId object, uint64_t detail,
                                bool) {
    if (KeyOf(world, what, object, detail) != key) return;
    if (what == Owed::kProgram) {
      const TaskId task{object.value};
      text = absl::StrCat(simulation.names().Actor(world.Peek(task).actor),
                          " for ever ", simulation.runtime().WaitingFor(task));
      return;
    }
    text = absl::StrCat(RowName(world, simulation.names(), object), " ",
                        kForEver[static_cast<int>(what)]);
  };
  Survey(simulation, sink).Run();
  return text;
}

}  // namespace bindery::sim
