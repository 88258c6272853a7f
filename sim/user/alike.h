// Which processes of a scenario are interchangeable: the symmetry of its state
// space (sim/world/symmetry.h).
//
// Two processes are alike if
//  1. they are written alike but for their names (most easily with `copies`):
//     the same programs, files, limits and creds, both or none of them in
//     budget.kill, and compiled to the same commands;
//  2. nothing else in the scenario names one of them: no step, handler,
//     expectation or predicate (the order of a written `schedule` does not
//     count);
//  3. no predicate looks at numbers that tell processes apart, such as
//     task.actor;
//  4. the scenario has no binderfs: its namespaces and log files have numbers
//     of processes.
//
// Nothing else that a program can see tells which process is which: user ids
// and pointers are as written, handles, descriptors and the memory that objects
// point to are each process's own, and debug ids are no part of the state. What
// walks several objects in an order of keys (release of a process: threads by
// id, nodes by pointer, refs by number) does so inside of one process, and its
// tasks keep their order.
#ifndef BINDERY_SIM_USER_ALIKE_H_
#define BINDERY_SIM_USER_ALIKE_H_

#include <memory>
#include <vector>

#include "proto/scenario.pb.h"
#include "sim/user/program.h"
#include "sim/user/source.h"
#include "sim/world/symmetry.h"

namespace bindery::sim {

// `processes`: with copies written out; `compiled`: all of it but the result.
AlikeProcesses FindAlike(const Cursor<proto::Scenario>& scenario,
                         const std::vector<Cursor<proto::Process>>& processes,
                         const CompiledScenario& compiled);

// Null if no two processes are alike.
std::unique_ptr<Symmetry> SymmetryOf(const CompiledScenario& scenario);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_ALIKE_H_
