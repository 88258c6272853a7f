// One typed table: slots that never move.
//
// Without a journal slots are reused by a free list. With one, each name has a
// slot of its own (World's homes_), so that slots say what names say.
//
// Not thread-safe. Used by World alone.
#ifndef BINDERY_SIM_WORLD_TABLE_H_
#define BINDERY_SIM_WORLD_TABLE_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "base/check.h"
#include "sim/world/hash_index.h"
#include "sim/world/id.h"

namespace bindery::sim {

enum class SlotState : uint8_t {
  kFree,
  kLive,
  kFreed,      // freed in the transition that is running
  kTombstone,  // freed, but some row still holds its id
};

// What the world keeps beside a row.
struct Meta {
  uint64_t name = 0;   // canonical name, hashed; never 0 for a row in use
  uint64_t key_a = 0;  // natural key, or the actor that created the row
  uint64_t key_b = 0;
  uint32_t ordinal = 0;    // tells rows of one key apart
  uint32_t next_same = 0;  // next slot with the same key, plus 1; while the
                           // slot is free, the next free one
  uint64_t stamp = 0;      // epoch in which the row was last journaled
  int32_t holders = 0;     // fields of live rows, and lists, that name the row
  int32_t pins = 0;        // those of them that are in frames
  uint32_t self = 0;       // the row's id while it is live
  uint8_t generation = 0;
  SlotState state = SlotState::kFree;
};

// A row as others depend on it (dependence.h); zero unless it is live.
struct Digest {
  uint64_t content = 0;  // its name and its fields, hashed
  uint64_t life = 0;     // its name
};

// A power of two in size, so that finding a slot takes a shift and no product.
template <typename Row>
struct alignas(std::bit_ceil(sizeof(Row) + sizeof(Meta))) Slot {
  Row row;
  Meta meta;
};

// A table whatever its rows are: closing a step and taking it back treat all
// rows alike.
class AnyTable {
 public:
  AnyTable(const AnyTable&) = delete;
  AnyTable& operator=(const AnyTable&) = delete;

  // The bytes of the row in this slot.
  char* row(uint32_t slot) const {
    return chunks_[slot >> kChunkBits] +
           (size_t{slot & (kChunkSize - 1)} << slot_bits_);
  }
  // What is kept beside the row at this place.
  Meta& MetaBeside(char* row) const {
    return *reinterpret_cast<Meta*>(row + meta_offset_);
  }
  Meta& meta(uint32_t slot) const { return MetaBeside(row(slot)); }
  // Slots ever used are 1 .. end() - 1.
  uint32_t end() const { return end_; }
  Digest& digest(uint32_t slot) const {
    return digests_[slot >> kChunkBits][slot & (kChunkSize - 1)];
  }
  // The names of the rows that were live when the latest step ended, hashed.
  const uint64_t& population() const { return population_; }
  void Comes(const Meta& meta) { population_ += meta.name; }
  void Goes(const Meta& meta) { population_ -= meta.name; }

  // A slot that was never used, or, if there are very many, some free one.
  uint32_t TakeNew() {
    if (end_ < kManySlots) [[likely]]
      return TakeNext();
    for (uint32_t slot = 1; slot < end_; ++slot) {
      if (meta(slot).state == SlotState::kFree) return slot;
    }
    return TakeNext();
  }
  // Takes a slot from the free list, or the next new one.
  uint32_t Take() {
    if (free_ == 0) [[unlikely]]
      return TakeNext();
    const uint32_t slot = free_;
    free_ = meta(slot).next_same;
    return slot;
  }
  void GiveBack(uint32_t slot) {
    meta(slot).next_same = free_;
    free_ = slot;
  }
  // All slots are free.
  void Clear() {
    for (uint32_t i = 1; i < end_; ++i) {
      meta(i) = Meta{};
      digest(i) = Digest{};
    }
    population_ = 0;
  }

 protected:
  static constexpr uint32_t kChunkBits = 6;
  static constexpr uint32_t kChunkSize = 1u << kChunkBits;

  AnyTable(size_t slot_size, size_t meta_offset)
      : slot_bits_(std::countr_zero(slot_size)), meta_offset_(meta_offset) {}
  ~AnyTable() = default;

  virtual char* NewChunk() = 0;
  void Grow() {
    chunks_.push_back(NewChunk());
    digests_.push_back(std::make_unique<Digest[]>(kChunkSize));
  }
  char* chunk(uint32_t slot) const { return chunks_[slot >> kChunkBits]; }

 private:
  static constexpr uint32_t kManySlots = 1u << 16;

  [[gnu::noinline]] uint32_t TakeNext() {
    BINDERY_CHECK_MSG(end_ < AnyId::kMaxSlot, "a table of the world is full");
    if ((end_ & (kChunkSize - 1)) == 0 && end_ >> kChunkBits == chunks_.size())
      Grow();
    return end_++;
  }

  std::vector<char*> chunks_;
  std::vector<std::unique_ptr<Digest[]>> digests_;
  const int slot_bits_;
  const size_t meta_offset_;
  uint32_t free_ = 0;  // the first free slot; 0: none
  uint32_t end_ = 1;   // slot 0 stands for ids that name nothing
  uint64_t population_ = 0;
};

template <typename Row>
class Table final : public AnyTable {
 public:
  static_assert(std::is_trivially_copyable_v<Row>);
  static_assert(sizeof(Row) % 8 == 0, "make the row alignas(8)");
  static_assert(sizeof(Row) <= 64 * 8, "the undo log keeps a 64-bit mask");

  Table() : AnyTable(sizeof(Slot<Row>), offsetof(Slot<Row>, meta)) {
    Grow();
    at(0).meta.self = ~0u;  // no id has this value
  }

  Slot<Row>& at(uint32_t slot) {
    return reinterpret_cast<Slot<Row>*>(chunk(slot))[slot & (kChunkSize - 1)];
  }
  const Slot<Row>& at(uint32_t slot) const {
    return const_cast<Table*>(this)->at(slot);
  }

 private:
  char* NewChunk() override {
    owned_.push_back(std::make_unique<Slot<Row>[]>(kChunkSize));
    return reinterpret_cast<char*>(owned_.back().get());
  }

  std::vector<std::unique_ptr<Slot<Row>[]>> owned_;
};

// The first slot of the chain of rows with a natural key, as slot + 1.
using NameIndex = HashIndex<uint32_t>;

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_TABLE_H_
