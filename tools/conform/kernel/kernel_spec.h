#ifndef BINDERY_TOOLS_CONFORM_KERNEL_KERNEL_SPEC_H_
#define BINDERY_TOOLS_CONFORM_KERNEL_KERNEL_SPEC_H_

// Which kernel to ask, as `--kernel` and `--kernel_dir` say it.
//
//   uml-6.1, uml-6.12, ...  DIR/linux-uml-6.1, an ordinary program
//   6.1, 7.2-rust, ...      DIR/bzImage-6.1, in QEMU
//   this                    the kernel that runs now
//   PATH                    a file, of either kind, told by its first bytes
//
//   (nothing)               the newest DIR/linux-uml-VERSION-kasan, or without
//                           one the newest DIR/linux-uml-VERSION
//
// A name with a slash is a path. Versions are numbers with dots: an image with
// another word in its name is never taken unasked. Errors: InvalidArgument for
// a name that is malformed or a file that is no kernel; NotFound, with what to
// do about it, when the kernel is not there.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace bindery::conform {

enum class MachineKind { kUserMode, kQemu, kThisKernel };

struct KernelSpec {
  MachineKind kind = MachineKind::kThisKernel;
  std::string name;  // as the user wrote it, or would have
  std::string path;  // of the image; empty for kThisKernel
};

// Where tools/kernel/build puts kernels: $XDG_CACHE_HOME/bindery/kernels, or
// .cache/bindery/kernels in the home folder. Empty when there is neither.
std::string DefaultKernelFolder();

// An empty folder stands for the default one.
absl::StatusOr<KernelSpec> FindKernel(std::string_view name,
                                      const std::string& folder);

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_KERNEL_KERNEL_SPEC_H_
