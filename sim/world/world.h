// The world: every row of every table, the journal, and the fingerprint.
//
// One value that changes only between BeginStep() and Commit(). Everything that
// the simulator knows is in rows; what is not in a row is not state.
//
// Rules
//  W1 A row is changed through Edit() and nothing else. The reference that it
//     returns stays good until the row's slot is released; rows never move.
//  W2 With the journal on, Undo() takes back the latest committed step exactly:
//     rows, names, slots and fingerprint.
//  W3 A freed row stays as a tombstone, with its name, while a field of a live
//     row or a list holds its id. Its slot and name are then not reused, so a
//     stale id never equals a valid one.
//  W4 Reading or writing through an id that names nothing or a freed row is a
//     fault of the modelled driver: it is recorded (faults()) and the caller
//     goes on, with the old bytes while the tombstone is there, else with a
//     row of zeros whose changes are dropped at the end of the step.
//  W5 The fingerprint is a function of the canonical state: of fields and names
//     (docs/fingerprint.md), never of slots, generations or debug ids.
//  W6 With footprints on, a row's id in Meta is hidden until somebody looks at
//     the row, so that the first look of a step takes the way of stray ids and
//     is noted there. Everything else sees no difference.
//  W7 The activations of an actor are a stack, and their names are the places
//     on it: PushFrame() takes the slot, the name and the id of the frame that
//     the same step popped last. This is the exception to W3.
//
// With the journal off (plain simulation) Edit() costs a bounds check, slots
// are reused at once, and there is neither fingerprint nor undo.
//
// Not thread-safe; a search uses one World for each worker.
#ifndef BINDERY_SIM_WORLD_WORLD_H_
#define BINDERY_SIM_WORLD_WORLD_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "base/check.h"
#include "sim/world/blob.h"
#include "sim/world/contribution.h"
#include "sim/world/footprint.h"
#include "sim/world/hash.h"
#include "sim/world/id.h"
#include "sim/world/layout.h"
#include "sim/world/list.h"
#include "sim/world/orbit_sums.h"
#include "sim/world/ordinals.h"
#include "sim/world/rows_binderfs.h"
#include "sim/world/rows_files.h"
#include "sim/world/rows_frame.h"
#include "sim/world/rows_history.h"
#include "sim/world/rows_kernel.h"
#include "sim/world/rows_user.h"
#include "sim/world/table.h"
#include "sim/world/word_stack.h"

namespace bindery::sim {

// A use of memory that no driver may make.
struct Fault {
  enum class Kind : uint8_t { kNullPointer, kUseAfterFree, kBug, kWarning };
  Kind kind;
  TableId table;          // of the object that was meant
  AnyId id;               // the stale id, if any
  const char* what = "";  // the assertion, for kBug and kWarning
};

struct UndoEntry;  // undo_entry.h

class World {
 public:
  World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Key of rows without a natural one; the second half is the actor.
  static constexpr uint64_t kActorKey = ~uint64_t{0};

  // Calls f with a null pointer of the row type of `table`.
  template <typename F>
  static decltype(auto) Dispatch(TableId table, F&& f);

  // --- Rows -----------------------------------------------------------------
  template <typename Row>
  const Row& Get(Id<Row> id) const {
    const Slot<Row>& slot = table<Row>().at(id.any().slot());
    if (slot.meta.self != id.value) [[unlikely]]
      return GetStray(id);
    return slot.row;
  }
  template <typename Row>
  Row& Edit(Id<Row> id) {
    Slot<Row>& slot = table<Row>().at(id.any().slot());
    if (slot.meta.self != id.value) [[unlikely]]
      return EditStray(id);
    if (Notes<Row>() && slot.meta.stamp != epoch_) Journal(slot, id.any());
    return slot.row;
  }
  // Does not count as a use by the driver: for checks, dumps and user space.
  template <typename Row>
  const Row& Peek(Id<Row> id) const {
    const Slot<Row>& slot = table<Row>().at(id.any().slot());
    if (slot.meta.self != id.value) [[unlikely]]
      return PeekStray(id);
    return slot.row;
  }
  template <typename Row>
  bool Alive(Id<Row> id) const {
    return table<Row>().at(id.any().slot()).meta.self == id.value ||
           (footprint_ != nullptr && Reveal(id));
  }

  // A new row, zero but for what the caller sets. Its name is the key and the
  // smallest ordinal that no other row of that key has.
  template <typename Row>
  Id<Row> Create(uint64_t key_a, uint64_t key_b);
  // For rows without a natural key: named after the actor of this step.
  template <typename Row>
  Id<Row> Create() {
    return Create<Row>(kActorKey, actor_);
  }
  // The same, when the row is to be filled in: `*id` is its id.
  template <typename Row>
  Row& New(Id<Row>* id, uint64_t key_a, uint64_t key_b);
  template <typename Row>
  Row& New(Id<Row>* id) {
    return New<Row>(id, kActorKey, actor_);
  }
  template <typename Row>
  void Free(Id<Row> id);
  // The same for frames (W7). REQUIRES: nobody names a popped frame any more
  // when the next one is pushed.
  FrameRow& PushFrame(FrameId* id);
  void PopFrame(FrameId id);
  // The live row with this natural key and the smallest ordinal, if any.
  template <typename Row>
  Id<Row> Find(uint64_t key_a, uint64_t key_b) const {
    return FindIf<Row>(key_a, key_b, [](const Row&) { return true; });
  }
  // The one that is on the set (in the driver's words: in the tree) through
  // `link`. A row that was erased from its tree, but is not freed yet, is not
  // found any more.
  template <typename Row>
  Id<Row> FindOn(Link Row::*link, uint64_t key_a, uint64_t key_b) const {
    return FindIf<Row>(key_a, key_b,
                       [link](const Row& row) { return (row.*link).linked(); });
  }

  // Whoever will look for the row again may start at `*guess`. Footprints know
  // no guesses: what a step reads would depend on what was found before it.
  template <typename Row>
  Id<Row> Remember(Id<Row> found, Id<Row>* guess) const {
    if (footprint_ == nullptr || footprint_->dependences() != nullptr) {
      *guess = found;
    }
    return found;
  }

  // Canonical name of a row, hashed; the key of rows that belong to it.
  template <typename Row>
  uint64_t NameOf(Id<Row> id) const {
    return id ? table<Row>().at(id.any().slot()).meta.name : 0;
  }
  uint64_t NameOf(AnyId id) const { return id ? MetaOf(id).name : 0; }
  const Meta& MetaOf(AnyId id) const {
    return TableOf(id.table()).meta(id.slot());
  }
  // True if no activation of the driver holds the row.
  bool Quiescent(AnyId id) const {
    const Meta& meta = MetaOf(id);
    if (footprint_ != nullptr) NotePins(meta);
    return meta.pins == 0;
  }

  // Calls f(Id<Row>, const Row&) for every live row, in slot order, which is
  // an accident of history: what f computes must not depend on it.
  template <typename Row, typename F>
  void ForEach(F&& f) const;
  // The same for those whose `member` names `held`: less to read for a step
  // whose footprint matters.
  template <typename Row, typename Held, typename F>
  void ForEachHolder(Id<Held> Row::*member, Id<Held> held, F&& f) const;

  // --- Lists ----------------------------------------------------------------
  void PushBack(Head head, AnyId owner, AnyId item);
  void PushFront(Head head, AnyId owner, AnyId item);
  // Puts a buffer or chunk right behind `place`, in order of addresses.
  void InsertAfter(ProcId proc, AnyId place, AnyId item);
  // Takes `item` off the list of kind `head` that it is on.
  // REQUIRES: it is on one.
  void Remove(Head head, AnyId item);
  AnyId First(Head head, AnyId owner) const;
  AnyId Next(Head head, AnyId item) const { return LinkOf(head, item).next; }
  AnyId Previous(Head head, AnyId item) const {
    return LinkOf(head, item).prev;
  }
  uint32_t Size(Head head, AnyId owner) const;
  const Link& LinkOf(Head head, AnyId item) const;
  // The same without counting as a use by the driver.
  const Link& PeekLink(Head head, AnyId item) const;
  const Work& WorkOf(AnyId item) const;
  const Work& PeekWork(AnyId item) const;
  Work& EditWork(AnyId item);

  // --- Steps ----------------------------------------------------------------
  // REQUIRES: nothing has happened yet. Without a journal rows have no names
  // but for natural keys, so that Encode() and dumps are of no use.
  void set_journal(bool on) {
    BINDERY_CHECK_MSG(epoch_ == 0, "set_journal() after the first step");
    journal_on_ = on;
  }
  // Whether ForEachTouched() tells of all frames that had one place.
  // REQUIRES: nothing has happened yet.
  void set_popped_frames_kept(bool on) {
    BINDERY_CHECK_MSG(epoch_ == 0, "set_popped_frames_kept() after a step");
    popped_frames_kept_ = on;
  }
  // Whether changed() has what decides who can run although no journal is kept.
  void set_runners_noted(bool on) {
    BINDERY_CHECK_MSG(epoch_ == 0, "set_runners_noted() after the first step");
    runners_noted_ = on;
  }
  bool runners_noted() const { return journal_on_ || runners_noted_; }
  bool journal() const { return journal_on_; }
  // Exact addresses: layout is part of the canonical state.
  // REQUIRES: nothing has happened yet.
  void set_exact_addresses(bool on) {
    BINDERY_CHECK_MSG(epoch_ == 0, "set_exact_addresses() after a step");
    exact_ = on;
  }
  bool exact_addresses() const { return exact_; }

  // Opens a step of `actor`, whom new rows without a key are named after.
  void BeginStep(uint32_t actor);
  uint32_t actor() const { return actor_; }
  // Closes it: updates names, tombstones and fingerprint, keeps what undo
  // needs.
  void Commit();
  // Takes back the latest step. REQUIRES: one is there.
  void Undo();
  size_t depth() const { return levels_.size(); }
  // Forgets how to undo; the state stays.
  void ForgetHistory();

  Hash128 fingerprint() const { return fingerprint_; }
  // The same from scratch, for tests.
  Hash128 ComputeFingerprint() const { return Recompute(nullptr); }
  // Bytes that the undo log takes.
  size_t undo_bytes() const { return undo_.size() * 8; }

  // One row that the latest step changed, created or freed.
  struct Changed {
    AnyId id;
    bool created;
    bool freed;
  };
  // Without a journal: only tasks and variables, and none that is new or freed.
  const std::vector<Changed>& changed() const { return changed_; }
  // Rows that activations of the driver hold since that step. (What they hold
  // no longer is in changed().) Needs the journal.
  const std::vector<AnyId>& pinned() const { return pinned_; }
  // Different whenever the state may be, and one more after one step.
  uint64_t epoch() const { return epoch_; }
  // Between BeginStep() and Commit(): calls f(id, before, after) with before
  // null for a new row and after null for a freed one.
  template <typename F>
  void ForEachDirty(F&& f) const;
  // The same with rows that the step created and freed again: calls
  // f(id, before, last, live) with before null for a new row and `last` what
  // the row holds, or held when it was freed. In the order of the first touch.
  // Frames that had one place are several rows, if they are kept.
  template <typename F>
  void ForEachTouched(F&& f) const;

  // --- Footprints -----------------------------------------------------------
  // Whether it is noted what is read and written (footprint.h).
  // REQUIRES: nothing has happened yet; the journal; no Decode().
  void set_footprints(bool on) {
    BINDERY_CHECK_MSG(epoch_ == 0 && journal_on_, "set_footprints()");
    footprint_ = on ? std::make_unique<FootprintLog>() : nullptr;
  }
  // Null if they are not. Its Begin() opens the footprint of what comes.
  FootprintLog* footprint() const { return footprint_.get(); }
  // All rows of a table are read. REQUIRES: footprints are on.
  template <typename Row>
  void NoteTable() const;

  // From BeginNoting() to EndNoting() it is noted what the step between them
  // depends on. REQUIRES: the journal; no footprints.
  void BeginNoting();
  const FootprintLog& EndNoting();
  // The value that it has now; where it is for the kinds of which it is stored,
  // else null.
  uint64_t ValueOf(const Dependence& what) const;
  const uint64_t* WordOf(const Dependence& what) const;

  // --- Symmetry -------------------------------------------------------------
  // Names have owners then (symmetry.h), so that fingerprints are others.
  // REQUIRES: nothing has happened yet; the journal. It outlives the world.
  void set_symmetry(const Symmetry& symmetry) {
    BINDERY_CHECK_MSG(epoch_ == 0 && journal_on_, "set_symmetry()");
    orbit_ = std::make_unique<OrbitSums>(symmetry);
  }
  // The fingerprints of the images of this state; null without a symmetry.
  const OrbitSums* orbit() const { return orbit_.get(); }
  // The same from scratch, for tests. REQUIRES: a symmetry.
  OrbitSums ComputeOrbit() const;

  // --- Faults ---------------------------------------------------------------
  [[gnu::noinline, gnu::cold]] void RecordBug(const char* what) {
    faults_.push_back({Fault::Kind::kBug, TableId::kNone, {}, what});
  }
  [[gnu::noinline, gnu::cold]] void RecordWarning(const char* what) {
    faults_.push_back({Fault::Kind::kWarning, TableId::kNone, {}, what});
  }
  // Those of the latest step.
  const std::vector<Fault>& faults() const { return faults_; }

  // --- Whole values ---------------------------------------------------------
  BlobPool& blobs() { return blobs_; }
  const BlobPool& blobs() const { return blobs_; }
  // Replaces *out by the packed state: rows in order of table and key, ids as
  // places in that order; see codec.cc. REQUIRES: between steps.
  void Encode(std::string* out) const;
  // Replaces everything by what Encode() of some world wrote; history is
  // forgotten. Names keep their slots; in a world that had none, slots follow
  // the order of keys. REQUIRES: the journal.
  void Decode(absl::string_view bytes);

  template <typename Row>
  Table<Row>& table() {
    return std::get<Table<Row>>(tables_);
  }
  template <typename Row>
  const Table<Row>& table() const {
    return std::get<Table<Row>>(tables_);
  }

 private:
  friend class WorldEncoder;
  friend class WorldDecoder;
  template <typename Row>
  friend class FieldDecoder;
  template <typename Row>
  friend class FieldHasher;
  friend class RowCommit;

  static constexpr uint32_t kNoWords = ~0u;
  struct Dirty {
    AnyId id;
    uint32_t old_words;  // where its bytes of before are in old_
    bool created;
    bool tombstone;      // was one when the step began
    bool again = false;  // a frame in the place of one that was popped
    uint32_t last_words = kNoWords;  // that of a popped frame whose place was
                                     // taken: where its bytes are in old_
  };
  struct Freed {
    AnyId id;
    bool fresh;  // created in the same step: the undo log need not know it
  };
  struct Level {
    size_t undo_begin;
    Hash128 fingerprint;
  };

  AnyTable& TableOf(TableId table) const {
    return *any_tables_[static_cast<size_t>(table)];
  }
  const RowLayout& LayoutOf(TableId table) const {
    return layouts_[static_cast<size_t>(table)];
  }
  void NotePins(const Meta& meta) const {
    footprint_->Read(PinsResource(meta.name));
    footprint_->Refuse();
  }
  // Whether rows are found by looking (W6).
  void HideRows(bool hidden);
  // Who has this key; 0: nobody.
  uint64_t OwnersOf(TableId table, uint64_t base) const;
  // The slot with the bytes that `id` leads to: its own, live or not, as long
  // as nobody else got it, otherwise slot 0, which is all zero.
  template <typename Row>
  uint32_t Memory(Id<Row> id) const {
    const uint32_t slot = id.any().slot();
    const Meta& meta = table<Row>().at(slot).meta;
    const bool there = meta.state != SlotState::kFree &&
                       meta.generation == id.any().generation();
    return there ? slot : 0;
  }
  // What decides who can run is noted without a journal, too.
  template <typename Row>
  bool Notes() const {
    constexpr bool decides =
        std::is_same_v<Row, TaskRow> || std::is_same_v<Row, VariableRow>;
    return journal_on_ || (decides && runners_noted_);
  }
  template <typename F>
  static decltype(auto) DispatchRest(TableId table, F&& f);
  [[gnu::cold]] void RecordFault(TableId table, AnyId id) const;
  // True if the row was but hidden (W6). It is noted that it was looked at,
  // also if it is a tombstone.
  template <typename Row>
  bool Reveal(Id<Row> id) const;
  template <typename Row>
  void NoteFind(uint64_t base) const;
  template <typename Row>
  const Row& PeekStray(Id<Row> id) const;
  template <typename Row>
  const Row& GetStray(Id<Row> id) const;
  template <typename Row>
  Row& EditStray(Id<Row> id);
  void CleanScratch();
  template <typename Row>
  void Journal(Slot<Row>& slot, AnyId id);
  // Where the copy of the row is in old_.
  template <typename Row>
  uint32_t Keep(const Row& row);
  template <typename Row>
  void CopyKept(uint32_t words, Row* row) const {
    std::memcpy(static_cast<void*>(row), &old_[words], sizeof(Row));
  }
  void KeepPoppedFrame(AnyId id, const FrameRow& row);
  // A row with a name is found by its key, or its ordinal is taken.
  void Register(TableId table, uint32_t slot);
  void Unregister(TableId table, uint32_t slot);
  uint32_t FreeOrdinal(const AnyTable& table, uint64_t base) const;

  Meta& EditMeta(AnyId id) { return TableOf(id.table()).meta(id.slot()); }
  bool Counts(TableId table) const {
    return exact_ || table != TableId::kChunk;
  }
  void NameRow(AnyId id, uint64_t key_a, uint64_t key_b);
  // The slot of a new row, with its name and its id.
  uint32_t TakeNamed(TableId table, uint64_t key_a, uint64_t key_b);
  // A free slot for the row with this key and ordinal, which is given its name.
  uint32_t TakeHome(TableId table, Meta* meta);
  uint32_t OrdinalOf(TableId table, uint64_t base, uint64_t key_a,
                     uint64_t key_b);
  // The name that goes with a key and an ordinal.
  uint64_t NameFor(TableId table, const Meta& meta) const;
  template <typename Row>
  void FreeNamed(Id<Row> id);
  template <typename Row>
  Row* EditMemory(AnyId id);
  template <typename Row>
  Row* EditStrayMemory(Id<Row> id);
  Work* EditWorkMemory(AnyId item);
  Link* EditSetLink(AnyId item);
  template <Head kHead>
  Link* EditLink(AnyId item);
  template <Head kHead>
  Link* EditNeighbour(AnyId item);
  // REQUIRES: footprints are on; `item` is in a set.
  Link* EditUnseen(AnyId item);
  template <Head kHead>
  ListHead* EditListHead(AnyId owner);
  SetHead* EditSetHead(AnyId owner, TableId member);
  template <typename Row, typename Wanted>
  Id<Row> FindIf(uint64_t key_a, uint64_t key_b, Wanted&& wanted) const;
  template <Head kHead>
  bool Connect(Link& link, AnyId owner, AnyId prev, AnyId next, AnyId item);
  template <Head kHead>
  void InsertInSet(SetHead& set, AnyId owner, AnyId prev, AnyId next,
                   AnyId item);
  template <Head kHead>
  void InsertInList(ListHead& list, AnyId owner, AnyId prev, AnyId next,
                    AnyId item);
  template <Head kHead>
  void RemoveFrom(AnyId item);

  void CommitRow(const Dirty& dirty);
  void AddHolder(Meta& meta, AnyId id, int delta, bool frame);
  void Settle(const Freed& freed);
  void ReleaseSlot(AnyId id, bool fresh);
  // A row that is new, changed or gone.
  void NoteNew(Meta* meta, AnyId id);
  void NoteMade(const Meta& meta, AnyId id);
  void NoteWritten(const Meta& meta, TableId table, bool comes_or_goes);
  void NoteHolders(const Meta& meta, AnyId id);
  void NoteLife(const Meta& meta, AnyId id);
  // The undo log: what the words in the mask were; a row that goes.
  void LogDelta(AnyId id, const char* old, uint64_t mask, uint64_t content);
  void LogRelease(AnyId id, const char* row, const Meta& meta);
  void LogBurial(AnyId id);
  static void UndoHolder(Meta& meta, uint32_t extra);
  void UndoRow(const UndoEntry& entry);
  void UndoRelease(AnyId id, char* row, Meta& meta);
  template <typename Row>
  Hash128 FingerprintOf(OrbitSums* orbit) const;
  // Of rows that were decoded.
  template <typename Row>
  void NoteContents();
  // From scratch; null without a symmetry.
  Hash128 Recompute(OrbitSums* orbit) const;
  // That a row is there, or that it is a tombstone.
  void CountPresence(uint64_t name, Presence presence, bool there);
  void Clear();
  uint64_t PlaceOf(const Link& link) const;
  LinkNames NamesOf(const Link& link) const;

  std::tuple<
      Table<GlobalRow>, Table<ProcessRow>, Table<TaskRow>, Table<FileRow>,
      Table<FdRow>, Table<ContextRow>, Table<ProcRow>, Table<ThreadRow>,
      Table<NodeRow>, Table<RefRow>, Table<DeathRow>, Table<FreezeRow>,
      Table<TransactionRow>, Table<FixupRow>, Table<BufferRow>, Table<ChunkRow>,
      Table<ErrorRow>, Table<CompleteRow>, Table<FrameRow>,
      Table<ActivationRow>, Table<VariableRow>, Table<CommandRow>,
      Table<ReturnRow>, Table<HistoryNodeRow>, Table<HistoryRefRow>,
      Table<HistoryProcRow>, Table<HistoryThreadRow>, Table<HistoryCallRow>,
      Table<HistoryMessageRow>, Table<HistoryObjectRow>, Table<HistoryDeathRow>,
      Table<EventPollRow>, Table<EpItemRow>, Table<InFlightRow>,
      Table<SuperBlockRow>, Table<MountRow>, Table<InodeRow>, Table<MinorRow>,
      Table<NsProxyRow>, Table<ContentsRow>>
      tables_;
  AnyTable* any_tables_[AnyId::kTables];  // of tables_, by TableId
  const RowLayout* const layouts_ = Layouts().data();
  NameIndex index_;
  HashIndex<uint32_t> homes_;  // with a journal: slots by name
  Ordinals ordinals_;          // of the rows that actors created
  BlobPool blobs_;

  std::vector<uint32_t> decoded_;  // scratch of Decode()
  bool journal_on_ = true;
  bool runners_noted_ = true;
  bool exact_ = false;
  uint64_t epoch_ = 0;
  bool popped_frames_kept_ = false;
  uint32_t actor_ = 0;
  Hash128 fingerprint_;
  std::vector<Dirty> dirty_;
  std::vector<uint64_t> old_;  // rows as they were, old_size_ words
  size_t old_size_ = 0;
  std::vector<uint32_t> popped_;  // places of frames, to be taken
  std::vector<Freed> settle_;     // freed rows and tombstones to look at
  std::vector<TableId> scratch_;  // tables whose slot 0 was written to
  WordStack undo_;
  std::vector<Level> levels_;
  std::vector<Changed> changed_;
  std::vector<AnyId> pinned_;
  mutable std::vector<Fault> faults_;
  std::unique_ptr<FootprintLog> footprint_;
  std::unique_ptr<FootprintLog> noting_;  // between EndNoting() and the next
  DependenceLog dependences_;
  std::unique_ptr<OrbitSums> orbit_;  // holds the fingerprint, if it is there
};

// What never happens on the usual way is kept out of line, so that the many
// small functions that use Get() and Edit() stay small.
template <typename Row>
[[gnu::noinline, gnu::cold]] const Row& World::PeekStray(Id<Row> id) const {
  Reveal(id);
  return table<Row>().at(Memory(id)).row;
}

template <typename Row>
[[gnu::noinline, gnu::cold]] const Row& World::GetStray(Id<Row> id) const {
  if (Reveal(id)) return Peek(id);
  RecordFault(Row::kTable, id.any());
  return Peek(id);
}

template <typename Row>
[[gnu::noinline, gnu::cold]] Row& World::EditStray(Id<Row> id) {
  if (Reveal(id)) return Edit(id);
  RecordFault(Row::kTable, id.any());
  const uint32_t place = Memory(id);
  Slot<Row>& slot = table<Row>().at(place);
  if (place == 0) {
    scratch_.push_back(Row::kTable);
  } else if (Notes<Row>() && slot.meta.stamp != epoch_) {
    Journal(slot, id.any());
  }
  return slot.row;
}

template <typename Row>
[[gnu::noinline]] void World::Journal(Slot<Row>& slot, AnyId id) {
  slot.meta.stamp = epoch_;
  if (!journal_on_) return changed_.push_back({id, false, false});
  dirty_.push_back(
      {id, Keep(slot.row), false, slot.meta.state == SlotState::kTombstone});
}

template <typename Row>
uint32_t World::Keep(const Row& row) {
  const size_t at = old_size_;
  old_size_ += sizeof(Row) / 8;
  if (old_size_ > old_.size()) old_.resize(old_size_ * 2);
  std::memcpy(&old_[at], &row, sizeof(Row));
  return static_cast<uint32_t>(at);
}

// Compilers clear a whole row with one instruction that is slow to start.
template <size_t kSize>
[[gnu::always_inline]] inline void ZeroBlocks(void* bytes) {
  constexpr size_t kBlock = 64;
  if constexpr (kSize > kBlock) {
    std::memset(bytes, 0, kBlock);
    ZeroBlocks<kSize - kBlock>(static_cast<char*>(bytes) + kBlock);
  } else {
    std::memset(bytes, 0, kSize);
  }
}

template <typename Row>
Id<Row> World::Create(uint64_t key_a, uint64_t key_b) {
  Id<Row> id;
  New<Row>(&id, key_a, key_b);
  return id;
}

template <typename Row>
Row& World::New(Id<Row>* made, uint64_t key_a, uint64_t key_b) {
  Table<Row>& rows = table<Row>();
  if (journal_on_) [[likely]] {
    Slot<Row>& named = rows.at(TakeNamed(Row::kTable, key_a, key_b));
    ZeroBlocks<sizeof(Row)>(&named.row);
    made->value = named.meta.self;
    return named.row;
  }
  const uint32_t place = rows.Take();
  Slot<Row>& slot = rows.at(place);
  const uint8_t generation = (slot.meta.generation + 1) & AnyId::kMaxGeneration;
  const AnyId id = AnyId::Make(Row::kTable, place, generation);
  ZeroBlocks<sizeof(Row)>(&slot.row);
  if (key_a != kActorKey) NameRow(id, key_a, key_b);
  slot.meta.generation = generation;
  slot.meta.state = SlotState::kLive;
  slot.meta.self = id.value;
  made->value = id.value;
  return slot.row;
}

template <typename Row>
void World::Free(Id<Row> id) {
  Slot<Row>& slot = table<Row>().at(id.any().slot());
  if (journal_on_ || slot.meta.self != id.value || slot.meta.name != 0) {
    return FreeNamed(id);
  }
  slot.meta.self = 0;
  slot.meta.state = SlotState::kFree;
  table<Row>().GiveBack(id.any().slot());
}

template <typename Row>
[[gnu::noinline]] void World::FreeNamed(Id<Row> id) {
  Slot<Row>& slot = table<Row>().at(id.any().slot());
  if (slot.meta.self != id.value && !Reveal(id)) {
    RecordFault(Row::kTable, id.any());
    return;
  }
  if (journal_on_) {
    if (slot.meta.stamp != epoch_) Journal(slot, id.any());
    if (footprint_ != nullptr) NoteHolders(slot.meta, id.any());
    slot.meta.state = SlotState::kFreed;
    slot.meta.self = 0;
    return;
  }
  Unregister(Row::kTable, id.any().slot());
  slot.meta.name = 0;
  slot.meta.self = 0;
  slot.meta.state = SlotState::kFree;
  table<Row>().GiveBack(id.any().slot());
}

inline FrameRow& World::PushFrame(FrameId* id) {
  if (popped_.empty()) return New<FrameRow>(id);
  const uint32_t place = popped_.back();
  popped_.pop_back();
  Slot<FrameRow>& slot = table<FrameRow>().at(place);
  id->value = AnyId::Make(TableId::kFrame, place, slot.meta.generation).value;
  if (popped_frames_kept_) [[unlikely]]
    KeepPoppedFrame(id->any(), slot.row);
  ZeroBlocks<sizeof(FrameRow)>(&slot.row);
  slot.meta.state = SlotState::kLive;
  slot.meta.self = id->value;
  return slot.row;
}

inline void World::PopFrame(FrameId id) {
  const Meta& meta = MetaOf(id.any());
  const bool ours = journal_on_ && meta.state == SlotState::kLive &&
                    meta.generation == id.any().generation() &&
                    meta.key_a == kActorKey && meta.key_b == actor_;
  Free(id);
  if (ours) popped_.push_back(id.any().slot());
}

template <typename Row, typename Wanted>
Id<Row> World::FindIf(uint64_t key_a, uint64_t key_b, Wanted&& wanted) const {
  const Table<Row>& rows = table<Row>();
  BINDERY_CHECK_MSG(key_a != kActorKey, "what actors create has no key");
  const uint64_t base = BaseOf(Row::kTable, key_a, key_b);
  if (footprint_ != nullptr) [[unlikely]]
    NoteFind<Row>(base);
  Id<Row> found;
  uint32_t smallest = ~0u;
  for (uint32_t i = index_.Get(base); i != 0;) {
    const Meta& meta = rows.at(i - 1).meta;
    if (meta.state == SlotState::kLive && meta.ordinal < smallest &&
        wanted(rows.at(i - 1).row)) {
      smallest = meta.ordinal;
      found.value = meta.self;
    }
    i = meta.next_same;
  }
  return found;
}

template <typename Row, typename F>
void World::ForEach(F&& f) const {
  if (footprint_ != nullptr) NoteTable<Row>();
  const Table<Row>& rows = table<Row>();
  for (uint32_t i = 1; i < rows.end(); ++i) {
    const Slot<Row>& slot = rows.at(i);
    if (slot.meta.state != SlotState::kLive) continue;
    f(Id<Row>{AnyId::Make(Row::kTable, i, slot.meta.generation).value},
      slot.row);
  }
}

template <typename F>
void World::ForEachTouched(F&& f) const {
  for (const Dirty& dirty : dirty_) {
    if (dirty.tombstone) continue;
    Dispatch(dirty.id.table(), [&](auto* type) {
      using Row = std::remove_pointer_t<decltype(type)>;
      const Slot<Row>& slot = table<Row>().at(dirty.id.slot());
      Row before{};
      const bool there = !dirty.created && !dirty.again;
      if (there) CopyKept(dirty.old_words, &before);
      Row last = slot.row;
      const bool popped = dirty.last_words != kNoWords;
      if (popped) CopyKept(dirty.last_words, &last);
      f(Id<Row>{dirty.id.value}, there ? &before : nullptr, last,
        !popped && slot.meta.state == SlotState::kLive);
    });
  }
}

template <typename F>
void World::ForEachDirty(F&& f) const {
  for (const Dirty& dirty : dirty_) {
    if (dirty.tombstone || dirty.again) continue;
    Dispatch(dirty.id.table(), [&](auto* type) {
      using Row = std::remove_pointer_t<decltype(type)>;
      const Slot<Row>& slot = table<Row>().at(dirty.id.slot());
      const bool live = slot.meta.state == SlotState::kLive;
      if (dirty.created && !live) return;
      Row before{};
      if (!dirty.created) CopyKept(dirty.old_words, &before);
      f(Id<Row>{dirty.id.value}, dirty.created ? nullptr : &before,
        live ? &slot.row : nullptr);
    });
  }
}

}  // namespace bindery::sim

#include "sim/world/dispatch.h"
#include "sim/world/lists.h"
#include "sim/world/noting.h"

#endif  // BINDERY_SIM_WORLD_WORLD_H_
