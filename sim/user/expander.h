// The expander's insides, shared by the files that make it up; nothing else
// includes this.
#ifndef BINDERY_SIM_USER_EXPANDER_H_
#define BINDERY_SIM_USER_EXPANDER_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "proto/scenario.pb.h"
#include "sim/user/manager_words.h"
#include "sim/user/service_manager.h"
#include "sim/user/source.h"

namespace bindery::sim {

using ExpandedSteps = google::protobuf::RepeatedPtrField<proto::Step>;

class Expander {
 public:
  Expander(const Cursor<proto::Scenario>& scenario, Errors* errors,
           proto::Scenario* expanded, Origins* origins)
      : scenario_(scenario),
        errors_(*errors),
        expanded_(*expanded),
        origins_(*origins) {}

  void Run();

 private:
  using StepCursor = Cursor<proto::Step>;
  using ProcessCursor = Cursor<proto::Process>;
  struct KnownInterface {
    const proto::Interface* interface;
    std::map<std::string, int> methods;  // places, from 0
  };
  // The process that is being written out.
  struct Scope {
    const proto::Process* from = nullptr;
    proto::Process* process = nullptr;
    std::string device;
    bool libbinder = false;
    std::set<std::string> waits;  // services that a step waits for
  };
  // A step's place, and whether it belongs to a thread rather than a handler.
  struct Context {
    bool thread = false;
  };

  // expand.cc: what the scenario and its processes declare.
  void Interfaces();
  void Process(const ProcessCursor& process, proto::Process* made);
  void Manager(const ProcessCursor& process, proto::Process* made);
  void CheckManager(const ProcessCursor& process);
  void CheckManagersExist();
  void Libbinder(const ProcessCursor& process);
  proto::Thread* MakeThread(const char* name, bool pool, Place place);
  void Object(const Cursor<proto::Object>& object);
  void Method(const Cursor<proto::Object>& object,
              const KnownInterface& interface, int method);
  void CheckImplementations(const Cursor<proto::Object>& object,
                            const KnownInterface& interface);
  void Waiter(const std::string& service, Place place);
  void AddNode(const std::string& name, Place place);
  std::string DeviceOf(const proto::Process& process) const;
  const KnownInterface* FindInterface(const std::string& name, Place place);

  // expand_steps.cc
  template <typename M>
  void Steps(const Cursor<M>& from, const Context& context, ExpandedSteps* to);
  void Step(const StepCursor& step, const Context& context, ExpandedSteps* to);
  void Declared(const StepCursor& step, const Context& context,
                ExpandedSteps* to);
  void CallService(const StepCursor& step, const Context& context,
                   ExpandedSteps* to);
  void Invoke(const StepCursor& step, const Context& context,
              ExpandedSteps* to);
  void AddService(const StepCursor& step, const Context& context,
                  ExpandedSteps* to);
  void GetService(const std::string& service, const StepCursor& step,
                  const Context& context, ExpandedSteps* to);
  void WaitForService(const StepCursor& step, const Context& context,
                      ExpandedSteps* to);
  void ListServices(const StepCursor& step, const Context& context,
                    ExpandedSteps* to);
  void RegisterServices(Place place, ExpandedSteps* to);
  std::string InterfaceOf(const std::string& target, bool service) const;
  // A step of the same place as `from`.
  proto::Step* Make(const Origin& from, ExpandedSteps* to);
  proto::Step* MakeCall(ManagerCall call, const std::string& name,
                        const std::string& binder, const Origin& from,
                        ExpandedSteps* to);
  void FlushIn(const Context& context, const Origin& from, ExpandedSteps* to);
  void Registration(const std::string& service, const std::string& node,
                    const Origin& from, ExpandedSteps* to);
  bool KnowService(const std::string& name, Place place, bool waits);

  const Cursor<proto::Scenario>& scenario_;
  Errors& errors_;
  proto::Scenario& expanded_;
  Origins& origins_;
  Scope scope_;
  std::map<std::string, KnownInterface> interfaces_;
  std::map<std::string, ManagerUse> uses_;  // by device
  std::map<std::string, Place> used_at_;    // by device
};

// True if the step is written out as others.
bool IsDeclared(const proto::Step& step);

// The node that is told when a service is there, and the flag that it was (HIDL
// does not tell which object it is).
std::string WaiterNode(const std::string& service);
std::string WaiterFlag(const std::string& service);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_EXPANDER_H_
