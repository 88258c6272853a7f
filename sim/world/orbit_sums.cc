#include "sim/world/orbit_sums.h"

#include <algorithm>

#include "base/check.h"

namespace bindery::sim {
namespace {

// What tells a state that has no images from one that has.
constexpr uint64_t kAlone = 0x3c6ef372fe94f82bu;

uint64_t Digest(const Hash128& sum) { return Mix(sum.hi, sum.lo); }

}  // namespace

void OrbitSums::Put(Count count, uint64_t name, uint64_t key, Owned value) {
  Hash128& sum = At(Symmetry::OfName(name).owner, value.owner);
  const Hash128 part = Contribution(key, value.value);
  count == Count::kNow ? sum += part : sum -= part;
}

void OrbitSums::Number(Count count, uint64_t name, uint64_t index,
                       Meaning meaning, uint64_t value) {
  const uint64_t key = FieldKey(Symmetry::OfName(name).value, index);
  if (meaning != Meaning::kKills) {
    return Put(count, name, key, symmetry_.OfNumber(meaning, value));
  }
  for (; value != 0; value &= value - 1) {
    Put(count, name, key, symmetry_.OfNumber(meaning, value & -value));
  }
}

void OrbitSums::Name(Count count, uint64_t name, uint64_t index,
                     uint64_t value) {
  const uint64_t key = FieldKey(Symmetry::OfName(name).value, index);
  Put(count, name, key, Symmetry::OfName(value));
}

// Sets have no order, and that of buffers is layout.
void OrbitSums::Place(Count count, uint64_t name, uint64_t index,
                      const LinkNames& link) {
  if (link.head == Head::kNone || link.head == Head::kBuffers) return;
  const uint64_t key = PlaceKey(FieldKey(Symmetry::OfName(name).value, index));
  if (link.head == Head::kSet) return Put(count, name, key, {0, 1});
  Owned owner = Symmetry::OfName(link.owner);
  owner.value = Mix(owner.value, static_cast<uint64_t>(link.head)) | 1;
  Put(count, name, key, owner);
  Put(count, name, key + 1, Symmetry::OfName(link.prev));
  Put(count, name, key + 2, Symmetry::OfName(link.next));
}

void OrbitSums::Restore() {
  BINDERY_CHECK(saved_.size() >= sums_.size());
  const auto kept = saved_.end() - static_cast<ptrdiff_t>(sums_.size());
  std::copy(kept, saved_.end(), sums_.begin());
  saved_.erase(kept, saved_.end());
}

void OrbitSums::Clear() {
  std::fill(sums_.begin(), sums_.end(), Hash128{});
  saved_.clear();
}

Hash128 OrbitSums::ImageOf(const Renaming& renaming) const {
  Hash128 image;
  for (size_t row = 0; row < owners_; ++row) {
    for (size_t value = 0; value < owners_; ++value) {
      const Hash128& sum = At(row, value);
      if (sum == Hash128{}) continue;
      const uint64_t place = renaming[row] * owners_ + renaming[value];
      image += Contribution(Mix(place, sum.hi), sum.lo);
    }
  }
  return image;
}

// A row adds at least that it is there.
bool OrbitSums::Mixed() const {
  for (size_t value = 0; value < owners_; ++value) {
    if (At(owners_ - 1, value) != Hash128{}) return true;
  }
  return false;
}

uint64_t OrbitSums::LookOf(Owner member) const {
  return Mix(Digest(At(member, member)),
             Mix(Digest(At(member, size_t{0})), Digest(At(0, member))));
}

bool OrbitSums::Alike(Owner a, Owner b) const {
  if (At(a, a) != At(b, b) || At(a, b) != At(b, a)) return false;
  for (size_t c = 0; c < owners_; ++c) {
    if (c == a || c == b) continue;
    if (At(a, c) != At(b, c) || At(c, a) != At(c, b)) return false;
  }
  return true;
}

bool OrbitSums::OwnImage() const {
  if (Mixed()) return false;
  for (size_t i = 0; i < symmetry_.classes().size(); ++i) {
    const Owner first = symmetry_.FirstOf(i);
    for (size_t j = 1; j < symmetry_.classes()[i].members.size(); ++j) {
      if (!Alike(first, static_cast<Owner>(first + j))) return false;
    }
  }
  return true;
}

bool OrbitSums::Sort() const {
  bool sure = true;
  for (size_t i = 0; i < symmetry_.classes().size(); ++i) {
    const auto first = order_.begin() + symmetry_.FirstOf(i) - 1;
    const auto end =
        first + static_cast<ptrdiff_t>(symmetry_.classes()[i].members.size());
    std::sort(first, end, [this](Owner a, Owner b) {
      return looks_[a] != looks_[b] ? looks_[a] < looks_[b] : a < b;
    });
    for (auto at = first; at + 1 != end; ++at) {
      if (looks_[at[0]] == looks_[at[1]]) sure = sure && Alike(at[0], at[1]);
    }
  }
  return sure;
}

void OrbitSums::Refine() const {
  refined_.assign(owners_, 0);
  for (Owner a = 1; a + size_t{1} < owners_; ++a) {
    uint64_t others = 0;
    for (Owner b = 1; b + size_t{1} < owners_; ++b) {
      if (a == b) continue;
      const uint64_t between = Mix(Digest(At(a, b)), Digest(At(b, a)));
      others += Mix(looks_[b], between);
    }
    refined_[a] = Mix(looks_[a], others);
  }
  looks_.swap(refined_);
}

Hash128 OrbitSums::ImageByOrder() const {
  renaming_.resize(owners_);
  renaming_.front() = 0;
  renaming_.back() = symmetry_.mixed();
  for (size_t place = 0; place < order_.size(); ++place) {
    renaming_[order_[place]] = static_cast<Owner>(place + 1);
  }
  return ImageOf(renaming_);
}

// The next order of those who look alike; back to the first one, and false,
// behind the last.
bool OrbitSums::NextOrder() const {
  for (size_t i = 0; i < symmetry_.classes().size(); ++i) {
    size_t begin = symmetry_.FirstOf(i) - size_t{1};
    const size_t last = begin + symmetry_.classes()[i].members.size();
    while (begin < last) {
      size_t end = begin + 1;
      while (end < last && looks_[order_[end]] == looks_[order_[begin]]) ++end;
      const auto at = order_.begin();
      if (std::next_permutation(at + static_cast<ptrdiff_t>(begin),
                                at + static_cast<ptrdiff_t>(end))) {
        return true;
      }
      begin = end;
    }
  }
  return false;
}

Hash128 OrbitSums::LeastOfTies() const {
  Hash128 least = ImageByOrder();
  for (size_t tried = 1; tried < kMostRenamings && NextOrder(); ++tried) {
    least = std::min(least, ImageByOrder());
  }
  return least;
}

Hash128 OrbitSums::Least() const {
  if (Mixed()) {
    const Hash128 own = Fingerprint();
    return {own.hi ^ kAlone, own.lo ^ kAlone};
  }
  const size_t members = owners_ - 2;
  looks_.resize(owners_);
  order_.resize(members);
  for (size_t i = 0; i < symmetry_.classes().size(); ++i) {
    const Owner first = symmetry_.FirstOf(i);
    for (size_t j = 0; j < symmetry_.classes()[i].members.size(); ++j) {
      const auto member = static_cast<Owner>(first + j);
      order_[member - 1u] = member;
      looks_[member] = Mix(i, LookOf(member));
    }
  }
  bool sure = Sort();
  for (size_t round = 1; !sure && round < members; ++round) {
    Refine();
    sure = Sort();
  }
  return sure ? ImageByOrder() : LeastOfTies();
}

}  // namespace bindery::sim
