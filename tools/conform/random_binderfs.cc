#include "tools/conform/random_binderfs.h"

#include <algorithm>
#include <string>

namespace bindery::conform {
namespace {

constexpr char kControlFd[] = "control_fd";
constexpr const char* kPlaces[] = {"a", "a", "a", "b"};
constexpr const char* kOptions[] = {"",
                                    "",
                                    "",
                                    "max=3",
                                    "max=4",
                                    "max=2",
                                    "max=x",
                                    "max=5",
                                    "stats=global",
                                    "bad=1",
                                    "max=0",
                                    "max=4,stats=global",
                                    "stats=global"};
constexpr const char* kDevices[] = {"bus", "bus", "bus", "tram", "binder"};
// Of a device to add: some are no name of a file.
constexpr const char* kAdded[] = {
    "bus", "bus", "bus", "tram", "tram", "binder", "features", "binder-control",
    ".",   "..",  "a/b", ""};
constexpr const char* kFiles[] = {"bus",
                                  "bus",
                                  "tram",
                                  "binder",
                                  "vndbinder",
                                  "binder-control",
                                  "features",
                                  "features/extended_error",
                                  "features/transaction_report",
                                  "binder_logs",
                                  "nothing"};
constexpr const char* kRead[] = {"binder_logs/state",
                                 "binder_logs/state",
                                 "binder_logs/stats",
                                 "binder_logs/transactions",
                                 "binder_logs/transaction_log",
                                 "binder_logs/failed_transaction_log",
                                 "binder_logs/state_hashed",
                                 "binder_logs/transactions_hashed",
                                 "binder_logs",
                                 "features/extended_error"};
constexpr const char* kDirectories[] = {"", "", "", "features", "bus"};
constexpr const char* kOpened[] = {"second_fd", "second_fd", "hw_fd", "vnd_fd"};

class BinderfsFiller {
 public:
  BinderfsFiller(Dice& dice, const ProcessView& process, proto::Step* step)
      : dice_(dice), process_(process), step_(*step) {}

  void Fill() {
    step_.add_expect();
    const uint32_t kind = dice_.Below(100);
    if (kind < 16) {
      Mount();
    } else if (kind < 24) {
      Umount();
    } else if (kind < 40) {
      Open();
    } else if (kind < 62) {
      Control();
    } else if (kind < 74) {
      Path(step_.mutable_unlink(), kFiles);
    } else if (kind < 82) {
      Rename();
    } else if (kind < 88) {
      Path(step_.mutable_list(), kDirectories);
    } else if (kind < 91) {
      Path(step_.mutable_stat(), kFiles);
    } else if (kind < 95) {
      Path(step_.mutable_read(), kRead);
    } else if (kind < 96) {
      step_.mutable_show_options()->set_at(dice_.Pick(kPlaces));
    } else if (kind < 98) {
      Make();
    } else {
      step_.mutable_reopen()->set_fd(dice_.Pick(process_.openings).fd);
    }
  }

 private:
  void Mount() {
    proto::Mount* mount = step_.mutable_mount();
    mount->set_at(dice_.Pick(kPlaces));
    mount->set_options(dice_.Pick(kOptions));
    mount->set_remount(dice_.Chance(25));
  }

  void Umount() {
    proto::Umount* umount = step_.mutable_umount();
    umount->set_at(dice_.Pick(kPlaces));
    umount->set_lazy(dice_.Chance(40));
  }

  void Open() {
    proto::Open* open = step_.mutable_open();
    open->set_at(dice_.Pick(kPlaces));
    open->set_device(dice_.Pick(kDevices));
    open->set_fd(dice_.Pick(kOpened));
    open->set_nonblock(dice_.Chance(20));
  }

  // Without the control device nothing can be added.
  void Control() {
    const bool known = std::any_of(
        process_.openings.begin(), process_.openings.end(),
        [](const OpeningView& one) { return one.fd == kControlFd; });
    if (!known || dice_.Chance(20)) {
      proto::Open* open = step_.mutable_open();
      open->set_at(dice_.Pick(kPlaces));
      open->set_device("binder-control");
      open->set_fd(kControlFd);
      return;
    }
    proto::Ioctl* ioctl = step_.mutable_ioctl();
    ioctl->set_fd(dice_.Chance(92) ? kControlFd : "binder_fd");
    ioctl->set_add_device(dice_.Pick(kAdded));
    if (dice_.Chance(6)) {
      ioctl->set_readonly_argument(true);
    } else if (dice_.Chance(4)) {
      ioctl->set_null_argument(true);
    }
  }

  template <typename Names>
  void Path(proto::FsPath* path, const Names& names) {
    path->set_at(dice_.Pick(kPlaces));
    path->set_name(dice_.Pick(names));
  }

  void Rename() {
    proto::Rename* rename = step_.mutable_rename();
    constexpr const char* kNames[] = {"bus",    "bus",      "tram",
                                      "binder", "features", "binder-control"};
    rename->set_at(dice_.Pick(kPlaces));
    rename->set_from(dice_.Pick(kNames));
    rename->set_to(dice_.Pick(kNames));
    if (dice_.Chance(10)) rename->set_to_at(dice_.Pick(kPlaces));
  }

  void Make() {
    proto::Make* make = step_.mutable_make();
    make->set_at(dice_.Pick(kPlaces));
    make->set_name(dice_.Pick(kFiles));
    make->set_what(
        static_cast<proto::Making>(dice_.Below(proto::Making_ARRAYSIZE)));
  }

  Dice& dice_;
  const ProcessView& process_;
  proto::Step& step_;
};

}  // namespace

void AddNamespaces(Dice& dice, proto::Process* process) {
  if (!dice.Chance(30)) return;
  proto::Namespaces* own = process->mutable_namespaces();
  own->set_user(process->uid() != 0 || dice.Chance(20));
  own->set_mount(own->user() || dice.Chance(50));
  own->set_ipc(dice.Chance(60));
}

void AddNames(sim::LaterNames* names) {
  names->fds.insert(names->fds.end(), {kControlFd, "reopened_fd"});
  names->mountpoints = {"a", "b"};
}

void FillBinderfsStep(Dice& dice, const ProcessView& process,
                      proto::Step* step) {
  BinderfsFiller(dice, process, step).Fill();
}

}  // namespace bindery::conform
