// Steps that are written out as calls.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sim/user/expander.h"

namespace bindery::sim {

template <typename M>
void Expander::Steps(const Cursor<M>& from, const Context& context,
                     ExpandedSteps* to) {
  to->Clear();
  for (int i = 0; i < from->step_size(); ++i) {
    Step(from.Sub(from->step(i), "step", i), context, to);
  }
}

template void Expander::Steps(const Cursor<proto::Thread>&, const Context&,
                              ExpandedSteps*);
template void Expander::Steps(const Cursor<proto::Handler>&, const Context&,
                              ExpandedSteps*);
template void Expander::Steps(const Cursor<proto::Implementation>&,
                              const Context&, ExpandedSteps*);

proto::Step* Expander::Make(const Origin& from, ExpandedSteps* to) {
  proto::Step* const step = to->Add();
  origins_.Set(*step, from);
  return step;
}

bool IsDeclared(const proto::Step& step) {
  return step.has_invoke() || step.has_add_service() ||
         step.has_get_service() || step.has_wait_for_service() ||
         step.has_list_services() || step.call().to().has_service();
}

void Expander::Step(const StepCursor& step, const Context& context,
                    ExpandedSteps* to) {
  if (!IsDeclared(*step)) {
    proto::Step* const copy = Make(step.origin(), to);
    *copy = *step;
    if (step->has_repeat()) {
      Steps(step.Sub(step->repeat(), "repeat"), context,
            copy->mutable_repeat()->mutable_step());
    }
    if (step->has_call() || step->has_forget()) {
      FlushIn(context, step.origin(), to);
    }
    return;
  }
  if (step->if_bound().empty() && step->unless_bound().empty()) {
    return Declared(step, context, to);
  }
  // What it is written out as has its condition together.
  proto::Step* const all = Make(step.origin(), to);
  all->set_if_bound(step->if_bound());
  all->set_unless_bound(step->unless_bound());
  all->mutable_repeat()->set_times(1);
  Declared(step, context, all->mutable_repeat()->mutable_step());
}

template void Expander::Steps(const Cursor<proto::Repeat>&, const Context&,
                              ExpandedSteps*);

void Expander::Declared(const StepCursor& step, const Context& context,
                        ExpandedSteps* to) {
  switch (step->action_case()) {
    case proto::Step::kInvoke:
      return Invoke(step, context, to);
    case proto::Step::kAddService:
      return AddService(step, context, to);
    case proto::Step::kGetService:
      return GetService(step->get_service(), step, context, to);
    case proto::Step::kWaitForService:
      return WaitForService(step, context, to);
    case proto::Step::kListServices:
      return ListServices(step, context, to);
    default:
      return CallService(step, context, to);
  }
}

void Expander::CallService(const StepCursor& step, const Context& context,
                           ExpandedSteps* to) {
  const std::string service = step->call().to().service();
  GetService(service, step, context, to);
  proto::Step* const call = Make(step.origin(), to);
  *call = *step;
  call->clear_if_bound();
  call->clear_unless_bound();
  call->mutable_call()->mutable_to()->set_name(service);
  FlushIn(context, step.origin(), to);
}

// What libbinder's flushIfNeeded() does behind what queues commands.
void Expander::FlushIn(const Context& context, const Origin& from,
                       ExpandedSteps* to) {
  if (!context.thread || !scope_.libbinder) return;
  proto::Flush* const flush = Make(from, to)->mutable_flush();
  flush->set_if_queued(true);
  flush->set_unless_looper(true);
}

bool Expander::KnowService(const std::string& name, Place place, bool waits) {
  const char* const bad = ManagerWords(scope_.device).BadName(name);
  if (bad != nullptr) {
    errors_.Add(place, bad);
    return false;
  }
  int& listeners = uses_[scope_.device].listeners[name];
  if (waits) ++listeners;
  used_at_.emplace(scope_.device, place);
  return true;
}

proto::Step* Expander::MakeCall(ManagerCall call, const std::string& name,
                                const std::string& binder, const Origin& from,
                                ExpandedSteps* to) {
  const ManagerWords words(scope_.device);
  proto::Step* const step = Make(from, to);
  proto::Transaction* const transaction = step->mutable_call();
  transaction->mutable_to()->set_number(0);
  transaction->set_code(words.Code(call));
  *transaction->mutable_parcel() = words.Request(call, name, binder);
  return step;
}

namespace {

void Expect(const proto::Parcel& parcel, proto::Step* step) {
  *step->add_expect()->mutable_parcel() = parcel;
}

}  // namespace

void Expander::GetService(const std::string& service, const StepCursor& step,
                          const Context& context, ExpandedSteps* to) {
  if (!KnowService(service, step.place(), false)) return;
  for (const proto::Object& object : scope_.from->object()) {
    if (object.service() != service) continue;
    errors_.Add(step.place(),
                absl::StrCat("\"", service,
                             "\" is a service of this process itself, which "
                             "it does not call through the driver"));
  }
  const ManagerWords words(scope_.device);
  if (words.hidl()) {
    proto::Step* const transport =
        MakeCall(ManagerCall::kTransport, service, "", step.origin(), to);
    if (step->expect_size() == 0) transport->set_unless_bound(service);
    Expect(words.Transport(), transport);
  }
  proto::Step* const get =
      MakeCall(words.hidl() ? ManagerCall::kGet : ManagerCall::kCheck, service,
               "", step.origin(), to);
  if (step->has_get_service() && step->expect_size() != 0) {
    *get->mutable_expect() = step->expect();
  } else {
    get->set_unless_bound(service);
    Expect(WithProxies(words.Found(service)), get);
  }
  FlushIn(context, step.origin(), to);
}

void Expander::Registration(const std::string& service, const std::string& node,
                            const Origin& from, ExpandedSteps* to) {
  const ManagerWords words(scope_.device);
  proto::Step* const add = MakeCall(ManagerCall::kAdd, service, node, from, to);
  Expect(words.Done(ManagerCall::kAdd), add);
}

void Expander::RegisterServices(Place place, ExpandedSteps* to) {
  for (const proto::Object& object : scope_.from->object()) {
    if (object.service().empty()) continue;
    Registration(object.service(), object.name(), {nullptr, place}, to);
    FlushIn({.thread = true}, {nullptr, place}, to);
  }
}

void Expander::AddService(const StepCursor& step, const Context& context,
                          ExpandedSteps* to) {
  const auto add = step.Sub(step->add_service(), "add_service");
  if (!KnowService(add->service(), add.At("service"), false)) return;
  std::string node = add->object();
  for (const proto::Object& object : scope_.from->object()) {
    if (!node.empty()) break;
    if (object.service() == add->service()) node = object.name();
  }
  if (node.empty()) {
    errors_.Add(
        add.place(),
        absl::StrCat("no object of this process is declared with "
                     "service: \"",
                     add->service(), "\"; add one, or object: \"...\""));
    return;
  }
  Registration(add->service(), node, step.origin(), to);
  if (step->expect_size() != 0) {
    *to->Mutable(to->size() - 1)->mutable_expect() = step->expect();
  }
  FlushIn(context, step.origin(), to);
}

// Asks; if it is not there, has itself told, waits until it is, and has enough
// of being told.
void Expander::WaitForService(const StepCursor& step, const Context& context,
                              ExpandedSteps* to) {
  const std::string& service = step->wait_for_service();
  if (!KnowService(service, step.place(), true)) return;
  scope_.waits.insert(service);
  const ManagerWords words(scope_.device);
  const Origin from = step.origin();
  const std::string node = WaiterNode(service);
  proto::Step* const get = MakeCall(ManagerCall::kGet, service, "", from, to);
  get->set_unless_bound(service);
  Expect(WithProxies(words.Found(service)), get);
  Expect(words.NotFound(), get);
  FlushIn(context, from, to);

  proto::Step* const wait = Make(from, to);
  wait->set_unless_bound(service);
  wait->mutable_repeat()->set_times(1);
  ExpandedSteps* const steps = wait->mutable_repeat()->mutable_step();
  Expect(words.Done(ManagerCall::kRegister),
         MakeCall(ManagerCall::kRegister, service, node, from, steps));
  FlushIn(context, from, steps);
  if (words.hidl()) {
    Make(from, steps)->set_await_bound(WaiterFlag(service));
    Make(from, steps)->mutable_forget()->set_name(WaiterFlag(service));
    Expect(WithProxies(words.Found(service)),
           MakeCall(ManagerCall::kGet, service, "", from, steps));
    FlushIn(context, from, steps);
  } else {
    Make(from, steps)->set_await_bound(service);
  }
  Expect(words.Done(ManagerCall::kUnregister),
         MakeCall(ManagerCall::kUnregister, service, node, from, steps));
  FlushIn(context, from, steps);
}

void Expander::ListServices(const StepCursor& step, const Context& context,
                            ExpandedSteps* to) {
  const auto list = step.Sub(step->list_services(), "list_services");
  uses_[scope_.device].lists = true;
  used_at_.emplace(scope_.device, step.place());
  std::vector<std::string> names;
  for (int i = 0; i < list->service_size(); ++i) {
    KnowService(list->service(i), list.At("service", i), false);
    names.push_back(list->service(i));
  }
  std::sort(names.begin(), names.end());
  proto::Step* const call =
      MakeCall(ManagerCall::kList, "", "", step.origin(), to);
  if (step->expect_size() != 0) {
    *call->mutable_expect() = step->expect();
  } else {
    Expect(ManagerWords(scope_.device).Listed(names), call);
  }
  FlushIn(context, step.origin(), to);
}

// Of the object that is declared with this name, or service.
std::string Expander::InterfaceOf(const std::string& target,
                                  bool service) const {
  for (const proto::Process& process : scenario_->process()) {
    if (DeviceOf(process) != scope_.device) continue;
    for (const proto::Object& object : process.object()) {
      if ((service ? object.service() : object.name()) == target &&
          !object.interface().empty()) {
        return object.interface();
      }
    }
  }
  return "";
}

void Expander::Invoke(const StepCursor& step, const Context& context,
                      ExpandedSteps* to) {
  const auto invoke = step.Sub(step->invoke(), "invoke");
  const bool service = invoke->has_service();
  const std::string target = service ? invoke->service() : invoke->object();
  std::string name = invoke->interface();
  if (name.empty()) name = InterfaceOf(target, service);
  if (name.empty()) {
    errors_.Add(invoke.place(),
                absl::StrCat("no object is declared with the name \"", target,
                             "\", so its interface is not known; add "
                             "interface: \"...\""));
    return;
  }
  const KnownInterface* const interface =
      FindInterface(name, invoke.At("interface"));
  if (interface == nullptr) return;
  const auto found = interface->methods.find(invoke->method());
  if (found == interface->methods.end()) {
    std::vector<std::string> known;
    for (const auto& method : interface->methods) known.push_back(method.first);
    errors_.Add(invoke.At("method"),
                absl::StrCat("interface \"", name, "\" has no method \"",
                             invoke->method(), "\"",
                             Suggest(invoke->method(), known, "")));
    return;
  }
  if (service) GetService(target, step, context, to);
  const proto::Method& method = interface->interface->method(found->second);
  const ManagerWords words(scope_.device);
  proto::Step* const made = Make(step.origin(), to);
  proto::Transaction* const call = made->mutable_call();
  call->mutable_to()->set_name(target);
  call->set_code(method.has_code() ? method.code()
                                   : static_cast<uint32_t>(found->second) + 1);
  call->set_one_way(method.one_way());
  call->mutable_parcel()->set_interface(name);
  call->mutable_parcel()->set_style(words.style());
  *call->mutable_parcel()->mutable_value() =
      invoke->argument_size() != 0 ? invoke->argument() : method.argument();
  if (step->expect_size() != 0) {
    *made->mutable_expect() = step->expect();
  } else if (!method.one_way()) {
    proto::Parcel reply;
    reply.set_style(words.style());
    reply.add_value()->mutable_status();
    reply.mutable_value()->MergeFrom(
        invoke->result_size() != 0 ? invoke->result() : method.result());
    Expect(WithProxies(reply), made);
  }
  FlushIn(context, step.origin(), to);
}

}  // namespace bindery::sim
