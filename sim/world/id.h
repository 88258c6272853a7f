// Names of rows. Every entity of the world is a row in a typed table; code
// names it by an Id of the row's type, never by a pointer or a bare integer.
//
// An id packs table, generation and slot. The generation tells a stale id from
// one of the slot's next tenant. A slot is not reused while any row still holds
// an id of its freed row (see world.h), so the seven bits of generation only
// have to outlive ids in C++ locals.
#ifndef BINDERY_SIM_WORLD_ID_H_
#define BINDERY_SIM_WORLD_ID_H_

#include <compare>
#include <cstdint>

namespace bindery::sim {

// The tables, in the order in which dumps show them.
enum class TableId : uint8_t {
  kNone,
  kGlobal,
  kProcess,
  kTask,
  kFile,
  kFd,
  kContext,
  kProc,
  kThread,
  kNode,
  kRef,
  kDeath,
  kFreeze,
  kTransaction,
  kFixup,
  kBuffer,
  kChunk,
  kError,
  kComplete,
  kFrame,
  kActivation,
  kVariable,
  kCommand,
  kReturn,
  kHistoryNode,
  kHistoryRef,
  kHistoryProc,
  kHistoryThread,
  kHistoryCall,
  kHistoryMessage,
  kHistoryObject,
  kHistoryDeath,
  kEventPoll,
  kEpItem,
  kInFlight,
  kSuperBlock,
  kMount,
  kInode,
  kMinor,
  kNsProxy,
  kContents,
};
inline constexpr int kTableCount = static_cast<int>(TableId::kContents) + 1;
// An id whose table is known at run time only.
struct AnyId {
  static constexpr int kSlotBits = 19;
  static constexpr int kGenerationBits = 7;
  static constexpr uint32_t kMaxSlot = (1u << kSlotBits) - 1;
  static constexpr uint8_t kMaxGeneration = (1u << kGenerationBits) - 1;
  static constexpr int kTables = 1 << (32 - kSlotBits - kGenerationBits);

  uint32_t value = 0;

  static constexpr AnyId Make(TableId table, uint32_t slot,
                              uint8_t generation) {
    return AnyId{static_cast<uint32_t>(table) << (kSlotBits + kGenerationBits) |
                 static_cast<uint32_t>(generation) << kSlotBits | slot};
  }
  constexpr uint32_t slot() const { return value & kMaxSlot; }
  constexpr uint8_t generation() const {
    return static_cast<uint8_t>(value >> kSlotBits) & kMaxGeneration;
  }
  constexpr TableId table() const {
    return static_cast<TableId>(value >> (kSlotBits + kGenerationBits));
  }
  constexpr explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const AnyId&, const AnyId&) = default;
};

static_assert(kTableCount <= AnyId::kTables);

// The id of a row of type Row; default: names nothing, like a null pointer.
template <typename Row>
struct Id {
  uint32_t value = 0;

  constexpr AnyId any() const { return AnyId{value}; }
  constexpr explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

// An immutable interned byte string (see blob.h). Zero is the empty string.
struct BlobId {
  uint32_t value = 0;
  constexpr explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const BlobId&, const BlobId&) = default;
};

struct GlobalRow;
struct ProcessRow;
struct TaskRow;
struct FileRow;
struct FdRow;
struct ContextRow;
struct ProcRow;
struct ThreadRow;
struct NodeRow;
struct RefRow;
struct DeathRow;
struct FreezeRow;
struct TransactionRow;
struct FixupRow;
struct BufferRow;
struct ChunkRow;
struct ErrorRow;
struct CompleteRow;
struct FrameRow;
struct ActivationRow;
struct VariableRow;
struct CommandRow;
struct ReturnRow;
struct HistoryNodeRow;
struct HistoryRefRow;
struct HistoryProcRow;
struct HistoryThreadRow;
struct HistoryCallRow;
struct HistoryMessageRow;
struct HistoryObjectRow;
struct HistoryDeathRow;
struct EventPollRow;
struct EpItemRow;
struct InFlightRow;
struct SuperBlockRow;
struct MountRow;
struct InodeRow;
struct MinorRow;
struct NsProxyRow;
struct ContentsRow;

using GlobalId = Id<GlobalRow>;
using ProcessId = Id<ProcessRow>;
using TaskId = Id<TaskRow>;
using FileId = Id<FileRow>;
using FdId = Id<FdRow>;
using ContextId = Id<ContextRow>;
using ProcId = Id<ProcRow>;
using ThreadId = Id<ThreadRow>;
using NodeId = Id<NodeRow>;
using RefId = Id<RefRow>;
using DeathId = Id<DeathRow>;
using FreezeId = Id<FreezeRow>;
using TransactionId = Id<TransactionRow>;
using FixupId = Id<FixupRow>;
using BufferId = Id<BufferRow>;
using ChunkId = Id<ChunkRow>;
using ErrorId = Id<ErrorRow>;
using CompleteId = Id<CompleteRow>;
using FrameId = Id<FrameRow>;
using ActivationId = Id<ActivationRow>;
using VariableId = Id<VariableRow>;
using CommandId = Id<CommandRow>;
using ReturnId = Id<ReturnRow>;
using HistoryNodeId = Id<HistoryNodeRow>;
using HistoryRefId = Id<HistoryRefRow>;
using HistoryProcId = Id<HistoryProcRow>;
using HistoryThreadId = Id<HistoryThreadRow>;
using HistoryCallId = Id<HistoryCallRow>;
using HistoryMessageId = Id<HistoryMessageRow>;
using HistoryObjectId = Id<HistoryObjectRow>;
using HistoryDeathId = Id<HistoryDeathRow>;
using EventPollId = Id<EventPollRow>;
using EpItemId = Id<EpItemRow>;
using InFlightId = Id<InFlightRow>;
using SuperBlockId = Id<SuperBlockRow>;
using MountId = Id<MountRow>;
using InodeId = Id<InodeRow>;
using MinorId = Id<MinorRow>;
using NsProxyId = Id<NsProxyRow>;
using ContentsId = Id<ContentsRow>;

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_ID_H_
