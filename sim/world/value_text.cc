#include "sim/world/value_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace bindery::sim {
namespace {

constexpr size_t kShownBytes = 64;

bool IsHexadecimal(absl::string_view field) {
  return field == "ptr" || field == "cookie" || field == "address" ||
         field == "flags" || field == "looper";
}

std::string Hexadecimal(uint64_t value) {
  return absl::StrCat("0x", absl::Hex(value));
}

// Names of rows, without the table and without what tells equals apart.
class Namer {
 public:
  Namer(const World& world, const RowNames& names) : w_(world), names_(names) {}

  std::string Of(GlobalId) const { return ""; }
  std::string Of(ProcessId id) const {
    return names_.Process(w_.Peek(id).index);
  }
  std::string Of(TaskId id) const { return names_.Actor(w_.Peek(id).actor); }
  std::string Of(FileId id) const {
    const FileRow& file = w_.Peek(id);
    if (file.eventpoll) return Of(file.eventpoll);
    if (file.inode && !file.proc) return Of(file.inode);
    return file.proc ? Of(file.proc) : absl::StrCat(file.name);
  }
  std::string Of(FdId id) const {
    const FdRow& fd = w_.Peek(id);
    return absl::StrCat(Of(fd.process), ":", fd.number);
  }
  std::string Of(ContextId id) const {
    return names_.Device(w_.Peek(id).index);
  }
  std::string Of(ProcId id) const {
    const ProcRow& proc = w_.Peek(id);
    const std::string opening =
        proc.opening == 0 ? "" : absl::StrCat("+", proc.opening);
    return absl::StrCat(Of(proc.process), opening);
  }
  std::string Of(ThreadId id) const {
    const ThreadRow& thread = w_.Peek(id);
    const uint32_t opening = w_.Peek(thread.proc).opening;
    return absl::StrCat(Of(thread.task),
                        opening == 0 ? "" : absl::StrCat("+", opening));
  }
  std::string Of(NodeId id) const {
    const NodeRow& node = w_.Peek(id);
    return absl::StrCat(Of(node.owner), ":", Hexadecimal(node.ptr));
  }
  std::string Of(RefId id) const {
    const RefRow& ref = w_.Peek(id);
    return absl::StrCat(Of(ref.proc), ":#", ref.desc);
  }
  std::string Of(DeathId id) const {
    const DeathRow& death = w_.Peek(id);
    return absl::StrCat(Of(death.proc), ":", Hexadecimal(death.cookie));
  }
  std::string Of(FreezeId id) const {
    const FreezeRow& freeze = w_.Peek(id);
    return absl::StrCat(Of(freeze.proc), ":", Hexadecimal(freeze.cookie));
  }
  std::string Of(EpItemId id) const {
    const EpItemRow& item = w_.Peek(id);
    return absl::StrCat(Of(item.ep), ":", item.fd);
  }
  std::string Of(InodeId id) const {
    const InodeRow& inode = w_.Peek(id);
    return absl::StrCat(Of(inode.sb), ":", names_.Device(inode.name));
  }
  std::string Of(MinorId id) const { return absl::StrCat(w_.Peek(id).number); }
  std::string Of(NsProxyId id) const { return Of(w_.Peek(id).process); }
  std::string Of(ErrorId id) const {
    const ErrorRow& error = w_.Peek(id);
    return absl::StrCat(Of(error.thread), error.reply ? ":reply" : "");
  }
  std::string Of(VariableId id) const {
    const VariableRow& variable = w_.Peek(id);
    const uint32_t process = w_.Peek(variable.process).index;
    const std::string name = names_.Variable(process, variable.index);
    return process == 0 ? name
                        : absl::StrCat(names_.Process(process), ":", name);
  }
  std::string Of(HistoryNodeId id) const {
    const HistoryNodeRow& node = w_.Peek(id);
    return absl::StrCat(Of(node.proc), ":", Hexadecimal(node.ptr));
  }
  std::string Of(HistoryRefId id) const {
    const HistoryRefRow& ref = w_.Peek(id);
    return absl::StrCat(Of(ref.proc), ":#", ref.desc);
  }
  std::string Of(HistoryProcId id) const { return Of(w_.Peek(id).proc); }
  std::string Of(HistoryThreadId id) const {
    return names_.Actor(w_.Peek(id).actor);
  }
  std::string Of(HistoryCallId id) const { return Of(w_.Peek(id).t); }
  std::string Of(HistoryMessageId id) const { return Of(w_.Peek(id).buffer); }
  std::string Of(HistoryObjectId id) const {
    const HistoryObjectRow& object = w_.Peek(id);
    return absl::StrCat(object.buffer ? Of(object.buffer) : Creator(id.any()),
                        "[", object.index, "]");
  }
  std::string Of(HistoryDeathId id) const { return Of(w_.Peek(id).death); }
  template <typename Row>
  std::string Of(Id<Row> id) const {
    return Creator(id.any());
  }

  // Rows that are named after whoever created them.
  std::string Creator(AnyId id) const {
    const Meta& meta = w_.MetaOf(id);
    const std::string who =
        meta.key_a == World::kActorKey
            ? names_.Actor(static_cast<uint32_t>(meta.key_b))
            : absl::StrCat(absl::Hex(meta.key_a), "/", absl::Hex(meta.key_b));
    return absl::StrCat(who, "/", meta.ordinal);
  }

 private:
  const World& w_;
  const RowNames& names_;
};

constexpr bool HasOwnName(TableId table) {
  switch (table) {
    case TableId::kTransaction:
    case TableId::kBuffer:
    case TableId::kChunk:
    case TableId::kComplete:
    case TableId::kFrame:
    case TableId::kActivation:
    case TableId::kCommand:
    case TableId::kReturn:
    case TableId::kSuperBlock:
    case TableId::kMount:
      return false;
    default:
      return true;
  }
}

}  // namespace

std::string RowNames::Process(uint32_t index) const {
  return absl::StrCat("process", index);
}
std::string RowNames::Actor(uint32_t actor) const {
  return absl::StrCat("actor", actor);
}
std::string RowNames::Device(uint32_t index) const {
  return absl::StrCat("device", index);
}
std::string RowNames::Variable(uint32_t, uint32_t index) const {
  return absl::StrCat("variable", index);
}
std::string RowNames::Operation(uint16_t op) const {
  return op == 0 ? "" : absl::StrCat(op);
}
std::string RowNames::Command(uint32_t bc) const {
  return bc == 0 ? "" : absl::StrCat(bc);
}
std::string RowNames::Return(uint32_t br) const {
  return br == 0 ? "" : absl::StrCat(br);
}

std::string RowName(const World& world, const RowNames& names, AnyId id,
                    bool tell_freed) {
  if (!id) return "none";
  return World::Dispatch(id.table(), [&](auto* type) -> std::string {
    using Row = std::remove_pointer_t<decltype(type)>;
    const Meta& meta = world.MetaOf(id);
    if (meta.state == SlotState::kFree || meta.generation != id.generation()) {
      return absl::StrCat(Row::kName, " (gone)");
    }
    std::string name = Row::kName;
    const std::string own = Namer(world, names).Of(Id<Row>{id.value});
    if (!own.empty()) absl::StrAppend(&name, " ", own);
    if (HasOwnName(Row::kTable) && meta.ordinal != 0) {
      absl::StrAppend(&name, "/", meta.ordinal);
    }
    const bool freed = meta.state == SlotState::kTombstone;
    if (tell_freed && freed) absl::StrAppend(&name, " (freed)");
    return name;
  });
}

std::string RowName(const World& world, const RowNames& names, AnyId id) {
  return RowName(world, names, id, true);
}

std::string ValueText(absl::string_view field, uint64_t value) {
  if (value == 0) return "";
  return IsHexadecimal(field) ? Hexadecimal(value) : absl::StrCat(value);
}

std::string ValueText(absl::string_view, int64_t value) {
  return value == 0 ? "" : absl::StrCat(value);
}

std::string ValueText(TaskState state) {
  static constexpr const char* kNames[] = {
      "waiting for spawn", "running", "finished", "stopped", "dead", "failed"};
  return kNames[static_cast<size_t>(state)];
}

std::string ValueText(ActivationKind kind) {
  static constexpr const char* kNames[] = {"", "call", "serve", "handler",
                                           "repeat"};
  return kNames[static_cast<size_t>(kind)];
}

std::string ValueText(WorkType type) {
  static constexpr const char* kNames[] = {"",
                                           "TRANSACTION",
                                           "TRANSACTION_COMPLETE",
                                           "TRANSACTION_PENDING",
                                           "TRANSACTION_ONEWAY_SPAM_SUSPECT",
                                           "RETURN_ERROR",
                                           "NODE",
                                           "DEAD_BINDER",
                                           "DEAD_BINDER_AND_CLEAR",
                                           "CLEAR_DEATH_NOTIFICATION",
                                           "FROZEN_BINDER",
                                           "CLEAR_FREEZE_NOTIFICATION"};
  return kNames[static_cast<size_t>(type)];
}

std::string BytesText(absl::string_view bytes) {
  if (bytes.size() <= kShownBytes) return absl::BytesToHexString(bytes);
  return absl::StrCat(absl::BytesToHexString(bytes.substr(0, kShownBytes)),
                      "... (", bytes.size(), " bytes)");
}

std::string ListText(const World& world, const RowNames& names,
                     const ListHead& list) {
  std::vector<std::string> members;
  for (AnyId item = list.first; item;
       item = world.PeekLink(list.kind, item).next) {
    members.push_back(RowName(world, names, item));
  }
  if (members.empty()) return "";
  return absl::StrCat("[", absl::StrJoin(members, ", "), "]");
}

// Only buffers have an order that means something.
std::string SetText(const World& world, const RowNames& names,
                    const SetHead& set) {
  std::vector<std::string> members;
  for (AnyId item = set.first; item;
       item = world.PeekLink(Head::kSet, item).next) {
    members.push_back(RowName(world, names, item));
  }
  if (members.empty()) return "";
  const TableId table = set.first.table();
  const bool ordered = table == TableId::kChunk || table == TableId::kBuffer;
  if (!ordered) std::sort(members.begin(), members.end());
  return absl::StrCat("{", absl::StrJoin(members, ", "), "}");
}

}  // namespace bindery::sim
