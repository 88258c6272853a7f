#include "model/disk/spill.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"

namespace bindery::model {
namespace {

// File systems that cannot make a file without a name; the last two are what
// older kernels say.
bool NeedsName(int error) {
  return error == EOPNOTSUPP || error == EINVAL || error == EISDIR;
}

// The name is there for an instant only.
int MakeNamedFile(const std::string& folder) {
  std::string path = folder + "/bindery-XXXXXX";
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd >= 0) unlink(path.c_str());
  return fd;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Spill>> Spill::Open(absl::string_view folder,
                                                   size_t block_bytes) {
  std::unique_ptr<Spill> spill(new Spill(folder, block_bytes));
  struct stat about;
  if (stat(spill->folder_.c_str(), &about) != 0) {
    spill->Fail(errno == ENOENT ? "make it first" : "cannot be used", errno);
  } else if (!S_ISDIR(about.st_mode)) {
    spill->Fail("give a folder", ENOTDIR);
  } else {
    // What cannot work is to fail before the search begins.
    spill->NewFile();
  }
  if (!spill->ok()) return spill->status();
  return spill;
}

std::unique_ptr<SpillFile> Spill::NewFile() {
  return std::unique_ptr<SpillFile>(new SpillFile(this, MakeFile()));
}

int Spill::MakeFile() {
  if (!ok()) return -1;
  int fd = open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0 && NeedsName(errno)) fd = MakeNamedFile(folder_);
  if (fd < 0) Fail("cannot make a file in it", errno);
  return fd;
}

void Spill::Fail(absl::string_view what, int error) {
  if (!status_.ok()) return;
  status_ = absl::UnavailableError(absl::StrCat(
      folder_, ": ", what, ": ",
      error == 0 ? "the file ends too early" : std::strerror(error)));
}

void Spill::AddBytes(uint64_t bytes) {
  bytes_ += bytes;
  peak_bytes_ = std::max(peak_bytes_, bytes_);
}

SpillFile::~SpillFile() {
  spill_->bytes_ -= size_;
  if (fd_ >= 0) close(fd_);
}

void SpillFile::AppendSlowly(const char* data, size_t bytes) {
  const size_t block = spill_->block_bytes();
  if (buffer_ == nullptr) {
    buffer_.reset(new char[block]);
    end_ = buffer_.get();
    room_ = block;
  }
  while (bytes > 0) {
    if (room_ == 0) WriteBuffer();
    const size_t part = std::min(bytes, room_);
    std::memcpy(end_, data, part);
    end_ += part;
    room_ -= part;
    data += part;
    bytes -= part;
  }
}

void SpillFile::WriteBuffer() {
  const char* from = buffer_.get();
  // A short write is followed by one that says what is wrong.
  while (from < end_ && spill_->ok()) {
    const ssize_t written = pwrite(fd_, from, static_cast<size_t>(end_ - from),
                                   static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      spill_->Fail(absl::StrCat("cannot write, with ", spill_->bytes() >> 20,
                                " MB written"),
                   errno);
      break;
    }
    from += written;
    size_ += static_cast<uint64_t>(written);
    spill_->AddBytes(static_cast<uint64_t>(written));
  }
  end_ = buffer_.get();
  room_ = spill_->block_bytes();
}

void SpillFile::Flush() {
  if (buffer_ == nullptr) return;
  WriteBuffer();
  buffer_.reset();
  end_ = nullptr;
  room_ = 0;
}

bool SpillFile::ReadAt(uint64_t offset, void* out, size_t bytes) const {
  char* to = static_cast<char*>(out);
  while (bytes > 0 && spill_->ok()) {
    const ssize_t got = pread(fd_, to, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      spill_->Fail("cannot read", got == 0 ? 0 : errno);
      break;
    }
    to += got;
    offset += static_cast<uint64_t>(got);
    bytes -= static_cast<size_t>(got);
  }
  return spill_->ok();
}

}  // namespace bindery::model
