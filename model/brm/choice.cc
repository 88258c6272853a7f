#include "model/brm/choice.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace bindery::model {
namespace {

struct KindText {
  absl::string_view name;
  bool names_node;
};

KindText TextOf(BrmKind kind) {
  switch (kind) {
    case BrmKind::kAcquire:
      return {"ACQUIRE", true};
    case BrmKind::kIncRefs:
      return {"INCREFS", true};
    case BrmKind::kRelease:
      return {"RELEASE", true};
    case BrmKind::kDecRefs:
      return {"DECREFS", true};
    case BrmKind::kRequestDeath:
      return {"REQUEST_DEATH_NOTIFICATION", true};
    case BrmKind::kClearDeath:
      return {"CLEAR_DEATH_NOTIFICATION", true};
    case BrmKind::kDeadBinder:
      return {"BR_DEAD_BINDER", true};
    case BrmKind::kDeadBinderDone:
      return {"DEAD_BINDER_DONE", true};
    case BrmKind::kTransaction:
      return {"TRANSACTION", true};
    case BrmKind::kOneWayTransaction:
      return {"TRANSACTION(ONE_WAY)", true};
    case BrmKind::kReceive:
      return {"BR_TRANSACTION", false};
    case BrmKind::kFreeBuffer:
      return {"FREE_BUFFER", false};
    case BrmKind::kReply:
      return {"REPLY", false};
    case BrmKind::kReceiveReply:
      return {"BR_REPLY", false};
    case BrmKind::kFreeReplyBuffer:
      return {"FREE_BUFFER(REPLY)", false};
    case BrmKind::kNodeWork:
      return {"NODE_WORK", false};
    case BrmKind::kAcquireDone:
      return {"ACQUIRE_DONE", false};
    case BrmKind::kIncRefsDone:
      return {"INCREFS_DONE", false};
    case BrmKind::kDie:
      return {"DIE", false};
  }
  return {"UNKNOWN", false};
}

}  // namespace

std::string BrmChoiceText(Choice choice) {
  const BrmChoice c = BrmChoice::Unpack(choice);
  const KindText text = TextOf(c.kind);
  std::string out = absl::StrCat("p", int{c.process}, " ", text.name);
  if (text.names_node) absl::StrAppend(&out, " node ", int{c.node});
  if (c.object > 0) absl::StrAppend(&out, " with node ", int{c.object} - 1);
  return out;
}

}  // namespace bindery::model
