// The choices of BRM-1: one command or return command of a process, or its
// death. A choice packs kind, process and operands, so it means the same in
// every run and for all parameters.
#ifndef BINDERY_MODEL_BRM_CHOICE_H_
#define BINDERY_MODEL_BRM_CHOICE_H_

#include <cstdint>
#include <string>

#include "model/concept.h"

namespace bindery::model {

// Named as the binder commands. The numbers are part of traces.
enum class BrmKind : uint8_t {
  kAcquire = 1,
  kIncRefs = 2,
  kRelease = 3,
  kDecRefs = 4,
  kRequestDeath = 5,
  kClearDeath = 6,
  kDeadBinder = 7,
  kDeadBinderDone = 8,
  kTransaction = 9,
  kOneWayTransaction = 10,
  kReceive = 11,     // BR_TRANSACTION
  kFreeBuffer = 12,  // of the received transaction
  kReply = 13,
  kReceiveReply = 14,     // BR_REPLY, or BR_DEAD_REPLY
  kFreeReplyBuffer = 15,  // of the received reply
  kNodeWork = 16,         // BR_INCREFS, BR_ACQUIRE, BR_RELEASE, BR_DECREFS
  kAcquireDone = 17,
  kIncRefsDone = 18,
  kDie = 19,
};

struct BrmChoice {
  BrmKind kind = BrmKind::kDie;
  uint8_t process = 0;
  uint8_t node = 0;    // the one the command names, if any
  uint8_t object = 0;  // sent along: 0 none, m + 1 node m

  Choice Pack() const {
    return {uint64_t{static_cast<uint8_t>(kind)} | uint64_t{process} << 8 |
            uint64_t{node} << 16 | uint64_t{object} << 24};
  }
  static BrmChoice Unpack(Choice choice) {
    return {static_cast<BrmKind>(choice.value & 0xff),
            static_cast<uint8_t>(choice.value >> 8),
            static_cast<uint8_t>(choice.value >> 16),
            static_cast<uint8_t>(choice.value >> 24)};
  }
};

// For people, such as "p1 TRANSACTION node 0 with node 1".
std::string BrmChoiceText(Choice choice);

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_CHOICE_H_
