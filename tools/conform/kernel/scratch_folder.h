#ifndef BINDERY_TOOLS_CONFORM_KERNEL_SCRATCH_FOLDER_H_
#define BINDERY_TOOLS_CONFORM_KERNEL_SCRATCH_FOLDER_H_

// A new folder in the place for temporary files, which the destructor removes
// with its contents.

#include <string>

namespace bindery::conform {

class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  // Empty when no folder could be made.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_KERNEL_SCRATCH_FOLDER_H_
