// The files of `binder_logs` that list what is there now: state, transactions,
// proc/PID and their hashed forms. See binder_logs.h, which has the contract.
#ifndef BINDERY_TOOLS_EXPORT_STATE_LOG_H_
#define BINDERY_TOOLS_EXPORT_STATE_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/world/world.h"
#include "tools/export/binder_logs.h"

namespace bindery::tools {

// Which of them.
struct StateLog {
  // print_all: also what no transaction is about.
  bool all = true;
  // Pointers of user space are hashed.
  bool hashed = false;
  // Of this process only, by its place in the scenario; 0: of all.
  uint32_t process = 0;
};

std::string WriteStateLog(const sim::World& world, const LogDialect& dialect,
                          LogNumbers& numbers, const StateLog& which);

// --- What other files need too ----------------------------------------------

// The members of a list or set, in its order.
std::vector<sim::AnyId> Members(const sim::World& world, sim::Head head,
                                sim::AnyId first);
std::vector<sim::AnyId> BuffersOf(const sim::World& world,
                                  const sim::ProcRow& proc);
std::string ProcHead(const sim::World& world, const LogNumbers& numbers,
                     sim::ProcId proc);
// A return word as <linux/android/binder.h> numbers it, where it is one that a
// thread can be told of an error with. `cmd` is a Br, plus 1; 0 is BR_OK.
uint32_t ErrorNumber(uint32_t cmd);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_EXPORT_STATE_LOG_H_
