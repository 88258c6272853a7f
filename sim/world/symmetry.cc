#include "sim/world/symmetry.h"

#include <utility>

#include "base/check.h"
#include "sim/world/contribution.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

// Of names with owners; numbers that are keys do not have it.
constexpr uint64_t kNameBit = uint64_t{1} << 63;
// Of what stands for a member, or for its task at a place.
constexpr uint64_t kMemberBit = uint64_t{1} << 40;

// What the halves of a row's key are, unless an actor created it.
enum class KeyKind : uint8_t {
  kNumber,
  kProcess,
  kActor,
  kName,         // or 0
  kNameOrActor,  //
};

constexpr KeyKind FirstKey(TableId table) {
  switch (table) {
    case TableId::kProcess:
      return KeyKind::kProcess;
    case TableId::kTask:
      return KeyKind::kActor;
    case TableId::kHistoryObject:
      return KeyKind::kNameOrActor;
    case TableId::kGlobal:
    case TableId::kContext:
    case TableId::kFile:
    case TableId::kMinor:
      return KeyKind::kNumber;
    default:
      return KeyKind::kName;
  }
}

constexpr KeyKind SecondKey(TableId table) {
  const bool thread =
      table == TableId::kThread || table == TableId::kHistoryThread;
  return thread ? KeyKind::kActor : KeyKind::kNumber;
}

template <typename T>
void SetAt(std::vector<T>& values, size_t place, T value) {
  if (values.size() <= place) values.resize(place + 1);
  values[place] = value;
}

}  // namespace

Symmetry::Symmetry(std::vector<Class> classes) : classes_(std::move(classes)) {
  for (const Class& one : classes_) {
    BINDERY_CHECK(one.members.size() >= 2);
    first_.push_back(static_cast<Owner>(members_.size() + 1));
    for (const Member& member : one.members) {
      members_.push_back(&member);
      const Owner owner = static_cast<Owner>(members_.size());
      SetAt(of_process_, member.process, owner);
      uint64_t place = 0;
      for (const uint32_t actor : member.actors) {
        SetAt(of_actor_, actor, Owned{owner, ++place});
      }
      BINDERY_CHECK(place == one.members[0].actors.size());
      if (member.kill < 0) continue;
      SetAt(of_kill_, static_cast<size_t>(member.kill), Owned{owner, 1});
    }
  }
  owners_ = members_.size() + 2;
  BINDERY_CHECK_MSG(members_.size() <= kMostMembers, "too many members");
}

Owned Symmetry::OfProcess(uint64_t index) const {
  const Owner owner = index < of_process_.size() ? of_process_[index] : 0;
  return owner == 0 ? Owned{0, index} : Owned{owner, kMemberBit};
}

Owned Symmetry::OfActor(uint64_t actor) const {
  const Owned task = actor < of_actor_.size() ? of_actor_[actor] : Owned{};
  if (task.owner == 0) return {0, actor};
  return {task.owner, kMemberBit | task.value};
}

// Programs of one class are told apart by where they begin only.
uint64_t Symmetry::CanonicalPc(uint64_t pc) const {
  for (const Class& one : classes_) {
    for (const Member& member : one.members) {
      if (pc < member.code || pc >= member.code + one.code_size) continue;
      return pc - member.code + one.members[0].code;
    }
  }
  return pc;
}

Owned Symmetry::OfNumber(Meaning meaning, uint64_t value) const {
  switch (meaning) {
    case Meaning::kProcess:
      return OfProcess(value);
    case Meaning::kActor:
      return OfActor(value);
    case Meaning::kPc:
      return {0, CanonicalPc(value)};
    case Meaning::kKills: {
      const auto kill = static_cast<size_t>(__builtin_ctzll(value));
      const Owned of = kill < of_kill_.size() ? of_kill_[kill] : Owned{};
      return of.owner == 0 ? Owned{0, value} : Owned{of.owner, kMemberBit};
    }
    case Meaning::kNumber:
      break;
  }
  return {0, value};
}

Owned Symmetry::OfKey(TableId table, bool first, uint64_t key,
                      bool actor) const {
  if (actor) return first ? Owned{0, key} : OfActor(key);
  const bool name = (key & kNameBit) != 0;
  switch (first ? FirstKey(table) : SecondKey(table)) {
    case KeyKind::kProcess:
      return OfProcess(key);
    case KeyKind::kActor:
      return OfActor(key);
    case KeyKind::kName:
      return name ? OfName(key) : Owned{0, key};
    case KeyKind::kNameOrActor:
      return name ? OfName(key) : OfActor(key);
    case KeyKind::kNumber:
      break;
  }
  return {0, key};
}

uint64_t Symmetry::NameOf(TableId table, uint64_t key_a, uint64_t key_b,
                          uint32_t ordinal) const {
  const bool actor = key_a == World::kActorKey;
  const Owned a = OfKey(table, true, key_a, actor);
  const Owned b = OfKey(table, false, key_b, actor);
  Owner owner = a.owner == 0 ? b.owner : a.owner;
  uint64_t base = BaseOf(table, a.value, b.value);
  if (a.owner != 0 && b.owner != 0 && a.owner != b.owner) owner = mixed();
  if (owner == mixed()) base = BaseOf(table, key_a, key_b);
  const uint64_t rest = (Mix(base, ordinal) | 1 | kNameBit) & ~kOwnerBits;
  return rest | uint64_t{owner} << 1;
}

Renaming Symmetry::Identity() const {
  Renaming renaming(owners_);
  for (size_t i = 0; i < owners_; ++i) renaming[i] = static_cast<Owner>(i);
  return renaming;
}

uint32_t Symmetry::ImageOfActor(uint32_t actor,
                                const Renaming& renaming) const {
  const Owner owner = OfActor(actor).owner;
  if (owner == 0) return actor;
  return Of(renaming[owner]).actors[of_actor_[actor].value - 1];
}

uint32_t Symmetry::ImageOfKill(uint32_t place, const Renaming& renaming) const {
  const Owned of = place < of_kill_.size() ? of_kill_[place] : Owned{};
  if (of.owner == 0) return place;
  return static_cast<uint32_t>(Of(renaming[of.owner]).kill);
}

}  // namespace bindery::sim
