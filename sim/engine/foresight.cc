#include "sim/engine/foresight.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "sim/engine/choice.h"
#include "sim/world/contribution.h"

namespace bindery::sim {
namespace {

uint64_t Finish(uint64_t choice, uint32_t shape, uint64_t sum) {
  const uint64_t key = Mix(sum + Spread(choice), shape);
  return key == 0 ? 1 : key;
}

uint64_t HashOf(const Dependence& what) {
  const uint64_t place = uint64_t{what.slot} << 16 |
                         static_cast<uint64_t>(what.table) << 8 |
                         static_cast<uint64_t>(what.kind);
  return Mix(place, what.key);
}

// In the order of a shape: what is stored as a word first.
template <typename F>
void ForEachNoted(const DependenceLog& log, const World& world, F&& f) {
  for (const DependenceLog::Noted& one : log.rows()) f(one, true);
  for (const bool stored : {true, false}) {
    for (const DependenceLog::Noted& one : log.others()) {
      if ((world.WordOf(one.what) != nullptr) == stored) f(one, stored);
    }
  }
}

}  // namespace

uint64_t Foresight::HashPart(size_t i, uint64_t value) {
  return MixSmall(value, i);
}

Foresight::Foresight(Simulation& simulation, size_t most_shapes)
    : simulation_(simulation), most_shapes_(most_shapes) {
  BINDERY_CHECK_MSG(MakeEntries(kFewEntries), "out of memory");
}

bool Foresight::MakeEntries(size_t count) {
  auto array = std::make_unique<ZeroedArray>();
  if (!array->Reset(ZeroedArray::RoundUp(count * sizeof(Entry)))) return false;
  array_ = std::move(array);
  entries_ = reinterpret_cast<Entry*>(array_->words());
  entry_count_ = count;
  tags_.assign(count, 0);
  return true;
}

void Foresight::Put(const Entry& entry) {
  const size_t place = PlaceOf(entry.key);
  entries_[place] = entry;
  tags_[place] = TagOf(entry.key);
}

// What the task is about to do says most of what it will read.
Foresight::Group& Foresight::GroupOf(uint64_t choice) {
  group_ = nullptr;
  if (shapes_.size() >= most_shapes_ || groups_.size() >= most_shapes_) {
    Forget();
  }
  uint64_t key = choice;
  const uint32_t actor = ActorOf(choice);
  if (actor >= 1 && actor <= simulation_.task_count()) {
    const uint32_t slot = simulation_.task(actor).any().slot();
    key =
        Mix(choice, simulation_.world().table<TaskRow>().digest(slot).content);
  }
  if (const uint32_t found = group_of_.Get(key)) return groups_[found - 1];
  groups_.emplace_back();
  group_of_.Set(key, static_cast<uint32_t>(groups_.size()));
  return groups_.back();
}

uint64_t Foresight::KeyOf(uint64_t choice, uint32_t number) const {
  const Shape& shape = shapes_[number];
  uint64_t sum = 0;
  size_t i = 0;
  for (const uint64_t* word : shape.words) sum += HashPart(i++, *word);
  for (const Dependence& what : shape.others) {
    sum += HashPart(i++, simulation_.world().ValueOf(what));
  }
  return Finish(choice, number, sum);
}

std::optional<Foresight::Known> Foresight::Know(uint64_t choice) {
  return KnowIn(&GroupOf(choice), choice);
}

std::optional<Foresight::Known> Foresight::KnowOrLearn(uint64_t choice) {
  Group& group = GroupOf(choice);
  const std::optional<Known> known = KnowIn(&group, choice);
  if (known.has_value() || group.account <= 0) return known;
  group_ = &group;
  choice_ = choice;
  return std::nullopt;
}

std::optional<Foresight::Known> Foresight::KnowIn(Group* group,
                                                  uint64_t choice) {
  if (!TakeTurn(group)) return std::nullopt;
  std::vector<uint32_t>& shapes = group->shapes;
  for (size_t i = 0; i < shapes.size(); ++i) {
    const uint64_t key = KeyOf(choice, shapes[i]);
    const size_t place = PlaceOf(key);
    if (tags_[place] != TagOf(key)) continue;
    const Entry& entry = entries_[place];
    if (entry.key != key) continue;
    const uint64_t touched = TouchedBy(shapes[i]);
    if (i != 0) std::swap(shapes[i], shapes[i / 2]);
    group->account += kAnswer - static_cast<int32_t>(i);
    group->account = std::min(group->account, kMostCredit);
    Hash128 next = simulation_.world().fingerprint();
    next += entry.difference;
    return Known{next, touched};
  }
  Spend(group, static_cast<int32_t>(shapes.size()));
  return std::nullopt;
}

bool Foresight::TakeTurn(Group* group) {
  if (group->account > 0) return true;
  if (++group->account == 0) group->account = kNextCredit;
  return false;
}

void Foresight::Spend(Group* group, int32_t cost) {
  group->account -= cost;
  if (group->account <= 0) group->account = -kPause;
}

void Foresight::Apply(uint64_t choice) {
  Group* const group = std::exchange(group_, nullptr);
  touched_ = 0;
  if (group == nullptr || choice != choice_) return simulation_.Apply(choice);
  World& world = simulation_.world();
  const Hash128 before = world.fingerprint();
  world.BeginNoting();
  // What decides that it can go on counts.
  if (GoesOn(choice)) BINDERY_CHECK(simulation_.IsEnabled(choice));
  simulation_.Apply(choice);
  const FootprintLog& log = world.EndNoting();
  Spend(group, kLearning);
  if (!log.dependences()->refused() && ShowsInRows()) {
    Learn(log, before, group);
  }
}

bool Foresight::ShowsInRows() const {
  return simulation_.faults().empty() && simulation_.failures().empty() &&
         simulation_.broken_history().empty() &&
         simulation_.inconclusive() == nullptr;
}

void Foresight::Learn(const FootprintLog& footprint, const Hash128& before,
                      Group* group) {
  const World& world = simulation_.world();
  const DependenceLog& log = *footprint.dependences();
  const uint32_t shape = ShapeOf(log);
  touches_.Add(shape, footprint);
  touched_ = TouchedBy(shape);
  uint64_t sum = 0;
  size_t i = 0;
  ForEachNoted(log, world, [&](const DependenceLog::Noted& one, bool) {
    sum += HashPart(i++, one.value);
  });
  const uint64_t key = Finish(choice_, shape, sum);
  const uint64_t old = entries_[PlaceOf(key)].key;
  if (old != 0 && old != key && ++lost_ > entry_count_ / 4) Grow();
  Entry entry = {key, world.fingerprint()};
  entry.difference -= before;
  Put(entry);
  std::vector<uint32_t>& known = group->shapes;
  if (std::find(known.begin(), known.end(), shape) != known.end()) return;
  if (known.size() == kShapesOfGroup) known.pop_back();
  known.insert(known.begin(), shape);
}

uint32_t Foresight::ShapeOf(const DependenceLog& log) {
  const World& world = simulation_.world();
  uint64_t hash = 0;
  ForEachNoted(log, world, [&](const DependenceLog::Noted& one, bool) {
    hash = Mix(hash, HashOf(one.what));
  });
  if (const uint32_t found = shape_of_.Get(hash)) return found - 1;
  Shape& shape = shapes_.emplace_back();
  ForEachNoted(log, world, [&](const DependenceLog::Noted& one, bool stored) {
    if (stored) {
      shape.words.push_back(world.WordOf(one.what));
    } else {
      shape.others.push_back(one.what);
    }
  });
  shape_of_.Set(hash, static_cast<uint32_t>(shapes_.size()));
  return static_cast<uint32_t>(shapes_.size() - 1);
}

void Foresight::Grow() {
  lost_ = 0;
  if (entry_count_ == kManyEntries) return;
  std::unique_ptr<ZeroedArray> array = std::move(array_);
  const Entry* const old = entries_;
  const size_t count = entry_count_;
  if (!MakeEntries(count * 2)) {
    array_ = std::move(array);
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    if (old[i].key != 0) Put(old[i]);
  }
}

void Foresight::Forget() {
  std::fill(entries_, entries_ + entry_count_, Entry{});
  std::fill(tags_.begin(), tags_.end(), uint8_t{0});
  forgotten_ += shapes_.size();
  touches_.Clear();
  shapes_.clear();
  shape_of_.Clear();
  groups_.clear();
  group_of_.Clear();
}

}  // namespace bindery::sim
