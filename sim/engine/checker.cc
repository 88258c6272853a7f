#include "sim/engine/checker.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/invariants/invariants.h"
#include "sim/world/dump.h"

namespace bindery::sim {
namespace {

// In the order of TableId.
constexpr const char* kTableNames[kTableCount] = {
    "nothing",
    GlobalRow::kName,
    ProcessRow::kName,
    TaskRow::kName,
    FileRow::kName,
    FdRow::kName,
    ContextRow::kName,
    ProcRow::kName,
    ThreadRow::kName,
    NodeRow::kName,
    RefRow::kName,
    DeathRow::kName,
    FreezeRow::kName,
    TransactionRow::kName,
    FixupRow::kName,
    BufferRow::kName,
    ChunkRow::kName,
    ErrorRow::kName,
    CompleteRow::kName,
    FrameRow::kName,
    ActivationRow::kName,
    VariableRow::kName,
    CommandRow::kName,
    ReturnRow::kName,
    HistoryNodeRow::kName,
    HistoryRefRow::kName,
    HistoryProcRow::kName,
    HistoryThreadRow::kName,
    HistoryCallRow::kName,
    HistoryMessageRow::kName,
    HistoryObjectRow::kName,
    HistoryDeathRow::kName,
    EventPollRow::kName,
    EpItemRow::kName,
    InFlightRow::kName,
    SuperBlockRow::kName,
    MountRow::kName,
    InodeRow::kName,
    MinorRow::kName,
    NsProxyRow::kName,
    ContentsRow::kName,
};

const char* FaultName(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::kNullPointer:
      return "null-pointer";
    case Fault::Kind::kUseAfterFree:
      return "use-after-free";
    case Fault::Kind::kBug:
      return "kernel-bug";
    case Fault::Kind::kWarning:
      break;
  }
  return "kernel-warning";
}

std::string FaultText(const Simulation& simulation, const Fault& fault) {
  switch (fault.kind) {
    case Fault::Kind::kNullPointer:
      return absl::StrCat("the driver follows a null pointer to a ",
                          kTableNames[static_cast<int>(fault.table)]);
    case Fault::Kind::kUseAfterFree:
      return absl::StrCat(
          "the driver uses ",
          RowName(simulation.world(), simulation.names(), fault.id));
    default:
      return absl::StrCat("assertion of the driver: ", fault.what);
  }
}

bool CheckInvariants(const Simulation& simulation,
                     std::vector<PropertyViolation>* violations) {
  const World& world = simulation.world();
  if (violations == nullptr) {
    return CheckChanged(world, simulation.sums(), nullptr);
  }
  std::vector<BrokenInvariant> broken;
  CheckChanged(world, simulation.sums(), &broken);
  for (const BrokenInvariant& one : broken) {
    violations->push_back(
        {one.id, absl::StrCat(RowName(world, simulation.names(), one.object),
                              ": ", one.detail)});
  }
  return broken.empty();
}

bool CheckHistory(const Simulation& simulation,
                  std::vector<PropertyViolation>* violations) {
  const std::vector<BrokenProperty>& broken = simulation.broken_history();
  if (violations != nullptr) {
    for (const BrokenProperty& one : broken) {
      violations->push_back({one.id, one.message});
    }
  }
  return broken.empty();
}

bool CheckAlways(const Simulation& simulation,
                 std::vector<PropertyViolation>* violations) {
  const Properties* properties = simulation.properties();
  if (properties == nullptr) return true;
  bool good = true;
  for (const Property& property : properties->always) {
    if (property.predicate.Holds(simulation.world())) continue;
    good = false;
    if (violations == nullptr) break;
    violations->push_back(
        {property.name, absl::StrCat("does not hold: ", property.expr)});
  }
  return good;
}

}  // namespace

bool CheckStep(const Simulation& simulation,
               std::vector<PropertyViolation>* violations) {
  const std::vector<Fault>& faults = simulation.faults();
  const std::vector<std::string>& failures = simulation.failures();
  if (faults.empty() && failures.empty()) return true;
  if (violations == nullptr) return false;
  for (const Fault& fault : faults) {
    violations->push_back(
        {FaultName(fault.kind), FaultText(simulation, fault)});
  }
  for (const std::string& failure : failures) {
    violations->push_back({"expectation", failure});
  }
  return false;
}

namespace {

bool CheckEach(const Simulation& simulation,
               std::vector<PropertyViolation>* violations) {
  const bool step = CheckStep(simulation, violations);
  if (!step) return false;  // after a fault nothing else can be trusted
  const bool invariants = CheckInvariants(simulation, violations);
  const bool history = CheckHistory(simulation, violations);
  const bool always = CheckAlways(simulation, violations);
  return invariants && history && always;
}

bool Excepted(const Simulation& simulation, const std::string& property) {
  const std::vector<std::string>& except = simulation.options().except;
  return std::find(except.begin(), except.end(), property) != except.end();
}

}  // namespace

bool Check(const Simulation& simulation,
           std::vector<PropertyViolation>* violations) {
  if (simulation.options().except.empty()) {
    return CheckEach(simulation, violations);
  }
  if (CheckEach(simulation, nullptr)) return true;
  std::vector<PropertyViolation> found;
  CheckEach(simulation, &found);
  bool good = true;
  for (PropertyViolation& violation : found) {
    if (Excepted(simulation, violation.property)) continue;
    good = false;
    if (violations != nullptr) violations->push_back(std::move(violation));
  }
  return good;
}

namespace {

bool Meet(const std::vector<Resource>& a, const std::vector<Resource>& b) {
  return std::any_of(a.begin(), a.end(), [&b](Resource one) {
    return std::find(b.begin(), b.end(), one) != b.end();
  });
}

void NotePredicates(const World& world, const std::vector<Property>& properties,
                    const std::vector<Resource>& writes,
                    std::vector<Resource>* reads) {
  FootprintLog* const log = world.footprint();
  for (const Property& property : properties) {
    log->Begin();
    property.predicate.Holds(world);
    if (!Meet(writes, log->reads())) continue;
    reads->insert(reads->end(), log->reads().begin(), log->reads().end());
  }
}

}  // namespace

void NoteJudged(const Simulation& simulation, std::vector<Resource>* reads,
                std::vector<Resource>* writes, std::vector<Resource>* makes) {
  const World& world = simulation.world();
  FootprintLog* const log = world.footprint();
  CheckInvariants(simulation, nullptr);
  *reads = log->reads();
  *writes = log->writes();
  *makes = log->makes();
  const Properties* properties = simulation.properties();
  if (properties == nullptr) return;
  NotePredicates(world, properties->always, *writes, reads);
  NotePredicates(world, properties->sometimes, *writes, reads);
}

uint64_t Sometimes(const Simulation& simulation) {
  const Properties* properties = simulation.properties();
  uint64_t seen = 0;
  if (properties == nullptr) return seen;
  for (size_t i = 0; i < properties->sometimes.size(); ++i) {
    const Predicate& predicate = properties->sometimes[i].predicate;
    seen |= uint64_t{predicate.Holds(simulation.world())} << i;
  }
  return seen;
}

}  // namespace bindery::sim
