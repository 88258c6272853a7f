#include "sim/kernel/security.h"

#include "sim/kernel/op.h"
#include "sim/kernel/process.h"

namespace bindery::sim {
namespace {

uint32_t OpenerOf(Op& op, ProcId proc) {
  return op.w.Get(op.w.Get(proc).process).index;
}

// Who made a map or a program made the file, too.
bool MayPassBpf(const Policy& policy, uint32_t to, const FileRow& file) {
  switch (static_cast<BpfKind>(file.bpf)) {
    case BpfKind::kNone:
      return true;
    case BpfKind::kMap:
      return policy.Allows(to, file.opener, Permission::kUseMap);
    case BpfKind::kProgram:
      return policy.Allows(to, file.opener, Permission::kRunProgram);
  }
  return false;
}

uint32_t Current(Op& op) { return op.w.Get(CurrentProcess(op)).index; }

}  // namespace

bool MayBecomeContextMgr(Op& op) {
  const Policy* const policy = op.k.policy();
  return policy == nullptr ||
         policy->Allows(Current(op), OpenerOf(op, op.f->proc),
                        Permission::kSetContextMgr);
}

bool MayCall(Op& op) {
  const Policy* const policy = op.k.policy();
  if (policy == nullptr) return true;
  const uint32_t from = OpenerOf(op, op.f->proc);
  return op.Check(Guard::kSecurityTransaction,
                  policy->Allows(Current(op), from, Permission::kImpersonate) &&
                      policy->Allows(from, OpenerOf(op, op.f->target_proc),
                                     Permission::kCall));
}

bool MayTransferBinder(Op& op) {
  const Policy* const policy = op.k.policy();
  return policy == nullptr ||
         policy->Allows(OpenerOf(op, op.f->proc),
                        OpenerOf(op, op.f->target_proc), Permission::kTransfer);
}

bool MayTransferFile(Op& op) {
  const Policy* const policy = op.k.policy();
  if (policy == nullptr) return true;
  const uint32_t to = OpenerOf(op, op.w.Get(op.f->buffer).proc);
  const FileRow& file = op.w.Get(op.f->file);
  return policy->Allows(to, file.opener, Permission::kUseFd) &&
         MayPassBpf(*policy, to, file);
}

}  // namespace bindery::sim
