// What a choice leads to, known from having seen it do the same before.
//
// A transition is a function of what it reads, and in most states that a search
// meets, what a choice reads is as it was in some other state. What it adds to
// the fingerprint is then the same, too (fingerprints are sums, sim/world/
// hash.h). So the fingerprint of the next state is known without executing the
// choice; and of four choices that a search tries, three lead to states that it
// has visited.
//
// A choice that is not known is executed, and what it depended on noted
// (sim/world/dependence.h). The list of that, its *shape*, is the same for many
// states; what is kept for each is a hash of the values and the difference of
// fingerprints. Shapes are tried in turn, the one that fitted last first.
//
// Looking for what is known takes time, and learning more of it. So choices of
// a kind have an account: each answer earns what executing would have taken,
// and where that does not pay for the rest nobody looks or learns for a while.
//
//  1. Know() says nothing unless everything that the choice depended on is
//     equal to what it was when the choice was executed, but for collisions of
//     64-bit hashes.
//  2. Choices that did what shows in no row (faults, unmet expectations, broken
//     properties of histories, answers that cannot be trusted) are not known.
//  3. Memory is bounded: what was seen long ago is forgotten.
//  4. Of what is known it is known, too, what it touches: Meet().
//
// The simulation has a journal and no footprints. Not thread-safe.
#ifndef BINDERY_SIM_ENGINE_FORESIGHT_H_
#define BINDERY_SIM_ENGINE_FORESIGHT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/zeroed_array.h"
#include "sim/engine/simulation.h"
#include "sim/engine/touches.h"
#include "sim/world/dependence.h"
#include "sim/world/hash.h"
#include "sim/world/hash_index.h"

namespace bindery::sim {

class Foresight {
 public:
  // The simulation outlives it. So many shapes are kept at most.
  explicit Foresight(Simulation& simulation,
                     size_t most_shapes = Touches::kMostNumbers);

  struct Known {
    Hash128 next;      // the fingerprint of the state that a choice leads to
    uint64_t touched;  // what it touches, for Meet(); never 0
  };
  // What the i-th of the values that a choice depended on adds to their hash.
  // Each place has a multiplier of its own: with nearly equal ones, values that
  // differ by a little, one up and one down, nearly make up for each other.
  static uint64_t HashPart(size_t i, uint64_t value);

  // Of an enabled choice, if it is known.
  std::optional<Known> Know(uint64_t choice);
  // Of one that was not known a while ago: it is looked for again only if it is
  // to be learned now.
  std::optional<Known> KnowOrLearn(uint64_t choice);

  // As Simulation::Apply(). Learns what the choice did, if KnowOrLearn() was
  // asked for it last, did not know, and thinks that it is worth it.
  void Apply(uint64_t choice);

  // What the latest Apply() touched, if it was learned; else 0.
  uint64_t touched() const { return touched_; }
  // Whether two choices may touch something in common. Two that were known in
  // one state, and do not, do in either order what they would do alone. One
  // that GoesOn() can do so behind the other one; others may be possible only
  // while, say, anything else can happen.
  bool Meet(uint64_t a, uint64_t b) {
    // What was forgotten may touch anything; nothing was learned as 0.
    if (a <= forgotten_ || b <= forgotten_) [[unlikely]]
      return true;
    return touches_.Meet(static_cast<uint32_t>(a - forgotten_ - 1),
                         static_cast<uint32_t>(b - forgotten_ - 1));
  }

 private:
  // The shapes that one choice had where the task stood at one place.
  struct Group {
    std::vector<uint32_t> shapes;
    // What was earned and is not spent; below 0: so many times nobody looks.
    int32_t account = kFirstCredit;
  };
  struct alignas(32) Entry {
    uint64_t key;  // 0: none
    Hash128 difference;
  };
  struct Shape {
    std::vector<const uint64_t*> words;  // where the values are, if they are
    std::vector<Dependence> others;      // stored as words
  };

  static constexpr size_t kFewEntries = size_t{1} << 14;
  static constexpr size_t kManyEntries = size_t{1} << 20;
  static constexpr size_t kShapesOfGroup = 12;
  // What is earned and spent, in shapes that are tried.
  static constexpr int32_t kAnswer = 20;
  static constexpr int32_t kLearning = 40;
  static constexpr int32_t kFirstCredit = 64 * kLearning;
  static constexpr int32_t kMostCredit = 1 << 20;
  // Where all is spent nobody looks so many times; then there is some more.
  static constexpr int32_t kPause = 4096;
  static constexpr int32_t kNextCredit = 16 * kLearning;

  Group& GroupOf(uint64_t choice);
  std::optional<Known> KnowIn(Group* group, uint64_t choice);
  // Whether somebody looks this time.
  static bool TakeTurn(Group* group);
  static void Spend(Group* group, int32_t cost);
  uint64_t KeyOf(uint64_t choice, uint32_t shape) const;
  uint32_t ShapeOf(const DependenceLog& log);
  void Learn(const FootprintLog& footprint, const Hash128& before,
             Group* group);
  uint64_t TouchedBy(uint32_t shape) const { return forgotten_ + shape + 1; }
  size_t PlaceOf(uint64_t key) const { return key & (entry_count_ - 1); }
  static uint8_t TagOf(uint64_t key) { return static_cast<uint8_t>(key >> 56); }
  void Put(const Entry& entry);
  // False, and nothing is changed, if there is no memory.
  bool MakeEntries(size_t count);
  void Grow();
  bool ShowsInRows() const;
  void Forget();

  Simulation& simulation_;
  const size_t most_shapes_;
  std::unique_ptr<ZeroedArray> array_;
  Entry* entries_ = nullptr;   // in it, by place
  std::vector<uint8_t> tags_;  // by place: most looks need no more
  size_t entry_count_ = 0;
  size_t lost_ = 0;  // to others, since the array grew
  std::vector<Shape> shapes_;
  HashIndex<uint32_t> shape_of_;  // by hash, plus 1
  Touches touches_;               // by shape
  std::vector<Group> groups_;
  HashIndex<uint32_t> group_of_;  // by choice and place, plus 1
  Group* group_ = nullptr;        // that is to learn
  uint64_t choice_ = 0;           // what was asked for last
  uint64_t touched_ = 0;
  uint64_t forgotten_ = 0;  // shapes
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_FORESIGHT_H_
