#include "sim/world/layout.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>
#include <vector>

#include "base/check.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

template <size_t kWords>
uint64_t Differing(const char* row, const char* other) {
  uint64_t mask = 0;
  for (size_t i = kWords; i > 0; --i) {
    uint64_t a;
    uint64_t b;
    std::memcpy(&a, row + (i - 1) * 8, 8);
    std::memcpy(&b, other + (i - 1) * 8, 8);
    mask = 2 * mask + (a != b ? 1 : 0);
  }
  return mask;
}

// A narrow field and the word that it is in.
struct Placed {
  size_t word;
  NarrowField field;
};

// Visits the fields of a row type.
template <typename Row>
class LayoutMaker {
 public:
  explicit LayoutMaker(RowLayout* layout) : layout_(*layout) {
    layout_.words = sizeof(Row) / 8;
    layout_.differing = &Differing<sizeof(Row) / 8>;
  }

  template <typename T>
  void Field(const char*, T Row::*member, Meaning meaning = {}) {
    Add(member, Hashed::kAlways, meaning);
  }
  template <typename T>
  void Address(const char*, T Row::*member) {
    Add(member, Hashed::kWithExactAddresses, {});
  }
  template <typename T>
  void Derived(const char*, T Row::*member, const char*) {
    static_assert(std::is_unsigned_v<T>);
    Add(member, Hashed::kInContent, {});
  }
  template <typename T>
  void Skip(const char*, T Row::*member, const char*) {
    Add(member, Hashed::kNever, {});
  }

  void Finish() {
    std::stable_sort(
        narrow_.begin(), narrow_.end(),
        [](const Placed& a, const Placed& b) { return a.word < b.word; });
    size_t count = 0;
    for (size_t word = 0; word <= layout_.words; ++word) {
      layout_.begin[word] = static_cast<uint8_t>(count);
      while (count < narrow_.size() && narrow_[count].word == word) {
        layout_.narrow[count] = narrow_[count].field;
        ++count;
      }
    }
  }

 private:
  template <typename T>
  void Add(T Row::*member, Hashed hashed, Meaning meaning) {
    static const Row kRow{};
    const auto begin =
        static_cast<size_t>(reinterpret_cast<const char*>(&(kRow.*member)) -
                            reinterpret_cast<const char*>(&kRow));
    BINDERY_CHECK(++index_ <= kMostFields);
    if constexpr (std::is_same_v<T, Link>) {
      AddWide(WideField::Kind::kLink, begin, sizeof(T), hashed);
    } else if constexpr (std::is_same_v<T, Work>) {
      AddWide(WideField::Kind::kWork, begin, sizeof(T), hashed);
    } else if constexpr (std::is_same_v<T, ListHead>) {
      AddWide(WideField::Kind::kListHead, begin, sizeof(T), hashed);
    } else if constexpr (std::is_same_v<T, SetHead>) {
      AddWide(WideField::Kind::kSetHead, begin, sizeof(T), hashed);
    } else {
      static_assert(sizeof(T) <= 8);
      AddNarrow(KindOf<T>(), begin, sizeof(T), hashed, meaning);
    }
  }
  template <typename T>
  static constexpr NarrowField::Kind KindOf() {
    using Kind = NarrowField::Kind;
    if (std::is_same_v<T, AnyId>) return Kind::kAnyId;
    if (IsId<T>::value) return Kind::kId;
    if (std::is_same_v<T, BlobId>) return Kind::kBlob;
    return std::is_signed_v<T> ? Kind::kSigned : Kind::kUnsigned;
  }
  void AddNarrow(NarrowField::Kind kind, size_t begin, size_t size,
                 Hashed hashed, Meaning meaning) {
    const size_t in_word = begin % 8;
    BINDERY_CHECK(in_word + size <= 8);
    const size_t below = std::endian::native == std::endian::little
                             ? in_word
                             : 8 - in_word - size;
    narrow_.push_back(
        {begin / 8,
         {~uint64_t{0} >> (64 - 8 * size) << (8 * below),
          static_cast<uint8_t>(8 * below), kind, hashed, index_, meaning}});
  }
  void AddWide(WideField::Kind kind, size_t begin, size_t size, Hashed hashed) {
    BINDERY_CHECK(layout_.wide_count < RowLayout::kMostWide);
    uint64_t words = 0;
    for (size_t i = begin / 8; i * 8 < begin + size; ++i) {
      words |= uint64_t{1} << i;
    }
    layout_.wide[layout_.wide_count++] = {words,
                                          static_cast<uint16_t>(begin),
                                          static_cast<uint8_t>(size),
                                          kind,
                                          hashed,
                                          index_};
  }

  RowLayout& layout_;
  std::vector<Placed> narrow_;
  uint8_t index_ = 0;
};

RowLayouts MakeLayouts() {
  RowLayouts layouts{};
  for (int t = 0; t < kTableCount; ++t) {
    World::Dispatch(static_cast<TableId>(t), [&](auto* type) {
      using Row = std::remove_pointer_t<decltype(type)>;
      LayoutMaker<Row> maker(&layouts[static_cast<size_t>(t)]);
      Row::Fields(maker);
      maker.Finish();
    });
  }
  return layouts;
}

}  // namespace

const RowLayouts& Layouts() {
  static const RowLayouts layouts = MakeLayouts();
  return layouts;
}

}  // namespace bindery::sim
