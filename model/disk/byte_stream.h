// Numbers and byte strings in a file, to be read in the order of writing. A
// number takes seven bits to a byte, low ones first.
//
// Not thread-safe.
#ifndef BINDERY_MODEL_DISK_BYTE_STREAM_H_
#define BINDERY_MODEL_DISK_BYTE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "model/disk/spill.h"

namespace bindery::model {

void AppendNumber(uint64_t number, SpillFile* file);

class ByteReader {
 public:
  // The file is flushed and outlives the reader.
  explicit ByteReader(const SpillFile* file) : file_(file) {}

  // Zero and nothing, respectively, if the file cannot be read.
  uint64_t Number();
  // Valid until the next call.
  absl::string_view Bytes(size_t count);
  void Skip(size_t count);

 private:
  // Makes the buffer begin at the place of reading, with at least so many
  // bytes.
  bool Fill(size_t count);

  const SpillFile* const file_;
  uint64_t offset_ = 0;  // of the buffer in the file
  std::string buffer_;
  size_t taken_ = 0;  // of the buffer
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_DISK_BYTE_STREAM_H_
