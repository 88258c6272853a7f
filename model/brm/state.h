// The state of BRM-1: cells of at most seven bits, with copies for Undo and a
// fingerprint that follows every write.
//
// Cells, in this order (absent ones take no bits in an encoding):
//   for each process    life, served, reply, buffer, reply buffer, inbox[Q]
//   for each node       flags, internal strong, local strong, local weak
//   for each (p, n)     the reference of p to n, absent if p owns n
//
//  1. Every change goes through Set(), which updates the fingerprint: the
//     exclusive or over all cells of a 128-bit key for (cell, value), from a
//     fixed generator.
//  2. Undo() restores the cells and the fingerprint of the latest Open(), which
//     copied them: 64 bytes, less work than a journal of what was changed.
//  3. Encode() is the cells bit by bit, each in its fixed width; one state has
//     one encoding.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_BRM_STATE_H_
#define BINDERY_MODEL_BRM_STATE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/brm/params.h"
#include "model/concept.h"

namespace bindery::model {

// The values of the cells, as bit fields.
namespace brm {

// Life of a process.
constexpr int kAlive = 1;
constexpr int kWaiting = 2;

// An inbox slot is 0 if empty, else (sender + 1) << 4 | one-way << 3 | object;
// the sender P is one that has died.
constexpr int kOneWay = 8;
constexpr int SlotOf(int sender, int one_way, int object) {
  return (sender + 1) << 4 | one_way | object;
}
constexpr int SenderOf(int slot) { return (slot >> 4) - 1; }
constexpr int ObjectOf(int slot) { return slot & 7; }

// Flags of a node: two bits of life, then five flags.
constexpr int kNodeLife = 3;
constexpr int kFree = 0;
constexpr int kLive = 1;
constexpr int kOwnerDead = 2;
constexpr int kHasStrong = 4;
constexpr int kPendingStrong = 8;
constexpr int kHasWeak = 16;
constexpr int kPendingWeak = 32;
constexpr int kWork = 64;

// A reference: strong and weak count, death notification. It exists while one
// of the counts is positive.
constexpr int kStrong = 3;
constexpr int kOneStrong = 1;
constexpr int kWeak = 12;
constexpr int kOneWeak = 4;
constexpr int kCounts = kStrong | kWeak;
constexpr int kNotice = 7 << 4;
constexpr int kNoNotice = 0 << 4;
constexpr int kRequested = 1 << 4;
constexpr int kQueued = 2 << 4;
constexpr int kDelivered = 3 << 4;
constexpr int kAcknowledged = 4 << 4;

}  // namespace brm

// How a permutation of processes and nodes acts on the cells: cell c moves to
// to[c], and a value v in it becomes values[kind[c]][v].
struct BrmImage {
  static constexpr int kMaxCells = 64;
  static constexpr int kValues = 128;
  enum Kind : uint8_t { kSame, kServed, kObject, kInbox, kKinds };

  std::array<uint8_t, kMaxCells> to = {};
  std::array<Kind, kMaxCells> kind = {};
  std::array<std::array<uint8_t, kValues>, kKinds> values = {};
};

class BrmState {
 public:
  // All cells are zero.
  explicit BrmState(const BrmParams& params);

  // Cell numbers.
  int Life(int p) const { return p * process_cells_; }
  int Served(int p) const { return Life(p) + 1; }
  int Reply(int p) const { return Life(p) + 2; }
  int Buffer(int p) const { return Life(p) + 3; }
  int ReplyBuffer(int p) const { return Life(p) + 4; }
  int Inbox(int p, int i) const { return Life(p) + 5 + i; }
  int Flags(int n) const { return first_node_ + n * 4; }
  int InternalStrong(int n) const { return Flags(n) + 1; }
  int LocalStrong(int n) const { return Flags(n) + 2; }
  int LocalWeak(int n) const { return Flags(n) + 3; }
  int Ref(int p, int n) const { return first_ref_ + p * nodes_ + n; }

  int Get(int cell) const { return cells_[cell]; }

  void Set(int cell, int value) {
    sum_ ^= Key(cell, cells_[cell]) ^ Key(cell, value);
    cells_[cell] = static_cast<uint8_t>(value);
  }
  void Add(int cell, int delta) { Set(cell, cells_[cell] + delta); }

  // Opens an undo level.
  void Open() { levels_.push_back({cells_, sum_}); }
  void Undo();
  // Makes the current state the bottom: nothing can be undone any more.
  void ForgetHistory();

  Fingerprint fingerprint() const { return {sum_[1], sum_[0]}; }
  Fingerprint FingerprintOfImage(const BrmImage& image) const;
  // Opens an undo level and replaces the state by its image.
  void BecomeImage(const BrmImage& image);
  void Encode(std::string* bytes) const;
  // Requires what Encode() of a state with the same parameters gave.
  void Decode(absl::string_view encoded);

 private:
  static constexpr int kMaxCells = BrmImage::kMaxCells;
  static constexpr int kValues = BrmImage::kValues;
  // A fingerprint, low half first, that is written and read as a whole: two
  // halves would stall the load of the whole that follows each Apply.
  using Lanes = uint64_t __attribute__((vector_size(16)));
  using Keys = std::array<Lanes, kMaxCells * kValues>;

  using Cells = std::array<uint8_t, kMaxCells>;
  struct alignas(16) Level {
    Cells cells;
    Lanes sum;
  };

  static const Keys& SharedKeys();
  const Lanes& Key(int cell, int value) const {
    return (*keys_)[cell * kValues + value];
  }
  Lanes SumOfCells() const;

  const int nodes_;
  const int process_cells_;
  const int first_node_;
  const int first_ref_;
  const int cell_count_;
  const Keys* const keys_;
  Cells widths_ = {};  // bits in an encoding
  alignas(16) Cells cells_ = {};
  Lanes sum_ = {};
  std::vector<Level> levels_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_STATE_H_
