// The world for people: names of rows, dumps, and what a step changed.
//
// None of this is fast, and nothing reads it back. Names are stable: the same
// in every interleaving that leads to the same state. Reading here never counts
// as a use by the modelled driver.
#ifndef BINDERY_SIM_WORLD_DUMP_H_
#define BINDERY_SIM_WORLD_DUMP_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "proto/state.pb.h"
#include "sim/world/world.h"

namespace bindery::sim {

// What a scenario calls its things; the defaults know numbers only.
class RowNames {
 public:
  virtual ~RowNames() = default;
  // Place of the process in the scenario, from 1: "server".
  virtual std::string Process(uint32_t index) const;
  // Number of an actor, from 1, the environment's included: "server.main".
  virtual std::string Actor(uint32_t actor) const;
  // Place of the device, from 1: "binder".
  virtual std::string Device(uint32_t index) const;
  // A variable of a process, or an event if the process is 0.
  virtual std::string Variable(uint32_t process, uint32_t index) const;
  // Numbers in rows: FrameRow::op, CommandRow::bc, ReturnRow::br.
  virtual std::string Operation(uint16_t op) const;
  virtual std::string Command(uint32_t bc) const;
  virtual std::string Return(uint32_t br) const;
};

// "node server:0x1000", "ref client:#1", "thread client.main", "proc server",
// "transaction client.main/0" (after its creator and ordinal); "none" for an id
// that names nothing; with " (freed)" behind it for one that was freed in an
// earlier step.
std::string RowName(const World& world, const RowNames& names, AnyId id);

// The canonical state and nothing else: equal for two worlds exactly if their
// canonical states are equal, whatever their slots and blobs are numbered.
// REQUIRES: between steps, with a journal.
std::string CanonicalText(const World& world);

// Every row by table, then in order of key; fields that are not zero, derived
// ones (`Skip`) included. Links are left out, the lists show them.
void DumpState(const World& world, const RowNames& names, proto::State* state);

// The fingerprint as 32 hexadecimal digits.
std::string FingerprintText(const Hash128& fingerprint);

// A field that the step which is under way has changed. `before` is empty for
// a new row, `after` for a freed one.
using ChangeSink =
    std::function<void(absl::string_view object, absl::string_view field,
                       absl::string_view before, absl::string_view after)>;

// Calls `sink` for every changed field of every changed row, in the order in
// which rows were first touched. A new row reports its fields that are not
// zero, or one nameless field if there are none.
// REQUIRES: between BeginStep() and Commit(), with a journal.
void DescribeChanges(const World& world, const RowNames& names,
                     const ChangeSink& sink);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_DUMP_H_
