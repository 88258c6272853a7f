#include "sim/kernel/security.h"

#include "sim/kernel/op.h"
#include "sim/kernel/process.h"

namespace bindery::sim {
namespace {

uint32_t OpenerOf(Op& op, ProcId proc) {
  return op.w.Get(op.w.Get(proc).process).index;
}

uint32_t Current(Op& op) { return op.w.Get(CurrentProcess(op)).index; }

// Files that are no devices were there before anybody.
uint32_t OpenerOf(Op& op, FileId file) {
  const ProcId proc = op.w.Get(file).proc;
  return proc ? OpenerOf(op, proc) : 0;
}

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
  const ProcId target = op.w.Get(op.f->buffer).proc;
  return policy->Allows(OpenerOf(op, target), OpenerOf(op, op.f->file),
                        Permission::kUseFd);
}

}  // namespace bindery::sim
