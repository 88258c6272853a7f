// The modelled errno: what a kernel function returns, never a C++ error.
#ifndef BINDERY_SIM_KERNEL_ERRNO_H_
#define BINDERY_SIM_KERNEL_ERRNO_H_

#include <cstdint>

namespace bindery::sim {

// Zero or a negative errno with Linux's numbers.
enum class Errno : int32_t {
  kOk = 0,
  kEperm = -1,
  kEnoent = -2,
  kEsrch = -3,
  kEintr = -4,
  kEbadf = -9,
  kEagain = -11,
  kEnomem = -12,
  kEacces = -13,
  kEfault = -14,
  kEbusy = -16,
  kEexist = -17,
  kExdev = -18,
  kEnodev = -19,
  kEnotdir = -20,
  kEisdir = -21,
  kEinval = -22,
  kEmfile = -24,
  kEnotty = -25,
  kEnospc = -28,
  kEspipe = -29,
  kEpipe = -32,
  kEnotempty = -39,
  kEproto = -71,
  kEopnotsupp = -95,
};

constexpr int32_t Value(Errno e) { return static_cast<int32_t>(e); }

// "EAGAIN" for -11; "0" for success; "E?" for numbers that nothing here uses.
const char* ErrnoName(int32_t value);
// The negative number of a name such as "EAGAIN"; 0 if there is no such name.
int32_t ErrnoNumber(const char* name);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_ERRNO_H_
