// What a step depended on: what would have to be the same for it to do the same
// again (sim/engine/foresight.h).
//
// A step is a function of what it reads. While that is noted, each dependence
// is noted with the value that it had when the step began: whoever finds the
// same values again need not execute the step to know what it does. Everything
// is said by slots, since that is how it is looked up; values are said by
// names, so that they are equal in all states that are equal.
#ifndef BINDERY_SIM_WORLD_DEPENDENCE_H_
#define BINDERY_SIM_WORLD_DEPENDENCE_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/world/id.h"

namespace bindery::sim {

struct Dependence {
  enum class Kind : uint8_t {
    kRow,       // what the row in a slot holds, and its name
    kLife,      // that the row in a slot is there, and its name
    kHolders,   // how many name the row in a slot, live or a tombstone
    kKey,       // who has a natural key: `key` is its base
    kOrdinals,  // those of an actor's rows in a table that are in use: `key` is
                // the actor
    kTable,     // which rows a table has
  };
  Kind kind;
  TableId table;
  uint32_t slot = 0;
  uint64_t key = 0;

  friend bool operator==(const Dependence&, const Dependence&) = default;
};

// What one step depended on.
class DependenceLog {
 public:
  struct Noted {
    Dependence what;
    uint64_t value;
  };

  // A row that was not looked at before.
  void NoteRow(const Dependence& what, uint64_t value) {
    rows_.push_back({what, value});
  }
  // Everything else. The first value counts: the step itself changes what comes
  // later.
  void Note(const Dependence& what, uint64_t value) {
    const auto same = [&](const Noted& one) { return one.what == what; };
    if (std::any_of(others_.begin(), others_.end(), same)) return;
    others_.push_back({what, value});
  }
  // A row that was not there before the step: nothing depends on it.
  void Made(AnyId id) { made_.push_back(id); }
  bool WasMade(AnyId id) const {
    return std::find(made_.begin(), made_.end(), id) != made_.end();
  }
  // The step depended on what no Dependence says.
  void Refuse() { refused_ = true; }

  bool refused() const { return refused_; }
  const std::vector<Noted>& rows() const { return rows_; }
  const std::vector<Noted>& others() const { return others_; }
  void Clear() {
    rows_.clear();
    others_.clear();
    made_.clear();
    refused_ = false;
  }

 private:
  std::vector<Noted> rows_;
  std::vector<Noted> others_;
  std::vector<AnyId> made_;
  bool refused_ = false;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_DEPENDENCE_H_
