#include "tools/coverage/rows/table.h"

namespace bindery::coverage {
namespace {

constexpr RowText kObjects[] = {
    {"A.5/BINDER",
     "A binder of the sender arrives as a strong handle",
     {"BINDER arrives as HANDLE",
      "binder_translate_binder: it becomes a handle: reached"}},
    {"A.5/WEAK_BINDER",
     "A weak binder of the sender arrives as a weak handle",
     {"WEAK_BINDER arrives as WEAK_HANDLE",
      "binder_translate_binder: it becomes a handle: reached"}},
    {"A.5/HANDLE to its owner",
     "A handle that comes back to the node's owner arrives as its binder",
     {"HANDLE arrives as BINDER",
      "binder_translate_handle: it becomes the owner's binder: reached"}},
    {"A.5/HANDLE to others",
     "A handle sent to a third process arrives as that process's handle",
     {"HANDLE arrives as HANDLE",
      "binder_translate_handle: it becomes the target's handle: reached"}},
    {"A.5/WEAK_HANDLE to its owner",
     "A weak handle that comes back to the owner arrives as a weak binder",
     {"WEAK_HANDLE arrives as WEAK_BINDER",
      "binder_translate_handle: it becomes the owner's binder: reached"}},
    {"A.5/WEAK_HANDLE to others",
     "A weak handle sent to a third process arrives as a weak handle",
     {"WEAK_HANDLE arrives as WEAK_HANDLE",
      "binder_translate_handle: it becomes the target's handle: reached"}},
    {"A.5/FD",
     "A descriptor's file is taken at the send and gets a number in the "
     "receiver when it reads",
     {"FD arrives as FD"}},
    {"A.5/FDA",
     "Descriptors in an array inside a PTR object arrive, and are closed with "
     "the buffer",
     {"FDA arrives as FDA",
      "binder_transaction_buffer_release: binder_deferred_fd_close: reached"}},
    {"A.5/PTR",
     "User memory is copied behind the payload, and the object has its new "
     "address",
     {"PTR arrives as PTR"}},
};

}  // namespace

void AppendObjectRows(std::vector<Row>* rows) { AppendRows(kObjects, rows); }

}  // namespace bindery::coverage
