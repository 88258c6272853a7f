// Closing a step: names, holders, tombstones, fingerprint, and the undo log.
//
// The undo log is a stack of 64-bit words. An entry's header is its last word,
// so that Undo() reads it backwards:
//   delta     old words..., mask of the words, header (how many inside)
//   created   header
//   buried    header                      (freed; stays as a tombstone)
//   released  old words..., key_a, key_b, ordinal and state, header
//   holder    header                      (delta and frame flag inside)
#include <cstring>

#include "sim/world/contribution.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

enum EntryType : uint64_t {
  kDelta = 1,
  kCreated,
  kBuried,
  kReleased,
  kHolder,
};

uint64_t Header(EntryType type, AnyId id, uint64_t extra = 0) {
  return static_cast<uint64_t>(id.value) << 32 | extra << 8 | type;
}
EntryType TypeOf(uint64_t header) {
  return static_cast<EntryType>(header & 0xff);
}
uint64_t ExtraOf(uint64_t header) { return header >> 8 & 0xffffff; }
AnyId IdOf(uint64_t header) {
  return AnyId{static_cast<uint32_t>(header >> 32)};
}

uint64_t WordAt(const void* row, size_t i) {
  uint64_t word;
  std::memcpy(&word, static_cast<const char*>(row) + i * 8, 8);
  return word;
}

// Bit i: the i-th words of the two rows differ.
template <typename Row>
uint64_t DifferingWords(const Row& a, const Row& b) {
  uint64_t mask = 0;
  for (size_t i = 0; i < sizeof(Row) / 8; ++i) {
    mask |= uint64_t{WordAt(&a, i) != WordAt(&b, i)} << i;
  }
  return mask;
}

// Whether a row is on a list, or owns one that is not empty.
template <typename Row>
class LinkFinder {
 public:
  explicit LinkFinder(const Row& row) : row_(row) {}

  bool found() const { return found_; }
  template <typename T>
  void Field(const char*, T Row::*member, Meaning = {}) {
    if constexpr (std::is_same_v<T, Link>) {
      found_ |= (row_.*member).linked();
    } else if constexpr (std::is_same_v<T, Work>) {
      found_ |= (row_.*member).entry.linked();
    } else if constexpr (std::is_same_v<T, ListHead> ||
                         std::is_same_v<T, SetHead>) {
      found_ |= (row_.*member).size != 0;
    }
  }
  template <typename T>
  void Address(const char* name, T Row::*member) {
    Field(name, member);
  }
  template <typename T>
  void Skip(const char* name, T Row::*member, const char*) {
    Field(name, member);
  }

 private:
  const Row& row_;
  bool found_ = false;
};
template <typename Row>
bool Linked(const Row& row) {
  LinkFinder<Row> finder(row);
  Row::Fields(finder);
  return finder.found();
}

// What a step did to a row.
template <typename Row>
struct RowChange {
  const Row& before;  // as the fingerprint and holders have it; zero if the
  const Row& after;   // row did not exist before, or does not after
  const Row& old;     // the row's memory, where links outlive the row
  const Row& actual;
  bool was_dead;  // a tombstone when the step began
  bool is_dead;
  uint64_t mask;  // words that may differ
};

}  // namespace

// Compares a row with its state at the beginning of the step, field by field.
template <typename Row>
class CommitVisitor {
 public:
  CommitVisitor(World& world, Meta& meta, AnyId self,
                const RowChange<Row>& change)
      : world_(world), meta_(meta), self_(self), c_(change) {}

  template <typename T>
  [[gnu::always_inline]] void Field(const char*, T Row::*member,
                                    Meaning meaning = {}) {
    ++index_;
    if (MayDiffer(member)) Compare(member, true, meaning);
  }
  template <typename T>
  [[gnu::always_inline]] void Address(const char*, T Row::*member) {
    ++index_;
    if (MayDiffer(member)) Compare(member, world_.exact_);
  }
  template <typename T>
  [[gnu::always_inline]] void Skip(const char*, T Row::*member, const char*) {
    ++index_;
    if (MayDiffer(member)) Compare(member, false);
  }

  const Hash128& delta() const { return delta_; }

 private:
  // Known to the compiler, so that the test below is one of a constant.
  template <typename T>
  [[gnu::always_inline]] uint64_t WordsOf(T Row::*member) const {
    const size_t begin = reinterpret_cast<const char*>(&(c_.actual.*member)) -
                         reinterpret_cast<const char*>(&c_.actual);
    const size_t first = begin / 8;
    const size_t last = (begin + sizeof(T) - 1) / 8;
    return ((uint64_t{2} << (last - first)) - 1) << first;
  }
  template <typename T>
  [[gnu::always_inline]] bool MayDiffer(T Row::*member) const {
    return (c_.mask & WordsOf(member)) != 0;
  }

  template <typename T>
  void Compare(T Row::*member, bool hashed, Meaning meaning = {}) {
    if (world_.footprint_ != nullptr) [[unlikely]]
      Note(member);
    if constexpr (std::is_same_v<T, ListHead> || std::is_same_v<T, SetHead>) {
      // The members say that they belong.
      DeadOwner((c_.old.*member).size, (c_.actual.*member).size);
    } else if constexpr (std::is_same_v<T, Link>) {
      Place(c_.old.*member, c_.actual.*member);
    } else if constexpr (std::is_same_v<T, Work>) {
      Value(static_cast<uint64_t>((c_.before.*member).type),
            static_cast<uint64_t>((c_.after.*member).type), hashed);
      Place((c_.old.*member).entry, (c_.actual.*member).entry);
    } else if constexpr (IsId<T>::value) {
      if (c_.before.*member != c_.after.*member) {
        Hold(c_.before.*member, c_.after.*member, hashed);
      }
    } else if constexpr (std::is_same_v<T, BlobId>) {
      Value(world_.blobs_.HashOf(c_.before.*member),
            world_.blobs_.HashOf(c_.after.*member), hashed);
    } else {
      Value(static_cast<uint64_t>(c_.before.*member),
            static_cast<uint64_t>(c_.after.*member), hashed, meaning);
    }
  }
  // Who is next to a row in a set is an accident of history.
  template <typename T>
  void Note(T Row::*member) {
    const T& before = c_.old.*member;
    const T& after = c_.actual.*member;
    if constexpr (std::is_same_v<T, Link>) {
      const bool in_set = before.head == Head::kSet && before.linked() &&
                          after.linked() && after.head == Head::kSet;
      if (in_set && before.owner == after.owner) return;
    }
    if (std::memcmp(&before, &after, sizeof(T)) == 0) return;
    world_.NoteWritten(meta_, Row::kTable, false);
  }
  void Value(uint64_t before, uint64_t after, bool hashed,
             Meaning meaning = {}) {
    if (before == after || !hashed) return;
    if (OrbitSums* const orbit = world_.orbit_.get()) [[unlikely]] {
      orbit->Number(kNow, meta_.name, index_, meaning, after);
      orbit->Number(kNoMore, meta_.name, index_, meaning, before);
      return;
    }
    Replace(FieldKey(meta_.name, index_), before, after);
  }
  void Name(uint64_t before, uint64_t after, bool hashed) {
    if (before == after || !hashed) return;
    if (OrbitSums* const orbit = world_.orbit_.get()) [[unlikely]] {
      orbit->Name(kNow, meta_.name, index_, after);
      orbit->Name(kNoMore, meta_.name, index_, before);
      return;
    }
    Replace(FieldKey(meta_.name, index_), before, after);
  }
  void Replace(uint64_t key, uint64_t before, uint64_t after) {
    delta_ += Contribution(key, after);
    delta_ -= Contribution(key, before);
  }
  // Places count as long as a tombstone's memory keeps them. What was next to
  // the row is still there: slots are released behind the last row.
  void Place(const Link& before, const Link& after) {
    if (before.head == after.head && before.owner == after.owner &&
        before.prev == after.prev && before.next == after.next) {
      return;
    }
    Linked(before.linked(), after.linked());
    if (OrbitSums* const orbit = world_.orbit_.get()) [[unlikely]] {
      orbit->Place(kNow, meta_.name, index_, world_.NamesOf(after));
      orbit->Place(kNoMore, meta_.name, index_, world_.NamesOf(before));
      return;
    }
    const uint64_t old_place = world_.PlaceOf(before);
    const uint64_t place = world_.PlaceOf(after);
    if (old_place != place) {
      Replace(PlaceKey(FieldKey(meta_.name, index_)), old_place, place);
    }
  }
  template <typename Held>
  void Hold(Id<Held> before, Id<Held> after, bool hashed) {
    constexpr bool kFrame = std::is_same_v<Row, FrameRow>;
    uint64_t old_name = 0;
    uint64_t new_name = 0;
    if (after) {
      Meta& meta = world_.table<Held>().at(after.any().slot()).meta;
      new_name = meta.name;
      NoteHolder<Held>(meta);
      world_.AddHolder(meta, after.any(), 1, kFrame);
    }
    if (before) {
      Meta& meta = world_.table<Held>().at(before.any().slot()).meta;
      old_name = meta.name;
      NoteHolder<Held>(meta);
      world_.AddHolder(meta, before.any(), -1, kFrame);
    }
    Name(old_name, new_name, hashed);
  }
  template <typename Held>
  void NoteHolder(const Meta& held) {
    if constexpr (HoldersCount(Held::kTable, Row::kTable)) {
      if (world_.footprint_ == nullptr) return;
      world_.footprint_->Write(HoldersResource(held.name, Row::kTable));
    }
  }
  void Hold(AnyId before, AnyId after, bool hashed) {
    constexpr bool kFrame = std::is_same_v<Row, FrameRow>;
    if (after) world_.AddHolder(world_.EditMeta(after), after, 1, kFrame);
    if (before) world_.AddHolder(world_.EditMeta(before), before, -1, kFrame);
    Name(world_.NameOf(before), world_.NameOf(after), hashed);
  }
  void Linked(bool before, bool after) {
    if (before != after) {
      world_.AddHolder(meta_, self_, after ? 1 : -1, false);
    }
  }
  // The links of its members name a freed owner.
  void DeadOwner(uint32_t old_size, uint32_t size) {
    Linked(c_.was_dead && old_size != 0, c_.is_dead && size != 0);
  }

  World& world_;
  Meta& meta_;
  const AnyId self_;
  static constexpr auto kNow = OrbitSums::Count::kNow;
  static constexpr auto kNoMore = OrbitSums::Count::kNoMore;

  const RowChange<Row>& c_;
  Hash128 delta_;
  uint64_t index_ = 0;
};

void World::BeginStep(uint32_t actor) {
  actor_ = actor;
  ++epoch_;
  dirty_.clear();
  old_size_ = 0;
  faults_.clear();
  if (!journal_on_) changed_.clear();
  if (!scratch_.empty()) CleanScratch();
}

void World::Commit() {
  if (!scratch_.empty()) CleanScratch();
  if (!journal_on_) return;
  levels_.push_back({undo_.size(), fingerprint_});
  if (orbit_ != nullptr) orbit_->Save();
  changed_.clear();
  pinned_.clear();
  settle_.clear();
  for (const Dirty& dirty : dirty_) {
    Dispatch(dirty.id.table(), [&](auto* type) {
      CommitRow<std::remove_pointer_t<decltype(type)>>(dirty);
    });
  }
  SettleFreed();
  dirty_.clear();
  old_size_ = 0;
}

void World::NoteNew(Meta* meta, TableId table) {
  footprint_->Reveal(meta);
  footprint_->Make(meta->name, table);
  NoteWritten(*meta, table, true);
}

void World::NoteWritten(const Meta& meta, TableId table, bool comes_or_goes) {
  footprint_->Write(RowResource(meta.name));
  if (!comes_or_goes) return;
  footprint_->Write(LifeResource(meta.name));
  const Resource key = KeyResource(BaseOf(table, meta.key_a, meta.key_b));
  footprint_->Write(key);
  footprint_->Write(TableResource(table));
}

template <typename Row>
void World::CommitRow(const Dirty& dirty) {
  static const Row kZero{};
  Slot<Row>& slot = table<Row>().at(dirty.id.slot());
  const bool freed = slot.meta.state == SlotState::kFreed;
  if (freed) settle_.push_back({dirty.id, dirty.created});
  if (freed && footprint_ != nullptr) {
    NoteWritten(slot.meta, Row::kTable, true);
  }
  // Zero before and after: only links could show that it was there.
  if (freed && dirty.created && !Linked(slot.row)) return;
  const bool dead = slot.meta.state != SlotState::kLive;
  const Row& old = dirty.created
                       ? kZero
                       : *reinterpret_cast<const Row*>(&old_[dirty.old_words]);
  const uint64_t mask = DifferingWords(old, slot.row);
  const RowChange<Row> change = {dirty.tombstone ? kZero : old,
                                 dead ? kZero : slot.row,
                                 old,
                                 slot.row,
                                 dirty.tombstone,
                                 dead,
                                 freed ? ~uint64_t{0} : mask};
  CommitVisitor<Row> visitor(*this, slot.meta, dirty.id, change);
  Row::Fields(visitor);
  fingerprint_ += visitor.delta();
  if (!dirty.created) {
    LogDelta(old, mask, dirty.id);
  } else if (!freed) {
    undo_.Push(Header(kCreated, dirty.id));
  }
  if (dirty.created != freed && Counts(Row::kTable)) {
    CountPresence(slot.meta.name, Presence::kLive, !freed);
  }
  if (!(dirty.created && freed)) {
    changed_.push_back({dirty.id, dirty.created, freed});
  }
}

void World::CountPresence(uint64_t name, Presence presence, bool there) {
  const auto value = static_cast<uint64_t>(presence);
  if (orbit_ != nullptr) {
    const auto count =
        there ? OrbitSums::Count::kNow : OrbitSums::Count::kNoMore;
    return orbit_->Number(count, name, 0, Meaning::kNumber, value);
  }
  const Hash128 part = Contribution(PresenceKey(name), value);
  there ? fingerprint_ += part : fingerprint_ -= part;
}

template <typename Row>
void World::LogDelta(const Row& old, uint64_t mask, AnyId id) {
  if (mask == 0) return;
  uint64_t* const entry = undo_.Room(sizeof(Row) / 8 + 2);
  size_t words = 0;
  for (uint64_t rest = mask; rest != 0; rest &= rest - 1) {
    entry[words++] = WordAt(&old, static_cast<size_t>(__builtin_ctzll(rest)));
  }
  entry[words] = mask;
  entry[words + 1] = Header(kDelta, id, words);
  undo_.Taken(words + 2);
}

void World::AddHolder(Meta& meta, AnyId id, int delta, bool frame) {
  if (footprint_ != nullptr) footprint_->Read(LifeResource(meta.name));
  meta.holders += delta;
  if (frame) {
    meta.pins += delta;
    // At rest again: what could not be checked so far can be now.
    if (meta.pins == 0 && meta.state == SlotState::kLive) {
      changed_.push_back({id, false, false});
      if (footprint_ != nullptr) footprint_->Read(PinsResource(meta.name));
    }
    if (delta > 0 && meta.pins == 1) pinned_.push_back(id);
    if (footprint_ != nullptr) footprint_->Write(PinsResource(meta.name));
  }
  undo_.Push(Header(kHolder, id, (delta > 0 ? 1u : 0u) | (frame ? 2u : 0u)));
  if (delta < 0 && meta.holders == 0 && meta.state == SlotState::kTombstone) {
    settle_.push_back({id, false});
  }
}

void World::SettleFreed() {
  for (const Freed& freed : settle_) Settle(freed);
}

void World::Settle(const Freed& freed) {
  const AnyId id = freed.id;
  Meta& meta = EditMeta(id);
  const bool buried = meta.state == SlotState::kTombstone;
  if (!buried && meta.state != SlotState::kFreed) return;
  if (meta.holders == 0) {
    if (buried && Counts(id.table())) {
      CountPresence(meta.name, Presence::kTombstone, false);
    }
    Dispatch(id.table(), [&](auto* type) {
      ReleaseSlot<std::remove_pointer_t<decltype(type)>>(id, freed.fresh);
    });
  } else if (!buried) {
    meta.state = SlotState::kTombstone;
    if (Counts(id.table())) {
      CountPresence(meta.name, Presence::kTombstone, true);
    }
    undo_.Push(Header(freed.fresh ? kCreated : kBuried, id));
  }
}

template <typename Row>
void World::ReleaseSlot(AnyId id, bool fresh) {
  Slot<Row>& slot = table<Row>().at(id.slot());
  if (footprint_ != nullptr) NoteWritten(slot.meta, Row::kTable, true);
  Unregister(table<Row>(), id.slot());
  if (!fresh) LogRelease(slot, id);
  slot.meta.state = SlotState::kFree;
  slot.meta.name = 0;
  table<Row>().GiveBack(id.slot());
}

template <typename Row>
void World::LogRelease(const Slot<Row>& slot, AnyId id) {
  constexpr size_t kWords = sizeof(Row) / 8;
  uint64_t* const entry = undo_.Room(kWords + 4);
  std::memcpy(entry, &slot.row, sizeof(Row));
  entry[kWords] = slot.meta.key_a;
  entry[kWords + 1] = slot.meta.key_b;
  const bool tombstone = slot.meta.state == SlotState::kTombstone;
  entry[kWords + 2] = uint64_t{slot.meta.ordinal} << 1 | (tombstone ? 1 : 0);
  entry[kWords + 3] = Header(kReleased, id);
  undo_.Taken(kWords + 4);
}

void World::Undo() {
  BINDERY_CHECK_MSG(!levels_.empty(), "Undo() without a step");
  const Level level = levels_.back();
  levels_.pop_back();
  while (undo_.size() > level.undo_begin) {
    const uint64_t header = undo_.Pop();
    Dispatch(IdOf(header).table(), [&](auto* type) {
      UndoEntry<std::remove_pointer_t<decltype(type)>>(header);
    });
  }
  BINDERY_CHECK(undo_.size() == level.undo_begin);
  fingerprint_ = level.fingerprint;
  if (orbit_ != nullptr) orbit_->Restore();
  ++epoch_;
  changed_.clear();
  faults_.clear();
}

template <typename Row>
void World::UndoEntry(uint64_t header) {
  constexpr size_t kWords = sizeof(Row) / 8;
  const AnyId id = IdOf(header);
  Slot<Row>& slot = table<Row>().at(id.slot());
  switch (TypeOf(header)) {
    case kDelta: {
      const uint64_t mask = undo_.Pop();
      const uint64_t* old = undo_.Pop(ExtraOf(header));
      for (uint64_t rest = mask; rest != 0; rest &= rest - 1) {
        std::memcpy(
            reinterpret_cast<char*>(&slot.row) + 8 * __builtin_ctzll(rest),
            old++, 8);
      }
      break;
    }
    case kCreated:
      Unregister(table<Row>(), id.slot());
      slot.meta.state = SlotState::kFree;
      slot.meta.self = 0;
      slot.meta.name = 0;
      slot.meta.holders = slot.meta.pins = 0;
      slot.meta.generation = (slot.meta.generation - 1) & AnyId::kMaxGeneration;
      table<Row>().GiveBack(id.slot());
      break;
    case kBuried:
      slot.meta.state = SlotState::kLive;
      slot.meta.self = footprint_ == nullptr ? id.value : 0;
      break;
    case kReleased: {
      const uint64_t rest = undo_.Pop();
      slot.meta.key_b = undo_.Pop();
      slot.meta.key_a = undo_.Pop();
      std::memcpy(static_cast<void*>(&slot.row), undo_.Pop(kWords),
                  sizeof(Row));
      slot.meta.generation = id.generation();
      slot.meta.holders = slot.meta.pins = 0;
      slot.meta.state = rest & 1 ? SlotState::kTombstone : SlotState::kLive;
      slot.meta.self = (rest & 1) != 0 || footprint_ != nullptr ? 0 : id.value;
      table<Row>().TakeBack(id.slot());
      Register(table<Row>(), id.slot(), static_cast<int64_t>(rest >> 1));
      break;
    }
    case kHolder: {
      const int delta = ExtraOf(header) & 1 ? -1 : 1;
      slot.meta.holders += delta;
      if (ExtraOf(header) & 2) slot.meta.pins += delta;
      break;
    }
  }
}

void World::ForgetHistory() {
  undo_.Clear();
  levels_.clear();
  if (orbit_ != nullptr) orbit_->ForgetSaved();
}

LinkNames World::NamesOf(const Link& link) const {
  return {link.head, NameOf(link.owner), NameOf(link.prev), NameOf(link.next)};
}

// Sets have no order, and that of buffers is layout.
uint64_t World::PlaceOf(const Link& link) const {
  if (link.head == Head::kNone || link.head == Head::kBuffers) return 0;
  if (link.head == Head::kSet) return 1;
  return Mix(Mix(NameOf(link.owner), static_cast<uint64_t>(link.head)),
             Mix(NameOf(link.prev), NameOf(link.next))) |
         1;
}

}  // namespace bindery::sim
