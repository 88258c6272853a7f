#include "sim/user/service_manager.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/user/manager_words.h"

namespace bindery::sim {
namespace {

constexpr char kManagerNode[] = "context-manager";
constexpr uint32_t kTxnSecurityCtx = 0x1000;
constexpr ManagerError kDenied = {-1, "SELinux denied."};
constexpr ManagerError kDeniedWithoutWords = {-1, ""};
constexpr ManagerError kApplication = {-1, "App UIDs cannot add services."};
constexpr ManagerError kNullBinder = {-3, "Null binder."};
constexpr ManagerError kNoListener = {-5, "Nothing to unregister."};

// Lessons' protocol.
class TextManager {
 public:
  explicit TextManager(proto::Process* process) : process_(*process) {}

  void AddService(const std::string& name) {
    proto::Handler* const add = AddHandler(kAddTextService, name);
    proto::Bind* const bind = add->add_bind();
    bind->set_object(0);
    bind->set_name(name);
    bind->set_acquire(true);

    proto::Handler* const found = AddHandler(kGetTextService, name);
    found->add_if_bound(name);
    proto::Transaction* const reply = found->add_step()->mutable_reply();
    reply->add_item()->mutable_handle()->set_name(name);

    AddHandler(kGetTextService, name);
  }

 private:
  proto::Handler* AddHandler(uint32_t code, const std::string& name) {
    proto::Handler* const handler = process_.add_on();
    handler->set_br(proto::BR_TRANSACTION);
    handler->set_code(code);
    handler->set_text(name);
    return handler;
  }

  proto::Process& process_;
};

void Reply(const proto::Parcel& parcel, proto::Handler* handler) {
  proto::Step* const step = handler->add_step();
  *step->mutable_reply()->mutable_parcel() = parcel;
  Unheeded(step);
}

class Manager {
 public:
  Manager(const ManagerUse& use, const proto::ServiceManager& rules,
          proto::Process* process)
      : use_(use), rules_(rules), words_(rules.device()), process_(*process) {}

  void Write() {
    if (!words_.hidl()) RefuseApplications();
    for (const auto& [name, listeners] : use_.listeners) {
      Add(name);
      Find(name);
      for (int i = 1; i <= listeners; ++i) Listener(name, Slot(name, i));
      if (Senders(proto::FIND, name)) {
        Refuse(ManagerCall::kRegister, NameOnly(ManagerCall::kRegister, name),
               kDeniedWithoutWords);
      }
      Obituary(name);
    }
    if (use_.lists) List();
    NotThere();
    if (NeedsContexts()) AddNode();
  }

 private:
  // Whose an action is; none: everybody's.
  using Rules = std::optional<std::vector<const proto::ManagerRule*>>;

  static std::string Slot(const std::string& name, int number) {
    return absl::StrCat(name, " listener ", number);
  }

  Rules Senders(proto::ManagerAction action, const std::string& name) const {
    Rules rules;
    for (const proto::ManagerRule& rule : rules_.allow()) {
      const auto& names = rule.service();
      const bool about = names.empty() || std::find(names.begin(), names.end(),
                                                    name) != names.end();
      if (rule.action() != action || !about) continue;
      if (!rules) rules.emplace();
      rules->push_back(&rule);
    }
    return rules;
  }

  bool NeedsContexts() const {
    for (const proto::ManagerRule& rule : rules_.allow()) {
      if (rule.security_context_size() != 0) return true;
    }
    return false;
  }

  proto::Handler Handler(ManagerCall call, const proto::Parcel& parcel) const {
    proto::Handler handler;
    handler.set_br(proto::BR_TRANSACTION);
    handler.set_code(words_.Code(call));
    *handler.mutable_parcel() = parcel;
    return handler;
  }

  // The handler, for those only who may do that.
  void Allow(proto::ManagerAction action, const std::string& name,
             const proto::Handler& handler) {
    const Rules rules = Senders(action, name);
    if (!rules) {
      *process_.add_on() = handler;
      return;
    }
    for (const proto::ManagerRule* rule : *rules) {
      for (const uint32_t uid : rule->uid()) {
        proto::Handler* const one = process_.add_on();
        *one = handler;
        one->set_uid(uid);
      }
      for (const std::string& context : rule->security_context()) {
        proto::Handler* const one = process_.add_on();
        *one = handler;
        one->set_security_context(context);
      }
    }
  }

  void Refuse(ManagerCall call, const proto::Parcel& request,
              const ManagerError& error) {
    proto::Handler handler = Handler(call, request);
    Reply(words_.Refused(call, error), &handler);
    *process_.add_on() = handler;
  }

  void RefuseApplications() {
    for (const uint32_t uid : use_.uids) {
      if (uid % 100000 < kFirstApplication) continue;
      Refuse(ManagerCall::kAdd, words_.AnyRequest(ManagerCall::kAdd),
             kApplication);
      process_.mutable_on(process_.on_size() - 1)->set_uid(uid);
    }
  }

  // A request about the name, whatever else is in it.
  proto::Parcel NameOnly(ManagerCall call, const std::string& name) const {
    proto::Parcel parcel = words_.Request(call, name, "");
    parcel.set_more(true);
    return parcel;
  }

  // An addition that names the service, with any object. HIDL's says last which
  // interface it is, AIDL's begins with the name.
  proto::Parcel AnyAddition(const std::string& name) const {
    proto::Parcel parcel = words_.Request(ManagerCall::kAdd, name, name);
    if (words_.hidl()) {
      parcel.mutable_value(1)->set_binder("");
    } else {
      parcel.mutable_value()->DeleteSubrange(1, parcel.value_size() - 1);
      parcel.set_more(true);
    }
    return parcel;
  }

  // `name`, or a listener of it, is registered: tells the listener.
  void Announce(const std::string& name, const std::string& listener,
                const std::string& unless_missing, bool preexisting,
                proto::Handler* handler) const {
    proto::Step* const step = handler->add_step();
    step->set_if_bound(unless_missing);
    proto::Transaction* const call = step->mutable_call();
    call->mutable_to()->set_name(listener);
    call->set_code(ManagerWords::kOnRegistration);
    call->set_one_way(true);
    *call->mutable_parcel() = words_.Announced(name, name, preexisting);
    Unheeded(step);
  }

  void Add(const std::string& name) {
    const ManagerCall call = ManagerCall::kAdd;
    proto::Parcel request = WithProxies(words_.Request(call, name, name));
    if (!words_.hidl()) {
      request.mutable_value()->DeleteSubrange(2, request.value_size() - 2);
      request.set_more(true);
    }
    proto::Handler add = Handler(call, request);
    add.add_step()->set_link_to_death(name);
    for (int i = 1; i <= use_.listeners.at(name); ++i) {
      Announce(name, Slot(name, i), Slot(name, i), false, &add);
    }
    Reply(words_.Done(call), &add);
    Allow(proto::ADD, name, add);

    if (!words_.hidl()) {
      proto::Parcel null = AnyAddition(name);
      null.add_value()->set_null(proto::NULL_BINDER);
      proto::Handler refuse = Handler(call, null);
      Reply(words_.Refused(call, kNullBinder), &refuse);
      Allow(proto::ADD, name, refuse);
    }
    if (Senders(proto::ADD, name)) Refuse(call, AnyAddition(name), kDenied);
  }

  void Find(const std::string& name) {
    const auto find = [&](ManagerCall call) {
      proto::Handler handler = Handler(call, words_.Request(call, name, ""));
      handler.add_if_bound(name);
      Reply(words_.Found(name), &handler);
      Allow(proto::FIND, name, handler);
    };
    find(ManagerCall::kGet);
    if (!words_.hidl()) return find(ManagerCall::kCheck);
    const ManagerCall call = ManagerCall::kTransport;
    proto::Handler transport = Handler(call, words_.Request(call, name, ""));
    Reply(words_.Transport(), &transport);
    *process_.add_on() = transport;
  }

  void Listener(const std::string& name, const std::string& slot) {
    ManagerCall call = ManagerCall::kRegister;
    proto::Handler add =
        Handler(call, WithProxies(words_.Request(call, name, slot)));
    add.add_unless_bound(slot);
    add.add_step()->set_link_to_death(slot);
    Announce(name, slot, name, true, &add);
    Reply(words_.Done(call), &add);
    Allow(proto::FIND, name, add);

    call = ManagerCall::kUnregister;
    proto::Parcel request = words_.Request(call, name, slot);
    request.mutable_value(request.value_size() - 1)->set_same(true);
    proto::Handler remove = Handler(call, request);
    remove.add_step()->mutable_forget()->set_name(slot);
    Reply(words_.Done(call), &remove);
    Allow(proto::FIND, name, remove);

    Obituary(slot);
  }

  void Obituary(const std::string& name) {
    proto::Handler* const dead = process_.add_on();
    dead->set_br(proto::BR_DEAD_BINDER);
    dead->set_proxy(name);
    proto::Forget* const forget = dead->add_step()->mutable_forget();
    forget->set_name(name);
    forget->set_all(true);
  }

  // One handler for each set of names that may be registered.
  void List() {
    const ManagerCall call = ManagerCall::kList;
    std::vector<std::string> names;
    for (const auto& listed : use_.listeners) names.push_back(listed.first);
    names.resize(std::min(names.size(), kMostListedNames));
    for (size_t set = 0; set < size_t{1} << names.size(); ++set) {
      proto::Handler list = Handler(call, words_.Request(call, "", ""));
      std::vector<std::string> there;
      for (size_t i = 0; i < names.size(); ++i) {
        if ((set >> i & 1) != 0) {
          there.push_back(names[i]);
          list.add_if_bound(names[i]);
        } else {
          list.add_unless_bound(names[i]);
        }
      }
      Reply(words_.Listed(there), &list);
      Allow(proto::LIST, "", list);
    }
    if (Senders(proto::LIST, "")) {
      Refuse(call, words_.Request(call, "", ""), kDenied);
    }
  }

  void NotThere() {
    const auto nothing = [&](ManagerCall call) {
      proto::Handler handler = Handler(call, words_.AnyRequest(call));
      Reply(words_.NotFound(), &handler);
      *process_.add_on() = handler;
    };
    nothing(ManagerCall::kGet);
    if (!words_.hidl()) nothing(ManagerCall::kCheck);
    Refuse(ManagerCall::kUnregister,
           words_.AnyRequest(ManagerCall::kUnregister), kNoListener);
  }

  void AddNode() {
    proto::Node* const node = process_.add_node();
    node->set_name(kManagerNode);
    node->set_flags(kTxnSecurityCtx);
    process_.mutable_attach()->set_manager_node(kManagerNode);
  }

  const ManagerUse& use_;
  const proto::ServiceManager& rules_;
  const ManagerWords words_;
  proto::Process& process_;
};

}  // namespace

proto::Process ExpandServiceManager(const proto::Process& process,
                                    const ManagerUse& use) {
  proto::Process expanded = process;
  const proto::ServiceManager& manager = process.service_manager();
  expanded.clear_service_manager();
  proto::Attach* const attach = expanded.mutable_attach();
  if (!manager.device().empty()) attach->set_device(manager.device());
  attach->set_context_manager(true);
  proto::Thread* const main = expanded.add_thread();
  main->set_name("main");
  main->add_step()->mutable_serve();
  if (manager.service_size() == 0) {
    Manager(use, manager, &expanded).Write();
    return expanded;
  }
  for (const std::string& name : manager.service()) {
    TextManager(&expanded).AddService(name);
  }
  return expanded;
}

}  // namespace bindery::sim
