#include "sim/user/expand.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sim/user/expander.h"

namespace bindery::sim {
namespace {

constexpr uint32_t kMostPoolThreads = 64;

std::vector<std::string> NamesOf(const proto::Interface& interface) {
  std::vector<std::string> names;
  for (const proto::Method& method : interface.method()) {
    names.push_back(method.name());
  }
  return names;
}

// True if a step is there that the language without declarations has not.
template <typename Parent>
bool HasDeclaredSteps(const Parent& parent) {
  for (const proto::Step& step : parent.step()) {
    if (IsDeclared(step) || HasDeclaredSteps(step.repeat())) return true;
  }
  return false;
}

template <typename Parent>
bool HasDeclaredHandlers(const Parent& parent) {
  return std::any_of(parent.on().begin(), parent.on().end(),
                     HasDeclaredSteps<proto::Handler>);
}

}  // namespace

bool NeedsExpansion(const proto::Scenario& scenario) {
  if (scenario.interface_size() != 0) return true;
  for (const proto::Process& process : scenario.process()) {
    if (process.has_service_manager() || process.has_libbinder() ||
        process.object_size() != 0 || HasDeclaredHandlers(process)) {
      return true;
    }
    for (const proto::Thread& thread : process.thread()) {
      if (HasDeclaredSteps(thread) || HasDeclaredHandlers(thread)) return true;
    }
  }
  return false;
}

void Expand(const Cursor<proto::Scenario>& scenario, Errors* errors,
            proto::Scenario* expanded, Origins* origins) {
  Expander(scenario, errors, expanded, origins).Run();
}

std::string WaiterNode(const std::string& service) {
  std::string name = absl::StrCat("waiter-", service);
  for (char& c : name) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != '-') c = '-';
  }
  return name;
}

std::string WaiterFlag(const std::string& service) {
  return absl::StrCat(service, " is announced");
}

void Expander::Run() {
  expanded_ = *scenario_;
  expanded_.clear_interface();
  Interfaces();
  for (int pass = 0; pass < 2; ++pass) {
    for (int i = 0; i < scenario_->process_size(); ++i) {
      const auto process = scenario_.Sub(scenario_->process(i), "process", i);
      const bool manager =
          process->has_service_manager() && process->thread_size() == 0;
      proto::Process* const made = expanded_.mutable_process(i);
      if (!manager && pass == 0) Process(process, made);
      if (manager && pass == 1) Manager(process, made);
    }
  }
  CheckManagersExist();
}

void Expander::Interfaces() {
  for (int i = 0; i < scenario_->interface_size(); ++i) {
    const auto from = scenario_.Sub(scenario_->interface(i), "interface", i);
    KnownInterface known{&*from, {}};
    for (int j = 0; j < from->method_size(); ++j) {
      const auto method = from.Sub(from->method(j), "method", j);
      if (method->name().empty() ||
          !known.methods.emplace(method->name(), j).second) {
        errors_.Add(method.place(),
                    "a method has a name of its own; add or change it");
      }
      if (method->one_way() && method->result_size() != 0) {
        errors_.Add(method.At("result", 0),
                    "nobody waits for the results of a one-way method");
      }
    }
    if (from->name().empty() ||
        !interfaces_.emplace(from->name(), known).second) {
      errors_.Add(from.place(),
                  "an interface has a name of its own; add or change it");
    }
  }
}

const Expander::KnownInterface* Expander::FindInterface(const std::string& name,
                                                        Place place) {
  const auto found = interfaces_.find(name);
  if (found != interfaces_.end()) return &found->second;
  std::vector<std::string> known;
  for (const auto& interface : interfaces_) known.push_back(interface.first);
  errors_.Add(place, absl::StrCat("there is no interface \"", name, "\"",
                                  Suggest(name, known,
                                          "declare it with interface { name: "
                                          "\"...\" } beside the processes")));
  return nullptr;
}

std::string Expander::DeviceOf(const proto::Process& process) const {
  const std::string& device = process.has_libbinder()
                                  ? process.libbinder().device()
                                  : process.attach().device();
  return device.empty() ? "binder" : device;
}

void Expander::Process(const ProcessCursor& process, proto::Process* made) {
  scope_ = Scope();
  scope_.from = &*process;
  scope_.process = made;
  scope_.device = DeviceOf(*process);
  scope_.libbinder = process->has_libbinder();
  uses_[scope_.device].uids.insert(process->uid());
  made->clear_libbinder();
  made->clear_object();
  const auto handlers = [&](const auto& parent, auto* copy) {
    for (int i = 0; i < parent->on_size(); ++i) {
      ExpandedSteps* const steps = copy->mutable_on(i)->mutable_step();
      Steps(parent.Sub(parent->on(i), "on", i), {}, steps);
    }
  };
  handlers(process, made);
  for (int i = 0; i < process->thread_size(); ++i) {
    const auto thread = process.Sub(process->thread(i), "thread", i);
    Steps(thread, {.thread = true}, made->mutable_thread(i)->mutable_step());
    handlers(thread, made->mutable_thread(i));
  }
  for (int i = 0; i < process->object_size(); ++i) {
    Object(process.Sub(process->object(i), "object", i));
  }
  if (process->has_libbinder()) Libbinder(process);
  for (const std::string& service : scope_.waits) {
    Waiter(service, process.place());
  }
}

void Expander::Libbinder(const ProcessCursor& process) {
  const auto libbinder = process.Sub(process->libbinder(), "libbinder");
  if (process->has_attach()) {
    errors_.Add(process.At("attach"),
                "libbinder opens and maps the device already; remove attach");
  }
  if (libbinder->max_threads() > kMostPoolThreads) {
    errors_.Add(
        libbinder.At("max_threads"),
        absl::StrCat("at most ", kMostPoolThreads, " pool threads are made"));
    return;
  }
  const Place place = libbinder.place();
  proto::Attach* const attach = scope_.process->mutable_attach();
  attach->set_device(libbinder->device());
  attach->set_max_threads(libbinder->max_threads());
  origins_.Set(*attach, libbinder.origin());
  if (process->thread_size() == 0) {
    proto::Thread* const main = MakeThread("main", false, place);
    main->clear_step();
    RegisterServices(place, main->mutable_step());
    main->add_step()->mutable_serve();
  } else if (libbinder->start_thread_pool()) {
    MakeThread("binder", false, place);
  }
  for (uint32_t i = 1; i <= libbinder->max_threads(); ++i) {
    MakeThread(absl::StrCat("pool", i).c_str(), true, place);
  }
}

proto::Thread* Expander::MakeThread(const char* name, bool pool, Place place) {
  proto::Thread* const thread = scope_.process->add_thread();
  thread->set_name(name);
  thread->set_pool(pool);
  thread->add_step()->mutable_serve();
  origins_.Set(*thread, {nullptr, place});
  return thread;
}

void Expander::AddNode(const std::string& name, Place place) {
  for (const proto::Node& node : scope_.process->node()) {
    if (node.name() == name) return;
  }
  proto::Node* const node = scope_.process->add_node();
  node->set_name(name);
  origins_.Set(*node, {nullptr, place});
}

void Expander::Object(const Cursor<proto::Object>& object) {
  AddNode(object->name(), object.At("name"));
  if (!object->service().empty()) {
    KnowService(object->service(), object.At("service"), false);
  }
  if (object->interface().empty()) {
    if (object->method_size() != 0) {
      errors_.Add(object.At("method", 0),
                  "methods belong to an interface; add interface: \"...\"");
    }
    return;
  }
  const KnownInterface* interface =
      FindInterface(object->interface(), object.At("interface"));
  if (interface == nullptr) return;
  CheckImplementations(object, *interface);
  for (int i = 0; i < interface->interface->method_size(); ++i) {
    Method(object, *interface, i);
  }
}

void Expander::CheckImplementations(const Cursor<proto::Object>& object,
                                    const KnownInterface& interface) {
  std::set<std::string> names;
  for (int i = 0; i < object->method_size(); ++i) {
    const auto method = object.Sub(object->method(i), "method", i);
    if (interface.methods.count(method->name()) == 0) {
      errors_.Add(method.place(),
                  absl::StrCat("interface \"", object->interface(),
                               "\" has no method \"", method->name(), "\"",
                               Suggest(method->name(),
                                       NamesOf(*interface.interface), "")));
    } else if (!names.insert(method->name()).second) {
      errors_.Add(method.place(), absl::StrCat("method \"", method->name(),
                                               "\" is given twice"));
    }
  }
}

void Expander::Method(const Cursor<proto::Object>& object,
                      const KnownInterface& interface, int index) {
  const ManagerWords words(scope_.device);
  const proto::Method& method = interface.interface->method(index);
  proto::Handler* const handler = scope_.process->add_on();
  origins_.Set(*handler, object.origin());
  handler->set_br(proto::BR_TRANSACTION);
  handler->set_node(object->name());
  handler->set_code(method.has_code() ? method.code()
                                      : static_cast<uint32_t>(index) + 1);
  proto::Parcel parcel;
  parcel.set_interface(interface.interface->name());
  parcel.set_style(words.style());
  *parcel.mutable_value() = method.argument();
  *handler->mutable_parcel() = WithProxies(parcel);
  proto::Parcel reply;
  reply.set_style(words.style());
  proto::Value* const status = reply.add_value();
  status->mutable_status();
  const proto::Implementation* own = nullptr;
  for (int i = 0; i < object->method_size(); ++i) {
    if (object->method(i).name() != method.name()) continue;
    own = &object->method(i);
    const auto from = object.Sub(*own, "method", i);
    origins_.Set(*handler, from.origin());
    Steps(from, {}, handler->mutable_step());
  }
  const auto& results = own != nullptr && own->result_size() != 0
                            ? own->result()
                            : method.result();
  if (own != nullptr && own->has_exception()) {
    *status->mutable_status() = own->exception();
  } else {
    reply.mutable_value()->MergeFrom(results);
  }
  for (const proto::Step& step : handler->step()) {
    if (step.has_reply()) return;
  }
  if (method.one_way()) return;
  proto::Step* const step = handler->add_step();
  *step->mutable_reply()->mutable_parcel() = reply;
  Unheeded(step);
}

// A listener that a service manager tells when a service is there.
void Expander::Waiter(const std::string& service, Place place) {
  const ManagerWords words(scope_.device);
  AddNode(WaiterNode(service), place);
  proto::Handler* const handler = scope_.process->add_on();
  origins_.Set(*handler, {nullptr, place});
  handler->set_br(proto::BR_TRANSACTION);
  handler->set_node(WaiterNode(service));
  handler->set_code(ManagerWords::kOnRegistration);
  *handler->mutable_parcel() =
      WithProxies(words.Announcement(service, service));
  if (!words.hidl()) return;
  proto::Bind* const bind = handler->add_bind();
  bind->mutable_flag();
  bind->set_name(WaiterFlag(service));
}

void Expander::Manager(const ProcessCursor& process, proto::Process* made) {
  CheckManager(process);
  const auto manager =
      process.Sub(process->service_manager(), "service_manager");
  ManagerUse& use =
      uses_[manager->device().empty() ? "binder" : manager->device()];
  for (const std::string& name : manager->known_service()) {
    use.listeners[name];
  }
  *made = ExpandServiceManager(*process, use);
  origins_.Set(*made, manager.origin());
}

void Expander::CheckManager(const ProcessCursor& process) {
  const auto manager =
      process.Sub(process->service_manager(), "service_manager");
  const auto check = [&](const auto& names, const char* field,
                         const ManagerWords& words) {
    std::set<std::string> seen;
    for (int i = 0; i < names.size(); ++i) {
      const char* const bad = words.BadName(names[i]);
      if (bad != nullptr) {
        errors_.Add(manager.At(field, i), bad);
      } else if (!seen.insert(names[i]).second) {
        errors_.Add(manager.At(field, i),
                    absl::StrCat("service \"", names[i], "\" is listed twice"));
      }
    }
  };
  check(manager->service(), "service", ManagerWords("binder"));
  check(manager->known_service(), "known_service",
        ManagerWords(manager->device()));
  if (manager->service_size() != 0 &&
      (manager->known_service_size() != 0 || manager->allow_size() != 0)) {
    errors_.Add(manager.At("service", 0),
                "a manager for lessons knows texts only; remove service, or "
                "known_service and allow");
  }
  for (int i = 0; i < manager->allow_size(); ++i) {
    const auto rule = manager.Sub(manager->allow(i), "allow", i);
    if (rule->action() == proto::LIST && rule->service_size() != 0) {
      errors_.Add(rule.At("service", 0),
                  "a list is of all services; remove service");
    }
  }
}

void Expander::CheckManagersExist() {
  for (const auto& [device, place] : used_at_) {
    bool managed = false;
    for (const proto::Process& process : expanded_.process()) {
      const proto::Attach& attach = process.attach();
      managed |=
          attach.context_manager() &&
          (attach.device().empty() ? "binder" : attach.device()) == device;
    }
    if (managed) continue;
    errors_.Add(place, absl::StrCat("nobody is the service manager of ", device,
                                    "; add process { name: \"...\" "
                                    "service_manager {",
                                    device == "binder"
                                        ? "} }"
                                        : absl::StrCat(" device: \"", device,
                                                       "\" } }")));
  }
}

}  // namespace bindery::sim
