// The security module: what it answers to the four questions of the driver,
// security_binder_set_context_mgr, _transaction, _transfer_binder and
// _transfer_file, with SELinux's classes `binder`, `fd` and `bpf`.
//
// 1. Who opened a device is judged, not who uses it: the driver passes
//    proc->cred, which is the opener's, in 6.1, 6.12 and 7.2 alike. Who uses
//    it needs the permission to impersonate the opener, if they differ.
// 2. Replies are not judged, what is in them is.
// 3. Of a map or a program of bpf the receiver needs both the permission to use
//    the descriptor and one of the class `bpf` (bpf_fd_pass); the latter within
//    one context, too.
// 4. A kernel without a policy allows everything and asks nobody.
//
// Not covered: checks outside the driver, such as those of open() and poll(),
// and the class of the file itself (fifo_file, chr_file).
#ifndef BINDERY_SIM_KERNEL_SECURITY_H_
#define BINDERY_SIM_KERNEL_SECURITY_H_

#include <cstdint>
#include <vector>

namespace bindery::sim {

class Op;

enum class Permission : uint8_t {
  kCall,           // binder: call
  kTransfer,       // binder: transfer
  kSetContextMgr,  // binder: set_context_mgr
  kImpersonate,    // binder: impersonate
  kUseFd,          // fd: use
  kUseMap,         // bpf: map_read and map_write
  kRunProgram,     // bpf: prog_run
  kCount,
};

// Which process may do what to which, by their numbers. Process 0 opened the
// files that are open at the start.
class Policy {
 public:
  // Of processes 0 to `processes`. Denies everything.
  explicit Policy(uint32_t processes)
      : count_(processes + 1), allowed_(uint64_t{count_} * count_) {}

  void Allow(uint32_t from, uint32_t to, Permission permission) {
    allowed_[At(from, to)] |= Bit(permission);
  }
  bool Allows(uint32_t from, uint32_t to, Permission permission) const {
    return (allowed_[At(from, to)] & Bit(permission)) != 0;
  }

 private:
  uint64_t At(uint32_t from, uint32_t to) const {
    return uint64_t{from} * count_ + to;
  }
  static uint8_t Bit(Permission permission) {
    return static_cast<uint8_t>(1u << static_cast<uint32_t>(permission));
  }

  uint32_t count_;
  std::vector<uint8_t> allowed_;  // a bit for each permission
};

// For the frame's proc (and target_proc), used by the current task.
bool MayBecomeContextMgr(Op& op);
bool MayCall(Op& op);
bool MayTransferBinder(Op& op);
// For the frame's file, to whoever has the frame's buffer.
bool MayTransferFile(Op& op);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_SECURITY_H_
