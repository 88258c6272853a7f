#include "tools/coverage/rows/table.h"

namespace bindery::coverage {
namespace {

constexpr RowText kAllocator[] = {
    {"B.11/overflow",
     "Sizes whose padded sum overflows are refused",
     {"binder_transaction: the sizes do not overflow: no"}},
    {"B.11/not mapped",
     "Without a mapping nothing is allocated",
     {"binder_transaction: the target is mapped: no"}},
    {"B.11/unmapped meanwhile",
     "A mapping that goes away while pages are installed gives the space back",
     {"binder_transaction: a page could not be had: no",
      "binder_transaction: binder_alloc_free_buf: reached"}},
    {"B.11/metadata",
     "Without memory for a split the allocation fails",
     {"binder_transaction: the split chunk could be allocated: no"}},
    {"B.11/async half",
     "One-way buffers may take half of the space",
     {"binder_alloc_new_buf: one-way space is left: stops",
      "binder_transaction: there is room: no"}},
    {"B.11/no fit",
     "A call that fits into no free buffer is refused",
     {"binder_alloc_new_buf_locked: a free buffer is large enough: no"}},
    {"B.11/best fit",
     "The smallest free buffer that is large enough is cut",
     {"binder_alloc_new_buf_locked: a free buffer is large enough: yes",
      "binder_alloc_new_buf_locked: the smallest of them is larger: yes",
      "binder_alloc_new_buf_locked: the smallest of them is larger: no"}},
    {"B.11/pages",
     "Pages are installed when a buffer first touches them",
     {"binder_install_buffer_pages: some page of the buffer is absent: yes",
      "binder_install_buffer_pages: some page of the buffer is absent: no"}},
    {"B.11/no page",
     "A page that cannot be had fails the send, and the space is given back",
     {"binder_transaction: a page could not be had: yes",
      "binder_transaction: binder_alloc_free_buf: reached"}},
    {"B.11/async account",
     "A one-way buffer takes space from the account and gives it back",
     {"binder_alloc_new_buf_locked: one-way space is taken: reached",
      "binder_free_buf_locked: one-way space is given back: reached"}},
    {"B.11/spam",
     "A sender that holds much of what little one-way space is left is "
     "suspected, once",
     {"debug_low_async_space_locked: little one-way space is left: goes on",
      "debug_low_async_space_locked: the sender holds much of it: goes on",
      "debug_low_async_space_locked: spam was not detected before: goes on",
      "debug_low_async_space_locked: spam was not detected before: stops"}},
    {"B.11/merge",
     "A freed buffer merges with free neighbours",
     {"binder_free_buf_locked: the next one is free: yes",
      "binder_free_buf_locked: the previous one is free: yes"}},
    {"B.11/clear",
     "A buffer that is to be cleared is zeroed when freed",
     {"binder_free_buf: binder_alloc_clear_buf: reached"}},
    {"B.11/clear failed",
     "So is that of a failed send",
     {"binder_transaction: binder_alloc_clear_buf: reached"}},
    {"B.11/lookup",
     "BC_FREE_BUFFER must name a buffer's exact address",
     {"user error: BC_FREE_BUFFER no match"}},
    {"B.11/not delivered",
     "A buffer that was not delivered, or is freed already, cannot be freed",
     {"binder_alloc_prepare_to_free: only a delivered buffer may be freed: "
      "stops"}},
    {"B.11/once",
     "Freeing a buffer takes the right to free it again",
     {"binder_alloc_prepare_to_free: a buffer may be freed once: reached"}},
    {"B.11/reclaim",
     "Pages inside free buffers may be taken back",
     {"pages are taken back"}},
    {"B.11/layout",
     "Payload, offsets and extra buffers lie behind each other, each padded",
     {"offsets arrive behind padded data"}},
};

}  // namespace

void AppendAllocatorRows(std::vector<Row>* rows) {
  AppendRows(kAllocator, rows);
}

}  // namespace bindery::coverage
