#include "sim/world/dump.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/world/contribution.h"
#include "sim/world/sorted_rows.h"
#include "sim/world/value_text.h"

namespace bindery::sim {
namespace {

// Writes the canonical fields of one row; of a tombstone only links and lists.
template <typename Row>
class CanonicalFields {
 public:
  CanonicalFields(const World& world, const Slot<Row>& slot, std::string* out)
      : w_(world),
        row_(slot.row),
        live_(slot.meta.state == SlotState::kLive),
        out_(out) {}

  template <typename T>
  void Field(const char* name, T Row::*member, Meaning = {}) {
    constexpr bool kOutlives =
        std::is_same_v<T, ListHead> || std::is_same_v<T, Link>;
    if (!live_ && !kOutlives) return;
    const std::string value = Text(row_.*member);
    if (!value.empty()) absl::StrAppend(out_, " ", name, "=", value);
  }
  template <typename T>
  void Address(const char* name, T Row::*member) {
    if (w_.exact_addresses()) Field(name, member);
  }
  template <typename T>
  void Derived(const char*, T Row::*, const char*) {}
  template <typename T>
  void Skip(const char*, T Row::*, const char*) {}

 private:
  std::string Text(const ListHead& list) const {
    std::string text;
    for (AnyId item = list.first; item;
         item = w_.PeekLink(list.kind, item).next) {
      absl::StrAppend(&text, text.empty() ? "" : ",", Text(item));
    }
    return text;
  }
  std::string Text(const SetHead&) const { return ""; }
  std::string Text(const Link& link) const {
    return link.head == Head::kSet ? "member" : "";
  }
  std::string Text(const Work& work) const { return Text(work.type); }
  std::string Text(BlobId id) const {
    const absl::string_view bytes = w_.blobs().Bytes(id);
    return bytes.empty() ? ""
                         : absl::StrCat("x", absl::BytesToHexString(bytes));
  }
  std::string Text(AnyId id) const {
    if (!id) return "";
    const Meta& meta = w_.MetaOf(id);
    return absl::StrCat(static_cast<int>(id.table()), ":", Key(meta));
  }
  template <typename Held>
  std::string Text(Id<Held> id) const {
    return Text(id.any());
  }
  template <typename T>
  std::string Text(T value) const {
    if (value == T{}) return "";
    return absl::StrCat(static_cast<int64_t>(value));
  }

 public:
  static std::string Key(const Meta& meta) {
    return absl::StrCat(absl::Hex(meta.key_a), "/", absl::Hex(meta.key_b), "/",
                        meta.ordinal);
  }

 private:
  const World& w_;
  const Row& row_;
  const bool live_;
  std::string* out_;
};

template <typename Row>
void CanonicalTable(const World& world, std::string* out) {
  if (Row::kTable == TableId::kChunk && !world.exact_addresses()) return;
  for (const uint32_t i : SortedSlots<Row>(world)) {
    const Slot<Row>& slot = world.table<Row>().at(i);
    absl::StrAppend(out, Row::kName, " ", CanonicalFields<Row>::Key(slot.meta));
    if (slot.meta.state != SlotState::kLive) absl::StrAppend(out, " freed");
    CanonicalFields<Row> fields(world, slot, out);
    Row::Fields(fields);
    out->push_back('\n');
  }
}

template <typename Row>
void DumpTable(const World& world, const RowNames& names, proto::State* state) {
  for (const uint32_t i : SortedSlots<Row>(world)) {
    const Slot<Row>& slot = world.table<Row>().at(i);
    const AnyId id = AnyId::Make(Row::kTable, i, slot.meta.generation);
    proto::Row* out = state->add_row();
    out->set_table(Row::kName);
    out->set_name(RowName(world, names, id));
    out->set_tombstone(slot.meta.state != SlotState::kLive);
    ForEachFieldText<Row>(world, names, slot.row,
                          [out](const char* field, const std::string& value) {
                            if (value.empty()) return;
                            proto::Field* f = out->add_field();
                            f->set_name(field);
                            f->set_value(value);
                          });
  }
}

// Texts of all fields, empty for zero, with their names.
template <typename Row>
std::vector<std::pair<const char*, std::string>> FieldTexts(
    const World& world, const RowNames& names, const Row* row) {
  std::vector<std::pair<const char*, std::string>> texts;
  const Row zero{};
  ForEachFieldText<Row>(world, names, row != nullptr ? *row : zero,
                        [&texts](const char* field, std::string value) {
                          texts.emplace_back(field, std::move(value));
                        });
  return texts;
}

// A zero is worth telling when it is the end of something that was not.
std::string OrZero(const std::string& text, bool exists) {
  return exists && text.empty() ? "0" : text;
}

template <typename Row>
void DescribeRow(const World& world, const RowNames& names, Id<Row> id,
                 const Row* before, const Row* after, const ChangeSink& sink) {
  const std::string object = RowName(world, names, id.any(), false);
  const auto old_texts = FieldTexts<Row>(world, names, before);
  const auto new_texts = FieldTexts<Row>(world, names, after);
  bool told = false;
  for (size_t i = 0; i < old_texts.size(); ++i) {
    if (old_texts[i].second == new_texts[i].second) continue;
    sink(object, old_texts[i].first,
         OrZero(old_texts[i].second, before != nullptr),
         OrZero(new_texts[i].second, after != nullptr));
    told = true;
  }
  if (!told && (before == nullptr || after == nullptr)) {
    sink(object, "", before != nullptr ? "there" : "",
         after != nullptr ? "there" : "");
  }
}

}  // namespace

std::string CanonicalText(const World& world) {
  std::string text;
  ForEachRowType([&](auto* type) {
    CanonicalTable<std::remove_pointer_t<decltype(type)>>(world, &text);
  });
  return text;
}

void DumpState(const World& world, const RowNames& names, proto::State* state) {
  ForEachRowType([&](auto* type) {
    DumpTable<std::remove_pointer_t<decltype(type)>>(world, names, state);
  });
  state->set_fingerprint(FingerprintText(world.fingerprint()));
}

std::string FingerprintText(const Hash128& fingerprint) {
  return absl::StrCat(absl::Hex(fingerprint.hi, absl::kZeroPad16),
                      absl::Hex(fingerprint.lo, absl::kZeroPad16));
}

void DescribeChanges(const World& world, const RowNames& names,
                     const ChangeSink& sink) {
  world.ForEachDirty([&](auto id, const auto* before, const auto* after) {
    DescribeRow(world, names, id, before, after, sink);
  });
}

}  // namespace bindery::sim
