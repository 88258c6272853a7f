// A service manager as an ordinary program.
//
// Names are texts at the start of a payload:
//   code 3, add: the name, then a node; the reply is empty.
//   code 1, get: the name; the reply holds a handle, or nothing if the name is
//     not registered.
// A name that is added again names the new node from then on.
#ifndef BINDERY_SIM_USER_SERVICE_MANAGER_H_
#define BINDERY_SIM_USER_SERVICE_MANAGER_H_

#include "proto/scenario.pb.h"

namespace bindery::sim {

inline constexpr uint32_t kGetService = 1;
inline constexpr uint32_t kAddService = 3;

// `process` with its `service_manager` written out: attached to the device as
// its context manager, one thread "main" that serves, handlers for each name.
proto::Process ExpandServiceManager(const proto::Process& process);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_SERVICE_MANAGER_H_
