#include "tools/coverage/rows/table.h"

namespace bindery::coverage {
namespace {

constexpr RowText kObjects[] = {
    {"A.5/BINDER",
     "A binder of the sender arrives as a strong handle",
     {"an object of type BINDER is sent",
      "binder_translate_binder: it becomes a handle: reached",
      "an object of type HANDLE arrives"}},
    {"A.5/WEAK_BINDER",
     "A weak binder of the sender arrives as a weak handle",
     {"an object of type WEAK_BINDER is sent",
      "binder_translate_binder: it becomes a handle: reached",
      "an object of type WEAK_HANDLE arrives"}},
    {"A.5/HANDLE to its owner",
     "A handle that comes back to the node's owner arrives as its binder",
     {"an object of type HANDLE is sent",
      "binder_translate_handle: it becomes the owner's binder: reached",
      "an object of type BINDER arrives"}},
    {"A.5/HANDLE to others",
     "A handle sent to a third process arrives as that process's handle",
     {"an object of type HANDLE is sent",
      "binder_translate_handle: it becomes the target's handle: reached",
      "an object of type HANDLE arrives"}},
    {"A.5/WEAK_HANDLE to its owner",
     "A weak handle that comes back to the owner arrives as a weak binder",
     {"an object of type WEAK_HANDLE is sent",
      "binder_translate_handle: it becomes the owner's binder: reached",
      "an object of type WEAK_BINDER arrives"}},
    {"A.5/WEAK_HANDLE to others",
     "A weak handle sent to a third process arrives as a weak handle",
     {"an object of type WEAK_HANDLE is sent",
      "binder_translate_handle: it becomes the target's handle: reached",
      "an object of type WEAK_HANDLE arrives"}},
    {"A.5/FD",
     "A descriptor's file is taken at the send and gets a number in the "
     "receiver when it reads",
     {"an object of type FD is sent", "an object of type FD arrives"},
     kNoObjects},
    {"A.5/FDA",
     "Descriptors in an array inside a PTR object arrive, and are closed with "
     "the buffer",
     {"an object of type FDA is sent", "an object of type FDA arrives"},
     kNoObjects},
    {"A.5/PTR",
     "User memory is copied behind the payload, and its address can be put "
     "into a parent",
     {"an object of type PTR is sent", "an object of type PTR arrives"},
     kNoObjects},
};

}  // namespace

void AppendObjectRows(std::vector<Row>* rows) { AppendRows(kObjects, rows); }

}  // namespace bindery::coverage
