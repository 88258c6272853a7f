#include "model/exact_names.h"

#include <cstring>
#include <limits>
#include <utility>

#include "base/check.h"

namespace bindery::model {
namespace {

constexpr size_t kFirstBytes = size_t{2} << 20;
constexpr size_t kSlotBytes = 2 * sizeof(uint64_t);
constexpr size_t kWordBytes = sizeof(uint64_t);

// The largest numbers are reserved, and some room is left for threads that ask
// for one at the same time.
constexpr uint32_t kReserved = std::numeric_limits<uint32_t>::max();
constexpr uint64_t kLastNumber = kReserved - 1000;

// Bijections (the finalizer of splitmix64), the first from a key to what is
// stored: zero, which means an empty slot, stands for one key only.
uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
uint64_t Stored(uint64_t key) { return Mix(key ^ 0x9e3779b97f4a7c15u); }

uint64_t Join(uint32_t first, uint32_t second) {
  return static_cast<uint64_t>(first) << 32 | second;
}

std::atomic_ref<uint64_t> Atomic(uint64_t* word) {
  return std::atomic_ref<uint64_t>(*word);
}

}  // namespace

NumberTable::NumberTable(uint32_t reserved) : reserved_(reserved) {
  BINDERY_CHECK_MSG(Allocate(kFirstBytes), "no memory for a dictionary");
}

bool NumberTable::Allocate(size_t bytes) {
  auto array = std::make_unique<ZeroedArray>();
  if (!array->Grow(bytes)) return false;
  array_ = std::move(array);
  slots_ = bytes / kSlotBytes;
  return true;
}

size_t NumberTable::HomeOf(uint64_t stored) const {
  return static_cast<size_t>(
      (static_cast<unsigned __int128>(stored) * slots_) >> 64);
}

// Whoever puts a key into an empty slot adds its number next; others that meet
// the key meanwhile wait for it.
uint32_t NumberTable::NumberOf(uint64_t key, std::atomic<uint64_t>* numbers) {
  const uint64_t stored = Stored(key);
  if (stored == 0) return reserved_;
  size_t i = HomeOf(stored);
  for (size_t tried = 0; tried < slots_; ++tried) {
    uint64_t* slot = SlotAt(i);
    uint64_t found = Atomic(slot).load(std::memory_order_relaxed);
    if (found == 0) {
      if (numbers->load(std::memory_order_relaxed) > kLastNumber) return 0;
      if (Atomic(slot).compare_exchange_strong(found, stored,
                                               std::memory_order_relaxed)) {
        size_.fetch_add(1, std::memory_order_relaxed);
        const uint64_t number = numbers->fetch_add(1);
        Atomic(slot + 1).store(number, std::memory_order_relaxed);
        return static_cast<uint32_t>(number);
      }
    }
    if (found == stored) {
      uint64_t number = 0;
      while (number == 0) {
        number = Atomic(slot + 1).load(std::memory_order_relaxed);
      }
      return static_cast<uint32_t>(number);
    }
    if (++i == slots_) i = 0;
  }
  return 0;
}

bool NumberTable::Grow() {
  std::unique_ptr<ZeroedArray> old = std::move(array_);
  const size_t old_slots = slots_;
  if (!Allocate(2 * old->bytes())) {
    array_ = std::move(old);
    return false;
  }
  for (size_t from = 0; from < old_slots; ++from) {
    const uint64_t* slot = old->words() + 2 * from;
    if (slot[0] == 0) continue;
    size_t i = HomeOf(slot[0]);
    while (SlotAt(i)[0] != 0) {
      if (++i == slots_) i = 0;
    }
    SlotAt(i)[0] = slot[0];
    SlotAt(i)[1] = slot[1];
  }
  return true;
}

bool NumberTable::Restore(size_t bytes, uint64_t size) {
  if (bytes < kSlotBytes || bytes != ZeroedArray::RoundUp(bytes)) return false;
  if (!Allocate(bytes)) return false;
  size_ = size;
  return true;
}

ExactNames::ExactNames()
    : tables_{NumberTable(kReserved), NumberTable(kReserved - 1),
              NumberTable(kReserved - 2)} {}

bool ExactNames::NumberWords(absl::string_view bytes, Scratch* numbers) {
  numbers->clear();
  for (; bytes.size() >= kWordBytes; bytes.remove_prefix(kWordBytes)) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), kWordBytes);
    numbers->push_back(tables_[kWords].NumberOf(word, &next_));
    if (numbers->back() == 0) return false;
  }
  if (bytes.empty()) return true;
  uint64_t tail = 0;
  std::memcpy(&tail, bytes.data(), bytes.size());
  tail |= static_cast<uint64_t>(bytes.size()) << 56;
  numbers->push_back(tables_[kTails].NumberOf(tail, &next_));
  return numbers->back() != 0;
}

// Replaces neighbours by the number of their pair; one that is left over stays
// as it is.
bool ExactNames::PairUp(Scratch* numbers) {
  size_t out = 0;
  for (size_t i = 0; i < numbers->size(); i += 2) {
    uint32_t number = (*numbers)[i];
    if (i + 1 < numbers->size()) {
      number =
          tables_[kPairs].NumberOf(Join(number, (*numbers)[i + 1]), &next_);
    }
    if (number == 0) return false;
    (*numbers)[out++] = number;
  }
  numbers->resize(out);
  return true;
}

std::optional<uint64_t> ExactNames::NameOf(absl::string_view bytes,
                                           Scratch* scratch) {
  if (!NumberWords(bytes, scratch)) return std::nullopt;
  while (scratch->size() > 2) {
    if (!PairUp(scratch)) return std::nullopt;
  }
  // No number is zero: a missing one cannot be mistaken.
  scratch->resize(2, 0);
  return Mix(Join((*scratch)[0], (*scratch)[1]));
}

bool ExactNames::GrowthIsDue() const {
  for (const NumberTable& table : tables_) {
    if (table.GrowthIsDue()) return true;
  }
  return false;
}

bool ExactNames::GrowIfDue() {
  for (NumberTable& table : tables_) {
    if (table.GrowthIsDue() && !table.Grow()) return false;
  }
  return true;
}

size_t ExactNames::bytes() const {
  size_t sum = 0;
  for (const NumberTable& table : tables_) sum += table.bytes();
  return sum;
}

}  // namespace bindery::model
