#include "tools/conform/random_step.h"

#include <algorithm>

#include "tools/conform/random_command.h"

namespace bindery::conform {
namespace {

struct NamedDevice {
  const char* fd;
  const char* device;
};
constexpr NamedDevice kDevices[] = {{"second_fd", ""},
                                    {"hw_fd", "hwbinder"},
                                    {"vnd_fd", "vndbinder"},
                                    {"binder_fd", ""}};
constexpr char kAttached[] = "binder_fd";

// Some are one word, or one byte, too small for what there is to read.
constexpr uint64_t kOddSizes[] = {1, 4, 7, 8, 24, 76, 79, 80, 84, 100, 512};
constexpr uint64_t kMappings[] = {4096,    8192,    65536,  1 << 20,
                                  2 << 20, 4 << 20, 8 << 20};
// Requests that no kernel has: other letters, numbers and sizes.
constexpr uint32_t kUnknownRequests[] = {42,         0x4200,     1,
                                         0x40046263, 0xc0306300, 0xc0086209};

constexpr uint64_t kManagerPointers[] = {0, 0x100, 0x4000};
// FLAT_BINDER_FLAG_ACCEPTS_FDS and _TXN_SECURITY_CTX.
constexpr uint32_t kManagerFlags[] = {0, 0x100, 0x100, 0x1000, 0x1100};

// A seventh of a mapping of one page, of two, and of 1 MiB.
constexpr uint64_t kFloods[] = {600, 1200, 150000, 150000};

class StepFiller {
 public:
  StepFiller(Dice& dice, const View& view, size_t actor)
      : dice_(dice),
        view_(view),
        actor_(actor),
        process_(view.processes[view.threads[actor].process]) {}

  void Fill(proto::Step* step) {
    ChooseOpening();
    if (Prepare(step) || Interfere(step) || Share(step)) return;
    const std::vector<std::string> known = KnownContents();
    if (dice_.Below(1000) < (known.empty() ? 20 : 300)) {
      return Contents(known, step);
    }
    if (dice_.Below(1000) < 20) {
      Flood(step->mutable_write_read());
      step->add_expect();
      return;
    }
    const uint32_t kind = dice_.Below(1000);
    if (kind < 840) {
      WriteRead(step->mutable_write_read());
    } else if (kind < 910) {
      Ioctl(step->mutable_ioctl());
    } else if (kind < 930) {
      Open(step->mutable_open());
    } else if (kind < 945) {
      Map(step->mutable_mmap());
    } else if (kind < 955) {
      Name(step->mutable_munmap());
    } else if (kind < 970) {
      Name(step->mutable_close());
    } else if (kind < 994) {
      Name(step->mutable_poll());
    } else {
      step->mutable_exit();
      return;
    }
    step->add_expect();
  }

 private:
  // Where there is work, else the first one most of the time: what threads
  // share they fight about.
  void ChooseOpening() {
    const auto& roles = view_.threads[actor_].roles;
    const size_t any = dice_.Below(roles.size());
    const OpeningView& other = process_.openings[any];
    if (!other.epoll && !other.contents &&
        dice_.Chance(other.device || !other.open ? 20 : 2)) {
      opening_ = any;
      return;
    }
    opening_ = 0;
    while (Opening().fd != kAttached) ++opening_;
    for (size_t i = 0; i < roles.size(); ++i) {
      if (!roles[i].work && !roles[i].answers) continue;
      opening_ = i;
      return;
    }
  }
  const OpeningView& Opening() const { return process_.openings[opening_]; }
  const RoleView& Role() const { return view_.threads[actor_].roles[opening_]; }

  template <typename M>
  void Name(M* message) {
    if (Opening().fd != kAttached) message->set_fd(Opening().fd);
  }

  // Without a descriptor, a mapping and a context manager little can happen.
  bool Prepare(proto::Step* step) {
    if (Opening().open && !Opening().device) return false;
    if (!Opening().open && dice_.Chance(85)) {
      Open(step->mutable_open());
    } else if (Opening().open && !Opening().used && dice_.Chance(50)) {
      Map(step->mutable_mmap());
    } else if (Opening().open && !Opening().managed && dice_.Chance(25)) {
      BecomeManager(step->mutable_ioctl());
      Name(step->mutable_ioctl());
    } else {
      return false;
    }
    step->add_expect();
    return true;
  }

  // Half of them as a node of their own, one time in eight as one that exists.
  void BecomeManager(proto::Ioctl* ioctl) {
    if (dice_.Chance(50)) {
      ioctl->mutable_set_context_mgr();
      return;
    }
    auto* const manager = ioctl->mutable_set_context_mgr_ext();
    const bool own = !Opening().nodes.empty() && dice_.Chance(25);
    const uint64_t ptr =
        own ? dice_.Pick(Opening().nodes).ptr : dice_.Pick(kManagerPointers);
    manager->mutable_node()->set_ptr(ptr);
    manager->mutable_node()->set_cookie(ptr + dice_.Below(2));
    manager->set_flags(dice_.Pick(kManagerFlags));
  }

  void AskAboutNodes(proto::Ioctl* ioctl) {
    if (dice_.Chance(50)) {
      const bool one = !Opening().nodes.empty() && dice_.Chance(60);
      const uint64_t ptr = one ? dice_.Pick(Opening().nodes).ptr : 0;
      ioctl->set_get_node_debug_info(ptr - (one ? dice_.Below(2) : 0));
      return;
    }
    auto* const info = ioctl->mutable_get_node_info_for_ref();
    const bool known = !Opening().handles.empty() && dice_.Chance(85);
    info->mutable_handle()->set_number(
        known ? dice_.Pick(Opening().handles).desc : dice_.Below(4));
    if (dice_.Chance(8)) info->set_strong_count(1);
    if (dice_.Chance(4)) info->set_weak_count(1);
    if (dice_.Chance(4)) info->set_reserved(1);
  }

  // Something happens to another process or thread.
  bool Interfere(proto::Step* step) {
    std::vector<std::string> alive;
    std::vector<std::string> asleep;
    for (const ProcessView& process : view_.processes) {
      if (!process.dead && &process != &process_) alive.push_back(process.name);
    }
    size_t free = 0;
    for (const ThreadView& thread : view_.threads) {
      if (thread.asleep) asleep.push_back(thread.name);
      free += thread.free;
    }
    if (!asleep.empty() && dice_.Chance(free == 1 ? 12 : 2)) {
      step->mutable_signal()->set_thread(dice_.Pick(asleep));
    } else if (Freezes()) {
      Freeze(step);
    } else if (dice_.Below(1000) < 8) {
      step->mutable_shrink();
    } else if (!alive.empty() && dice_.Below(1000) < 20) {
      step->mutable_kill()->set_process(dice_.Pick(alive));
    } else {
      return false;
    }
    return true;
  }

  // A process that is frozen does not stay so for long.
  bool Freezes() {
    if (!Opening().open || !Opening().device) return false;
    bool frozen = false;
    for (const ProcessView& process : view_.processes) frozen |= process.frozen;
    return dice_.Below(1000) < (frozen ? 100u : 40u);
  }

  void Freeze(proto::Step* step) {
    const ProcessView& target = dice_.Pick(view_.processes);
    proto::Ioctl* ioctl = step->mutable_ioctl();
    Name(ioctl);
    step->add_expect();
    if (dice_.Chance(6)) ioctl->set_null_argument(true);
    if (dice_.Chance(30)) {
      proto::FrozenInfo* info = ioctl->mutable_get_frozen_info();
      info->set_process(target.name);
      if (dice_.Chance(5)) info->mutable_nobody();
      return;
    }
    proto::Freeze* freeze = ioctl->mutable_freeze();
    freeze->set_process(target.name);
    if (dice_.Chance(3)) freeze->mutable_nobody();
    freeze->set_enable(!target.frozen || dice_.Chance(15));
    // For ever, as far as a scenario goes on.
    if (freeze->enable() && dice_.Chance(30)) freeze->set_timeout_ms(100000);
  }

  // Forks, duplicates, watches.
  bool Share(proto::Step* step) {
    if (!process_.unborn.empty() && dice_.Chance(15)) {
      step->mutable_fork()->set_process(dice_.Pick(process_.unborn));
      return true;
    }
    if (!dice_.Chance(8)) return false;
    step->add_expect();
    const OpeningView* epoll = nullptr;
    for (const OpeningView& one : process_.openings) {
      if (one.epoll) epoll = &one;
    }
    if (!Opening().epoll && dice_.Chance(15)) {
      step->mutable_dup()->set_fd(Opening().fd);
    } else if (epoll == nullptr && !OthersInside()) {
      step->mutable_epoll_create();
    } else if (epoll != nullptr && !Opening().epoll && dice_.Chance(55)) {
      Watch(*epoll, step->mutable_epoll_ctl());
    } else if (epoll != nullptr) {
      Wait(*epoll, step->mutable_epoll_wait());
    } else {
      step->clear_expect();
      return false;
    }
    return true;
  }

  std::vector<std::string> KnownContents() const {
    std::vector<std::string> known;
    for (const OpeningView& one : process_.openings) {
      if (one.contents) known.push_back(one.fd);
    }
    return known;
  }

  // Makes files with contents, and does what can be done with them.
  void Contents(const std::vector<std::string>& known, proto::Step* step) {
    step->add_expect();
    const uint32_t kind = dice_.Below(known.empty() ? 20 : 100);
    if (kind < 10) {
      step->mutable_pipe();
    } else if (kind < 20) {
      step->mutable_memfd();
    } else if (kind < 50) {
      step->mutable_write_fd()->set_fd(dice_.Pick(known));
      step->mutable_write_fd()->set_text(std::string(
          dice_.Below(9), static_cast<char>('a' + dice_.Below(26))));
    } else if (kind < 80) {
      step->mutable_read_fd()->set_fd(dice_.Pick(known));
      step->mutable_read_fd()->set_size(1 + dice_.Below(12));
    } else if (kind < 86) {
      step->mutable_seek()->set_fd(dice_.Pick(known));
      step->mutable_seek()->set_to(dice_.Below(20));
    } else if (kind < 89) {
      step->mutable_dup()->set_fd(dice_.Pick(known));
    } else {
      step->mutable_close()->set_fd(dice_.Pick(known));
    }
  }

  // Who is in poll() must not find an epoll instance where a device was.
  bool OthersInside() const {
    for (const ThreadView& thread : view_.threads) {
      if (!thread.free && &view_.processes[thread.process] == &process_) {
        return true;
      }
    }
    return false;
  }

  void Watch(const OpeningView& epoll, proto::EpollCtl* ctl) {
    constexpr uint32_t kEvents[] = {1, 1, 1, 0, 0x40000001, 0x80000001};
    ctl->set_epoll(epoll.fd);
    Name(ctl);
    if (dice_.Chance(60)) {
      ctl->mutable_add();
    } else if (dice_.Chance(60)) {
      ctl->mutable_remove();
    } else {
      ctl->mutable_modify();
    }
    ctl->set_events(dice_.Pick(kEvents));
  }

  void Wait(const OpeningView& epoll, proto::EpollWait* wait) {
    wait->set_epoll(epoll.fd);
    wait->set_max_events(1 + dice_.Below(4));
    size_t free = 0;
    for (const ThreadView& thread : view_.threads) free += thread.free;
    wait->set_dont_wait(free == 1 || dice_.Chance(50));
  }

  void Open(proto::Open* open) {
    const NamedDevice& one = dice_.Pick(kDevices);
    if (std::string(one.device) != "") open->set_device(one.device);
    if (std::string(one.fd) != kAttached) open->set_fd(one.fd);
    if (dice_.Chance(20)) open->set_nonblock(true);
  }

  void Map(proto::Mmap* mmap) {
    Name(mmap);
    mmap->set_size(dice_.Pick(kMappings));
    if (dice_.Chance(8)) mmap->set_writable(true);
  }

  // A thread that nobody could wake should rather not fall asleep.
  bool Reads() {
    if (Opening().work || Role().work) return dice_.Chance(90);
    size_t free = 0;
    for (const ThreadView& thread : view_.threads) free += thread.free;
    if (free == 1) return dice_.Chance(15);
    return dice_.Chance(Role().calls ? 80 : 45);
  }

  uint64_t ReadSize() {
    if (dice_.Chance(12)) return dice_.Pick(kOddSizes);
    return Reads() ? 256 : 0;
  }

  void WriteRead(proto::WriteRead* call) {
    Name(call);
    const uint32_t count = dice_.Below(4);
    for (uint32_t i = 0; i < count; ++i) {
      FillCommand(dice_, Opening(), Role(), call->add_write());
      if (call->write(static_cast<int>(i)).has_raw()) break;
    }
    call->set_read_size(ReadSize());
    if (dice_.Chance(4)) Consumed(call);
    if (dice_.Chance(2)) call->set_null_argument(true);
    if (count != 0 && dice_.Chance(2)) call->set_unreadable_write(true);
    if (dice_.Chance(3)) call->set_writable_read(4 * dice_.Below(40));
  }

  // Three one-ways that take most of what a mapping has for them.
  void Flood(proto::WriteRead* call) {
    Name(call);
    const uint64_t size = dice_.Pick(kFloods);
    const uint32_t to = Opening().handles.empty() || dice_.Chance(50)
                            ? 0
                            : dice_.Pick(Opening().handles).desc;
    for (int i = 0; i < 3; ++i) {
      proto::Transaction* t = call->add_write()->mutable_transaction();
      t->mutable_to()->set_number(to);
      t->set_one_way(true);
      t->set_buffers_size(size - 8 * dice_.Below(4));
    }
    call->set_read_size(256);
  }

  // As if an earlier call had taken and given some already.
  void Consumed(proto::WriteRead* call) {
    if (call->read_size() != 0 && dice_.Chance(60)) {
      const uint64_t words = std::min<uint64_t>(call->read_size() / 4, 8);
      call->set_read_consumed(4 * dice_.Below(words + 1));
    } else if (call->write_size() > 1 && call->write(0).has_free_buffer()) {
      call->set_write_consumed(12);
    }
  }

  void Ioctl(proto::Ioctl* ioctl) {
    Name(ioctl);
    switch (dice_.Below(20)) {
      case 0:
        ioctl->mutable_version();
        break;
      case 1:
      case 2:
        ioctl->set_set_max_threads(dice_.Below(4));
        break;
      case 3:
        BecomeManager(ioctl);
        break;
      case 4:
      case 5:
      case 6:
        ioctl->mutable_thread_exit();
        break;
      case 7:
        ioctl->set_set_idle_timeout(1);
        break;
      case 8:
        ioctl->set_set_idle_priority(1);
        break;
      case 9:
        ioctl->set_number(dice_.Pick(kUnknownRequests));
        break;
      case 10:
      case 11:
      case 12:
        ioctl->set_enable_oneway_spam_detection(dice_.Below(4));
        break;
      case 13:
      case 14:
      case 15:
      case 16:
        AskAboutNodes(ioctl);
        break;
      default:
        ioctl->mutable_get_extended_error();
        break;
    }
    if (dice_.Chance(6)) {
      ioctl->set_null_argument(true);
    } else if (dice_.Chance(6)) {
      ioctl->set_readonly_argument(true);
    }
  }

  Dice& dice_;
  const View& view_;
  const size_t actor_;
  const ProcessView& process_;
  size_t opening_ = 0;
};

}  // namespace

std::vector<std::string> OpenedFds() {
  std::vector<std::string> names;
  for (const NamedDevice& one : kDevices) {
    if (std::string(one.fd) != kAttached) names.push_back(one.fd);
  }
  names.push_back("dup_fd");
  names.push_back("epoll_fd");
  names.insert(names.end(), {"pipe_in", "pipe_out", "memfd"});
  return names;
}

void FillStep(Dice& dice, const View& view, size_t actor, proto::Step* step) {
  StepFiller(dice, view, actor).Fill(step);
}

}  // namespace bindery::conform
