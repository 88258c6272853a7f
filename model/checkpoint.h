// Checkpoint files: written beside and renamed, so that a folder always holds
// the latest whole one, and checked before anything in them is believed.
//
//   magic      8 bytes, which name the format and its version
//   size       of the file, 8 bytes
//   checksum   of what follows, 8 bytes
//   body       words of 8 bytes, low byte first, and byte strings padded to
//              words, as the writer put them
//
// Any changed, lost or added byte is noticed: the checksum changes with each
// single word, and by chance agrees once in 2^64 times else. Not thread-safe.
#ifndef BINDERY_MODEL_CHECKPOINT_H_
#define BINDERY_MODEL_CHECKPOINT_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bindery::model {

// The file in a folder.
std::string CheckpointPath(absl::string_view folder);

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

class CheckpointWriter {
 public:
  // Makes the folder if it is not there. Errors: "path: reason".
  static absl::StatusOr<CheckpointWriter> Create(absl::string_view folder);

  void Word(uint64_t word) { Words(&word, 1); }
  void Words(const uint64_t* words, size_t count);
  void Bytes(absl::string_view bytes);

  // Makes it the folder's checkpoint, on disk before this returns. Errors:
  // "path: reason"; the one before is then still there.
  absl::Status Commit();

 private:
  CheckpointWriter(std::string path, File file)
      : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  File file_;
  uint64_t size_ = 0;
  uint64_t checksum_ = 0;
};

class CheckpointReader {
 public:
  // Reads the whole file once to check it. Errors: NotFound if there is none;
  // InvalidArgument "path: reason" if it is not a checkpoint, of another
  // version, truncated or damaged.
  static absl::StatusOr<CheckpointReader> Open(absl::string_view folder);

  // These give zeroes and nothing after the end; ok() is false then.
  uint64_t Word();
  void Words(uint64_t* words, size_t count);
  std::string Bytes();
  bool ok() const { return ok_; }
  const std::string& path() const { return path_; }

 private:
  CheckpointReader(std::string path, File file, uint64_t left)
      : path_(std::move(path)), file_(std::move(file)), left_(left) {}

  std::string path_;
  File file_;
  uint64_t left_;  // words
  bool ok_ = true;
};

// Removes the folder's checkpoint, if there is one.
void RemoveCheckpoint(absl::string_view folder);

}  // namespace bindery::model

#endif  // BINDERY_MODEL_CHECKPOINT_H_
