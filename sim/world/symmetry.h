// Which processes are interchangeable, and how names change with them.
//
// Interchangeable processes are the members of a class. A renaming maps each
// member to one of its class, with its tasks in their order; it turns a state
// into its image. With a symmetry at hand, the name of a row is two things: the
// member that it belongs to (its owner), and a rest that no renaming changes.
//
//  1. The owner is the one member that the row's key tells of, be it as a
//     process, as an actor, or as the owner of a name in the key.
//  2. A row whose key tells of two members is nobody's alone. Its owner is
//     `mixed()`, and its rest says who they are: states with such a row are
//     images of themselves only.
//  3. Owner 0 is everybody else: what belongs to no member.
//
// A renaming changes nothing else than owners. That it maps steps to steps is
// up to who says which processes are interchangeable (sim/user/alike.h) and
// tested in adapter/symmetry_test.
#ifndef BINDERY_SIM_WORLD_SYMMETRY_H_
#define BINDERY_SIM_WORLD_SYMMETRY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/world/id.h"

namespace bindery::sim {

// What a number in a field stands for, if a renaming changes it.
enum class Meaning : uint8_t {
  kNumber,   // itself
  kProcess,  // a process, by its index
  kActor,    // a task, the worker or the environment
  kPc,       // an instruction of a program
  kKills,    // bit i: the i-th kill of the budget
};

using Owner = uint8_t;

// A value, and which member it is of.
struct Owned {
  Owner owner = 0;
  uint64_t value = 0;
};

// The new owner of what belonged to each owner; that of 0 and mixed() is the
// same.
using Renaming = std::vector<Owner>;

class Symmetry {
 public:
  // Owners have five bits of a name, and two of them are taken.
  static constexpr size_t kMostMembers = 30;

  struct Member {
    uint32_t process = 0;          // index
    std::vector<uint32_t> actors;  // of its tasks
    uint32_t code = 0;             // its first instruction
    int kill = -1;                 // place in the budget; -1: it is not there
  };

  // Classes of at least two members each, kMostMembers in all; members of one
  // have equally many actors and, from `code` on, `code_size` instructions.
  struct Class {
    std::vector<Member> members;
    uint32_t code_size = 0;
  };
  explicit Symmetry(std::vector<Class> classes);

  const std::vector<Class>& classes() const { return classes_; }
  // The first owner of each class; its members have consecutive ones.
  Owner FirstOf(size_t class_index) const { return first_[class_index]; }
  // Owners, 0 and mixed() included.
  size_t owners() const { return owners_; }
  Owner mixed() const { return static_cast<Owner>(owners_ - 1); }

  // The name of the row with this key; see World::Create().
  uint64_t NameOf(TableId table, uint64_t key_a, uint64_t key_b,
                  uint32_t ordinal) const;
  static Owned OfName(uint64_t name) {
    return {static_cast<Owner>(name >> 1 & 31), name & ~kOwnerBits};
  }
  // Of kKills: one bit of it.
  Owned OfNumber(Meaning meaning, uint64_t value) const;

  Renaming Identity() const;
  // The task, and the place in budget.kill, that take the place of these.
  uint32_t ImageOfActor(uint32_t actor, const Renaming& renaming) const;
  uint32_t ImageOfKill(uint32_t place, const Renaming& renaming) const;

 private:
  static constexpr uint64_t kOwnerBits = 31 << 1;

  Owned OfProcess(uint64_t index) const;
  Owned OfActor(uint64_t actor) const;
  Owned OfKey(TableId table, bool first, uint64_t key, bool actor) const;
  uint64_t CanonicalPc(uint64_t pc) const;
  const Member& Of(Owner owner) const { return *members_[owner - 1]; }

  const std::vector<Class> classes_;
  std::vector<Owner> first_;
  std::vector<const Member*> members_;  // by owner - 1
  std::vector<Owner> of_process_;       // by index
  std::vector<Owned> of_actor_;         // by actor; value: place, from 1
  std::vector<Owned> of_kill_;          // by place in the budget
  size_t owners_ = 2;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_SYMMETRY_H_
