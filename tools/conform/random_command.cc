#include "tools/conform/random_command.h"

#include <string>
#include <vector>

#include "base/bytes.h"
#include "sim/kernel/uapi.h"
#include "sim/user/raw_commands.h"
#include "tools/conform/random_payload.h"
#include "tools/conform/vocabulary.h"

namespace bindery::conform {
namespace {

class CommandFiller {
 public:
  CommandFiller(Dice& dice, const OpeningView& opening)
      : dice_(dice), opening_(opening) {}

  // A thread that has a call to answer does so, or makes a call in between.
  void Fill(const RoleView& role, proto::Command* command) {
    const uint32_t kind = dice_.Below(100);
    if (role.answers ? kind < 40 : kind < 3) {
      FillPayload(dice_, opening_, true, command->mutable_reply());
    } else if (kind < 58 || (role.answers && kind < 72)) {
      Call(role, command->mutable_transaction());
    } else {
      Other(command);
    }
  }

 private:
  // Mostly to another process, so that calls get about.
  uint32_t Target() {
    std::vector<uint32_t> others;
    for (const HandleView& handle : opening_.handles) {
      if (handle.strong && handle.foreign) others.push_back(handle.desc);
    }
    if (dice_.Chance(5)) return AnyHandle(dice_, opening_, true);
    return others.empty() || dice_.Chance(25) ? 0 : dice_.Pick(others);
  }

  void Call(const RoleView& role, proto::Transaction* t) {
    t->mutable_to()->set_number(Target());
    if (dice_.Chance(role.answers ? 15 : 40)) t->set_one_way(true);
    FillPayload(dice_, opening_, false, t);
    // What updates an earlier one must be like it.
    if (!t->one_way() || !dice_.Chance(35)) return;
    t->set_code(1);
    t->set_flags(sim::kTfUpdateTxn);
  }

  void Other(proto::Command* command) {
    if (dice_.Chance(12)) return Freeze(command);
    const uint32_t kind = dice_.Below(32);
    if (kind < 8) return FreeBuffer(command);
    if (kind < 16) return Reference(command);
    if (kind < 22) return Done(command);
    if (kind < 27) return Death(command);
    if (kind < 30) return Looper(command);
    return Raw(command);
  }

  void FreeBuffer(proto::Command* command) {
    const bool wrong = opening_.buffers.empty() || dice_.Chance(10);
    command->mutable_free_buffer()->set_offset(
        wrong ? dice_.Below(32) * 4 : dice_.Pick(opening_.buffers));
  }

  void Reference(proto::Command* command) {
    const uint32_t handle = AnyHandle(dice_, opening_, false);
    switch (dice_.Below(4)) {
      case 0:
        return command->mutable_increfs()->set_number(handle);
      case 1:
        return command->mutable_acquire()->set_number(handle);
      case 2:
        return command->mutable_release()->set_number(handle);
      default:
        return command->mutable_decrefs()->set_number(handle);
    }
  }

  void Done(proto::Command* command) {
    NodeView node{0x1000 * (1 + dice_.Below(kNodes)), 0, false, false};
    node.cookie = node.ptr + 1;
    bool strong = dice_.Chance(50);
    for (const NodeView& one : opening_.nodes) {
      if (!one.pending_strong && !one.pending_weak) continue;
      if (dice_.Chance(15)) continue;
      node = one;
      strong = one.pending_strong && (!one.pending_weak || dice_.Chance(50));
      break;
    }
    proto::NodeRef* ref = strong ? command->mutable_acquire_done()
                                 : command->mutable_increfs_done();
    ref->set_ptr(node.ptr);
    ref->set_cookie(dice_.Chance(5) ? node.cookie + 1 : node.cookie);
  }

  void Death(proto::Command* command) {
    if (!opening_.told_deaths.empty() && dice_.Chance(50)) {
      return command->set_dead_binder_done(dice_.Pick(opening_.told_deaths));
    }
    if (dice_.Chance(5)) return command->set_dead_binder_done(dice_.Below(4));
    for (const HandleView& handle : opening_.handles) {
      if (!handle.watched || dice_.Chance(handle.dead ? 30 : 60)) continue;
      proto::Death* death = command->mutable_clear_death();
      death->mutable_handle()->set_number(handle.desc);
      death->set_cookie(dice_.Chance(5) ? handle.cookie + 1 : handle.cookie);
      return;
    }
    proto::Death* death = dice_.Chance(85) ? command->mutable_request_death()
                                           : command->mutable_clear_death();
    death->mutable_handle()->set_number(AnyHandle(dice_, opening_, false));
    death->set_cookie(0xd0 + dice_.Below(4));
  }

  // Listeners of frozen processes.
  void Freeze(proto::Command* command) {
    if (!opening_.told_freezes.empty() && dice_.Chance(60)) {
      return command->set_freeze_done(dice_.Pick(opening_.told_freezes));
    }
    if (dice_.Chance(4)) return command->set_freeze_done(dice_.Below(4));
    for (const HandleView& handle : opening_.handles) {
      if (!handle.listened || dice_.Chance(75)) continue;
      proto::FreezeListener* listener = command->mutable_clear_freeze();
      listener->mutable_handle()->set_number(handle.desc);
      const uint64_t cookie = handle.freeze_cookie;
      listener->set_cookie(dice_.Chance(5) ? cookie + 1 : cookie);
      return;
    }
    proto::FreezeListener* listener = dice_.Chance(92)
                                          ? command->mutable_request_freeze()
                                          : command->mutable_clear_freeze();
    listener->mutable_handle()->set_number(AnyHandle(dice_, opening_, false));
    listener->set_cookie(0xf0 + dice_.Below(4));
  }

  void Looper(proto::Command* command) {
    switch (dice_.Below(5)) {
      case 0:
        command->mutable_exit_looper();
        return;
      case 1:
      case 2:
        command->mutable_register_looper();
        return;
      default:
        command->mutable_enter_looper();
    }
  }

  void Raw(proto::Command* command) {
    std::string bytes;
    switch (dice_.Below(6)) {
      case 0:
        command->mutable_attempt_acquire();
        return;
      case 1:
        command->mutable_acquire_result();
        return;
      case 2:
        AppendNumber<uint32_t>(&bytes, 0x12345678);
        break;
      case 3:
        bytes = std::string(1 + dice_.Below(3), '\x01');
        break;
      default:
        bytes = CutShort();
        break;
    }
    command->set_raw(bytes);
  }

  // The word of some command and a part of its operands, or all of them.
  std::string CutShort() {
    const sim::Bc bc = dice_.Pick(ModelledCommands());
    std::string bytes;
    AppendNumber<uint32_t>(&bytes, sim::CommandWord(bc));
    bytes.resize(4 + dice_.Below(sim::SizeOf(bc) - 3), '\0');
    return bytes;
  }

  Dice& dice_;
  const OpeningView& opening_;
};

}  // namespace

void FillCommand(Dice& dice, const OpeningView& opening, const RoleView& role,
                 proto::Command* command) {
  CommandFiller(dice, opening).Fill(role, command);
}

}  // namespace bindery::conform
