// Atoms: the steps that kernel operations are made of.
//
// An operation is a table of atoms that reads like the driver's function. Every
// lock, reference, check, dequeue, wake-up and undo is an atom of its own, so
// that the places where another thread may run can be computed (between atoms
// that hold no lock) and every guard can be mutated (sim/kernel/mutation.h).
//
// An atom does little and never loops over the world; loops are in the table.
// Atoms see the world only through Op, and keep what they need later in the
// locals of their frame.
#ifndef BINDERY_SIM_KERNEL_ATOM_H_
#define BINDERY_SIM_KERNEL_ATOM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/kernel/errno.h"

namespace bindery::sim {

class Op;

// Sets the frame's result; an atom.
template <Errno kErrno>
void SetRet(Op& op);

// The operations, named after the kernel functions that they model.
enum class OpId : uint16_t {
  kNone,
  kOpen,               // binder_open
  kMmap,               // binder_mmap
  kMunmap,             // binder_vma_close
  kClose,              // binder_flush, binder_release
  kPoll,               // binder_poll
  kEpollCreate,        // do_epoll_create
  kEpollCtl,           // do_epoll_ctl
  kEpollWait,          // ep_poll
  kBpf,                // __sys_bpf
  kDup,                // ksys_dup
  kFork,               // copy_process
  kSendFd,             // scm_fp_copy
  kReceiveFd,          // scm_detach_fds
  kMount,              // binderfs_fill_super
  kUmount,             // path_umount
  kKillSuper,          // binderfs_kill_super
  kDeviceCreate,       // binderfs_binder_device_create
  kEvictInode,         // binderfs_evict_inode
  kOpenAt,             // path_openat, binder_open
  kReopen,             // proc_pid_get_link
  kUnlink,             // binderfs_unlink
  kRename,             // binderfs_rename
  kLook,               // simple_lookup
  kMake,               // binderfs_dir_inode_operations
  kJoinNamespace,      // ipcns_install
  kIoctl,              // binder_ioctl, all but BINDER_WRITE_READ
  kSetContextMgr,      // binder_ioctl_set_ctx_mgr
  kGetNodeDebugInfo,   // binder_ioctl_get_node_debug_info
  kGetNodeInfoForRef,  // binder_ioctl_get_node_info_for_ref
  kWriteRead,          // binder_ioctl_write_read
  kThreadWrite,        // binder_thread_write
  kThreadRead,         // binder_thread_read
  kRefCommand,         // BC_INCREFS, _ACQUIRE, _RELEASE, _DECREFS
  kNodeDone,           // BC_INCREFS_DONE, BC_ACQUIRE_DONE
  kFreeBuffer,         // BC_FREE_BUFFER
  kLooperCommand,      // BC_REGISTER_LOOPER, _ENTER_, _EXIT_
  kRequestDeath,       // BC_REQUEST_DEATH_NOTIFICATION
  kClearDeath,         // BC_CLEAR_DEATH_NOTIFICATION
  kDeadBinderDone,     // BC_DEAD_BINDER_DONE
  kRequestFreeze,      // BC_REQUEST_FREEZE_NOTIFICATION
  kClearFreeze,        // BC_CLEAR_FREEZE_NOTIFICATION
  kFreezeDone,         // BC_FREEZE_NOTIFICATION_DONE
  kUnsupported,        // commands that are refused
  kTransaction,        // binder_transaction
  kTranslateBinder,    // binder_translate_binder
  kTranslateHandle,    // binder_translate_handle
  kTranslateFd,        // binder_translate_fd
  kTranslateFdArray,   // binder_translate_fd_array
  kFixupParent,        // binder_fixup_parent
  kApplyFdFixups,      // binder_apply_fd_fixups
  kFreeTxnFixups,      // binder_free_txn_fixups
  kIncRefForNode,      // binder_inc_ref_for_node
  kDecRefForHandle,    // binder_dec_ref_for_handle
  kFreeBuf,            // binder_free_buf
  kReleaseBuffer,      // binder_transaction_buffer_release
  kFreeTransaction,    // binder_free_transaction
  kSendFailedReply,    // binder_send_failed_reply
  kReleaseWork,        // binder_release_work
  kThreadRelease,      // binder_thread_release
  kDeferredFunc,       // binder_deferred_func
  kDeferredRelease,    // binder_deferred_release
  kNodeRelease,        // binder_node_release
  kReleaseOutdated,    // binder_proc_transaction, its end
  kFreeze,             // BINDER_FREEZE
  kFreezeProc,         // binder_ioctl_freeze
  kAddFreezeWork,      // binder_add_freeze_work
  kGetFrozenInfo,      // binder_ioctl_get_freezer_info
  kPipe,               // do_pipe2
  kMemfd,              // memfd_create
  kReadFd,             // ksys_read
  kWriteFd,            // ksys_write
  kSeek,               // ksys_lseek
  kCount,
};

// In groups: those that only run, those that test, the others.
enum class AtomKind : uint8_t {
  kDo,       // touches what other threads touch
  kLocal,    // touches only the frame, user memory, or unpublished rows
  kPin,      // takes a temporary reference
  kUnpin,    // drops one
  kDequeue,  // takes work off a list
  kWake,     // wakes a sleeping thread
  kUndo,     // takes back an effect in an error or exit path

  kCheck,   // guard: goes to `target` if the test fails
  kBranch,  // control flow: goes to `target` if the test holds

  kGoto,
  kLock,
  kUnlock,
  kCall,    // opens a frame of another operation
  kReturn,  // closes this one
  kStep,    // another thread may run here at command granularity
  kSleep,   // sleeps until woken or interrupted
};

struct Atom {
  AtomKind kind = AtomKind::kLocal;
  bool visible = false;       // other threads could notice it; set by Visible()
  uint16_t target = 0;        // kCheck, kBranch, kGoto
  OpId callee = OpId::kNone;  // kCall; kNone: `select` says which
  union {
    void (*run)(Op&) = nullptr;
    bool (*test)(Op&);
    OpId (*select)(Op&);
  };
  // What runs behind it, or by the answer of its test; set by JoinAtoms().
  const Atom* next[2] = {nullptr, nullptr};
  const char* name = "";   // what it does, or the name of its lock
  const char* label = "";  // kCheck, kBranch, kGoto: where it goes
};

// True for atoms that touch what others see, or that take or leave a lock.
bool Visible(AtomKind kind);

// The same table without locks, for where nobody can run between them.
std::vector<Atom> WithoutLocks(const std::vector<Atom>& atoms);

// Joins the atoms of a finished table, past every kGoto that goes forward: what
// bounds a loop is the kGoto that goes back. The table must stay where it is.
void JoinAtoms(std::vector<Atom>& atoms);

// One operation.
struct Operation {
  OpId id = OpId::kNone;
  const char* function = "";  // the kernel function, for citations
  std::vector<Atom> atoms;
};

// Writes a table down. Labels are resolved by Finish(); a test that leads
// backwards does so over a kGoto at the table's end, so that every loop has one
// and the interpreter's count of them bounds it.
class Builder {
 public:
  Builder(OpId id, const char* function);

  Builder& Do(const char* name, void (*run)(Op&));
  Builder& Local(const char* name, void (*run)(Op&));
  Builder& Check(const char* name, bool (*test)(Op&), const char* otherwise);
  Builder& Branch(const char* name, bool (*test)(Op&), const char* label);
  Builder& Goto(const char* label);
  Builder& Lock(const char* lock);
  Builder& Unlock(const char* lock);
  Builder& Pin(const char* name, void (*run)(Op&));
  Builder& Unpin(const char* name, void (*run)(Op&));
  Builder& Dequeue(const char* name, void (*run)(Op&));
  Builder& Wake(const char* name, void (*run)(Op&));
  Builder& Undo(const char* name, void (*run)(Op&));
  // `arguments` fills the callee's frame (Op::callee()).
  Builder& Call(OpId callee, void (*arguments)(Op&));
  Builder& CallSelected(const char* name, OpId (*select)(Op&));
  Builder& Return(void (*results)(Op&) = nullptr);
  Builder& Step();
  Builder& Sleep();
  Builder& Label(const char* label);
  // Where failed checks go: unlocks, and returns -`kErrno`.
  template <Errno kErrno>
  Builder& ReturnErrno(const char* label, const char* unlock = nullptr) {
    Label(label);
    if (unlock != nullptr) Unlock(unlock);
    return Local(label, SetRet<kErrno>).Return();
  }

  Operation Finish();

 private:
  Builder& Add(AtomKind kind, const char* name, void (*run)(Op&));
  Builder& AddTest(AtomKind kind, const char* name, bool (*test)(Op&),
                   const char* label);
  void LeadBackwardsByGoto();

  Operation op_;
  std::vector<std::pair<const char*, uint16_t>> labels_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_ATOM_H_
