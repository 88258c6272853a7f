#include "tools/conform/random_step.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/kernel/uapi.h"
#include "sim/user/payload.h"
#include "sim/user/raw_commands.h"

namespace bindery::conform {
namespace {

// What is tried although the model says that it does not exist.
constexpr uint32_t kSomeHandles = 5;
constexpr uint64_t kReadSizes[] = {256, 256, 256, 256, 256, 512,
                                   0,   4,   76,  80,  84,  100};

}  // namespace

// Mostly one that the process has, sometimes any small number.
uint32_t RandomStep::AnyHandle(const ProcessView& process, bool strong) {
  std::vector<uint32_t> good = {0};
  for (const HandleView& handle : process.handles) {
    if (handle.strong || !strong) good.push_back(handle.desc);
  }
  if (Chance(8)) return prng_.Below(kSomeHandles);
  return good[prng_.Below(static_cast<uint32_t>(good.size()))];
}

void RandomStep::Fill(const ProcessView& process, const ThreadView& thread,
                      const std::vector<std::string>& others,
                      proto::Step* step) {
  const uint32_t kind = prng_.Below(100);
  if (!process.open && Chance(90)) {
    step->mutable_open()->set_nonblock(Chance(20));
  } else if (kind < 84) {
    WriteRead(process, thread, step->mutable_write_read());
  } else if (kind < 94) {
    Ioctl(step->mutable_ioctl());
  } else if (kind < 95 && !others.empty()) {
    step->mutable_kill()->set_process(
        others[prng_.Below(static_cast<uint32_t>(others.size()))]);
    return;
  } else if (kind < 96 && process.open) {
    step->mutable_munmap();
  } else if (kind < 97) {
    step->mutable_mmap()->set_size(8192);
  } else if (kind < 98) {
    step->mutable_close();
  } else if (kind < 99) {
    step->mutable_exit();
    return;
  } else {
    step->mutable_poll();
  }
  step->add_expect();
}

void RandomStep::WriteRead(const ProcessView& process, const ThreadView& thread,
                           proto::WriteRead* call) {
  const uint32_t count = prng_.Below(4);
  for (uint32_t i = 0; i < count; ++i) {
    Command(process, thread, call->add_write());
    if (call->write(static_cast<int>(i)).has_raw()) break;
  }
  constexpr uint32_t kSizes = sizeof(kReadSizes) / sizeof(kReadSizes[0]);
  call->set_read_size(kReadSizes[prng_.Below(kSizes)]);
  if (Chance(2)) call->set_null_argument(true);
  if (count != 0 && Chance(2)) call->set_unreadable_write(true);
  if (Chance(2)) call->set_unwritable_read(true);
}

void RandomStep::Command(const ProcessView& process, const ThreadView& thread,
                         proto::Command* command) {
  const uint32_t kind = prng_.Below(100);
  if (thread.answers ? kind < 40 : kind < 3) {
    Transaction(process, true, command->mutable_reply());
  } else if (kind < 60 || (thread.answers && kind < 70)) {
    proto::Transaction* t = command->mutable_transaction();
    t->mutable_to()->set_number(AnyHandle(process, true));
    if (Chance(40)) t->set_one_way(true);
    Transaction(process, false, t);
  } else {
    OtherCommand(process, command);
  }
}

void RandomStep::OtherCommand(const ProcessView& process,
                              proto::Command* command) {
  switch (prng_.Below(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return FreeBuffer(process, command);
    case 4:
    case 5:
    case 6:
    case 7:
      return RefCommand(process, command);
    case 8:
    case 9:
    case 10:
      return DoneCommand(process, command);
    case 11:
    case 12:
      return DeathCommand(process, command);
    case 13:
      command->mutable_enter_looper();
      return;
    case 14:
      if (Chance(70)) {
        command->mutable_register_looper();
      } else {
        command->mutable_exit_looper();
      }
      return;
    default:
      return RawCommand(command);
  }
}

void RandomStep::FreeBuffer(const ProcessView& process,
                            proto::Command* command) {
  uint64_t offset = prng_.Below(32) * 4;
  if (!process.buffers.empty() && !Chance(10)) {
    offset = process.buffers[prng_.Below(
        static_cast<uint32_t>(process.buffers.size()))];
  }
  command->mutable_free_buffer()->set_offset(offset);
}

void RandomStep::RefCommand(const ProcessView& process,
                            proto::Command* command) {
  const uint32_t handle = AnyHandle(process, false);
  proto::HandleRef* ref = nullptr;
  switch (prng_.Below(4)) {
    case 0:
      ref = command->mutable_increfs();
      break;
    case 1:
      ref = command->mutable_acquire();
      break;
    case 2:
      ref = command->mutable_release();
      break;
    default:
      ref = command->mutable_decrefs();
      break;
  }
  ref->set_number(handle);
}

void RandomStep::DoneCommand(const ProcessView& process,
                             proto::Command* command) {
  NodeView node{0x1000 * (1 + prng_.Below(nodes_)), 0, false, false};
  node.cookie = node.ptr + 1;
  bool strong = Chance(50);
  for (const NodeView& one : process.nodes) {
    if (!one.pending_strong && !one.pending_weak) continue;
    if (Chance(15)) continue;
    node = one;
    strong = one.pending_strong && (!one.pending_weak || Chance(50));
    break;
  }
  proto::NodeRef* ref = strong ? command->mutable_acquire_done()
                               : command->mutable_increfs_done();
  ref->set_ptr(node.ptr);
  ref->set_cookie(Chance(5) ? node.cookie + 1 : node.cookie);
}

void RandomStep::DeathCommand(const ProcessView& process,
                              proto::Command* command) {
  if (!process.told_deaths.empty() && Chance(50)) {
    command->set_dead_binder_done(process.told_deaths[prng_.Below(
        static_cast<uint32_t>(process.told_deaths.size()))]);
    return;
  }
  if (Chance(5)) {
    command->set_dead_binder_done(prng_.Below(4));
    return;
  }
  for (const HandleView& handle : process.handles) {
    if (!handle.watched || Chance(60)) continue;
    proto::Death* death = command->mutable_clear_death();
    death->mutable_handle()->set_number(handle.desc);
    death->set_cookie(Chance(5) ? handle.cookie + 1 : handle.cookie);
    return;
  }
  proto::Death* death = Chance(85) ? command->mutable_request_death()
                                   : command->mutable_clear_death();
  death->mutable_handle()->set_number(AnyHandle(process, false));
  death->set_cookie(0xd0 + prng_.Below(4));
}

void RandomStep::RawCommand(proto::Command* command) {
  std::string bytes;
  switch (prng_.Below(6)) {
    case 0:
      command->mutable_attempt_acquire();
      return;
    case 1:
      command->mutable_acquire_result();
      return;
    case 2:
      sim::AppendNumber<uint32_t>(&bytes, 0x12345678);
      break;
    case 3:
      bytes = std::string("\x01\x02", 2);
      break;
    case 4:
      sim::AppendNumber<uint32_t>(&bytes, sim::CommandWord(sim::Bc::kAcquire));
      bytes += std::string(2, '\0');
      break;
    default:
      sim::AppendNumber<uint32_t>(&bytes,
                                  sim::CommandWord(sim::Bc::kTransaction));
      bytes += std::string(prng_.Below(60), '\0');
      break;
  }
  command->set_raw(bytes);
}

void RandomStep::Transaction(const ProcessView& process, bool reply,
                             proto::Transaction* t) {
  t->set_code(1 + prng_.Below(9));
  if (Chance(10)) t->set_flags(sim::kTfAcceptFds);
  if (Chance(5)) t->set_flags(t->flags() | sim::kTfClearBuf);
  if (reply && Chance(10)) t->set_flags(t->flags() | sim::kTfStatusCode);
  const uint32_t items = prng_.Below(4);
  for (uint32_t i = 0; i < items; ++i) Item(process, t->add_item());
  if (Chance(12)) Spoil(t);
}

void RandomStep::Item(const ProcessView& process, proto::Item* item) {
  const std::string node = absl::StrCat("n", prng_.Below(nodes_));
  switch (prng_.Below(10)) {
    case 0:
      item->set_i32(static_cast<int32_t>(prng_.Below(1000)));
      break;
    case 1:
      item->set_text(std::string(prng_.Below(40), 'x'));
      break;
    case 2:
    case 3:
    case 4:
      item->set_binder(node);
      break;
    case 5:
      item->set_weak_binder(node);
      break;
    case 6:
    case 7:
      item->mutable_handle()->set_number(AnyHandle(process, true));
      break;
    case 8:
      item->mutable_weak_handle()->set_number(AnyHandle(process, false));
      break;
    default: {
      // The cookie of a node that exists may be wrong, or its type.
      proto::RawObject* object = item->mutable_object();
      object->set_type(Chance(50) ? sim::kTypeBinder : 0x12345678);
      object->set_binder(0x1000 * (1 + prng_.Below(nodes_)));
      object->set_cookie(object->binder() + (Chance(50) ? 1 : 2));
      break;
    }
  }
}

// More than any mapping here has room for; the sums may overflow.
uint64_t RandomStep::TooLarge() {
  return (uint64_t{1} << (21 + prng_.Below(43))) - 8 * prng_.Below(3);
}

// Makes a payload malformed.
void RandomStep::Spoil(proto::Transaction* t) {
  switch (prng_.Below(8)) {
    case 0:
      t->set_data_size(prng_.Below(64));
      break;
    case 1:
      t->set_data_size(TooLarge());
      break;
    case 2:
      t->set_offsets_size(prng_.Below(40));
      break;
    case 3:
      t->set_offsets_size(TooLarge());
      break;
    case 4:
      for (uint32_t i = 0; i <= prng_.Below(3); ++i) {
        t->add_raw_offset(prng_.Below(12) * (Chance(80) ? 4 : 3));
      }
      break;
    case 5:
      t->set_buffers_size(prng_.Below(64));
      break;
    case 6:
      t->set_unreadable_data(true);
      break;
    default:
      t->set_unreadable_offsets(true);
      break;
  }
}

void RandomStep::Ioctl(proto::Ioctl* ioctl) {
  switch (prng_.Below(12)) {
    case 0:
      ioctl->mutable_version();
      break;
    case 1:
    case 2:
      ioctl->set_set_max_threads(prng_.Below(4));
      break;
    case 3:
      ioctl->mutable_set_context_mgr();
      break;
    case 4:
    case 5:
      ioctl->mutable_thread_exit();
      break;
    case 6:
      ioctl->set_set_idle_timeout(1);
      break;
    case 7:
      ioctl->set_set_idle_priority(1);
      break;
    default:
      ioctl->mutable_get_extended_error();
      break;
  }
  if (Chance(5)) ioctl->set_null_argument(true);
}

}  // namespace bindery::conform
