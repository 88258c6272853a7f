#include "model/checkpoint.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace bindery::model {
namespace {

constexpr char kMagic[] = "BNDRYCK1";
constexpr size_t kMagicBytes = 8;
constexpr size_t kWord = sizeof(uint64_t);
constexpr size_t kHeaderBytes = kMagicBytes + 2 * kWord;
constexpr size_t kChunkWords = size_t{1} << 15;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "words are written as they are in memory");

// Each word changes the sum by a bijection.
uint64_t AddToSum(uint64_t sum, const uint64_t* words, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    sum = (sum ^ words[i]) * 0x9e3779b97f4a7c15u;
    sum ^= sum >> 29;
  }
  return sum;
}

absl::Status Failed(absl::string_view path, absl::string_view what) {
  return absl::UnavailableError(
      absl::StrCat(path, ": cannot ", what, ": ", std::strerror(errno)));
}

absl::Status Refused(absl::string_view path, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", why));
}

std::string TemporaryPath(absl::string_view path) {
  return absl::StrCat(path, ".new");
}

}  // namespace

std::string CheckpointPath(absl::string_view folder) {
  return absl::StrCat(folder, "/search.checkpoint");
}

void RemoveCheckpoint(absl::string_view folder) {
  std::remove(CheckpointPath(folder).c_str());
}

// ---------------------------------------------------------------- writing --

absl::StatusOr<CheckpointWriter> CheckpointWriter::Create(
    absl::string_view folder) {
  if (mkdir(std::string(folder).c_str(), 0777) != 0 && errno != EEXIST) {
    return Failed(folder, "make the folder");
  }
  std::string path = CheckpointPath(folder);
  File file(std::fopen(TemporaryPath(path).c_str(), "wb"));
  if (file == nullptr) return Failed(TemporaryPath(path), "write");
  const std::array<char, kHeaderBytes> header = {};
  std::fwrite(header.data(), 1, header.size(), file.get());
  return CheckpointWriter(std::move(path), std::move(file));
}

void CheckpointWriter::Words(const uint64_t* words, size_t count) {
  checksum_ = AddToSum(checksum_, words, count);
  size_ += count * kWord;
  std::fwrite(words, kWord, count, file_.get());
}

void CheckpointWriter::Bytes(absl::string_view bytes) {
  Word(bytes.size());
  const size_t whole = bytes.size() / kWord;
  for (size_t i = 0; i < whole; ++i, bytes.remove_prefix(kWord)) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), kWord);
    Word(word);
  }
  if (bytes.empty()) return;
  uint64_t last = 0;
  std::memcpy(&last, bytes.data(), bytes.size());
  Word(last);
}

absl::Status CheckpointWriter::Commit() {
  const std::string temporary = TemporaryPath(path_);
  std::array<char, kHeaderBytes> header;
  const uint64_t size = kHeaderBytes + size_;
  std::memcpy(header.data(), kMagic, kMagicBytes);
  std::memcpy(header.data() + kMagicBytes, &size, kWord);
  std::memcpy(header.data() + kMagicBytes + kWord, &checksum_, kWord);
  std::FILE* file = file_.get();
  // Earlier errors stick to the file.
  if (std::fseek(file, 0, SEEK_SET) != 0 ||
      std::fwrite(header.data(), 1, header.size(), file) != header.size() ||
      std::fflush(file) != 0 || std::ferror(file) != 0 ||
      fsync(fileno(file)) != 0) {
    const absl::Status failed = Failed(temporary, "write");
    std::remove(temporary.c_str());
    return failed;
  }
  file_.reset();
  if (std::rename(temporary.c_str(), path_.c_str()) != 0) {
    return Failed(path_, "rename to it");
  }
  const std::string folder = path_.substr(0, path_.rfind('/'));
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY);
  if (fd >= 0) {
    fsync(fd);
    close(fd);
  }
  return absl::OkStatus();
}

// ---------------------------------------------------------------- reading --

namespace {

// Sums up the body of a file that stands at its beginning.
uint64_t SumOf(std::FILE* file, uint64_t words) {
  std::vector<uint64_t> chunk(kChunkWords);
  uint64_t sum = 0;
  while (words > 0) {
    const size_t count = std::min<uint64_t>(words, chunk.size());
    if (std::fread(chunk.data(), kWord, count, file) != count) return ~sum;
    sum = AddToSum(sum, chunk.data(), count);
    words -= count;
  }
  return sum;
}

}  // namespace

absl::StatusOr<CheckpointReader> CheckpointReader::Open(
    absl::string_view folder) {
  std::string path = CheckpointPath(folder);
  File file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr && errno == ENOENT) {
    return absl::NotFoundError(absl::StrCat(path, ": there is no checkpoint"));
  }
  if (file == nullptr) return Failed(path, "read");
  std::array<char, kHeaderBytes> header;
  struct stat about;
  if (fstat(fileno(file.get()), &about) != 0) return Failed(path, "read");
  const uint64_t length = static_cast<uint64_t>(about.st_size);
  const size_t got = std::fread(header.data(), 1, header.size(), file.get());
  if (std::memcmp(header.data(), kMagic, std::min(got, kMagicBytes)) != 0) {
    return Refused(path, "not a checkpoint, or one of another version");
  }
  uint64_t size = 0, checksum = 0;
  if (got == header.size()) {
    std::memcpy(&size, header.data() + kMagicBytes, kWord);
    std::memcpy(&checksum, header.data() + kMagicBytes + kWord, kWord);
  }
  if (got < header.size() || length < size) {
    return Refused(path, absl::StrCat("truncated: ", length, " bytes are there",
                                      size > 0 ? " of " : "",
                                      size > 0 ? absl::StrCat(size) : ""));
  }
  if (length != size || size < kHeaderBytes || size % kWord != 0) {
    return Refused(path, "damaged: its length is not what it says");
  }
  const uint64_t words = (size - kHeaderBytes) / kWord;
  if (SumOf(file.get(), words) != checksum) {
    return Refused(path, "damaged: its checksum is wrong");
  }
  std::fseek(file.get(), kHeaderBytes, SEEK_SET);
  return CheckpointReader(std::move(path), std::move(file), words);
}

void CheckpointReader::Words(uint64_t* words, size_t count) {
  if (count > left_ || std::fread(words, kWord, count, file_.get()) != count) {
    ok_ = false;
    std::fill_n(words, count, 0);
    return;
  }
  left_ -= count;
}

uint64_t CheckpointReader::Word() {
  uint64_t word;
  Words(&word, 1);
  return word;
}

std::string CheckpointReader::Bytes() {
  const uint64_t size = Word();
  if (size / kWord > left_) {
    ok_ = false;
    return "";
  }
  std::string bytes((size + kWord - 1) / kWord * kWord, '\0');
  for (size_t i = 0; i < bytes.size(); i += kWord) {
    const uint64_t word = Word();
    std::memcpy(bytes.data() + i, &word, kWord);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace bindery::model
