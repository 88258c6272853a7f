#ifndef BINDERY_TOOLS_CONFORM_KERNEL_CPIO_H_
#define BINDERY_TOOLS_CONFORM_KERNEL_CPIO_H_

// Writes an archive in the "newc" format of cpio, which the Linux kernel
// unpacks as its first root file system.
//
//   CpioWriter writer;
//   writer.AddFolder("dev");
//   writer.AddFile("init", 0755, bytes);
//   std::string archive = writer.Finish();
//
// 1. Everything belongs to root and has time 0: the same calls make the same
//    bytes.
// 2. Paths are relative; a folder is added before what it holds, as the kernel
//    makes no folders by itself.
// 3. A file has less than 4 GiB (the format's fields have eight digits).
//
// Not covered: links, sparse files, checksums, reading.

#include <cstdint>
#include <string>
#include <string_view>

namespace bindery::conform {

class CpioWriter {
 public:
  void AddFolder(std::string_view path);
  void AddFile(std::string_view path, uint32_t permissions,
               std::string_view bytes);
  void AddCharacterDevice(std::string_view path, uint32_t permissions,
                          uint32_t major, uint32_t minor);

  // The archive with its trailer. The writer is spent.
  std::string Finish();

 private:
  struct Header {
    uint32_t mode = 0;
    uint32_t links = 1;
    uint32_t device_major = 0;
    uint32_t device_minor = 0;
  };
  void Add(std::string_view path, const Header& header, std::string_view bytes);
  void AppendField(uint32_t value);
  void Pad();

  std::string archive_;
  uint32_t next_inode_ = 1;
};

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_KERNEL_CPIO_H_
