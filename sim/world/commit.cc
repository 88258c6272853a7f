// Closing a step: names, holders, tombstones, fingerprint, and the undo log.
#include <bit>
#include <cstring>

#include "sim/world/contribution.h"
#include "sim/world/layout.h"
#include "sim/world/undo_entry.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

// A row that does not exist.
alignas(8) constexpr char kNoRow[RowLayout::kMostWords * 8] = {};

template <typename T>
T ValueAt(const char* row, size_t begin) {
  T value;
  std::memcpy(&value, row + begin, sizeof(T));
  return value;
}
uint64_t WordAt(const char* row, size_t word) {
  return ValueAt<uint64_t>(row, word * 8);
}

// Whether a row is on a list, or owns one that is not empty.
bool Linked(const RowLayout& layout, const char* row) {
  for (size_t i = 0; i < layout.wide_count; ++i) {
    const WideField& field = layout.wide[i];
    switch (field.kind) {
      case WideField::Kind::kLink:
      case WideField::Kind::kWork:
        if (ValueAt<Link>(row, field.begin).linked()) return true;
        break;
      case WideField::Kind::kListHead:
        if (ValueAt<ListHead>(row, field.begin).size != 0) return true;
        break;
      case WideField::Kind::kSetHead:
        if (ValueAt<SetHead>(row, field.begin).size != 0) return true;
        break;
    }
  }
  return false;
}

// What a step did to a row.
struct RowChange {
  const char* before;  // as the fingerprint and holders have it; zero if the
  const char* after;   // row did not exist before, or does not after
  const char* old;     // the row's memory, where links outlive the row
  const char* actual;
  bool was_dead;  // a tombstone when the step began
  bool is_dead;
};

// Who is next to a row in a set is an accident of history.
bool SamePlaceInSet(const Link& before, const Link& after) {
  return before.head == Head::kSet && after.head == Head::kSet &&
         before.owner == after.owner;
}

// Whether a field differs; `mask` has the words that do.
bool Written(const RowLayout& layout, const RowChange& change, uint64_t mask) {
  for (uint64_t rest = mask; rest != 0; rest &= rest - 1) {
    const auto word = static_cast<size_t>(std::countr_zero(rest));
    const uint64_t differ =
        WordAt(change.old, word) ^ WordAt(change.actual, word);
    for (size_t i = layout.begin[word]; i < layout.begin[word + 1]; ++i) {
      if ((differ & layout.narrow[i].mask) != 0) return true;
    }
  }
  for (size_t i = 0; i < layout.wide_count; ++i) {
    const WideField& field = layout.wide[i];
    if ((field.words & mask) == 0) continue;
    const char* const old = change.old + field.begin;
    const char* const actual = change.actual + field.begin;
    if (std::memcmp(old, actual, field.size) == 0) continue;
    if (field.kind != WideField::Kind::kLink ||
        !SamePlaceInSet(ValueAt<Link>(old, 0), ValueAt<Link>(actual, 0))) {
      return true;
    }
  }
  return false;
}

}  // namespace

// Compares a row with its state at the beginning of the step.
class RowCommit {
 public:
  RowCommit(World& world, Meta& meta, AnyId self, const RowChange& change)
      : world_(world),
        layout_(world.LayoutOf(self.table())),
        meta_(meta),
        self_(self),
        c_(change) {}

  // The fields of these words.
  void Narrow(uint64_t words) {
    for (; words != 0; words &= words - 1) {
      const auto word = static_cast<size_t>(std::countr_zero(words));
      const uint64_t before = WordAt(c_.before, word);
      const uint64_t after = WordAt(c_.after, word);
      const size_t end = layout_.begin[word + 1];
      for (size_t i = layout_.begin[word]; i < end; ++i) {
        const NarrowField& field = layout_.narrow[i];
        if (((before ^ after) & field.mask) == 0) continue;
        Narrow(field, field.In(before), field.In(after));
      }
    }
  }
  // Those that have a part in one of these words.
  void Wide(uint64_t words) {
    for (size_t i = 0; i < layout_.wide_count; ++i) {
      if ((layout_.wide[i].words & words) != 0) Wide(layout_.wide[i]);
    }
  }

  const Hash128& delta() const { return delta_; }
  // What changed of the row's content, which is that, its lists and sets, and
  // what is derived.
  uint64_t content() const { return delta_.lo + others_; }

 private:
  void Narrow(const NarrowField& field, uint64_t before, uint64_t after) {
    const bool hashed = Counts(field.hashed);
    switch (field.kind) {
      case NarrowField::Kind::kUnsigned:
      case NarrowField::Kind::kSigned:
        if (!hashed) return Derived(field, before, after);
        return Value(field.index, field.NumberOf(before), field.NumberOf(after),
                     field.meaning);
      case NarrowField::Kind::kBlob:
        if (!hashed) return;
        return Value(field.index, HashOfBlob(before), HashOfBlob(after));
      case NarrowField::Kind::kId:
      case NarrowField::Kind::kAnyId:
        return Hold(field, AnyId{static_cast<uint32_t>(before)},
                    AnyId{static_cast<uint32_t>(after)}, hashed);
    }
  }
  void Derived(const NarrowField& field, uint64_t before, uint64_t after) {
    if (field.hashed != Hashed::kInContent) return;
    others_ += NumberContent(FieldKey(meta_.name, field.index), after - before);
  }
  void Wide(const WideField& field) {
    switch (field.kind) {
      case WideField::Kind::kListHead: {
        // The members say that they belong.
        const auto before = ValueAt<ListHead>(c_.old, field.begin);
        const auto after = ValueAt<ListHead>(c_.actual, field.begin);
        others_ += ListAs(field, after) - ListAs(field, before);
        return DeadOwner(before.size, after.size);
      }
      case WideField::Kind::kSetHead: {
        const auto before = ValueAt<SetHead>(c_.old, field.begin);
        const auto after = ValueAt<SetHead>(c_.actual, field.begin);
        others_ += SetAs(field, after) - SetAs(field, before);
        return DeadOwner(before.size, after.size);
      }
      case WideField::Kind::kWork:
        if (Counts(field.hashed)) {
          Value(field.index, TypeAt(c_.before, field), TypeAt(c_.after, field));
        }
        [[fallthrough]];
      case WideField::Kind::kLink:
        return Place(field.index, ValueAt<Link>(c_.old, field.begin),
                     ValueAt<Link>(c_.actual, field.begin));
    }
  }

  bool Counts(Hashed hashed) const {
    return hashed == Hashed::kAlways ||
           (hashed == Hashed::kWithExactAddresses && world_.exact_);
  }
  // Whoever looks at its head learns its ends, and how long it is.
  uint64_t ListAs(const WideField& field, const ListHead& list) const {
    return ListContent(FieldKey(meta_.name, field.index), list.size,
                       world_.NameOf(list.first), world_.NameOf(list.last));
  }
  uint64_t SetAs(const WideField& field, const SetHead& set) const {
    return NumberContent(FieldKey(meta_.name, field.index), set.size);
  }
  static uint64_t TypeAt(const char* row, const WideField& field) {
    return static_cast<uint64_t>(ValueAt<Work>(row, field.begin).type);
  }
  uint64_t HashOfBlob(uint64_t id) const {
    return world_.blobs_.HashOf(BlobId{static_cast<uint32_t>(id)});
  }

  void Value(uint64_t index, uint64_t before, uint64_t after,
             Meaning meaning = {}) {
    if (before == after) return;
    if (OrbitSums* const orbit = world_.orbit_.get()) [[unlikely]] {
      orbit->Number(kNow, meta_.name, index, meaning, after);
      orbit->Number(kNoMore, meta_.name, index, meaning, before);
    }
    Replace(FieldKey(meta_.name, index), before, after);
  }
  void Name(uint64_t index, uint64_t before, uint64_t after) {
    if (before == after) return;
    if (OrbitSums* const orbit = world_.orbit_.get()) [[unlikely]] {
      orbit->Name(kNow, meta_.name, index, after);
      orbit->Name(kNoMore, meta_.name, index, before);
    }
    Replace(FieldKey(meta_.name, index), before, after);
  }
  void Replace(uint64_t key, uint64_t before, uint64_t after) {
    delta_ += Contribution(key, after);
    delta_ -= Contribution(key, before);
  }
  // Places count as long as a tombstone's memory keeps them. What was next to
  // the row is still there: slots are released behind the last row.
  void Place(uint64_t index, const Link& before, const Link& after) {
    if (before.head == after.head && before.owner == after.owner &&
        before.prev == after.prev && before.next == after.next) {
      return;
    }
    Linked(before.linked(), after.linked());
    if (OrbitSums* const orbit = world_.orbit_.get()) [[unlikely]] {
      orbit->Place(kNow, meta_.name, index, world_.NamesOf(after));
      orbit->Place(kNoMore, meta_.name, index, world_.NamesOf(before));
    }
    const uint64_t old_place = world_.PlaceOf(before);
    const uint64_t place = world_.PlaceOf(after);
    if (old_place != place) {
      Replace(PlaceKey(FieldKey(meta_.name, index)), old_place, place);
    }
  }
  void Hold(const NarrowField& field, AnyId before, AnyId after, bool hashed) {
    const bool noted = field.kind == NarrowField::Kind::kId;
    const uint64_t now = after ? Held(after, 1, noted) : 0;
    const uint64_t no_more = before ? Held(before, -1, noted) : 0;
    if (hashed) Name(field.index, no_more, now);
  }
  // The name of what the row holds, or does no longer.
  uint64_t Held(AnyId held, int delta, bool noted) {
    Meta& meta = world_.EditMeta(held);
    if (world_.footprint_ != nullptr && noted) [[unlikely]]
      NoteHolder(meta, held.table());
    world_.AddHolder(meta, held, delta, self_.table() == TableId::kFrame);
    return meta.name;
  }
  void NoteHolder(const Meta& held, TableId table) {
    if (!HoldersCount(table, self_.table())) return;
    world_.footprint_->Write(HoldersResource(held.name, self_.table()));
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

  static constexpr auto kNow = OrbitSums::Count::kNow;
  static constexpr auto kNoMore = OrbitSums::Count::kNoMore;

  World& world_;
  const RowLayout& layout_;
  Meta& meta_;
  const AnyId self_;
  const RowChange& c_;
  Hash128 delta_;
  uint64_t others_ = 0;
};

void World::BeginStep(uint32_t actor) {
  actor_ = actor;
  ++epoch_;
  dirty_.clear();
  popped_.clear();
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
    if (!dirty.again) CommitRow(dirty);
  }
  for (const Freed& freed : settle_) Settle(freed);
  dirty_.clear();
  popped_.clear();
  old_size_ = 0;
}

void World::NoteNew(Meta* meta, AnyId id) {
  if (footprint_->dependences() != nullptr) {
    NoteMade(*meta, id);
  } else {
    footprint_->Reveal(meta);
  }
  footprint_->Make(meta->name, id.table());
  NoteWritten(*meta, id.table(), true);
}

void World::NoteWritten(const Meta& meta, TableId table, bool comes_or_goes) {
  footprint_->Write(RowResource(meta.name));
  if (!comes_or_goes) return;
  footprint_->Write(LifeResource(meta.name));
  const Resource key = KeyResource(BaseOf(table, meta.key_a, meta.key_b));
  footprint_->Write(key);
  footprint_->Write(TableResource(table));
}

void World::CommitRow(const Dirty& dirty) {
  const TableId table = dirty.id.table();
  const RowLayout& layout = LayoutOf(table);
  AnyTable& rows = TableOf(table);
  char* const row = rows.row(dirty.id.slot());
  Meta& meta = rows.MetaBeside(row);
  const bool freed = meta.state == SlotState::kFreed;
  if (freed) settle_.push_back({dirty.id, dirty.created});
  // Zero before and after: only links could show that it was there.
  const bool passed = freed && dirty.created && !Linked(layout, row);
  if (footprint_ != nullptr && freed) [[unlikely]]
    NoteWritten(meta, table, true);
  if (passed) return;

  const bool dead = meta.state != SlotState::kLive;
  const char* const old =
      dirty.created ? kNoRow
                    : reinterpret_cast<const char*>(&old_[dirty.old_words]);
  const RowChange change = {dirty.tombstone ? kNoRow : old,
                            dead ? kNoRow : row,
                            old,
                            row,
                            dirty.tombstone,
                            dead};
  const uint64_t mask = layout.differing(old, row);
  if (footprint_ != nullptr && !freed) [[unlikely]] {
    if (Written(layout, change, mask)) NoteWritten(meta, table, false);
  }
  RowCommit commit(*this, meta, dirty.id, change);
  commit.Narrow(freed ? layout.differing(change.before, kNoRow) : mask);
  commit.Wide(freed ? ~uint64_t{0} : mask);
  fingerprint_ += commit.delta();

  if (!dirty.created) {
    LogDelta(dirty.id, old, mask, rows.digest(dirty.id.slot()).content);
  } else if (!freed) {
    undo_.Push(UndoEntry{UndoEntry::Type::kCreated, dirty.id}.Header());
  }
  // What is freed keeps its digest until it is settled.
  if (!dead) {
    Digest& digest = rows.digest(dirty.id.slot());
    if (dirty.created) digest = {meta.name, meta.name};
    digest.content += commit.content();
  }
  if (dirty.created != freed) {
    freed ? rows.Goes(meta) : rows.Comes(meta);
    if (Counts(table)) CountPresence(meta.name, Presence::kLive, !freed);
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
    orbit_->Number(count, name, 0, Meaning::kNumber, value);
  }
  const Hash128 part = Contribution(PresenceKey(name), value);
  there ? fingerprint_ += part : fingerprint_ -= part;
}

void World::AddHolder(Meta& meta, AnyId id, int delta, bool frame) {
  if (footprint_ != nullptr) NoteLife(meta, id);
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
  const uint32_t extra =
      (delta > 0 ? UndoEntry::kMore : 0) | (frame ? UndoEntry::kFrame : 0);
  undo_.Push(UndoEntry{UndoEntry::Type::kHolder, id, extra}.Header());
  if (delta < 0 && meta.holders == 0 && meta.state == SlotState::kTombstone) {
    settle_.push_back({id, false});
  }
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
    ReleaseSlot(id, freed.fresh);
  } else if (!buried) {
    meta.state = SlotState::kTombstone;
    if (Counts(id.table())) {
      CountPresence(meta.name, Presence::kTombstone, true);
    }
    if (freed.fresh) {
      undo_.Push(UndoEntry{UndoEntry::Type::kCreated, id}.Header());
    } else {
      LogBurial(id);
    }
  }
}

void World::ReleaseSlot(AnyId id, bool fresh) {
  AnyTable& table = TableOf(id.table());
  char* const row = table.row(id.slot());
  Meta& meta = table.MetaBeside(row);
  if (footprint_ != nullptr) NoteWritten(meta, id.table(), true);
  Unregister(id.table(), id.slot());
  if (!fresh) LogRelease(id, row, meta);
  meta.state = SlotState::kFree;
  meta.name = 0;
  table.digest(id.slot()) = {};
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
