#include "sim/kernel/alloc_exhaustive.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/kernel/alloc.h"
#include "sim/kernel/chunk_tree.h"
#include "sim/kernel/op.h"
#include "sim/kernel/pages.h"

namespace bindery::sim {
namespace {

constexpr int kBuffers = 5;
constexpr int kEnds = 5;
constexpr uint64_t kMapping = 128u << 10;
constexpr uint64_t kPages = kMapping / kPageSize;
constexpr uint64_t kSmall = kPageSize / 8;  // five of them fit in a page

constexpr const char* kEndNames[kEnds] = {"same page", "end of same page",
                                          "next page", "end of next page",
                                          "page after next"};

uint64_t RoundUp(uint64_t offset) {
  return (offset + kPageSize - 1) / kPageSize * kPageSize;
}

// The end of a buffer that begins at `begin`.
uint64_t EndOf(uint64_t begin, AllocEnd kind) {
  const uint64_t small = begin + kSmall;
  switch (kind) {
    case AllocEnd::kSamePage:
      return small;
    case AllocEnd::kSamePageAligned:
      return RoundUp(small);
    case AllocEnd::kNextPage:
      return RoundUp(small) + kSmall;
    case AllocEnd::kNextPageAligned:
      return RoundUp(small) + kPageSize;
    case AllocEnd::kPageAfterNext:
      return RoundUp(small) + kPageSize + kSmall;
  }
  return 0;
}

using Sizes = std::array<uint64_t, kBuffers>;
using Ends = std::array<AllocEnd, kBuffers>;
using Order = std::array<int, kBuffers>;

Sizes FrontSizes(const Ends& ends) {
  Sizes sizes;
  uint64_t at = 0;
  for (int i = 0; i < kBuffers; ++i) {
    const uint64_t end = EndOf(at, ends[i]);
    sizes[i] = end - at;
    at = end;
  }
  return sizes;
}

uint64_t Total(const Sizes& sizes) {
  uint64_t total = 0;
  for (const uint64_t size : sizes) total += size;
  return total;
}

Sizes BackSizes(const Sizes& front) {
  Sizes sizes = front;
  std::reverse(sizes.begin(), sizes.end());
  sizes[0] += kMapping - Total(front);
  return sizes;
}

std::string Describe(const Ends& ends, bool front, const Order& order) {
  return absl::StrCat(
      front ? "front" : "back", "; ends: ",
      absl::StrJoin(ends, ", ",
                    [](std::string* out, AllocEnd end) {
                      out->append(kEndNames[static_cast<int>(end)]);
                    }),
      "; freed: ", absl::StrJoin(order, " "));
}

const char* NameOf(PageState state) {
  switch (state) {
    case PageState::kAbsent:
      return "absent";
    case PageState::kInUse:
      return "in use";
    case PageState::kOnList:
      return "on the list";
  }
  return "";
}

// One mapping with the pages behind it.
class Mapping {
 public:
  Mapping(const Driver& driver, const AllocExhaustiveOptions& options)
      : options_(options), kernel_(driver, w_), op_(kernel_) {
    w_.set_journal(false);
    w_.set_exact_addresses(true);
    kernel_.set_memory(&memory_);
    w_.BeginStep(1);
    w_.Create<GlobalRow>(1, 0);
    proc_ = w_.Create<ProcRow>(1, 0);
    AllocMap(op_, proc_, kMapping);
    pages_ = memory_.Find(proc_);
    w_.Commit();
  }

  // Why the program fails, or an empty text.
  std::string Run(const Sizes& sizes, const Order& order, uint64_t end) {
    w_.BeginStep(1);
    std::string why;
    const bool ok =
        AllocateAll(sizes, &why) && FreeAll(sizes, order, end, &why) &&
        AllocateAll(sizes, &why) &&
        (memory_.free_pages() == 0 ||
         Fail("pages are on the list although all of them are taken", &why)) &&
        FreeAll(sizes, order, end, &why) && TakeAllPages(&why) &&
        NoFaults(&why);
    w_.Commit();
    return ok ? "" : why;
  }

  uint64_t allocations() const { return allocations_; }
  uint64_t frees() const { return frees_; }

 private:
  static bool Fail(std::string message, std::string* why) {
    *why = std::move(message);
    return false;
  }

  bool AllocateAll(const Sizes& sizes, std::string* why) {
    for (int i = 0; i < kBuffers; ++i) {
      if (!Allocate(i, sizes[i], why)) return false;
    }
    return true;
  }
  bool Allocate(int i, uint64_t size, std::string* why) {
    ++allocations_;
    const bool one_way = options_.one_way && i % 2 == 1;
    buffers_[i] = AllocNewBuf(op_, proc_, *SanitizedSize(size, 0, 0), one_way,
                              ProcessId{});
    if (!buffers_[i]) {
      return Fail(absl::StrCat("no room for buffer ", i), why);
    }
    if (!AllocInstallPages(op_, buffers_[i])) {
      return Fail("a page could not be had", why);
    }
    const uint64_t begin = w_.Get(buffers_[i]).offset;
    return Expect(PageState::kInUse, begin, begin + size, why) && Check(why);
  }

  bool FreeAll(const Sizes& sizes, const Order& order, uint64_t end,
               std::string* why) {
    for (const int i : order) {
      if (!Free(i, why)) return false;
      if (!options_.refill) continue;
      if (!Allocate(i, sizes[i], why) || !Free(i, why)) return false;
    }
    return Expect(PageState::kOnList, 0, end, why);
  }
  bool Free(int i, std::string* why) {
    ++frees_;
    AllocFreeBuf(op_, buffers_[i]);
    return Check(why);
  }

  bool TakeAllPages(std::string* why) {
    while (memory_.Shrink(w_, memory_.free_pages()) != 0) continue;
    return Expect(PageState::kAbsent, 0, kMapping, why);
  }

  // Every page that has a byte of [begin, end) is in `state`.
  bool Expect(PageState state, uint64_t begin, uint64_t end,
              std::string* why) const {
    for (uint64_t i = begin / kPageSize; i <= (end - 1) / kPageSize; ++i) {
      if (!ExpectPage(state, i, why)) return false;
    }
    return true;
  }
  bool ExpectPage(PageState state, uint64_t i, std::string* why) const {
    if (pages_->state(i) == state) return true;
    return Fail(absl::StrCat("page ", i, " is ", NameOf(pages_->state(i)),
                             ", not ", NameOf(state)),
                why);
  }

  bool NoFaults(std::string* why) const {
    if (w_.faults().empty()) return true;
    const char* const what = w_.faults().front().what;
    return Fail(*what == 0 ? "the driver uses memory that it freed" : what,
                why);
  }

  bool Check(std::string* why) const {
    return !options_.check_every_call || (CheckLayout(why) && CheckPages(why));
  }

  // What a walk over the list of buffers and chunks finds.
  struct Layout {
    uint64_t end = 0;
    uint32_t buffers = 0;
    uint32_t chunks = 0;
    uint64_t free = 0;
    uint64_t one_way = 0;
    bool tiles = true;
    bool merged = true;
    std::array<bool, kPages> used = {};
  };
  Layout Walk() const {
    Layout layout;
    bool was_free = false;
    for (AnyId i = w_.Get(proc_).buffers.first; i;
         i = w_.Next(Head::kBuffers, i)) {
      const bool free = i.table() == TableId::kChunk;
      if (free) {
        AddChunk(w_.Get(ChunkId{i.value}), &layout);
      } else {
        AddBuffer(w_.Get(BufferId{i.value}), &layout);
      }
      layout.merged &= !(free && was_free);
      was_free = free;
    }
    return layout;
  }
  static void AddChunk(const ChunkRow& chunk, Layout* layout) {
    layout->tiles &= chunk.offset == layout->end && chunk.size != 0;
    layout->end += chunk.size;
    layout->free += chunk.size;
    ++layout->chunks;
  }
  static void AddBuffer(const BufferRow& buffer, Layout* layout) {
    layout->tiles &= buffer.offset == layout->end && buffer.size != 0;
    layout->end += buffer.size;
    if (buffer.async_transaction != 0) layout->one_way += buffer.size;
    ++layout->buffers;
    const uint64_t last = (layout->end - 1) / kPageSize;
    for (uint64_t i = buffer.offset / kPageSize; i <= last; ++i) {
      if (i < kPages) layout->used[i] = true;
    }
  }

  uint32_t ChunksInTree(ChunkId root) const {
    if (!root) return 0;
    const ChunkRow& row = w_.Get(root);
    return 1 + ChunksInTree(row.left) + ChunksInTree(row.right);
  }

  bool CheckLayout(std::string* why) const {
    const Layout layout = Walk();
    const ProcRow& proc = w_.Get(proc_);
    if (!layout.tiles || layout.end != kMapping) {
      return Fail("buffers and chunks do not tile the mapping", why);
    }
    if (!layout.merged) return Fail("two free chunks are neighbours", why);
    if (!CheckTree(w_, proc_) ||
        ChunksInTree(proc.free_buffers) != layout.chunks) {
      return Fail("the tree does not hold the free chunks", why);
    }
    if (proc.free_total != layout.free || proc.allocated != layout.buffers) {
      return Fail("the free space is not what is counted", why);
    }
    return proc.free_async_space == kMapping / 2 - layout.one_way ||
           Fail("the one-way space is not what is counted", why);
  }

  bool CheckPages(std::string* why) const {
    const Layout layout = Walk();
    for (uint64_t i = 0; i < kPages; ++i) {
      if (layout.used[i]) {
        if (!ExpectPage(PageState::kInUse, i, why)) return false;
      } else if (pages_->state(i) == PageState::kInUse) {
        return Fail(absl::StrCat("page ", i, " is in use by nobody"), why);
      }
    }
    return true;
  }

  const AllocExhaustiveOptions options_;
  Memory memory_;
  World w_;
  Kernel kernel_;
  Op op_;
  ProcId proc_;
  Pages* pages_ = nullptr;
  std::array<BufferId, kBuffers> buffers_;
  uint64_t allocations_ = 0;
  uint64_t frees_ = 0;
};

class Enumeration {
 public:
  Enumeration(const Driver& driver, const AllocExhaustiveOptions& options)
      : mapping_(driver, options) {}

  AllocExhaustiveResult Run() {
    constexpr int kAll = kEnds * kEnds * kEnds * kEnds * kEnds;
    for (int number = 0; number < kAll; ++number) {
      Ends ends;
      int rest = number;
      for (AllocEnd& end : ends) {
        end = static_cast<AllocEnd>(rest % kEnds);
        rest /= kEnds;
      }
      if (!RunPlaces(ends)) break;
    }
    result_.allocations = mapping_.allocations();
    result_.frees = mapping_.frees();
    return result_;
  }

 private:
  bool RunPlaces(const Ends& ends) {
    const Sizes front = FrontSizes(ends);
    return RunOrders(ends, true, front, Total(front)) &&
           RunOrders(ends, false, BackSizes(front), kMapping);
  }

  bool RunOrders(const Ends& ends, bool front, const Sizes& sizes,
                 uint64_t end) {
    Order order = {0, 1, 2, 3, 4};
    do {
      ++result_.programs;
      const std::string why = mapping_.Run(sizes, order, end);
      if (why.empty()) continue;
      result_.failure = absl::StrCat(Describe(ends, front, order), ": ", why);
      return false;
    } while (std::next_permutation(order.begin(), order.end()));
    return true;
  }

  Mapping mapping_;
  AllocExhaustiveResult result_;
};

}  // namespace

AllocExhaustiveResult RunAllocPrograms(const Driver& driver,
                                       const AllocExhaustiveOptions& options) {
  return Enumeration(driver, options).Run();
}

}  // namespace bindery::sim
