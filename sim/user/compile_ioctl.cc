// Requests whose argument is a structure.
#include "absl/strings/str_cat.h"
#include "sim/user/compiler.h"

namespace bindery::sim {

void Compiler::ManagerNode(const Cursor<proto::SetContextMgrExt>& request,
                           IoctlArgs* args) {
  CommandTemplate node;
  const auto operand = request.Sub(request->node(), "node");
  NodeOperand(operand, &node);
  args->value = node.ptr;
  args->more = node.cookie;
  if (!request->node().name().empty()) {
    const NodeSpec* spec = FindNode(request->node().name(), operand.At("name"));
    if (spec != nullptr) args->flags = spec->flags;
  }
  if (request->has_flags()) args->flags = request->flags();
}

IoctlArgs Compiler::ManagerNode(const Cursor<proto::Attach>& attach) {
  IoctlArgs args;
  const NodeSpec* node =
      FindNode(attach->manager_node(), attach.At("manager_node"));
  if (node == nullptr) return args;
  args.value = node->ptr;
  args.more = node->cookie;
  args.flags = node->flags;
  return args;
}

IoctlSpec Compiler::IoctlOperands(const Cursor<proto::Ioctl>& ioctl) {
  IoctlSpec spec;
  if (ioctl->null_argument()) spec.args.memory = ArgumentMemory::kNull;
  if (ioctl->readonly_argument()) {
    spec.args.memory = ArgumentMemory::kReadOnly;
    if (ioctl->null_argument()) {
      errors_.Add(ioctl.At("readonly_argument"),
                  "the argument cannot be nowhere and in memory that can only "
                  "be read; keep null_argument or readonly_argument");
    }
  }
  if (ioctl->request_case() == proto::Ioctl::kAddDevice) {
    const ArgumentMemory memory = spec.args.memory;
    spec.args = DeviceToAdd(ioctl);
    spec.args.memory = memory;
  }
  if (ioctl->has_set_context_mgr_ext()) {
    ManagerNode(ioctl.Sub(ioctl->set_context_mgr_ext(), "set_context_mgr_ext"),
                &spec.args);
  } else if (ioctl->has_get_node_info_for_ref()) {
    const auto info =
        ioctl.Sub(ioctl->get_node_info_for_ref(), "get_node_info_for_ref");
    uint32_t handle = 0;
    Handle(info.Sub(info->handle(), "handle"), &handle, &spec.handle_variable);
    spec.args.value = handle;
    spec.args.more = info->strong_count() | uint64_t{info->weak_count()} << 32;
    spec.args.flags = info->reserved();
  }
  return spec;
}

}  // namespace bindery::sim
