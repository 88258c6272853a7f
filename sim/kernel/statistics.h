// What the driver remembers for its logs: how many commands, return words and
// objects there were (struct binder_stats), the latest transactions (struct
// binder_transaction_log), which debug ids it gave (binder_last_id), and which
// processes have a file under `proc`.
//
// None of it is state: the driver never looks at it, so it is not hashed, not
// encoded and not undone. Whoever wants to know gives the kernel one before
// anything is opened (Kernel::set_statistics), and steps forward only.
#ifndef BINDERY_SIM_KERNEL_STATISTICS_H_
#define BINDERY_SIM_KERNEL_STATISTICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "sim/kernel/uapi.h"
#include "sim/world/world.h"

namespace bindery::sim {

// enum binder_stat_types.
enum class Counted : uint8_t {
  kProc,
  kThread,
  kNode,
  kRef,
  kDeath,
  kTransaction,
  kTransactionComplete,
  kFreeze,
  kCount,
};

// By the `nr` of a command or word.
struct WordCounts {
  std::array<uint32_t, 22> bc = {};
  std::array<uint32_t, 23> br = {};
};

struct ObjectCounts {
  uint32_t created = 0;
  uint32_t deleted = 0;
};

// struct binder_transaction_log_entry. Who is who by the numbers of a scenario;
// 0 is nobody.
struct LoggedTransaction {
  uint32_t debug_id = 0;
  bool reply = false;
  bool one_way = false;
  uint32_t from_process = 0;
  uint32_t from_actor = 0;
  uint32_t to_process = 0;
  uint32_t to_actor = 0;
  uint32_t to_node = 0;  // its debug id
  uint32_t handle = 0;
  uint32_t context = 0;
  uint64_t data_size = 0;
  uint64_t offsets_size = 0;
  uint32_t return_error = 0;  // a Br, plus 1; 0: it was sent
  int32_t param = 0;
  bool done = false;
};

// The oldest first, not more than the driver keeps.
using TransactionLog = std::deque<LoggedTransaction>;

class Statistics {
 public:
  static constexpr size_t kLogged = 32;

  const WordCounts& words() const { return words_; }
  // Of one opening; zeros if it is not known.
  const WordCounts& words(ProcId proc) const;
  const ObjectCounts& objects(Counted what) const {
    return objects_[static_cast<size_t>(what)];
  }
  const TransactionLog& transactions() const { return transactions_; }
  const TransactionLog& failed() const { return failed_; }
  // Of a node or ref; 0 if it is not known.
  uint32_t DebugId(AnyId object) const;
  // Of a transaction or its buffer, by the model's debug_id.
  uint32_t DebugIdOf(uint32_t debug_id) const;
  uint32_t last_debug_id() const { return last_id_; }
  // Processes that have a file under `proc`, by index.
  std::vector<uint32_t> files() const;

  // --- What the kernel tells ------------------------------------------------
  void Created(Counted what, AnyId id);
  void Deleted(Counted what) { ++At(what).deleted; }
  // By the number of a BC word, known to the driver or not.
  void Command(ProcId proc, uint32_t number, bool freeze_notifications);
  void Word(ProcId proc, Br br);
  // A proc that is not in binder_procs yet, and the end of its file.
  void Opened(const World& w, ProcId id);
  void Released(ProcId id) { files_.erase(id.value); }
  // The transaction of a binder_transaction() frame, as it gets to know more:
  // it begins; has found the node, and whom it goes to; is over.
  void Begin(const World& w, const FrameRow& frame);
  void FoundNode(const FrameRow& frame, NodeId node);
  void FoundTarget(const World& w, const FrameRow& frame);
  void End(const FrameRow& frame);
  // It is allocated, early or late; by the model's debug_id.
  void Allocated(const FrameRow& frame, uint32_t debug_id);

 private:
  ObjectCounts& At(Counted what) { return objects_[static_cast<size_t>(what)]; }
  // A binder_transaction() that is going on.
  struct Ongoing {
    uint32_t number = 0;  // begun_ when it began
    uint32_t debug_id = 0;
  };
  LoggedTransaction* Open(const FrameRow& frame);

  WordCounts words_;
  std::map<uint32_t, WordCounts> of_proc_;  // by ProcId
  std::array<ObjectCounts, static_cast<size_t>(Counted::kCount)> objects_;
  TransactionLog transactions_;
  TransactionLog failed_;
  uint32_t begun_ = 0;                  // transactions
  std::map<uint32_t, Ongoing> open_;    // by ThreadId
  std::map<uint32_t, uint32_t> files_;  // by ProcId: the process
  std::map<std::pair<int, uint32_t>, uint32_t> debug_ids_;
  uint32_t last_id_ = 0;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_STATISTICS_H_
