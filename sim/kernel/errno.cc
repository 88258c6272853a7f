#include "sim/kernel/errno.h"

#include <cstring>

namespace bindery::sim {
namespace {

struct Entry {
  Errno value;
  const char* name;
};

constexpr Entry kNames[] = {
    {Errno::kEperm, "EPERM"},           {Errno::kEsrch, "ESRCH"},
    {Errno::kEintr, "EINTR"},           {Errno::kEbadf, "EBADF"},
    {Errno::kEagain, "EAGAIN"},         {Errno::kEnomem, "ENOMEM"},
    {Errno::kEfault, "EFAULT"},         {Errno::kEbusy, "EBUSY"},
    {Errno::kEnodev, "ENODEV"},         {Errno::kEinval, "EINVAL"},
    {Errno::kEmfile, "EMFILE"},         {Errno::kEnospc, "ENOSPC"},
    {Errno::kEproto, "EPROTO"},         {Errno::kEnotty, "ENOTTY"},
    {Errno::kEopnotsupp, "EOPNOTSUPP"}, {Errno::kEacces, "EACCES"},
    {Errno::kEnoent, "ENOENT"},         {Errno::kEexist, "EEXIST"},
    {Errno::kExdev, "EXDEV"},           {Errno::kEnotdir, "ENOTDIR"},
    {Errno::kEisdir, "EISDIR"},         {Errno::kEnotempty, "ENOTEMPTY"},
    {Errno::kEpipe, "EPIPE"},           {Errno::kEspipe, "ESPIPE"},
};

}  // namespace

const char* ErrnoName(int32_t value) {
  if (value >= 0) return "0";
  for (const Entry& entry : kNames) {
    if (Value(entry.value) == value) return entry.name;
  }
  return "E?";
}

int32_t ErrnoNumber(const char* name) {
  for (const Entry& entry : kNames) {
    if (std::strcmp(entry.name, name) == 0) return Value(entry.value);
  }
  return 0;
}

}  // namespace bindery::sim
