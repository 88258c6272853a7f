// The invariants of the protocol that a state alone can show.
//
// Each has the number of the project's list (docs/invariants.md). [A] holds
// after every atom; [Q] holds for objects that no activation of the driver
// names, which at command granularity is always. Faults (null pointers, use
// after free, BUG and WARN of the driver) are not here: the world records them.
//
// A violation by the faithful driver is an error of the model or a finding
// about the driver, never a reason to weaken an invariant.
#ifndef BINDERY_SIM_INVARIANTS_INVARIANTS_H_
#define BINDERY_SIM_INVARIANTS_INVARIANTS_H_

#include <string>
#include <vector>

#include "sim/invariants/sums.h"
#include "sim/world/world.h"

namespace bindery::sim {

struct Invariant {
  const char* id;     // "E2"
  const char* scope;  // "A" or "Q"
  const char* what;   // one sentence
};

// All of them, in order.
const std::vector<Invariant>& Invariants();

// An invariant that does not hold, and where.
struct BrokenInvariant {
  const char* id;
  AnyId object;
  std::string detail;  // expected and found, without the object's name
};

// Collects what is broken. With a null list the first one is enough. With sums
// checks look up what objects add up to, otherwise they walk.
class Findings {
 public:
  explicit Findings(std::vector<BrokenInvariant>* list,
                    const Sums* sums = nullptr)
      : list_(list), sums_(sums) {}

  // Notes it and returns false. `detail` is only called if it is wanted.
  template <typename Detail>
  void Expect(bool holds, const char* id, AnyId object, Detail&& detail) {
    if (holds) return;
    broken_ = true;
    if (list_ != nullptr) list_->push_back({id, object, detail()});
  }
  bool broken() const { return broken_; }
  // May be null.
  const Sums* sums() const { return sums_; }

 private:
  std::vector<BrokenInvariant>* const list_;
  const Sums* const sums_;
  bool broken_ = false;
};

// Looks at every object. True if all hold.
bool CheckAll(const World& w, std::vector<BrokenInvariant>* broken);

// Looks at what the latest step changed, and at what that can break. True if
// all hold, given that all held before it. Needs the journal. `sums`, if not
// null, is up to date.
bool CheckChanged(const World& w, const Sums* sums,
                  std::vector<BrokenInvariant>* broken);

// Whether the node goes with a ref that is being freed:
// binder_cleanup_ref_olocked() takes both off their lists, and
// binder_free_ref() frees them later without a lock.
bool GoesWithRef(const World& w, NodeId node);

// The parts, by the object that they start from.
void CheckNode(const World& w, NodeId node, Findings* findings);
void CheckRef(const World& w, RefId ref, Findings* findings);
void CheckFile(const World& w, FileId file, Findings* findings);
void CheckFd(const World& w, FdId fd, Findings* findings);
void CheckContents(const World& w, ContentsId contents, Findings* findings);
void CheckEpItem(const World& w, EpItemId item, Findings* findings);
// All of them.
void CheckEpItems(const World& w, Findings* findings);
// Instances, inodes and minors of binderfs: all of them.
void CheckBinderfs(const World& w, Findings* findings);
void CheckContext(const World& w, ContextId context, Findings* findings);
void CheckProc(const World& w, ProcId proc, Findings* findings);
void CheckFreeze(const World& w, FreezeId freeze, Findings* findings);
// All of them.
void CheckFreezes(const World& w, Findings* findings);
void CheckThread(const World& w, ThreadId thread, Findings* findings);
void CheckTransaction(const World& w, TransactionId t, Findings* findings);
void CheckBuffer(const World& w, BufferId buffer, Findings* findings);
void CheckDeath(const World& w, DeathId death, Findings* findings);
// What the proc counts.
void CheckLayout(const World& w, ProcId proc, Findings* findings);
// A buffer or chunk and its neighbours.
void CheckPlace(const World& w, AnyId item, Findings* findings);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_INVARIANTS_INVARIANTS_H_
