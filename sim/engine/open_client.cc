#include "sim/engine/open_client.h"

#include <algorithm>

#include "base/check.h"
#include "sim/engine/choice.h"

namespace bindery::sim {
namespace {

constexpr uint32_t kPointers = 0x1000;  // n1 is there, n2 at twice that

bool Contains(const std::vector<uint32_t>& values, uint32_t value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

void AddLeastUnused(uint32_t first, std::vector<uint32_t>* values) {
  uint32_t unused = first;
  while (Contains(*values, unused)) ++unused;
  values->push_back(unused);
  std::sort(values->begin(), values->end());
}

}  // namespace

OpenClient::OpenClient(const CompiledScenario& scenario, UserRuntime& runtime,
                       Kernel& kernel)
    : scenario_(scenario),
      open_(*scenario.open),
      runtime_(runtime),
      kernel_(kernel),
      w_(kernel.world()) {
  values_[static_cast<size_t>(Over::kNothing)] = {0};
  for (uint32_t i = 0; i < scenario.processes.size(); ++i) {
    values_[static_cast<size_t>(Over::kProcess)].push_back(i);
  }
}

// -------------------------------------------------------------- what is so --

bool OpenClient::Idle(TaskId task) const {
  const TaskRow& row = w_.Peek(task);
  return row.state == TaskState::kFinished && w_.Peek(row.process).dead == 0;
}

// Descriptors that were received may have the number, once it is closed.
bool OpenClient::Opened(ProcessId process) const {
  const ProcessSpec& spec = scenario_.processes[w_.Peek(process).index - 1];
  const uint64_t name = w_.NameOf(process);
  const VariableId variable =
      w_.Find<VariableRow>(name, spec.attach.fd_variable);
  const FdId fd = w_.Find<FdRow>(name, w_.Peek(variable).value);
  return fd && w_.Peek(fd).file && w_.Peek(w_.Peek(fd).file).proc;
}

ProcId OpenClient::ProcOf(ProcessId process) const {
  ProcId found;
  w_.ForEach<ProcRow>([&](ProcId id, const ProcRow& proc) {
    if (proc.process == process && proc.in_procs != 0) found = id;
  });
  return found;
}

ProcId OpenClient::Mapped(ProcessId process) const {
  const ProcId proc = ProcOf(process);
  return proc && w_.Peek(proc).mapped != 0 ? proc : ProcId{};
}

bool OpenClient::CanAct(TaskId task) const {
  if (!Idle(task)) return false;
  const ProcessId process = w_.Peek(task).process;
  return Opened(process) || (left() != 0 && Mapped(process));
}

// ------------------------------------------------------------------ values --

void OpenClient::HandlesInUse(ProcId proc,
                              std::vector<uint32_t>* values) const {
  values->push_back(0);
  w_.ForEach<RefRow>([&](RefId, const RefRow& ref) {
    if (ref.proc == proc && ref.desc != 0) values->push_back(ref.desc);
  });
  std::sort(values->begin(), values->end());
}

void OpenClient::NodesInUse(ProcId proc, std::vector<uint32_t>* values) const {
  w_.ForEach<NodeRow>([&](NodeId, const NodeRow& node) {
    if (node.proc != proc) return;
    values->push_back(static_cast<uint32_t>(node.ptr / kPointers));
  });
  std::sort(values->begin(), values->end());
}

std::vector<BufferId> OpenClient::Buffers(ProcId proc) const {
  std::vector<BufferId> buffers;
  w_.ForEach<BufferRow>([&](BufferId id, const BufferRow& buffer) {
    if (buffer.proc == proc) buffers.push_back(id);
  });
  std::sort(buffers.begin(), buffers.end(), [this](BufferId a, BufferId b) {
    return w_.NameOf(a) < w_.NameOf(b);
  });
  return buffers;
}

void OpenClient::Collect(ProcessId process) const {
  const auto of = [this](Over over) {
    std::vector<uint32_t>* values = &values_[static_cast<size_t>(over)];
    values->clear();
    return values;
  };
  const ProcId proc = ProcOf(process);
  std::vector<uint32_t>* handles = of(Over::kHandleInUse);
  HandlesInUse(proc, handles);
  AddLeastUnused(1, &(*of(Over::kHandle) = *handles));
  std::vector<uint32_t>* nodes = of(Over::kNodeInUse);
  NodesInUse(proc, nodes);
  AddLeastUnused(1, &(*of(Over::kNode) = *nodes));
  std::vector<uint32_t>* buffers = of(Over::kBuffer);
  for (uint32_t i = 0; i < Buffers(proc).size(); ++i) buffers->push_back(i);
  std::vector<uint32_t>* deaths = of(Over::kDeathCookie);
  w_.ForEach<DeathRow>([&](DeathId, const DeathRow& death) {
    const uint32_t cookie = static_cast<uint32_t>(death.cookie);
    if (death.proc == proc && !Contains(*deaths, cookie)) {
      deaths->push_back(cookie);
    }
  });
  AddLeastUnused(kDeathCookies, deaths);
  std::vector<uint32_t>* freezes = of(Over::kFreezeCookie);
  w_.ForEach<FreezeRow>([&](FreezeId, const FreezeRow& freeze) {
    const uint32_t cookie = static_cast<uint32_t>(freeze.cookie);
    if (freeze.proc == proc && !Contains(*freezes, cookie)) {
      freezes->push_back(cookie);
    }
  });
  AddLeastUnused(kFreezeCookies, freezes);
}

void OpenClient::AppendOperands(TaskId task,
                                std::vector<uint32_t>* operands) const {
  if (!CanAct(task)) return;
  const ProcessId process = w_.Peek(task).process;
  const bool opened = Opened(process);
  const bool mapped = static_cast<bool>(Mapped(process));
  const bool affordable = left() != 0;
  Collect(process);
  for (uint32_t i = 0; i < open_.alphabet->size(); ++i) {
    const Letter& letter = (*open_.alphabet)[i];
    if (!affordable && !letter.free) continue;
    if (letter.of_mapping ? !mapped : !opened) continue;
    for (const uint32_t target : values_[static_cast<size_t>(letter.target)]) {
      for (const uint32_t object :
           values_[static_cast<size_t>(letter.object)]) {
        operands->push_back(IssueOperand(i, target, object));
      }
    }
  }
}

bool OpenClient::Allows(TaskId task, uint32_t operand) const {
  std::vector<uint32_t> operands;
  AppendOperands(task, &operands);
  return Contains(operands, operand);
}

// ------------------------------------------------------------------- doing --

void OpenClient::Issue(TaskId task, uint32_t operand) {
  const Letter& letter = (*open_.alphabet)[LetterOf(operand)];
  const ProcessId process = w_.Peek(task).process;
  const auto& entries =
      open_.entries[w_.Peek(process).index - 1][LetterOf(operand)];
  if (!letter.free) SetLeft(left() - 1);
  BINDERY_CHECK(ObjectOf(operand) < entries.size());
  runtime_.Continue(task, entries[ObjectOf(operand)]);
  Aim(task, letter.target, TargetOf(operand));
}

bool OpenClient::BeforeItsRead(TaskId task) const {
  const TaskRow& row = w_.Peek(task);
  if (!row.frame || row.asleep != 0) return false;
  const FrameRow& frame = w_.Peek(row.frame);
  return static_cast<OpId>(frame.op) == OpId::kWriteRead && frame.size != 0;
}

// The command that was just put into the write buffer gets its operand.
void OpenClient::Aim(TaskId task, Over target, uint32_t value) {
  if (target == Over::kNothing) return;
  CommandRow& command =
      w_.Edit(CommandId{w_.First(Head::kOut, task.any()).value});
  const ProcId proc = ProcOf(w_.Peek(task).process);
  switch (target) {
    case Over::kHandle:
    case Over::kHandleInUse:
      command.handle = value;
      if (command.cookie != 0) command.cookie += value;
      return;
    case Over::kNode:
    case Over::kNodeInUse:
      command.ptr = uint64_t{value} * kPointers;
      command.cookie = value == 0 ? 0 : command.ptr + 1;
      return;
    case Over::kBuffer:
      command.buffer = Buffers(proc)[value];
      command.address = w_.Peek(command.buffer).offset;
      command.has_address = 0;
      return;
    default:
      command.cookie = value;
  }
}

}  // namespace bindery::sim
