#include "model/disk/byte_stream.h"

#include <algorithm>

namespace bindery::model {

void AppendNumber(uint64_t number, SpillFile* file) {
  char digits[10];
  size_t count = 0;
  for (; number >= 0x80; number >>= 7) {
    digits[count++] = static_cast<char>(number | 0x80);
  }
  digits[count++] = static_cast<char>(number);
  file->Append(digits, count);
}

uint64_t ByteReader::Number() {
  uint64_t number = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (taken_ == buffer_.size() && !Fill(1)) return 0;
    const uint8_t digit = static_cast<uint8_t>(buffer_[taken_++]);
    number |= static_cast<uint64_t>(digit & 0x7f) << shift;
    if (digit < 0x80) break;
  }
  return number;
}

absl::string_view ByteReader::Bytes(size_t count) {
  if (buffer_.size() - taken_ < count && !Fill(count)) return {};
  taken_ += count;
  return absl::string_view(buffer_).substr(taken_ - count, count);
}

void ByteReader::Skip(size_t count) {
  const size_t here = std::min(count, buffer_.size() - taken_);
  taken_ += here;
  if (here == count) return;
  offset_ += buffer_.size() + (count - here);
  buffer_.clear();
  taken_ = 0;
}

bool ByteReader::Fill(size_t count) {
  offset_ += taken_;
  taken_ = 0;
  const uint64_t left = offset_ < file_->size() ? file_->size() - offset_ : 0;
  const size_t want = std::max(count, file_->block_bytes());
  // Asking for more than there is makes it an error of the file.
  buffer_.resize(std::max<uint64_t>(count, std::min<uint64_t>(want, left)));
  if (file_->ReadAt(offset_, buffer_.data(), buffer_.size())) return true;
  buffer_.clear();
  return false;
}

}  // namespace bindery::model
