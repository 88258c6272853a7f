#include "tools/conform/kernel/cpio.h"

#include <utility>

#include "base/check.h"

namespace bindery::conform {
namespace {

constexpr uint32_t kFolderType = 0040000;
constexpr uint32_t kFileType = 0100000;
constexpr uint32_t kCharacterDeviceType = 0020000;
constexpr size_t kAlignment = 4;
constexpr std::string_view kMagic = "070701";
constexpr std::string_view kTrailer = "TRAILER!!!";

}  // namespace

void CpioWriter::AppendField(uint32_t value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = 28; shift >= 0; shift -= 4) {
    archive_ += kDigits[value >> shift & 15];
  }
}

void CpioWriter::Pad() { archive_.append(-archive_.size() % kAlignment, '\0'); }

void CpioWriter::Add(std::string_view path, const Header& header,
                     std::string_view bytes) {
  BINDERY_CHECK_MSG(bytes.size() <= UINT32_MAX, "a file of cpio is < 4 GiB");
  const uint32_t fields[] = {
      next_inode_++,
      header.mode,
      0,  // uid
      0,  // gid
      header.links,
      0,  // time
      static_cast<uint32_t>(bytes.size()),
      0,  // device of the file system, major
      0,  // and minor
      header.device_major,
      header.device_minor,
      static_cast<uint32_t>(path.size()) + 1,
      0,  // checksum
  };
  archive_ += kMagic;
  for (uint32_t field : fields) AppendField(field);
  archive_ += path;
  archive_ += '\0';
  Pad();
  archive_ += bytes;
  Pad();
}

void CpioWriter::AddFolder(std::string_view path) {
  Add(path, {.mode = kFolderType | 0755, .links = 2}, "");
}

void CpioWriter::AddFile(std::string_view path, uint32_t permissions,
                         std::string_view bytes) {
  Add(path, {.mode = kFileType | permissions}, bytes);
}

void CpioWriter::AddCharacterDevice(std::string_view path, uint32_t permissions,
                                    uint32_t major, uint32_t minor) {
  Add(path,
      {.mode = kCharacterDeviceType | permissions,
       .device_major = major,
       .device_minor = minor},
      "");
}

std::string CpioWriter::Finish() {
  Add(kTrailer, {}, "");
  return std::move(archive_);
}

}  // namespace bindery::conform
