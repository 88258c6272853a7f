// Sorted sequences of records that are larger than memory: runs, and what
// merges them. A record is some words, compared from the first to the last; the
// first K of them are its key.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_DISK_RECORDS_H_
#define BINDERY_MODEL_DISK_RECORDS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "model/disk/spill.h"

namespace bindery::model {

template <size_t N>
using Record = std::array<uint64_t, N>;

template <size_t K, size_t N>
bool SameKey(const Record<N>& a, const Record<N>& b) {
  return std::equal(a.begin(), a.begin() + K, b.begin());
}

// Reads a run from its beginning: a flushed file, or records in memory. Both
// must outlive the reader.
template <size_t N>
class RunReader {
 public:
  explicit RunReader(const SpillFile* file)
      : file_(file),
        records_(file->size() / sizeof(Record<N>)),
        per_block_(
            std::max<size_t>(1, file->block_bytes() / sizeof(Record<N>))) {
    ReadBlock(0);
  }
  explicit RunReader(const std::vector<Record<N>>& records)
      : current_(records.data()), end_(records.data() + records.size()) {}

  // The record to be read next; null behind the last one.
  const Record<N>* current() const {
    return current_ == end_ ? nullptr : current_;
  }
  // Requires current().
  void Advance() {
    ++current_;
    if (current_ == end_ && file_ != nullptr) ReadBlock(block_ + 1);
  }
  // Goes on to the first record that is not below `key`. Blocks in which it
  // cannot be are not read.
  void SkipTo(const Record<N>& key) {
    if (current_ != end_ && end_[-1] < key) FindBlock(key);
    for (int i = 0; i < 8 && current_ != end_ && *current_ < key; ++i) {
      ++current_;
    }
    current_ = std::lower_bound(current_, end_, key);
    if (current_ == end_ && file_ != nullptr) ReadBlock(block_ + 1);
  }

 private:
  void ReadBlock(uint64_t block) {
    block_ = block;
    const uint64_t first = block * per_block_;
    const uint64_t count =
        first < records_ ? std::min<uint64_t>(records_ - first, per_block_) : 0;
    buffer_.resize(count);
    const size_t bytes = count * sizeof(Record<N>);
    if (!file_->ReadAt(first * sizeof(Record<N>), buffer_.data(), bytes)) {
      buffer_.clear();
    }
    current_ = buffer_.data();
    end_ = current_ + buffer_.size();
  }

  bool BeginsAtOrBelow(uint64_t block, const Record<N>& key) const {
    if (block * per_block_ >= records_) return false;
    Record<N> first;
    return file_->ReadAt(block * per_block_ * sizeof(first), &first,
                         sizeof(first)) &&
           first <= key;
  }

  // The last block that does not begin above `key`, by growing steps and then
  // shrinking ones.
  void FindBlock(const Record<N>& key) {
    if (file_ == nullptr) {
      current_ = end_;
      return;
    }
    uint64_t block = block_;
    uint64_t step = 1;
    for (; BeginsAtOrBelow(block + step, key); step *= 2) block += step;
    for (step /= 2; step > 0; step /= 2) {
      if (BeginsAtOrBelow(block + step, key)) block += step;
    }
    if (block != block_) {
      ReadBlock(block);
    } else {
      current_ = end_;
    }
  }

  const SpillFile* file_ = nullptr;
  uint64_t records_ = 0;  // in the file
  size_t per_block_ = 0;
  uint64_t block_ = 0;  // in the buffer
  std::vector<Record<N>> buffer_;
  const Record<N>* current_ = nullptr;
  const Record<N>* end_ = nullptr;
};

// The records of several runs in order.
template <size_t N>
class Merger {
 public:
  void Add(std::unique_ptr<RunReader<N>> reader) {
    if (reader->current() == nullptr) return;
    heap_.push_back(std::move(reader));
    for (size_t i = heap_.size() / 2; i > 0; --i) SiftDown(i - 1);
  }

  // False behind the last one.
  bool Next(Record<N>* record) {
    if (heap_.empty()) return false;
    *record = *heap_.front()->current();
    heap_.front()->Advance();
    if (heap_.front()->current() == nullptr) {
      std::swap(heap_.front(), heap_.back());
      heap_.pop_back();
    }
    if (!heap_.empty()) SiftDown(0);
    return true;
  }

 private:
  bool Less(size_t a, size_t b) const {
    return *heap_[a]->current() < *heap_[b]->current();
  }

  void SiftDown(size_t i) {
    for (;;) {
      size_t least = 2 * i + 1;
      if (least >= heap_.size()) return;
      if (least + 1 < heap_.size() && Less(least + 1, least)) ++least;
      if (!Less(least, i)) return;
      std::swap(heap_[i], heap_[least]);
      i = least;
    }
  }

  std::vector<std::unique_ptr<RunReader<N>>> heap_;
};

// Writes what a merger has left, of records with one key the first.
template <size_t K, size_t N>
std::unique_ptr<SpillFile> WriteMerged(Merger<N>* merger, Spill* spill) {
  std::unique_ptr<SpillFile> file = spill->NewFile();
  Record<N> last = {};
  Record<N> record;
  for (bool first = true; merger->Next(&record); first = false) {
    if (first || !SameKey<K>(record, last)) file->Append(&record, sizeof(last));
    last = record;
  }
  file->Flush();
  return file;
}

// Sorts any number of records in bounded memory: full buffers become runs, and
// kFanIn runs of one size become one. Of records with one key at least the
// least is kept.
template <size_t K, size_t N>
class Sorter {
 public:
  static constexpr size_t kFanIn = 16;

  // `spill` outlives this. `bytes` is the size of the buffer.
  Sorter(Spill* spill, size_t bytes)
      : spill_(spill),
        capacity_(std::max<size_t>(1, bytes / sizeof(Record<N>))) {}

  void Add(const Record<N>& record) {
    if (buffer_.capacity() == 0) buffer_.reserve(capacity_);
    if (buffer_.size() == capacity_) SpillBuffer();
    buffer_.push_back(record);
  }

  // What was added, in order. It is there until Clear().
  Merger<N> Sorted() {
    SortBuffer();
    while (runs_.size() > kFanIn) MergeLast(kFanIn);
    Merger<N> merger;
    for (const Run& run : runs_) {
      merger.Add(std::make_unique<RunReader<N>>(run.file.get()));
    }
    merger.Add(std::make_unique<RunReader<N>>(buffer_));
    return merger;
  }

  void Clear() {
    runs_.clear();
    buffer_.clear();
  }

  // Since the last Clear().
  size_t runs() const { return runs_.size(); }
  size_t bytes() const { return buffer_.capacity() * sizeof(Record<N>); }

 private:
  struct Run {
    std::unique_ptr<SpillFile> file;
    int tier;  // how often its records were merged
  };

  void SortBuffer() {
    std::sort(buffer_.begin(), buffer_.end());
    buffer_.erase(std::unique(buffer_.begin(), buffer_.end(), SameKey<K, N>),
                  buffer_.end());
  }

  void SpillBuffer() {
    SortBuffer();
    std::unique_ptr<SpillFile> file = spill_->NewFile();
    file->Append(buffer_.data(), buffer_.size() * sizeof(Record<N>));
    file->Flush();
    runs_.push_back({std::move(file), 0});
    buffer_.clear();
    while (runs_.size() >= kFanIn &&
           runs_[runs_.size() - kFanIn].tier == runs_.back().tier) {
      MergeLast(kFanIn);
    }
  }

  void MergeLast(size_t count) {
    Merger<N> merger;
    const auto first = runs_.end() - static_cast<std::ptrdiff_t>(count);
    for (auto run = first; run != runs_.end(); ++run) {
      merger.Add(std::make_unique<RunReader<N>>(run->file.get()));
    }
    const int tier = first->tier + 1;
    std::unique_ptr<SpillFile> file = WriteMerged<K>(&merger, spill_);
    runs_.erase(first, runs_.end());
    runs_.push_back({std::move(file), tier});
  }

  Spill* const spill_;
  const size_t capacity_;
  std::vector<Record<N>> buffer_;
  std::vector<Run> runs_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_DISK_RECORDS_H_
