// From tables to row types: World's functions for it.
//
// Included by world.h and by nobody else.
#ifndef BINDERY_SIM_WORLD_DISPATCH_H_
#define BINDERY_SIM_WORLD_DISPATCH_H_

#include "sim/world/world.h"

namespace bindery::sim {

template <typename F>
decltype(auto) World::DispatchRest(TableId table, F&& f) {
  switch (table) {
    case TableId::kFreeze:
      return f(static_cast<FreezeRow*>(nullptr));
    case TableId::kVariable:
      return f(static_cast<VariableRow*>(nullptr));
    case TableId::kHistoryNode:
      return f(static_cast<HistoryNodeRow*>(nullptr));
    case TableId::kHistoryRef:
      return f(static_cast<HistoryRefRow*>(nullptr));
    case TableId::kHistoryProc:
      return f(static_cast<HistoryProcRow*>(nullptr));
    case TableId::kHistoryThread:
      return f(static_cast<HistoryThreadRow*>(nullptr));
    case TableId::kHistoryCall:
      return f(static_cast<HistoryCallRow*>(nullptr));
    case TableId::kHistoryMessage:
      return f(static_cast<HistoryMessageRow*>(nullptr));
    case TableId::kHistoryObject:
      return f(static_cast<HistoryObjectRow*>(nullptr));
    case TableId::kEventPoll:
      return f(static_cast<EventPollRow*>(nullptr));
    case TableId::kEpItem:
      return f(static_cast<EpItemRow*>(nullptr));
    case TableId::kInFlight:
      return f(static_cast<InFlightRow*>(nullptr));
    case TableId::kSuperBlock:
      return f(static_cast<SuperBlockRow*>(nullptr));
    case TableId::kMount:
      return f(static_cast<MountRow*>(nullptr));
    case TableId::kInode:
      return f(static_cast<InodeRow*>(nullptr));
    case TableId::kMinor:
      return f(static_cast<MinorRow*>(nullptr));
    case TableId::kNsProxy:
      return f(static_cast<NsProxyRow*>(nullptr));
    case TableId::kContents:
      return f(static_cast<ContentsRow*>(nullptr));
    default:
      return f(static_cast<HistoryDeathRow*>(nullptr));
  }
}

template <typename F>
decltype(auto) World::Dispatch(TableId table, F&& f) {
  switch (table) {
    case TableId::kProcess:
      return f(static_cast<ProcessRow*>(nullptr));
    case TableId::kTask:
      return f(static_cast<TaskRow*>(nullptr));
    case TableId::kFile:
      return f(static_cast<FileRow*>(nullptr));
    case TableId::kFd:
      return f(static_cast<FdRow*>(nullptr));
    case TableId::kContext:
      return f(static_cast<ContextRow*>(nullptr));
    case TableId::kProc:
      return f(static_cast<ProcRow*>(nullptr));
    case TableId::kThread:
      return f(static_cast<ThreadRow*>(nullptr));
    case TableId::kNode:
      return f(static_cast<NodeRow*>(nullptr));
    case TableId::kRef:
      return f(static_cast<RefRow*>(nullptr));
    case TableId::kDeath:
      return f(static_cast<DeathRow*>(nullptr));
    case TableId::kTransaction:
      return f(static_cast<TransactionRow*>(nullptr));
    case TableId::kFixup:
      return f(static_cast<FixupRow*>(nullptr));
    case TableId::kBuffer:
      return f(static_cast<BufferRow*>(nullptr));
    case TableId::kChunk:
      return f(static_cast<ChunkRow*>(nullptr));
    case TableId::kError:
      return f(static_cast<ErrorRow*>(nullptr));
    case TableId::kComplete:
      return f(static_cast<CompleteRow*>(nullptr));
    case TableId::kFrame:
      return f(static_cast<FrameRow*>(nullptr));
    case TableId::kActivation:
      return f(static_cast<ActivationRow*>(nullptr));
    case TableId::kCommand:
      return f(static_cast<CommandRow*>(nullptr));
    case TableId::kReturn:
      return f(static_cast<ReturnRow*>(nullptr));
    case TableId::kGlobal:
    case TableId::kNone:
      break;
    default:
      return DispatchRest(table, f);
  }
  return f(static_cast<GlobalRow*>(nullptr));
}

// Calls f with a null pointer of each row type, in the order of TableId.
template <typename F>
void ForEachRowType(F&& f) {
  for (int t = 1; t < kTableCount; ++t) {
    World::Dispatch(static_cast<TableId>(t), f);
  }
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_DISPATCH_H_
