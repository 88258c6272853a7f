#include "tools/conform/random_payload.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/kernel/uapi.h"

namespace bindery::conform {
namespace {

// What is tried although the model says that it does not exist.
constexpr uint32_t kSomeHandles = 5;
// Flags of a node: none, ACCEPTS_FDS, a priority.
constexpr uint32_t kNodeFlags[] = {0, 0, 0x100, 0x10a};
constexpr uint32_t kFlags[] = {sim::kTfAcceptFds, sim::kTfClearBuf,
                               sim::kTfStatusCode, sim::kTfUpdateTxn};
// The types that the model has, and none.
constexpr uint32_t kTypes[] = {sim::kTypeBinder,     sim::kTypeBinder,
                               sim::kTypeWeakBinder, sim::kTypeHandle,
                               sim::kTypeWeakHandle, 0x12345678};

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
    const uint32_t items = dice_.Below(4);
    for (uint32_t i = 0; i < items; ++i) Item(t->add_item());
    if (dice_.Chance(10)) Spoil(t);
  }

 private:
  // Without handles one's own nodes are what there is to send.
  void Item(proto::Item* item) {
    if (dice_.Chance(25)) return Plain(item);
    const std::string node = absl::StrCat("n", dice_.Below(kNodes));
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
    object->set_flags(dice_.Pick(kNodeFlags));
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
        return t->set_unreadable_data(true);
      default:
        return t->set_unreadable_offsets(true);
    }
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
