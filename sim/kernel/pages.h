// The pages behind the mappings: binder_alloc.pages, the list of pages that
// nobody needs now (binder_freelist) and the shrinker that takes from it.
//
// A page is absent, in use, or installed and on the list. Programs never see
// which: memory comes and goes behind their backs. So pages are not rows; they
// are not part of a state, not hashed and not undone. Whoever wants to look at
// them gives the kernel a Memory (Kernel::set_memory) and steps forward only.
//
// The allocator tells which space it takes and gives back, and here the ranges
// of pages are computed as the driver computes them: whole pages of a request
// leave the list; whole pages of a freed buffer join it; a page that was shared
// joins it when the last border inside it goes. That the result is right, a
// page is in use exactly while an installed buffer touches it, is checked from
// outside, by alloc_exhaustive.h.
//
// Not modelled: pages of other NUMA nodes, locks that the shrinker fails to
// get.
//
// Versions: 7.2. 6.1 installs pages under alloc.mutex, not after it, and has
// the same ranges.
#ifndef BINDERY_SIM_KERNEL_PAGES_H_
#define BINDERY_SIM_KERNEL_PAGES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "sim/world/world.h"

namespace bindery::sim {

inline constexpr uint64_t kPageSize = 4096;

enum class PageState : uint8_t { kAbsent, kInUse, kOnList };

// struct page, as far as the allocator looks at it.
struct Page {
  Page* previous = nullptr;  // neighbours on the list, null if on none
  Page* next = nullptr;
  ProcId proc;
  uint32_t index = 0;
  bool installed = false;
};

// struct list_lru: the page that joined first is taken first. Pages do not move
// while they are on it.
class PageList {
 public:
  PageList() { head_.previous = head_.next = &head_; }
  PageList(const PageList&) = delete;
  PageList& operator=(const PageList&) = delete;

  // False, and nothing happens, if the page is on the list already, or not on
  // it.
  bool Add(Page& page);
  bool Remove(Page& page);
  uint64_t count() const { return count_; }
  // Removes up to `scan` pages from the front and gives them up. Pages that
  // `keep` holds for count as scanned and stay.
  template <typename Keep>
  uint64_t Walk(uint64_t scan, Keep&& keep);

 private:
  Page head_;
  uint64_t count_ = 0;
};

// The pages of one mapping. Offsets and sizes are in bytes from its start.
class Pages {
 public:
  // REQUIRES: `size` is a multiple of the page size; `list` outlives this.
  Pages(ProcId proc, uint64_t size, PageList& list);
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  // The end of binder_alloc_deferred_release: nothing stays on the list.
  ~Pages();

  // binder_lru_freelist_del for a request of `size` bytes at the front of a
  // free chunk of `chunk_size`. False where the driver warns.
  // `counts`: pages that are absent count in high() although they may never
  // come (Features::pages_counted_early).
  [[nodiscard]] bool Reserve(uint64_t offset, uint64_t size,
                             uint64_t chunk_size, bool counts);
  // binder_install_buffer_pages: every page that the buffer touches. `allocate`
  // is asked for each that is absent; false, with those before it in place, if
  // it says no.
  template <typename Allocate>
  [[nodiscard]] bool Install(uint64_t offset, uint64_t size,
                             Allocate&& allocate);
  // A buffer that is given back, and the free space that it becomes part of.
  struct Freed {
    uint64_t offset;
    uint64_t end;
    uint64_t free_begin;  // less than `offset` if the chunk before is merged
    uint64_t free_end;    // more than `end` if the chunk behind is
  };
  // The pages of binder_free_buf_locked. False where the driver warns.
  [[nodiscard]] bool Free(const Freed& freed);

  size_t size() const { return pages_.size(); }
  PageState state(size_t index) const;
  // alloc->pages_high: how far pages were ever installed, or asked for.
  size_t high() const { return high_; }
  const PageList& list() const { return list_; }

 private:
  bool FreeRange(uint64_t begin, uint64_t end);
  bool FreeBorder(uint64_t border, const Freed& freed);

  PageList& list_;
  std::vector<Page> pages_;
  size_t high_ = 0;
};

template <typename Allocate>
bool Pages::Install(uint64_t offset, uint64_t size, Allocate&& allocate) {
  const size_t end = (offset + size + kPageSize - 1) / kPageSize;
  for (size_t i = offset / kPageSize; i < end; ++i) {
    if (pages_[i].installed) continue;
    if (!allocate()) return false;
    pages_[i].installed = true;
    high_ = std::max(high_, i + 1);
  }
  return true;
}

// The pages of every mapping, and the list that they share.
class Memory {
 public:
  // binder_alloc_mmap_handler and binder_alloc_deferred_release.
  void Map(ProcId proc, uint64_t size);
  void Release(ProcId proc);
  // Null if there is no mapping, or it was made before anyone looked.
  Pages* Find(ProcId proc);
  const Pages* Find(ProcId proc) const;

  // binder_shrink_scan: memory pressure that looks at up to `scan` pages.
  // Returns how many were freed. Those of a process that has died stay, until
  // its release.
  uint64_t Shrink(const World& w, uint64_t scan);
  uint64_t free_pages() const { return list_.count(); }

 private:
  PageList list_;
  std::map<uint32_t, Pages> mappings_;  // by ProcId
};

template <typename Keep>
uint64_t PageList::Walk(uint64_t scan, Keep&& keep) {
  const uint64_t before = count_;
  Page* next = head_.next;
  for (; scan != 0 && next != &head_; --scan) {
    Page& page = *next;
    next = page.next;
    if (keep(page)) continue;
    Remove(page);
    page.installed = false;
  }
  return before - count_;
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_KERNEL_PAGES_H_
