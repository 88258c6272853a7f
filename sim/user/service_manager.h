// Service managers as ordinary programs: handlers that bind names.
//
// One with `service` speaks a protocol of texts at the start of a payload,
// for lessons: code 3 with a name and a node adds, and its reply is empty;
// code 1 with a name gets a handle, or nothing if the name is not registered. A
// name that is added again names the new node from then on.
//
// Any other speaks the protocol of its domain (manager_words.h) and follows
// AOSP's managers:
//   - It holds a proxy of each service and each listener and links to its
//     death; an obituary ends all registrations of the object.
//   - A name that is added again names the new object; listeners are told of
//     every addition, and at once if the name is there when they register.
//   - Who may not find a service is told that there is none; who may not add or
//     list is refused, and so is, on binder and vndbinder, an application (user
//     id 10000 and above) that adds.
// Unlike them it knows a fixed set of names, and a fixed number of listeners
// for each; it takes any string as the name of what it does not have.
#ifndef BINDERY_SIM_USER_SERVICE_MANAGER_H_
#define BINDERY_SIM_USER_SERVICE_MANAGER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "proto/scenario.pb.h"

namespace bindery::sim {

inline constexpr uint32_t kGetTextService = 1;
inline constexpr uint32_t kAddTextService = 3;
// For so many names all answers to a list are written out.
inline constexpr size_t kMostListedNames = 6;
inline constexpr uint32_t kFirstApplication = 10000;

// What a manager's clients want of it.
struct ManagerUse {
  // Names, and how many listeners may wait for each at a time.
  std::map<std::string, int> listeners;
  bool lists = false;
  // User ids of processes.
  std::set<uint32_t> uids;
};

// `process` with its `service_manager` written out: attached to the device as
// its context manager, one thread "main" that serves, handlers for each name.
proto::Process ExpandServiceManager(const proto::Process& process,
                                    const ManagerUse& use);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_SERVICE_MANAGER_H_
