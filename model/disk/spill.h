// Files for what does not fit in memory: a folder, and files in it that have no
// names.
//
//  1. A file without a name is gone with the process, however that ends. So a
//     search leaves nothing behind, never meets what another one left, and any
//     number of them may use one folder, whatever else is in it.
//  2. The first error stands: from then on nothing is written, and reading
//     gives nothing. Whoever spills asks ok() now and then and is never in the
//     middle of a half-written record.
//  3. Data are kept in the order of bytes of the machine: no other one sees
//     them.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_DISK_SPILL_H_
#define BINDERY_MODEL_DISK_SPILL_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bindery::model {

class SpillFile;

class Spill {
 public:
  // `block_bytes`: how much is read or written at a time. Errors: "folder:
  // reason" if there is no such folder or no file can be made in it.
  static absl::StatusOr<std::unique_ptr<Spill>> Open(absl::string_view folder,
                                                     size_t block_bytes);

  // Empty. This must outlive it.
  std::unique_ptr<SpillFile> NewFile();

  bool ok() const { return status_.ok(); }
  // "folder: reason".
  const absl::Status& status() const { return status_; }
  size_t block_bytes() const { return block_bytes_; }
  // In all files: now, and at most so far.
  uint64_t bytes() const { return bytes_; }
  uint64_t peak_bytes() const { return peak_bytes_; }

 private:
  friend class SpillFile;

  Spill(absl::string_view folder, size_t block_bytes)
      : folder_(folder), block_bytes_(block_bytes) {}

  // A descriptor, or -1 and the status says why.
  int MakeFile();
  void Fail(absl::string_view what, int error);
  void AddBytes(uint64_t bytes);

  const std::string folder_;
  const size_t block_bytes_;
  absl::Status status_;
  uint64_t bytes_ = 0;
  uint64_t peak_bytes_ = 0;
};

class SpillFile {
 public:
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  void Append(const void* data, size_t bytes) {
    if (bytes > room_) [[unlikely]]
      return AppendSlowly(static_cast<const char*>(data), bytes);
    std::memcpy(end_, data, bytes);
    end_ += bytes;
    room_ -= bytes;
  }
  // Writes what is buffered and gives the buffer back. Needed before what was
  // appended is read.
  void Flush();
  // What was flushed.
  uint64_t size() const { return size_; }
  size_t block_bytes() const { return spill_->block_bytes(); }

  // False if that is not there or cannot be read, which is an error of the
  // Spill.
  bool ReadAt(uint64_t offset, void* out, size_t bytes) const;

 private:
  friend class Spill;

  SpillFile(Spill* spill, int fd) : spill_(spill), fd_(fd) {}

  void AppendSlowly(const char* data, size_t bytes);
  void WriteBuffer();

  Spill* const spill_;
  const int fd_;  // -1 if it could not be made
  uint64_t size_ = 0;
  std::unique_ptr<char[]> buffer_;
  char* end_ = nullptr;  // of what is in the buffer
  size_t room_ = 0;      // behind that
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_DISK_SPILL_H_
