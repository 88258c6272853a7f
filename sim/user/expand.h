// Declarations, written out in the rest of the scenario language.
//
// What a file declares with `libbinder`, `object`, `service_manager`, and the
// steps invoke, add_service, get_service, wait_for_service, list_services and
// calls `to { service }`, becomes threads, nodes, handlers and steps, so that
// there is one mechanism for all of it.
//
//  X1 Processes, and what they have in the file of threads, handlers and nodes,
//     keep their places; what is made comes behind.
//  X2 What the user wrote keeps its place in the file, what is made for it
//     stands where the field is that asked for it.
#ifndef BINDERY_SIM_USER_EXPAND_H_
#define BINDERY_SIM_USER_EXPAND_H_

#include "proto/scenario.pb.h"
#include "sim/user/source.h"

namespace bindery::sim {

// True if there is anything to write out.
bool NeedsExpansion(const proto::Scenario& scenario);

// The scenario without declarations in `*expanded`, to be compiled with a
// cursor that has `*origins`; errors go to `errors`. `*expanded` must not be
// moved afterwards.
void Expand(const Cursor<proto::Scenario>& scenario, Errors* errors,
            proto::Scenario* expanded, Origins* origins);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_EXPAND_H_
