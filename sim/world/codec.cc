// The world as bytes.
//
//   tables    varint: bit t says that table t has rows; then for each: varint n
//   keys      for each row in order of (table, key_a, key_b, ordinal):
//             varint (ordinal << 3 | key_b as before << 2 | key_a as before <<
//             1 | tombstone), then varint key_a + 1 and key_b unless as before
//   fields    for each row in that order: varint mask of the fields that are
//   not
//             zero, then their values
// An id is the place of its row in its table, from 1, plus 1; the code 1 stands
// for a row that is gone. Payloads are bytes. A head is followed by its
// members; links are not written, the lists restore them.
//
// Decode trusts its input: malformed bytes abort.
#include <algorithm>
#include <array>

#include "sim/world/contribution.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

constexpr uint64_t kGone = 1;

uint64_t ZigZag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}
int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

class Writer {
 public:
  explicit Writer(std::string* out) : out_(*out) { out_.clear(); }

  void Varint(uint64_t value) {
    char bytes[10];
    size_t size = 0;
    while (value >= 0x80) {
      bytes[size++] = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    bytes[size++] = static_cast<char>(value);
    out_.append(bytes, size);
  }
  void Bytes(absl::string_view bytes) {
    Varint(bytes.size());
    out_.append(bytes.data(), bytes.size());
  }

 private:
  std::string& out_;
};

class Reader {
 public:
  explicit Reader(absl::string_view in)
      : next_(in.data()), end_(in.data() + in.size()) {}

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      BINDERY_CHECK_MSG(next_ != end_ && shift < 70, "encoding is cut short");
      const uint64_t byte = static_cast<uint8_t>(*next_++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
  absl::string_view Bytes() {
    const uint64_t size = Varint();
    BINDERY_CHECK_MSG(size <= static_cast<uint64_t>(end_ - next_),
                      "encoding is cut short");
    const absl::string_view bytes(next_, size);
    next_ += size;
    return bytes;
  }
  bool AtEnd() const { return next_ == end_; }

 private:
  const char* next_;
  const char* end_;
};

// Sets have one link for each kind of member.
Head SetKind(AnyId member) {
  return member.table() == TableId::kChunk || member.table() == TableId::kBuffer
             ? Head::kBuffers
             : Head::kSet;
}

// Gives all kinds of fields the same treatment.
template <typename Visitor, typename Row>
class EveryField {
 public:
  explicit EveryField(Visitor& visitor) : visitor_(visitor) {}
  template <typename T>
  void Field(const char*, T Row::*member, Meaning = {}) {
    visitor_(member);
  }
  template <typename T>
  void Address(const char*, T Row::*member) {
    visitor_(member);
  }
  template <typename T>
  void Derived(const char*, T Row::*member, const char*) {
    visitor_(member);
  }
  template <typename T>
  void Skip(const char*, T Row::*member, const char*) {
    visitor_(member);
  }

 private:
  Visitor& visitor_;
};

template <typename Row, typename Visitor>
void VisitFields(Visitor&& visitor) {
  EveryField<Visitor, Row> every(visitor);
  Row::Fields(every);
}

template <typename T>
bool IsZero(const T& value) {
  if constexpr (std::is_same_v<T, ListHead> || std::is_same_v<T, SetHead>) {
    return value.size == 0;
  } else if constexpr (std::is_same_v<T, Link>) {
    return true;
  } else if constexpr (std::is_same_v<T, Work>) {
    return value.type == WorkType::kNone;
  } else {
    return value == T{};
  }
}

}  // namespace

class WorldEncoder {
 public:
  explicit WorldEncoder(const World& world) : w_(world) {}

  void Run(std::string* bytes) {
    SortRows();
    Writer out(bytes);
    uint64_t tables = 0;
    for (int t = 1; t < kTableCount; ++t) {
      if (Count(t) != 0) tables |= uint64_t{1} << t;
    }
    out.Varint(tables);
    for (int t = 1; t < kTableCount; ++t) {
      if (Count(t) != 0) out.Varint(Count(t));
    }
    for (int t = 1; t < kTableCount; ++t) WriteKeys(t, out);
    for (int t = 1; t < kTableCount; ++t) {
      World::Dispatch(static_cast<TableId>(t), [&](auto* type) {
        WriteRows<std::remove_pointer_t<decltype(type)>>(t, out);
      });
    }
  }

 private:
  struct Entry {
    uint64_t key_a;
    uint64_t key_b;
    uint32_t ordinal;
    uint32_t slot;
    bool tombstone;
    bool operator<(const Entry& other) const {
      if (key_a != other.key_a) return key_a < other.key_a;
      if (key_b != other.key_b) return key_b < other.key_b;
      return ordinal < other.ordinal;
    }
  };

  size_t Count(int t) const { return begin_[t + 1] - begin_[t]; }

  void SortRows() {
    for (int t = 1; t < kTableCount; ++t) {
      begin_[t] = rows_.size();
      World::Dispatch(static_cast<TableId>(t), [&](auto* type) {
        ListRows<std::remove_pointer_t<decltype(type)>>(t);
      });
    }
    begin_[kTableCount] = rows_.size();
  }
  template <typename Row>
  void ListRows(int t) {
    const Table<Row>& table = w_.table<Row>();
    for (uint32_t i = 1; i < table.end(); ++i) {
      const Meta& meta = table.at(i).meta;
      if (meta.state == SlotState::kFree) continue;
      rows_.push_back({meta.key_a, meta.key_b, meta.ordinal, i,
                       meta.state == SlotState::kTombstone});
    }
    const auto first = rows_.begin() + static_cast<ptrdiff_t>(begin_[t]);
    if (!std::is_sorted(first, rows_.end())) std::sort(first, rows_.end());
    place_begin_[t] = places_.size();
    places_.resize(places_.size() + table.end(), 0);
    for (size_t i = begin_[t]; i < rows_.size(); ++i) {
      places_[place_begin_[t] + rows_[i].slot] =
          static_cast<uint32_t>(i - begin_[t] + 1);
    }
  }

  void WriteKeys(int t, Writer& out) {
    uint64_t key_a = 0;
    uint64_t key_b = 0;
    for (size_t i = begin_[t]; i < begin_[t + 1]; ++i) {
      const Entry& row = rows_[i];
      out.Varint(uint64_t{row.ordinal} << 3 | (row.key_b == key_b ? 4 : 0) |
                 (row.key_a == key_a ? 2 : 0) | (row.tombstone ? 1 : 0));
      if (row.key_a != key_a) out.Varint(row.key_a + 1);
      if (row.key_b != key_b) out.Varint(row.key_b);
      key_a = row.key_a;
      key_b = row.key_b;
    }
  }

  template <typename Row>
  void WriteRows(int t, Writer& out) {
    for (size_t i = begin_[t]; i < begin_[t + 1]; ++i) {
      const Row& row = w_.table<Row>().at(rows_[i].slot).row;
      uint64_t mask = 0;
      int bit = 0;
      VisitFields<Row>([&](auto member) {
        if (!IsZero(row.*member)) mask |= uint64_t{1} << bit;
        ++bit;
      });
      out.Varint(mask);
      VisitFields<Row>([&](auto member) {
        if (!IsZero(row.*member)) WriteValue(row.*member, out);
      });
    }
  }
  template <typename T>
  void WriteValue(const T& value, Writer& out) {
    if constexpr (std::is_same_v<T, ListHead>) {
      out.Varint(value.size);
      out.Varint(static_cast<uint64_t>(value.kind));
      WriteMembers(value.kind, value.first, out);
    } else if constexpr (std::is_same_v<T, SetHead>) {
      out.Varint(value.size);
      WriteMembers(SetKind(value.first), value.first, out);
    } else if constexpr (std::is_same_v<T, Work>) {
      out.Varint(static_cast<uint64_t>(value.type));
    } else if constexpr (std::is_same_v<T, AnyId>) {
      WriteAny(value, out);
    } else if constexpr (IsId<T>::value) {
      out.Varint(CodeOf(value.any()));
    } else if constexpr (std::is_same_v<T, BlobId>) {
      out.Bytes(w_.blobs().Bytes(value));
    } else if constexpr (std::is_signed_v<T>) {
      out.Varint(ZigZag(value));
    } else if constexpr (!std::is_same_v<T, Link>) {
      out.Varint(static_cast<uint64_t>(value));
    }
  }
  void WriteMembers(Head kind, AnyId first, Writer& out) {
    for (AnyId item = first; item; item = w_.PeekLink(kind, item).next) {
      WriteAny(item, out);
    }
  }
  void WriteAny(AnyId id, Writer& out) {
    out.Varint(CodeOf(id) << 6 | static_cast<uint64_t>(id.table()));
  }
  uint64_t CodeOf(AnyId id) const {
    const Meta& meta = w_.MetaOf(id);
    if (meta.generation != id.generation()) return kGone;
    const size_t begin = place_begin_[static_cast<size_t>(id.table())];
    return uint64_t{places_[begin + id.slot()]} + 1;
  }

  static constexpr size_t kTables = kTableCount + 1;

  const World& w_;
  std::vector<Entry> rows_;
  std::array<size_t, kTables> begin_{};
  std::vector<uint32_t> places_;  // of the row in a slot; 0: none
  std::array<size_t, kTables> place_begin_{};
};

// Which slots rows get that are decoded: by table, and by place, from 1.
class DecodedSlots {
 public:
  explicit DecodedSlots(std::vector<uint32_t>& slots) : slots_(slots) {
    slots_.clear();
  }
  void BeginTable(TableId table) { begin_[Index(table)] = slots_.size(); }
  void Add(uint32_t slot) { slots_.push_back(slot); }
  uint32_t At(TableId table, uint32_t place) const {
    return slots_[begin_[Index(table)] + place - 1];
  }

 private:
  static size_t Index(TableId table) { return static_cast<size_t>(table); }

  std::vector<uint32_t>& slots_;
  std::array<size_t, kTableCount> begin_{};
};

// Restores one field of one row. All rows are there, with their names.
template <typename Row>
class FieldDecoder {
 public:
  FieldDecoder(World& world, const DecodedSlots& slots, AnyId self,
               Slot<Row>& slot, Reader& in)
      : w_(world),
        slots_(slots),
        self_(self),
        slot_(slot),
        in_(in),
        mask_(in.Varint()) {}

  template <typename T>
  void operator()(T Row::*member) {
    ++index_;
    if ((mask_ >> (index_ - 1) & 1) != 0) Read(slot_.row.*member);
  }

 private:
  bool live() const { return slot_.meta.state == SlotState::kLive; }

  template <typename T>
  void Read(T& value) {
    if constexpr (std::is_same_v<T, Work>) {
      value.type = static_cast<WorkType>(in_.Varint());
    } else if constexpr (std::is_same_v<T, AnyId>) {
      value = Any();
      Hold(value);
    } else if constexpr (IsId<T>::value) {
      value.value = Place(IdTable(value), in_.Varint()).value;
      Hold(value.any());
    } else if constexpr (std::is_same_v<T, BlobId>) {
      value = w_.blobs_.Intern(in_.Bytes());
    } else if constexpr (std::is_same_v<T, Link>) {
      BINDERY_CHECK_MSG(false, "an encoding has a link");
    } else if constexpr (std::is_signed_v<T>) {
      value = static_cast<T>(UnZigZag(in_.Varint()));
    } else {
      value = static_cast<T>(in_.Varint());
    }
  }
  void Read(ListHead& list) {
    list.size = static_cast<uint32_t>(in_.Varint());
    list.kind = static_cast<Head>(in_.Varint());
    list.first = Members(list.kind, list.size, &list.last);
  }
  void Read(SetHead& set) {
    AnyId last;
    set.size = static_cast<uint32_t>(in_.Varint());
    set.first = Members(Head::kSet, set.size, &last);
  }
  AnyId Members(Head kind, uint32_t size, AnyId* last) {
    AnyId first;
    for (uint32_t i = 0; i < size; ++i) {
      const AnyId item = Any();
      Link& link = const_cast<Link&>(w_.PeekLink(kind, item));
      link = {*last, {}, self_, kind == Head::kSet ? SetKind(item) : kind};
      if (*last) {
        const_cast<Link&>(w_.PeekLink(kind, *last)).next = item;
      } else {
        first = item;
      }
      *last = item;
      ++w_.EditMeta(item).holders;
    }
    if (!live()) ++slot_.meta.holders;  // its members name it
    return first;
  }

  template <typename Held>
  static TableId IdTable(Id<Held>) {
    return Held::kTable;
  }
  AnyId Any() {
    const uint64_t code = in_.Varint();
    return Place(static_cast<TableId>(code & 63), code >> 6);
  }
  // Generations are 1, and the last one for what is gone.
  AnyId Place(TableId table, uint64_t code) const {
    if (code == kGone) return AnyId::Make(table, 0, AnyId::kMaxGeneration);
    const auto place = static_cast<uint32_t>(code - 1);
    return place == 0 ? AnyId::Make(table, 0, 1)
                      : AnyId::Make(table, slots_.At(table, place), 1);
  }
  void Hold(AnyId id) {
    if (!live() || id.slot() == 0) return;
    Meta& meta = w_.EditMeta(id);
    ++meta.holders;
    if constexpr (std::is_same_v<Row, FrameRow>) ++meta.pins;
  }

  World& w_;
  const DecodedSlots& slots_;
  const AnyId self_;
  Slot<Row>& slot_;
  Reader& in_;
  const uint64_t mask_;
  uint64_t index_ = 0;
};

// Keys and fields of all rows of a world that has been cleared.
class WorldDecoder {
 public:
  WorldDecoder(World& world, Reader& in)
      : w_(world), in_(in), slots_(world.decoded_) {}

  void Run() {
    const uint64_t tables = in_.Varint();
    for (int t = 1; t < kTableCount; ++t) {
      count_[t] = (tables >> t & 1) != 0 ? in_.Varint() : 0;
    }
    ForEachTable([this](auto* type, uint64_t count) {
      ReadKeys<std::remove_pointer_t<decltype(type)>>(count);
    });
    ForEachTable([this](auto* type, uint64_t count) {
      ReadRows<std::remove_pointer_t<decltype(type)>>(count);
    });
    BINDERY_CHECK_MSG(in_.AtEnd(), "bytes behind an encoding");
  }

 private:
  template <typename F>
  void ForEachTable(F&& f) {
    for (int t = 1; t < kTableCount; ++t) {
      if (count_[t] == 0) continue;
      World::Dispatch(static_cast<TableId>(t),
                      [&](auto* type) { f(type, count_[t]); });
    }
  }
  template <typename Row>
  void ReadKeys(uint64_t count) {
    Table<Row>& table = w_.table<Row>();
    Meta meta;
    slots_.BeginTable(Row::kTable);
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t flags = in_.Varint();
      if ((flags & 2) == 0) meta.key_a = in_.Varint() - 1;
      if ((flags & 4) == 0) meta.key_b = in_.Varint();
      const bool tombstone = (flags & 1) != 0;
      meta.ordinal = static_cast<uint32_t>(flags >> 3);
      const uint32_t place = w_.TakeHome(Row::kTable, &meta);
      meta.generation = 1;
      meta.state = tombstone ? SlotState::kTombstone : SlotState::kLive;
      meta.self = tombstone ? 0 : AnyId::Make(Row::kTable, place, 1).value;
      Slot<Row>& slot = table.at(place);
      slot.row = Row{};
      slot.meta = meta;
      w_.Register(Row::kTable, place);
      slots_.Add(place);
    }
  }
  template <typename Row>
  void ReadRows(uint64_t count) {
    for (uint32_t i = 1; i <= count; ++i) {
      const uint32_t place = slots_.At(Row::kTable, i);
      Slot<Row>& slot = w_.table<Row>().at(place);
      const AnyId self = AnyId::Make(Row::kTable, place, 1);
      VisitFields<Row>(FieldDecoder<Row>(w_, slots_, self, slot, in_));
    }
  }

  World& w_;
  Reader& in_;
  DecodedSlots slots_;
  std::array<uint64_t, kTableCount> count_{};
};

// Sums up the contributions of one row; of a tombstone only links and lists.
// With a symmetry they go to `orbit`, too.
template <typename Row>
class FieldHasher {
 public:
  FieldHasher(const World& world, const Slot<Row>& slot, OrbitSums* orbit)
      : w_(world), slot_(slot), orbit_(orbit) {
    if (!w_.Counts(Row::kTable)) return;
    const auto presence =
        static_cast<uint64_t>(live() ? Presence::kLive : Presence::kTombstone);
    Number(presence, Meaning::kNumber);
    presence_ = sum_;
  }

  template <typename T>
  void Field(const char*, T Row::*member, Meaning meaning = {}) {
    Add(slot_.row.*member, meaning);
  }
  template <typename T>
  void Address(const char*, T Row::*member) {
    if (w_.exact_addresses()) {
      Add(slot_.row.*member, Meaning::kNumber);
    } else {
      ++index_;
    }
  }
  template <typename T>
  void Derived(const char*, T Row::*member, const char*) {
    ++index_;
    others_ += NumberContent(Key(), slot_.row.*member);
  }
  template <typename T>
  void Skip(const char*, T Row::*, const char*) {
    ++index_;
  }
  const Hash128& sum() const { return sum_; }
  // See Meta. Of a live row.
  uint64_t content() const { return sum_.lo - presence_.lo + others_; }

 private:
  static constexpr auto kNow = OrbitSums::Count::kNow;

  template <typename T>
  void Add(const T& value, Meaning meaning) {
    ++index_;
    if constexpr (std::is_same_v<T, Link>) {
      AddPlace(value);
    } else if constexpr (std::is_same_v<T, Work>) {
      AddPlace(value.entry);
      if (live()) Number(static_cast<uint64_t>(value.type), meaning);
    } else if constexpr (IsId<T>::value) {
      if (live()) Name(w_.NameOf(value));
    } else if constexpr (std::is_same_v<T, BlobId>) {
      if (live()) Number(w_.blobs().HashOf(value), meaning);
    } else if constexpr (std::is_same_v<T, ListHead>) {
      others_ += ListContent(Key(), value.size, w_.NameOf(value.first),
                             w_.NameOf(value.last));
    } else if constexpr (std::is_same_v<T, SetHead>) {
      others_ += NumberContent(Key(), value.size);
    } else {
      if (live()) Number(static_cast<uint64_t>(value), meaning);
    }
  }
  void AddPlace(const Link& link) {
    if (orbit_ != nullptr) {
      orbit_->Place(kNow, name(), index_, w_.NamesOf(link));
    }
    sum_ += Contribution(PlaceKey(Key()), w_.PlaceOf(link));
  }
  void Number(uint64_t value, Meaning meaning) {
    if (orbit_ != nullptr) {
      orbit_->Number(kNow, name(), index_, meaning, value);
    }
    sum_ += Contribution(Key(), value);
  }
  void Name(uint64_t value) {
    if (orbit_ != nullptr) {
      orbit_->Name(kNow, name(), index_, value);
    }
    sum_ += Contribution(Key(), value);
  }
  bool live() const { return slot_.meta.state == SlotState::kLive; }
  uint64_t name() const { return slot_.meta.name; }
  uint64_t Key() const { return FieldKey(slot_.meta.name, index_); }

  const World& w_;
  const Slot<Row>& slot_;
  OrbitSums* const orbit_;
  Hash128 sum_;
  Hash128 presence_;
  uint64_t others_ = 0;
  uint64_t index_ = 0;
};

void World::Encode(std::string* out) const { WorldEncoder(*this).Run(out); }

void World::Clear() {
  for (int t = 1; t < kTableCount; ++t) {
    Dispatch(static_cast<TableId>(t), [this](auto* type) {
      table<std::remove_pointer_t<decltype(type)>>().Clear();
    });
  }
  index_.Clear();
  ordinals_.Clear();
  ++epoch_;
  dirty_.clear();
  old_size_ = 0;
  scratch_.clear();
  changed_.clear();
  pinned_.clear();
  faults_.clear();
  ForgetHistory();
}

void World::Decode(absl::string_view bytes) {
  BINDERY_CHECK_MSG(footprint_ == nullptr, "Decode() with footprints");
  BINDERY_CHECK_MSG(journal_on_, "Decode() without a journal");
  Clear();
  Reader in(bytes);
  WorldDecoder(*this, in).Run();
  if (orbit_ != nullptr) orbit_->Clear();
  fingerprint_ = Recompute(orbit_.get());
  for (int t = 1; t < kTableCount; ++t) {
    Dispatch(static_cast<TableId>(t), [this](auto* type) {
      NoteContents<std::remove_pointer_t<decltype(type)>>();
    });
  }
}

template <typename Row>
void World::NoteContents() {
  Table<Row>& rows = table<Row>();
  for (uint32_t i = 1; i < rows.end(); ++i) {
    Slot<Row>& slot = rows.at(i);
    if (slot.meta.state != SlotState::kLive) continue;
    rows.Comes(slot.meta);
    FieldHasher<Row> hasher(*this, slot, nullptr);
    Row::Fields(hasher);
    rows.digest(i) = {slot.meta.name + hasher.content(), slot.meta.name};
  }
}

OrbitSums World::ComputeOrbit() const {
  OrbitSums again(orbit_->symmetry());
  Recompute(&again);
  return again;
}

Hash128 World::Recompute(OrbitSums* orbit) const {
  Hash128 sum;
  for (int t = 1; t < kTableCount; ++t) {
    Dispatch(static_cast<TableId>(t), [&](auto* type) {
      sum += FingerprintOf<std::remove_pointer_t<decltype(type)>>(orbit);
    });
  }
  return sum;
}

template <typename Row>
Hash128 World::FingerprintOf(OrbitSums* orbit) const {
  Hash128 sum;
  const Table<Row>& rows = table<Row>();
  for (uint32_t i = 1; i < rows.end(); ++i) {
    const Slot<Row>& slot = rows.at(i);
    if (slot.meta.state == SlotState::kFree) continue;
    FieldHasher<Row> hasher(*this, slot, orbit);
    Row::Fields(hasher);
    sum += hasher.sum();
  }
  return sum;
}

}  // namespace bindery::sim
