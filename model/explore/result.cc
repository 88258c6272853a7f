#include "model/explore/result.h"

namespace bindery::model {

const char* StopReasonName(StopReason reason) {
  switch (reason) {
    case StopReason::kExhausted:
      return "exhausted";
    case StopReason::kFinding:
      return "finding";
    case StopReason::kMaxStates:
      return "max_states";
    case StopReason::kMaxDepth:
      return "max_depth";
    case StopReason::kMemoryLimit:
      return "memory_limit";
    case StopReason::kInterrupted:
      return "interrupted";
    case StopReason::kInconclusive:
      return "inconclusive";
    case StopReason::kWalksDone:
      return "walks_done";
    case StopReason::kSwarmDone:
      return "swarm_done";
    case StopReason::kPreemptions:
      return "preemptions";
    case StopReason::kBitstate:
      return "bitstate";
    case StopReason::kCheckpoint:
      return "checkpoint";
    case StopReason::kDisk:
      return "disk";
  }
  return "unknown";
}

bool HasAnswer(StopReason reason) {
  switch (reason) {
    case StopReason::kExhausted:
    case StopReason::kFinding:
    case StopReason::kMaxDepth:
    case StopReason::kPreemptions:
    case StopReason::kInconclusive:
    case StopReason::kBitstate:
      return true;
    default:
      return false;
  }
}

const char* FindingKindName(FindingKind kind) {
  switch (kind) {
    case FindingKind::kViolation:
      return "violation";
    case FindingKind::kUserDeadlock:
      return "user-deadlock";
    case FindingKind::kLostWork:
      return "lost-work";
  }
  return "unknown";
}

}  // namespace bindery::model
