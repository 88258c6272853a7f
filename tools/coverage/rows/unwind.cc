#include "tools/coverage/rows/table.h"

namespace bindery::coverage {
namespace {

constexpr RowText kUnwind[] = {
    {"B.4/watched",
     "Who watches a thread that leaves is told, and taken off its queue",
     {"binder_thread_release: it never polled: no",
      "binder_thread_release: wake_up_pollfree: reached"}},
    {"B.14/told",
     "The caller loses its call, gets the error and is woken",
     {"binder_send_failed_reply: no earlier error waits to be read: yes",
      "binder_send_failed_reply: target_thread->reply_error: reached",
      "binder_send_failed_reply: the caller: reached"}},
    {"B.14/lost",
     "An error is lost while an earlier one waits to be read",
     {"binder_send_failed_reply: no earlier error waits to be read: no"}},
    {"B.14/up",
     "The error of a dead caller goes to that caller's caller",
     {"binder_send_failed_reply: the caller is dead: yes",
      "binder_send_failed_reply: nobody is left: no"}},
    {"B.14/nobody",
     "It ends where nobody is left",
     {"binder_send_failed_reply: nobody is left: yes"}},
    {"B.14/just died",
     "A caller that dies between two locks counts as dead",
     {"binder_send_failed_reply: the caller has just died: yes"}},
    {"B.14/freed",
     "A freed transaction leaves its target's count and its buffer",
     {"binder_free_transaction: the target has gone: no",
      "binder_free_transaction: outstanding_txns--, buffer->transaction = "
      "NULL: reached"}},
    {"B.14/freed without target",
     "A transaction whose target is gone is just freed",
     {"binder_free_transaction: the target has gone: yes"}},
    {"B.14/freeze wait",
     "The last one of a frozen process wakes who froze it",
     {"binder_free_transaction: wake who waits for the last transaction: "
      "reached"}},
    {"B.14/fixups",
     "Files that nobody received are dropped",
     {"binder_free_transaction: no descriptors: no",
      "binder_free_transaction: call binder_free_txn_fixups: reached"}},
    {"B.15/fault",
     "BC_FREE_BUFFER whose operand cannot be read fails the write",
     {"operands of BC_FREE_BUFFER cannot be read"}},
    {"B.15/refused",
     "A buffer that is not there or not free to go is a user error",
     {"BC_FREE_BUFFER: refused: yes"}},
    {"B.15/detached",
     "The transaction forgets its buffer",
     {"binder_free_buf: the transaction forgets its buffer: reached"}},
    {"B.15/next one-way",
     "The node's next one-way goes to the process, and one thread is woken",
     {"binder_free_buf: not one-way: no", "binder_free_buf: there is none: no",
      "binder_free_buf: binder_wakeup_proc_ilocked: reached"}},
    {"B.15/no more",
     "Without a next one the node is free for a one-way again",
     {"binder_free_buf: not one-way: no",
      "binder_free_buf: there is none: yes"}},
    {"B.15/released",
     "The buffer's objects are released before its space",
     {"binder_free_buf: call binder_transaction_buffer_release: reached",
      "binder_free_buf: binder_alloc_free_buf: reached"}},
    {"B.15/before the reply",
     "A buffer may be freed before its call is answered",
     {"binder_free_buf: its call is not answered yet: yes"}},
};

}  // namespace

void AppendUnwindRows(std::vector<Row>* rows) { AppendRows(kUnwind, rows); }

}  // namespace bindery::coverage
