#include "tools/conform/kernel/boot.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tools/conform/kernel/cpio.h"
#include "tools/conform/kernel/embedded.h"
#include "tools/conform/kernel/scratch_folder.h"

namespace bindery::conform {
namespace {

// What every kernel is told: to stop at the first error of its own, to print
// warnings and worse, and not to wait for ticks at the end of a grace period:
// the driver waits for one when it releases a thread that has polled, which
// takes longer than the agent waits for releases.
constexpr char kKernelWords[] =
    " panic=-1 oops=panic panic_on_warn=1 loglevel=5 rcupdate.rcu_expedited=1";

constexpr const char* kSignsOfOops[] = {"Kernel panic",
                                        "BUG:",
                                        "WARNING:",
                                        "Oops",
                                        "KASAN",
                                        "kernel BUG",
                                        "general protection fault"};

constexpr size_t kLastWords = 4000;

std::string RootFileSystem(const std::string& plan_text) {
  CpioWriter writer;
  writer.AddFolder("dev");
  writer.AddCharacterDevice("dev/console", 0600, 5, 1);
  writer.AddFile("init", 0755, AgentImage());
  writer.AddFile("plan", 0644, plan_text);
  return writer.Finish();
}

std::vector<std::string> UserModeCommand(const KernelSpec& kernel,
                                         const std::string& initrd,
                                         const std::string& folder,
                                         int memory_mb) {
  std::vector<std::string> words = {
      kernel.path,
      absl::StrCat("mem=", memory_mb, "M"),
      "initrd=" + initrd,
      "uml_dir=" + folder,
      // Kernels that do not know it run on ptrace, which is slower.
      "seccomp=auto",
      "con=null",
      "con0=null,fd:1",
      "stderr=1",
      "console=stderr0",
      "records=/dev/tty0",
  };
  std::string rest = kKernelWords;
  for (size_t at = 1; at < rest.size();) {
    const size_t end = std::min(rest.find(' ', at), rest.size());
    words.push_back(rest.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::vector<std::string> QemuCommand(const KernelSpec& kernel,
                                     const std::string& initrd, int memory_mb) {
  return {
      "qemu-system-x86_64",
      "-accel",
      "tcg",
      "-machine",
      "q35",
      "-cpu",
      "max",
      "-smp",
      "1",
      "-m",
      absl::StrCat(memory_mb),
      "-nodefaults",
      "-no-user-config",
      "-no-reboot",
      "-display",
      "none",
      "-chardev",
      "stdio,id=records,signal=off",
      "-serial",
      "file:/dev/stderr",
      "-serial",
      "chardev:records",
      "-kernel",
      kernel.path,
      "-initrd",
      initrd,
      "-append",
      absl::StrCat("console=ttyS0 records=/dev/ttyS1 quiet", kKernelWords),
  };
}

// When a user-mode kernel panics, it prints all of its messages once more, to
// where the records go.
void MoveKernelDump(ChildResult& result) {
  const size_t begin = result.output.find("kmsg_dump:");
  if (begin == result.output.npos) return;
  result.errors += result.output.substr(begin);
  result.output.resize(begin);
}

absl::StatusOr<ChildResult> RunHere(const std::string& plan_text,
                                    ChildOptions child,
                                    const std::string& device_folder) {
  absl::StatusOr<MemoryFile> agent =
      MemoryFile::Create(std::string(AgentImage()));
  if (!agent.ok()) return agent.status();
  absl::StatusOr<MemoryFile> plan = MemoryFile::Create(plan_text);
  if (!plan.ok()) return plan.status();
  child.arguments = {agent->path(), plan->path()};
  if (!device_folder.empty()) {
    child.arguments.push_back("--device_dir=" + device_folder);
  }
  child.kept_fds = {agent->fd(), plan->fd()};
  child.cpu = -1;
  return RunChild(child);
}

}  // namespace

absl::StatusOr<ChildResult> Boot(const KernelSpec& kernel,
                                 const std::string& plan_text, int cpu,
                                 const MachineOptions& options) {
  ChildOptions child;
  child.silence_limit = options.silence_limit;
  // A user-mode kernel and the processes that it drives take turns: a switch
  // between CPUs at each turn doubles the time.
  child.cpu = cpu;
  if (kernel.kind == MachineKind::kThisKernel) {
    return RunHere(plan_text, child, options.device_folder);
  }
  absl::StatusOr<MemoryFile> initrd =
      MemoryFile::Create(RootFileSystem(plan_text));
  if (!initrd.ok()) return initrd.status();
  absl::StatusOr<MemoryFile> shim =
      MemoryFile::Create(std::string(PtraceShim()));
  if (!shim.ok()) return shim.status();
  const ScratchFolder scratch;
  child.kept_fds = {initrd->fd(), shim->fd()};
  child.environment = {{"HOME", scratch.path()}};
  if (kernel.kind == MachineKind::kUserMode) {
    child.environment.push_back({"LD_PRELOAD", shim->path()});
  }
  child.arguments =
      kernel.kind == MachineKind::kUserMode
          ? UserModeCommand(kernel, initrd->path(), scratch.path(),
                            options.memory_mb)
          : QemuCommand(kernel, initrd->path(), options.memory_mb);
  absl::StatusOr<ChildResult> result = RunChild(child);
  if (result.ok()) MoveKernelDump(*result);
  if (!result.ok() && kernel.kind == MachineKind::kQemu) {
    return absl::UnavailableError(absl::StrCat(
        result.status().message(), "; QEMU is needed for ", kernel.name,
        ": apt-get install qemu-system-x86, or choose a uml- "
        "kernel"));
  }
  return result;
}

std::string LastWords(const std::string& messages) {
  size_t begin = messages.size();
  for (const char* sign : kSignsOfOops) {
    begin = std::min(begin, messages.find(sign));
  }
  if (begin == messages.size()) {
    begin -= std::min(begin, kLastWords);
  } else {
    begin = messages.rfind('\n', begin) + 1;
  }
  return messages.substr(begin, kLastWords);
}

bool TellsOfOops(const std::string& messages) {
  return std::any_of(std::begin(kSignsOfOops), std::end(kSignsOfOops),
                     [&messages](const char* sign) {
                       return messages.find(sign) != messages.npos;
                     });
}

}  // namespace bindery::conform
