#include "sim/user/service_manager.h"

#include <string>

namespace bindery::sim {
namespace {

proto::Handler* AddHandler(proto::Process* process, uint32_t code,
                           const std::string& name) {
  proto::Handler* handler = process->add_on();
  handler->set_br(proto::BR_TRANSACTION);
  handler->set_code(code);
  handler->set_text(name);
  return handler;
}

void AddService(proto::Process* process, const std::string& name) {
  proto::Handler* add = AddHandler(process, kAddService, name);
  proto::Bind* bind = add->add_bind();
  bind->set_object(0);
  bind->set_name(name);
  bind->set_acquire(true);

  proto::Handler* found = AddHandler(process, kGetService, name);
  found->set_if_bound(name);
  proto::Transaction* reply = found->add_step()->mutable_reply();
  reply->add_item()->mutable_handle()->set_name(name);

  AddHandler(process, kGetService, name);
}

}  // namespace

proto::Process ExpandServiceManager(const proto::Process& process) {
  proto::Process expanded = process;
  const proto::ServiceManager& manager = process.service_manager();
  expanded.clear_service_manager();
  proto::Attach* attach = expanded.mutable_attach();
  if (!manager.device().empty()) attach->set_device(manager.device());
  attach->set_context_manager(true);
  proto::Thread* main = expanded.add_thread();
  main->set_name("main");
  main->add_step()->mutable_serve();
  for (const std::string& name : manager.service()) {
    AddService(&expanded, name);
  }
  return expanded;
}

}  // namespace bindery::sim
