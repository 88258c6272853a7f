#include "sim/kernel/pages.h"

#include <algorithm>

#include "base/check.h"

namespace bindery::sim {
namespace {

uint64_t PageOf(uint64_t offset) { return offset / kPageSize; }
uint64_t RoundDown(uint64_t offset) { return PageOf(offset) * kPageSize; }
uint64_t RoundUp(uint64_t offset) { return RoundDown(offset + kPageSize - 1); }

}  // namespace

bool PageList::Add(Page& page) {
  if (page.next != nullptr) return false;
  page.previous = head_.previous;
  page.next = &head_;
  page.previous->next = &page;
  head_.previous = &page;
  ++count_;
  return true;
}

bool PageList::Remove(Page& page) {
  if (page.next == nullptr) return false;
  page.previous->next = page.next;
  page.next->previous = page.previous;
  page.previous = page.next = nullptr;
  --count_;
  return true;
}

Pages::Pages(ProcId proc, uint64_t size, PageList& list)
    : list_(list), pages_(PageOf(size)) {
  BINDERY_CHECK(size % kPageSize == 0);
  for (size_t i = 0; i < pages_.size(); ++i) {
    pages_[i].proc = proc;
    pages_[i].index = static_cast<uint32_t>(i);
  }
}

Pages::~Pages() {
  for (Page& page : pages_) list_.Remove(page);
}

bool Pages::Reserve(uint64_t offset, uint64_t size, uint64_t chunk_size,
                    bool counts) {
  // The last page is off the list already if a buffer behind the chunk is in
  // it, and so is the first if the buffer before it ends there.
  const uint64_t end =
      std::min(RoundDown(offset + chunk_size), RoundUp(offset + size));
  bool were_listed = true;
  for (uint64_t at = RoundUp(offset); at < end; at += kPageSize) {
    Page& page = pages_[PageOf(at)];
    if (page.installed) {
      were_listed &= list_.Remove(page);
    } else if (counts) {
      high_ = std::max(high_, size_t{page.index} + 1);
    }
  }
  return were_listed;
}

bool Pages::Free(const Freed& freed) {
  bool were_off = FreeRange(RoundUp(freed.offset), RoundDown(freed.end));
  if (freed.free_end != freed.end) were_off &= FreeBorder(freed.end, freed);
  if (freed.free_begin != freed.offset) {
    were_off &= FreeBorder(freed.offset, freed);
  }
  return were_off;
}

// A page that lies in the space wholly, but has a border inside, belongs to no
// range: it joins the list when that border goes. binder_delete_free_buffer.
bool Pages::FreeBorder(uint64_t border, const Freed& freed) {
  const uint64_t page = RoundDown(border);
  if (page == border) return true;
  // Each border goes while the one before it, if any, is still there.
  const uint64_t begin = border == freed.end ? freed.offset : freed.free_begin;
  if (begin > page || freed.free_end < page + kPageSize) return true;
  return FreeRange(page, page + kPageSize);
}

bool Pages::FreeRange(uint64_t begin, uint64_t end) {
  bool were_off = true;
  for (uint64_t at = begin; at < end; at += kPageSize) {
    Page& page = pages_[PageOf(at)];
    if (page.installed) were_off &= list_.Add(page);
  }
  return were_off;
}

PageState Pages::state(size_t index) const {
  const Page& page = pages_[index];
  if (!page.installed) return PageState::kAbsent;
  return page.next == nullptr ? PageState::kInUse : PageState::kOnList;
}

void Memory::Map(ProcId proc, uint64_t size) {
  mappings_.try_emplace(proc.value, proc, size, list_);
}

void Memory::Release(ProcId proc) { mappings_.erase(proc.value); }

Pages* Memory::Find(ProcId proc) {
  const auto found = mappings_.find(proc.value);
  return found == mappings_.end() ? nullptr : &found->second;
}

const Pages* Memory::Find(ProcId proc) const {
  const auto found = mappings_.find(proc.value);
  return found == mappings_.end() ? nullptr : &found->second;
}

uint64_t Memory::Shrink(const World& w, uint64_t scan) {
  return list_.Walk(scan, [&w](const Page& page) {
    return w.Peek(w.Peek(page.proc).process).dead != 0;
  });
}

}  // namespace bindery::sim
