// Fields of rows as text for people; see dump.h.
#ifndef BINDERY_SIM_WORLD_VALUE_TEXT_H_
#define BINDERY_SIM_WORLD_VALUE_TEXT_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "sim/world/dump.h"
#include "sim/world/world.h"

namespace bindery::sim {

// As in dump.h; `tell_freed`: with " (freed)" behind the name of a freed row.
std::string RowName(const World& world, const RowNames& names, AnyId id,
                    bool tell_freed);

// Texts of values; empty for zero. `field` decides between notations.
std::string ValueText(absl::string_view field, uint64_t value);
std::string ValueText(absl::string_view field, int64_t value);
std::string ValueText(TaskState state);
std::string ValueText(ActivationKind kind);
std::string ValueText(WorkType type);
std::string BytesText(absl::string_view bytes);
std::string ListText(const World& world, const RowNames& names,
                     const ListHead& list);
std::string SetText(const World& world, const RowNames& names,
                    const SetHead& set);

// Calls f(field name, text) for every field but links.
template <typename Row, typename F>
class FieldTexter {
 public:
  FieldTexter(const World& world, const RowNames& names, const Row& row, F& f)
      : w_(world), names_(names), row_(row), f_(f) {}

  template <typename T>
  void Field(const char* name, T Row::*member, Meaning = {}) {
    if constexpr (!std::is_same_v<T, Link>) {
      f_(name, Text(name, row_.*member));
    }
  }
  template <typename T>
  void Address(const char* name, T Row::*member) {
    Field(name, member);
  }
  template <typename T>
  void Derived(const char* name, T Row::*member, const char*) {
    Field(name, member);
  }
  template <typename T>
  void Skip(const char* name, T Row::*member, const char*) {
    Field(name, member);
  }

 private:
  std::string Text(const char*, const ListHead& list) const {
    return ListText(w_, names_, list);
  }
  std::string Text(const char*, const SetHead& set) const {
    return SetText(w_, names_, set);
  }
  std::string Text(const char*, const Work& work) const {
    return ValueText(work.type);
  }
  std::string Text(const char*, BlobId id) const {
    return BytesText(w_.blobs().Bytes(id));
  }
  std::string Text(const char*, AnyId id) const {
    return id ? RowName(w_, names_, id) : "";
  }
  template <typename Held>
  std::string Text(const char*, Id<Held> id) const {
    return id ? RowName(w_, names_, id.any()) : "";
  }
  template <typename T>
  std::string Text(const char* name, T value) const {
    if constexpr (std::is_enum_v<T>) {
      return ValueText(value);
    } else {
      const std::string word = Word(name, static_cast<uint64_t>(value));
      if (!word.empty()) return word;
      using Wide = std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>;
      return ValueText(name, static_cast<Wide>(value));
    }
  }
  // Numbers that stand for something that has a name elsewhere.
  std::string Word(absl::string_view field, uint64_t value) const {
    const uint32_t number = static_cast<uint32_t>(value);
    if constexpr (std::is_same_v<Row, FrameRow>) {
      if (field == "op") return names_.Operation(static_cast<uint16_t>(number));
    } else if constexpr (std::is_same_v<Row, CommandRow>) {
      if (field == "bc") return names_.Command(number);
    } else if constexpr (std::is_same_v<Row, ReturnRow>) {
      if (field == "br") return names_.Return(number);
    }
    return "";
  }

  const World& w_;
  const RowNames& names_;
  const Row& row_;
  F& f_;
};

template <typename Row, typename F>
void ForEachFieldText(const World& world, const RowNames& names, const Row& row,
                      F&& f) {
  FieldTexter<Row, F> texter(world, names, row, f);
  Row::Fields(texter);
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_WORLD_VALUE_TEXT_H_
