#include "tools/conform/random_payload.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/kernel/uapi.h"

namespace bindery::conform {
namespace {

// What is tried although the model says that it does not exist.
constexpr uint32_t kSomeHandles = 5;
// Flags of an object: none, ACCEPTS_FDS, a priority.
constexpr uint32_t kObjectFlags[] = {0, 0, 0x100, 0x10a};
constexpr uint32_t kFlags[] = {sim::kTfAcceptFds, sim::kTfClearBuf,
                               sim::kTfStatusCode, sim::kTfUpdateTxn};
// The types that drivers know, and none. Those that are longer are cut short.
constexpr uint32_t kTypes[] = {
    sim::kTypeBinder, sim::kTypeBinder,     sim::kTypeWeakBinder,
    sim::kTypeHandle, sim::kTypeWeakHandle, sim::kTypeFd,
    sim::kTypePtr,    sim::kTypeFda,        0x12345678};

class PayloadFiller {
 public:
  PayloadFiller(Dice& dice, const OpeningView& opening)
      : dice_(dice), opening_(opening) {}

  void Fill(bool reply, proto::Transaction* t) {
    t->set_code(1 + dice_.Below(9));
    if (dice_.Chance(20)) {
      uint32_t flags = dice_.Pick(kFlags);
      if (dice_.Chance(20)) flags |= dice_.Pick(kFlags);
      if (reply && dice_.Chance(10)) flags |= sim::kTfOneWay;
      t->set_flags(flags);
    }
    if (dice_.Chance(40)) t->set_flags(t->flags() | sim::kTfAcceptFds);
    const uint32_t items = dice_.Below(4);
    for (uint32_t i = 0; i < items; ++i) Item(t->add_item());
    if (dice_.Chance(20)) Scatter(t);
    if (dice_.Chance(10)) Spoil(t);
  }

 private:
  // Without handles one's own nodes are what there is to send.
  void Item(proto::Item* item) {
    if (dice_.Chance(25)) return Plain(item);
    const std::string node = absl::StrCat("n", dice_.Below(kNodes));
    if (!opening_.files.empty() && dice_.Chance(20)) {
      return Fd(item->mutable_fd());
    }
    const bool poor = opening_.handles.empty() && !dice_.Chance(10);
    switch (dice_.Below(poor ? 4 : 8)) {
      case 0:
      case 1:
      case 2:
        item->set_binder(node);
        break;
      case 3:
        item->set_weak_binder(node);
        break;
      case 4:
      case 5:
        item->mutable_handle()->set_number(AnyHandle(dice_, opening_, true));
        break;
      case 6:
        item->mutable_weak_handle()->set_number(
            AnyHandle(dice_, opening_, false));
        break;
      default:
        Object(item->mutable_object());
        break;
    }
  }

  // A descriptor that is open, mostly.
  uint32_t AnyFd() {
    if (opening_.files.empty() || dice_.Chance(6)) return 20 + dice_.Below(3);
    return dice_.Pick(opening_.files);
  }

  void Fd(proto::FdItem* fd) {
    fd->set_number(AnyFd());
    if (dice_.Chance(20)) fd->set_cookie(dice_.Below(9));
  }

  // Memory with room for pointers and descriptors, memory that it points to,
  // and arrays of descriptors in it. What is behind a good parent may be
  // anything.
  void Scatter(proto::Transaction* t) {
    if (t->item_size() == 0 && !dice_.Chance(10)) Plain(t->add_item());
    std::vector<uint32_t> parents;
    uint32_t slot = 0;
    const uint32_t count = 1 + dice_.Below(4);
    for (uint32_t i = 0; i < count; ++i) {
      proto::Item* item = t->add_item();
      if (parents.empty() || dice_.Chance(15)) {
        slot = 0;
        Memory(item->mutable_ptr());
      } else if (dice_.Chance(50)) {
        Memory(item->mutable_ptr());
        item->mutable_ptr()->set_parent(Parent(parents));
        item->mutable_ptr()->set_parent_offset(Slot(&slot, 8));
      } else {
        proto::FdArrayItem* array = item->mutable_fd_array();
        array->set_num_fds(dice_.Chance(4) ? TooLarge() : dice_.Below(4));
        array->set_parent(Parent(parents));
        array->set_parent_offset(
            Slot(&slot, static_cast<uint32_t>(4 * (array->num_fds() & 3))));
      }
      if (item->has_ptr()) parents.push_back(ObjectsOf(*t) - 1);
    }
    if (dice_.Chance(8)) t->set_buffers_size(8 * dice_.Below(12));
  }

  static uint32_t ObjectsOf(const proto::Transaction& t) {
    uint32_t objects = 0;
    for (const proto::Item& item : t.item()) {
      objects +=
          item.has_i32() || item.has_i64() || item.has_text() || item.has_raw()
              ? 0
              : 1;
    }
    return objects;
  }

  // Mostly the first, which has most room.
  uint32_t Parent(const std::vector<uint32_t>& parents) {
    if (dice_.Chance(6)) return dice_.Below(6);
    return dice_.Chance(70) ? parents.front() : dice_.Pick(parents);
  }

  // The next free place in a parent, mostly.
  uint32_t Slot(uint32_t* slot, uint32_t size) {
    if (dice_.Chance(10)) return dice_.Below(50);
    const uint32_t at = *slot;
    *slot += size;
    return at;
  }

  // All of it may be read as descriptors.
  void Memory(proto::PtrItem* ptr) {
    const uint32_t words = dice_.Below(10);
    for (uint32_t i = 0; i < words; ++i) {
      ptr->add_item()->set_i32(static_cast<int32_t>(AnyFd()));
    }
    if (dice_.Chance(6)) ptr->set_length(dice_.Below(100));
    if (dice_.Chance(3)) ptr->set_misalign(1 + dice_.Below(7));
    if (dice_.Chance(2)) ptr->set_flags(dice_.Below(4));
  }

  void Plain(proto::Item* item) {
    switch (dice_.Below(4)) {
      case 0:
        item->set_i32(static_cast<int32_t>(dice_.Below(1000)));
        break;
      case 1:
        item->set_i64(-1 - static_cast<int64_t>(dice_.Below(1000)));
        break;
      case 2:
        item->set_text(std::string(dice_.Below(40), 'x'));
        break;
      default:
        item->set_raw(std::string(dice_.Below(30), '\x7f'));
        break;
    }
  }

  // The cookie of a node that exists may be wrong, or its type, or its flags.
  void Object(proto::RawObject* object) {
    object->set_type(dice_.Pick(kTypes));
    object->set_flags(dice_.Pick(kObjectFlags));
    if (object->type() == sim::kTypeHandle ||
        object->type() == sim::kTypeWeakHandle) {
      object->set_binder(AnyHandle(dice_, opening_, dice_.Chance(50)));
      object->set_cookie(dice_.Below(2));
      return;
    }
    object->set_binder(0x1000 * (1 + dice_.Below(kNodes)));
    object->set_cookie(object->binder() + (dice_.Chance(60) ? 1 : 2));
  }

  // More than any mapping has room for; the sums may overflow.
  uint64_t TooLarge() {
    return (uint64_t{1} << (23 + dice_.Below(41))) - 8 * dice_.Below(3);
  }

  // Makes a payload malformed, or just large.
  void Spoil(proto::Transaction* t) {
    switch (dice_.Below(10)) {
      case 0:
        return t->set_data_size(dice_.Below(64));
      case 1:
        return t->set_data_size(TooLarge());
      case 2:
        return t->set_data_size(dice_.Below(8) * 1024);
      case 3:
        return t->set_offsets_size(dice_.Below(40));
      case 4:
        return t->set_offsets_size(TooLarge());
      case 5:
      case 6:
        return Offsets(t);
      case 7:
        return t->set_buffers_size(dice_.Chance(20) ? TooLarge()
                                                    : dice_.Below(64));
      case 8:
        return Unreadable(t);
      default:
        return t->set_unreadable_offsets(true);
    }
  }

  // From some byte on, or the memory of an object.
  void Unreadable(proto::Transaction* t) {
    for (proto::Item& item : *t->mutable_item()) {
      if (!item.has_ptr() || dice_.Chance(50)) continue;
      return item.mutable_ptr()->set_readable(dice_.Below(20));
    }
    if (t->item_size() == 0 || dice_.Chance(30)) {
      return t->set_unreadable_data(true);
    }
    t->set_readable_data(4 * dice_.Below(t->item_size()));
  }

  // Unordered, unaligned, overlapping, beyond the end.
  void Offsets(proto::Transaction* t) {
    const uint32_t count = 1 + dice_.Below(3);
    for (uint32_t i = 0; i < count; ++i) {
      t->add_raw_offset(dice_.Chance(5)
                            ? TooLarge()
                            : dice_.Below(12) * (dice_.Chance(80) ? 4 : 3));
    }
  }

  Dice& dice_;
  const OpeningView& opening_;
};

}  // namespace

uint32_t AnyHandle(Dice& dice, const OpeningView& opening, bool strong) {
  if (dice.Chance(5)) return dice.Below(kSomeHandles);
  std::vector<uint32_t> good;
  for (const HandleView& handle : opening.handles) {
    if (handle.strong || !strong) good.push_back(handle.desc);
  }
  return good.empty() ? 0 : dice.Pick(good);
}

void FillPayload(Dice& dice, const OpeningView& opening, bool reply,
                 proto::Transaction* t) {
  PayloadFiller(dice, opening).Fill(reply, t);
}

}  // namespace bindery::conform
