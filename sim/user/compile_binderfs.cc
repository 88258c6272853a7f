// Steps about binderfs, and the namespaces of processes.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/user/compiler.h"

namespace bindery::sim {
namespace {

// BINDERFS_MAX_NAME.
constexpr size_t kMaxName = 255;
constexpr char kReopenedFd[] = "reopened_fd";
// Each device of a process that opens it takes a descriptor.
constexpr uint32_t kFewestMinors = 8;

std::string NameOr(const std::string& name, const char* otherwise) {
  return name.empty() ? otherwise : name;
}

// What lookup_noperm() takes for no name.
bool IsIllegal(const std::string& name) {
  return name.empty() || name == "." || name == ".." ||
         absl::StrContains(name, '/');
}

bool IsPlain(const std::string& name) {
  for (const char c : name) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

}  // namespace

void Compiler::Binderfs(const Cursor<proto::Scenario>& scenario) {
  const auto binderfs = scenario.Sub(scenario->binderfs(), "binderfs");
  out_.binderfs.instances =
      static_cast<BinderfsOptions::Instances>(binderfs->instances());
  if (binderfs->minors() == 0) return;
  out_.binderfs.minors = binderfs->minors();
  if (binderfs->minors() < kFewestMinors || binderfs->minors() > kMinors) {
    errors_.Add(binderfs.At("minors"),
                absl::StrCat("there are at least ", kFewestMinors,
                             " minors and at most ", kMinors));
  }
}

void Compiler::OwnNamespaces(const Cursor<proto::Process>& process) {
  ProcessSpec& spec = out_.processes[scope_.index - 1];
  if (spec.forked_from != 0) {
    spec.namespaces = out_.processes[spec.forked_from - 1].namespaces;
    if (process->has_namespaces()) {
      errors_.Add(process.At("namespaces"),
                  "a forked process has this from its parent; remove "
                  "namespaces");
    }
    return;
  }
  const proto::Namespaces& own = process->namespaces();
  spec.namespaces = {own.user() ? scope_.index : 0,
                     own.mount() ? scope_.index : 0,
                     own.ipc() ? scope_.index : 0};
  if (!own.user() && (own.mount() || own.ipc()) && process->uid() != 0) {
    errors_.Add(process.At("namespaces"),
                "only root may leave its namespaces; add user: true, or leave "
                "uid out");
  }
}

uint32_t Compiler::Mountpoint(const std::string& name, Place place) {
  if (!GoodName(name, "mount point", place)) return 1;
  for (size_t i = 0; i < out_.mountpoints.size(); ++i) {
    if (out_.mountpoints[i] == name) return static_cast<uint32_t>(i) + 1;
  }
  out_.mountpoints.push_back(name);
  return static_cast<uint32_t>(out_.mountpoints.size());
}

uint32_t Compiler::NameNumber(const std::string& name) {
  const uint32_t fixed = FixedNumber(name.c_str());
  if (fixed != 0) return fixed;
  for (size_t i = 0; i < out_.devices.size(); ++i) {
    if (out_.devices[i] == name) return static_cast<uint32_t>(i) + 1;
  }
  out_.devices.push_back(name);
  return static_cast<uint32_t>(out_.devices.size());
}

// Of something that is there, or could be.
uint32_t Compiler::PathName(const std::string& name, Place place) {
  if (!IsPlain(name) || name.size() > kMaxName) {
    errors_.Add(place,
                "a name has at most 255 printable characters, and no "
                "blank");
  }
  if (FixedNumber(name.c_str()) == 0 && IsIllegal(name)) {
    errors_.Add(place,
                "no file of an instance has this name; those in directories "
                "are features/... and binder_logs/...");
  }
  return NameNumber(name);
}

// The kernel cuts a name of 256 characters, and refuses some when it looks
// them up.
IoctlArgs Compiler::DeviceToAdd(const Cursor<proto::Ioctl>& ioctl) {
  const std::string& name = ioctl->add_device();
  if (!IsPlain(name) || name.size() > kMaxName + 1) {
    errors_.Add(ioctl.At("add_device"),
                "a device's name has at most 256 printable characters, and no "
                "blank");
  }
  IoctlArgs args;
  args.value = NameNumber(name.substr(0, kMaxName));
  args.more = name.size() > kMaxName ? 1 : 0;
  args.flags = IsIllegal(name) ? 1 : 0;
  return args;
}

void Compiler::EmitFs(const StepCursor& step, OpId op, const FsSpec& spec,
                      uint32_t fd, Result result) {
  Instruction& instruction = Emit(OpCode::kFs, step.place());
  instruction.a = static_cast<uint32_t>(op);
  instruction.b = fd;
  instruction.c = out_.fs_calls.size();
  out_.fs_calls.push_back(spec);
  EmitReturn(step, result);
}

void Compiler::OpenAtStep(const StepCursor& step) {
  const auto open = step.Sub(step->open(), "open");
  FsSpec spec;
  spec.args.mountpoint = Mountpoint(open->at(), open.At("at"));
  spec.args.name =
      PathName(NameOr(open->device(), "binder"), open.At("device"));
  spec.args.nonblock = open->nonblock();
  const uint32_t fd = Variable(NameOr(open->fd(), "binder_fd"),
                               VariableKind::kFd, open.At("fd"));
  EmitFs(step, OpId::kOpenAt, spec, fd, Result::kSyscall);
}

void Compiler::MountStep(const StepCursor& step) {
  FsSpec spec;
  if (step->has_umount()) {
    const auto umount = step.Sub(step->umount(), "umount");
    spec.args.mountpoint = Mountpoint(umount->at(), umount.At("at"));
    spec.args.lazy = umount->lazy();
    return EmitFs(step, OpId::kUmount, spec, 0, Result::kSyscall);
  }
  const auto mount = step.Sub(step->mount(), "mount");
  spec.args.mountpoint = Mountpoint(mount->at(), mount.At("at"));
  spec.args.remount = mount->remount();
  spec.args.options = ParseMountOptions(mount->options());
  if (!IsPlain(mount->options())) {
    errors_.Add(mount.At("options"), "options have no blanks");
  }
  out_.mount_options.push_back(mount->options());
  spec.args.text = static_cast<uint32_t>(out_.mount_options.size());
  EmitFs(step, OpId::kMount, spec, 0, Result::kSyscall);
}

void Compiler::LookStep(const StepCursor& step) {
  const auto path = step->has_list()   ? step.Sub(step->list(), "list")
                    : step->has_stat() ? step.Sub(step->stat(), "stat")
                    : step->has_show_options()
                        ? step.Sub(step->show_options(), "show_options")
                        : step.Sub(step->read(), "read");
  FsSpec spec;
  spec.args.mountpoint = Mountpoint(path->at(), path.At("at"));
  spec.args.look = step->has_list()           ? Look::kNames
                   : step->has_stat()         ? Look::kStatus
                   : step->has_show_options() ? Look::kOptions
                                              : Look::kContents;
  if (!path->name().empty()) {
    spec.args.name = PathName(path->name(), path.At("name"));
  }
  if (spec.args.look == Look::kContents && spec.args.name >= kFirstLog) {
    RejectLogText(step);
  }
  EmitFs(step, OpId::kLook, spec, 0, Result::kLook);
}

void Compiler::RejectLogText(const StepCursor& step) {
  for (int i = 0; i < step->expect_size(); ++i) {
    if (!step->expect(i).has_text()) continue;
    errors_.Add(step.Sub(step->expect(i), "expect", i).At("text"),
                "what a log of the driver says has pids and debug ids in it, "
                "which are as they come; expect ret, and let conform compare "
                "the text");
  }
}

void Compiler::RenameStep(const StepCursor& step) {
  const auto rename = step.Sub(step->rename(), "rename");
  FsSpec spec;
  spec.args.mountpoint = Mountpoint(rename->at(), rename.At("at"));
  spec.args.name = PathName(rename->from(), rename.At("from"));
  spec.args.to_mountpoint =
      rename->to_at().empty() ? spec.args.mountpoint
                              : Mountpoint(rename->to_at(), rename.At("to_at"));
  spec.args.to_name = PathName(rename->to(), rename.At("to"));
  if (DirectoryOf(spec.args.name) != spec.args.name ||
      DirectoryOf(spec.args.to_name) != spec.args.to_name) {
    errors_.Add(rename.place(),
                "the model renames what is in the root directory only");
  }
  EmitFs(step, OpId::kRename, spec, 0, Result::kSyscall);
}

void Compiler::BinderfsStep(const StepCursor& step) {
  FsSpec spec;
  switch (step->action_case()) {
    case proto::Step::kMount:
    case proto::Step::kUmount:
      return MountStep(step);
    case proto::Step::kList:
    case proto::Step::kStat:
    case proto::Step::kRead:
    case proto::Step::kShowOptions:
      return LookStep(step);
    case proto::Step::kRename:
      return RenameStep(step);
    case proto::Step::kUnlink: {
      const auto path = step.Sub(step->unlink(), "unlink");
      spec.args.mountpoint = Mountpoint(path->at(), path.At("at"));
      spec.args.name = PathName(path->name(), path.At("name"));
      return EmitFs(step, OpId::kUnlink, spec, 0, Result::kSyscall);
    }
    case proto::Step::kMake: {
      const auto make = step.Sub(step->make(), "make");
      spec.args.mountpoint = Mountpoint(make->at(), make.At("at"));
      spec.args.name = PathName(make->name(), make.At("name"));
      spec.args.making = static_cast<Making>(make->what());
      return EmitFs(step, OpId::kMake, spec, 0, Result::kSyscall);
    }
    case proto::Step::kReopen: {
      const auto reopen = step.Sub(step->reopen(), "reopen");
      spec.fd_variable = Fd(reopen->fd(), reopen.At("fd"));
      const uint32_t fd = Variable(NameOr(reopen->as(), kReopenedFd),
                                   VariableKind::kFd, reopen.At("as"));
      return EmitFs(step, OpId::kReopen, spec, fd, Result::kSyscall);
    }
    default: {
      const auto join =
          step.Sub(step->join_ipc_namespace(), "join_ipc_namespace");
      spec.args.process = ProcessNumber(join->process(), join.At("process"));
      return EmitFs(step, OpId::kJoinNamespace, spec, 0, Result::kSyscall);
    }
  }
}

}  // namespace bindery::sim
