// The fingerprint of a state and of its images under renamings.
//
// What each place of a row adds to the state's fingerprint is summed up apart
// for each pair of owners: that of the row and that of the value (symmetry.h).
// A renaming moves these sums and changes none of them, so that the fingerprint
// of any image is a hash of a few numbers, however large the state is.
//
// Least() is the least fingerprint of all images that can be the least one:
// members are sorted by what is known of them without their names, refined by
// what they have to do with each other, and only orders of members that still
// look alike, and are not alike, are tried. If these are more than
// kMostRenamings, the first ones are: then states that are images of each other
// may count as two, which costs time and misses nothing.
//
// Not thread-safe.
#ifndef BINDERY_SIM_WORLD_ORBIT_SUMS_H_
#define BINDERY_SIM_WORLD_ORBIT_SUMS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/world/contribution.h"
#include "sim/world/hash.h"
#include "sim/world/list.h"
#include "sim/world/symmetry.h"

namespace bindery::sim {

// A link, by names; 0: none.
struct LinkNames {
  Head head = Head::kNone;
  uint64_t owner = 0;
  uint64_t prev = 0;
  uint64_t next = 0;
};

class OrbitSums {
 public:
  static constexpr size_t kMostRenamings = 5040;

  // `symmetry` outlives the sums.
  explicit OrbitSums(const Symmetry& symmetry)
      : symmetry_(symmetry),
        owners_(symmetry.owners()),
        sums_(owners_ * owners_) {}

  const Symmetry& symmetry() const { return symmetry_; }

  // What the index-th field of the row with this name adds, or does not
  // add any more (Count::kNoMore): a number, the name of a row, a place on a
  // list.
  enum class Count : uint8_t { kNow, kNoMore };
  void Number(Count count, uint64_t name, uint64_t index, Meaning meaning,
              uint64_t value);
  void Name(Count count, uint64_t name, uint64_t index, uint64_t value);
  void Place(Count count, uint64_t name, uint64_t index, const LinkNames& link);

  // Keeps the sums as they are; goes back to what was kept last.
  void Save() { saved_.insert(saved_.end(), sums_.begin(), sums_.end()); }
  void Restore();
  // What was kept is not needed any more.
  void ForgetSaved() { saved_.clear(); }
  void Clear();

  // Of the state under its own names.
  Hash128 Fingerprint() const { return ImageOf(symmetry_.Identity()); }
  Hash128 ImageOf(const Renaming& renaming) const;
  Hash128 Least() const;
  // Whether some row is nobody's alone: the state's images are not known.
  bool Mixed() const;
  // Whether no renaming changes the state.
  bool OwnImage() const;

  friend bool operator==(const OrbitSums& a, const OrbitSums& b) {
    return a.sums_ == b.sums_;
  }

 private:
  void Put(Count count, uint64_t name, uint64_t key, Owned value);
  Hash128& At(Owner row, Owner value) { return sums_[row * owners_ + value]; }
  const Hash128& At(size_t row, size_t value) const {
    return sums_[row * owners_ + value];
  }
  uint64_t LookOf(Owner member) const;
  // Whether it makes no difference if the two change places.
  bool Alike(Owner a, Owner b) const;
  // Puts the members of each class in the order of their looks; false if some
  // look alike and are not alike.
  bool Sort() const;
  // Looks also say what a member has to do with others, by their looks.
  void Refine() const;
  Hash128 LeastOfTies() const;
  bool NextOrder() const;
  Hash128 ImageByOrder() const;

  const Symmetry& symmetry_;
  const size_t owners_;
  std::vector<Hash128> sums_;
  std::vector<Hash128> saved_;
  // Scratch of Least(). A place is an owner less 1.
  mutable std::vector<uint64_t> looks_;    // by owner
  mutable std::vector<uint64_t> refined_;  // by owner
  mutable std::vector<Owner> order_;       // by place: who goes there
  mutable Renaming renaming_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_ORBIT_SUMS_H_
