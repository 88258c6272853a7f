// The shim stands in for ptrace() in this program: registers go through a
// buffer that is too small for them.
#include <elf.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "gtest/gtest.h"

namespace {

// The part that every processor has: the legacy area, up to the upper halves.
constexpr size_t kSmall = 832;
void* const kRegisters = reinterpret_cast<void*>(NT_X86_XSTATE);

class PtraceShimTest : public testing::Test {
 protected:
  void SetUp() override {
    child_ = fork();
    if (child_ == 0) {
      syscall(SYS_ptrace, PTRACE_TRACEME, 0, nullptr, nullptr);
      raise(SIGSTOP);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child_, &status, 0), child_);
    ASSERT_TRUE(WIFSTOPPED(status));
  }
  void TearDown() override {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }

  std::array<unsigned char, kSmall> bytes_ = {};
  iovec part_ = {bytes_.data(), bytes_.size()};
  pid_t child_ = 0;
};

// Where they are not larger, with AVX but nothing newer, the part is the whole.
TEST_F(PtraceShimTest, TheHostTakesNoPartOfTheRegisters) {
  std::array<unsigned char, 1 << 16> room;
  iovec whole = {room.data(), room.size()};
  ASSERT_EQ(syscall(SYS_ptrace, PTRACE_GETREGSET, child_, kRegisters, &whole),
            0);
  if (whole.iov_len <= kSmall) GTEST_SKIP() << "no larger registers here";
  ASSERT_EQ(syscall(SYS_ptrace, PTRACE_GETREGSET, child_, kRegisters, &part_),
            0);
  EXPECT_EQ(syscall(SYS_ptrace, PTRACE_SETREGSET, child_, kRegisters, &part_),
            -1);
}

TEST_F(PtraceShimTest, APartOfTheRegistersIsWrittenAndReadBack) {
  ASSERT_EQ(ptrace(PTRACE_GETREGSET, child_, kRegisters, &part_), 0);
  constexpr size_t kXmm0 = 160;
  std::memset(&bytes_[kXmm0], 0x5a, 16);
  bytes_[512] |= 3;  // in use: the legacy areas
  ASSERT_EQ(ptrace(PTRACE_SETREGSET, child_, kRegisters, &part_), 0)
      << std::strerror(errno);
  bytes_.fill(0);
  ASSERT_EQ(ptrace(PTRACE_GETREGSET, child_, kRegisters, &part_), 0);
  for (size_t i = 0; i < 16; ++i) EXPECT_EQ(bytes_[kXmm0 + i], 0x5a) << i;
}

TEST_F(PtraceShimTest, OtherRequestsGoThrough) {
  static const long word = 0x1234567890;
  errno = 0;
  EXPECT_EQ(ptrace(PTRACE_PEEKDATA, child_, &word, nullptr), word);
  EXPECT_EQ(errno, 0);
  EXPECT_EQ(ptrace(PTRACE_PEEKDATA, child_, nullptr, nullptr), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(ptrace(PTRACE_CONT, child_, nullptr, nullptr), 0);
  EXPECT_EQ(ptrace(PTRACE_CONT, 0, nullptr, nullptr), -1);
  EXPECT_EQ(errno, ESRCH);
}

}  // namespace
