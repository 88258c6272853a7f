#include "sim/user/alphabet.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace bindery::sim {
namespace {

// Objects are sent to handles in use: the driver looks for the target before
// it looks at them. No parent lies at offset 0, where it would be none.
constexpr Letter kWide[] = {
    {"call", "a call without objects", Over::kHandle, Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 } } }"},
    {"oneway", "a one-way call without objects", Over::kHandleInUse,
     Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 one_way: "
     "true } } }"},
    {"oneway_update", "one that may replace an earlier one at a frozen process",
     Over::kHandleInUse, Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 one_way: "
     "true flags: 0x40 } } }"},
    {"call_binder", "a call with an own node", Over::kHandleInUse, Over::kNode,
     "write_read { write { transaction { to { number: 0 } code: 1 item { "
     "binder: \"n$\" } } } }"},
    {"oneway_binder", "a one-way call with an own node", Over::kHandleInUse,
     Over::kNode,
     "write_read { write { transaction { to { number: 0 } code: 1 one_way: "
     "true item { binder: \"n$\" } } } }"},
    {"call_weak_binder", "a call with an own node, weakly", Over::kHandleInUse,
     Over::kNode,
     "write_read { write { transaction { to { number: 0 } code: 1 item { "
     "weak_binder: \"n$\" } } } }"},
    {"call_binder_twice", "a call with an own node, strongly and weakly",
     Over::kHandleInUse, Over::kNode,
     "write_read { write { transaction { to { number: 0 } code: 1 item { "
     "binder: \"n$\" } item { weak_binder: \"n$\" } } } }"},
    {"call_handle", "a call with a handle", Over::kHandleInUse,
     Over::kHandleInUse,
     "write_read { write { transaction { to { number: 0 } code: 1 item { "
     "handle { number: $ } } } } }"},
    {"oneway_handle", "a one-way call with a handle", Over::kHandleInUse,
     Over::kHandleInUse,
     "write_read { write { transaction { to { number: 0 } code: 1 one_way: "
     "true item { handle { number: $ } } } } }"},
    {"call_weak_handle", "a call with a handle, weakly", Over::kHandleInUse,
     Over::kHandleInUse,
     "write_read { write { transaction { to { number: 0 } code: 1 item { "
     "weak_handle { number: $ } } } } }"},
    {"call_fd", "a call with a descriptor", Over::kHandleInUse, Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 item { fd "
     "{ number: 0 } } } } }"},
    {"oneway_fd", "a one-way call with a descriptor", Over::kHandleInUse,
     Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 one_way: "
     "true item { fd { number: 0 } } } } }"},
    {"call_fd_array", "a call with memory and an array of descriptors in it",
     Over::kHandleInUse, Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 item { i64: "
     "0 } item { ptr "
     "{ item { i64: 0 } item { i64: 0 } } } item { fd_array { num_fds: 1 "
     "parent: 0 } } } } }"},
    {"call_ptr", "a call with memory that points to memory", Over::kHandleInUse,
     Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 item { i64: "
     "0 } item { ptr "
     "{ item { i64: 0 } item { i64: 0 } } } item { ptr { item { i64: 0 } "
     "parent: 0 } } } } }"},
    {"call_bad_fd", "malformed: a descriptor that is not open",
     Over::kHandleInUse, Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 item { fd "
     "{ number: 99 } } } } }"},
    {"call_bad_offset", "malformed: an object beyond the payload",
     Over::kHandleInUse, Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 item { "
     "binder: \"n1\" } raw_offset: 64 } } }"},
    {"call_unaligned_offset", "malformed: an object at byte 2",
     Over::kHandleInUse, Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 item { "
     "binder: \"n1\" } raw_offset: 2 } } }"},
    {"call_overlap", "malformed: a node, and another object inside of it",
     Over::kHandleInUse, Over::kNode,
     "write_read { write { transaction { to { number: 0 } code: 1 item { "
     "binder: \"n$\" } item { binder: \"n$\" } raw_offset: 0 raw_offset: 8 } "
     "} }"},
    {"call_bad_type", "malformed: a node, then an object of no type",
     Over::kHandleInUse, Over::kNode,
     "write_read { write { transaction { to { number: 0 } code: 1 item { "
     "binder: \"n$\" } item { object { type: 0x12345678 } } } } }"},
    {"call_stale_handle", "malformed: a node, then a handle that nothing has",
     Over::kHandleInUse, Over::kNode,
     "write_read { write { transaction { to { number: 0 } code: 1 item { "
     "binder: \"n$\" } item { handle { number: 4000 } } } } }"},
    {"call_fd_then_bad", "malformed: a descriptor, then an object of no type",
     Over::kHandleInUse, Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 item { fd "
     "{ number: 0 } } item { object { type: 0x12345678 } } } } }"},
    {"call_wrong_cookie", "malformed: an own node with another cookie",
     Over::kHandleInUse, Over::kNodeInUse,
     "write_read { write { transaction { to { number: 0 } code: 1 item { "
     "object { type: 0x73622a85 binder: @ cookie: 0xbad } } } } }"},
    {"call_bad_parent", "malformed: memory whose parent is none",
     Over::kHandleInUse, Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 item { ptr "
     "{ item { i64: 0 } parent: 5 } } } } }"},
    {"call_bad_fd_array",
     "malformed: an array with a descriptor that is not open",
     Over::kHandleInUse, Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 item { i64: "
     "0 } item { ptr "
     "{ item { i32: 99 } } } item { fd_array { num_fds: 1 parent: 0 } } } } "
     "}"},
    {"call_too_large", "malformed: more than the mapping has",
     Over::kHandleInUse, Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 data_size: "
     "0x200000 } } }"},
    {"oneway_unreadable", "malformed: a payload that cannot be read",
     Over::kHandleInUse, Over::kNothing,
     "write_read { write { transaction { to { number: 0 } code: 1 one_way: "
     "true item { i64: 0 } unreadable_data: true } } }"},
    {"reply", "a reply without objects", Over::kNothing, Over::kNothing,
     "write_read { write { reply { code: 1 } } }"},
    {"reply_binder", "a reply with an own node", Over::kNothing, Over::kNode,
     "write_read { write { reply { code: 1 item { binder: \"n$\" } } } }"},
    {"reply_handle", "a reply with a handle", Over::kNothing,
     Over::kHandleInUse,
     "write_read { write { reply { code: 1 item { handle { number: $ } } } } "
     "}"},
    {"reply_fd", "a reply with a descriptor", Over::kNothing, Over::kNothing,
     "write_read { write { reply { code: 1 item { fd { number: 0 } } } } }"},
    {"reply_bad_type",
     "malformed: a reply with a node and an object of no type", Over::kNothing,
     Over::kNode,
     "write_read { write { reply { code: 1 item { binder: \"n$\" } item { "
     "object { type: 0x12345678 } } } } }"},
    {"free_buffer", "BC_FREE_BUFFER of any buffer, delivered or not",
     Over::kBuffer, Over::kNothing,
     "write_read { write { free_buffer { offset: 0 } } }"},
    {"free_nothing", "BC_FREE_BUFFER of no buffer", Over::kNothing,
     Over::kNothing, "write_read { write { free_buffer { offset: 4 } } }"},
    {"increfs", "BC_INCREFS", Over::kHandleInUse, Over::kNothing,
     "write_read { write { increfs { number: 0 } } }"},
    {"acquire", "BC_ACQUIRE", Over::kHandle, Over::kNothing,
     "write_read { write { acquire { number: 0 } } }"},
    {"release", "BC_RELEASE", Over::kHandleInUse, Over::kNothing,
     "write_read { write { release { number: 0 } } }"},
    {"decrefs", "BC_DECREFS", Over::kHandleInUse, Over::kNothing,
     "write_read { write { decrefs { number: 0 } } }"},
    {"increfs_done", "BC_INCREFS_DONE", Over::kNodeInUse, Over::kNothing,
     "write_read { write { increfs_done { ptr: 0 } } }"},
    {"acquire_done", "BC_ACQUIRE_DONE", Over::kNode, Over::kNothing,
     "write_read { write { acquire_done { ptr: 0 } } }"},
    {"acquire_done_wrong_cookie",
     "malformed: BC_ACQUIRE_DONE of the first node with another cookie",
     Over::kNothing, Over::kNothing,
     "write_read { write { acquire_done { ptr: 0x1000 cookie: 0xbad } } }"},
    {"request_death", "BC_REQUEST_DEATH_NOTIFICATION", Over::kHandle,
     Over::kNothing,
     "write_read { write { request_death { handle { number: 0 } cookie: 0xd0 "
     "} } }"},
    {"clear_death", "BC_CLEAR_DEATH_NOTIFICATION", Over::kHandleInUse,
     Over::kNothing,
     "write_read { write { clear_death { handle { number: 0 } cookie: 0xd0 } "
     "} }"},
    {"clear_death_wrong_cookie", "malformed: the same with another cookie",
     Over::kHandleInUse, Over::kNothing,
     "write_read { write { clear_death { handle { number: 0 } cookie: 0xed0 "
     "} } }"},
    {"dead_binder_done", "BC_DEAD_BINDER_DONE", Over::kDeathCookie,
     Over::kNothing, "write_read { write { dead_binder_done: 0 } }"},
    {"request_freeze", "BC_REQUEST_FREEZE_NOTIFICATION", Over::kHandleInUse,
     Over::kNothing,
     "write_read { write { request_freeze { handle { number: 0 } cookie: "
     "0x5d0 } } }"},
    {"clear_freeze", "BC_CLEAR_FREEZE_NOTIFICATION", Over::kHandleInUse,
     Over::kNothing,
     "write_read { write { clear_freeze { handle { number: 0 } cookie: 0x5d0 "
     "} } }"},
    {"freeze_done", "BC_FREEZE_NOTIFICATION_DONE", Over::kFreezeCookie,
     Over::kNothing, "write_read { write { freeze_done: 0 } }"},
    {"enter_looper", "BC_ENTER_LOOPER", Over::kNothing, Over::kNothing,
     "write_read { write { enter_looper {} } }"},
    {"register_looper", "BC_REGISTER_LOOPER", Over::kNothing, Over::kNothing,
     "write_read { write { register_looper {} } }"},
    {"exit_looper", "BC_EXIT_LOOPER", Over::kNothing, Over::kNothing,
     "write_read { write { exit_looper {} } }"},
    {"unknown", "a word that is no command", Over::kNothing, Over::kNothing,
     "write_read { write { raw: '\\001\\002\\003\\004' } }"},
    {"set_context_mgr", "BINDER_SET_CONTEXT_MGR", Over::kNothing,
     Over::kNothing, "ioctl { set_context_mgr {} }"},
    {"set_max_threads", "BINDER_SET_MAX_THREADS of 1", Over::kNothing,
     Over::kNothing, "ioctl { set_max_threads: 1 }"},
    {"thread_exit", "BINDER_THREAD_EXIT", Over::kNothing, Over::kNothing,
     "ioctl { thread_exit {} }"},
    {"freeze", "BINDER_FREEZE of a process", Over::kNothing, Over::kProcess,
     "ioctl { freeze { process: \"p$\" enable: true } }"},
    {"unfreeze", "the end of that", Over::kNothing, Over::kProcess,
     "ioctl { freeze { process: \"p$\" } }"},
    {"spam_detection", "BINDER_ENABLE_ONEWAY_SPAM_DETECTION", Over::kNothing,
     Over::kNothing, "ioctl { enable_oneway_spam_detection: 1 }"},
    {"close", "close() of the device", Over::kNothing, Over::kNothing,
     "close {}"},
    {"munmap", "munmap() of the mapping", Over::kNothing, Over::kNothing,
     "munmap {}", /*free=*/false, /*of_mapping=*/true},
    {"read", "a read of up to 256 bytes, which sleeps if nothing is there",
     Over::kNothing, Over::kNothing, "write_read { read_size: 256 }", true},
};

// Letters of kWide that are much like another one, or change a setting that
// little depends on.
constexpr absl::string_view kNotInCore[] = {
    "oneway",
    "oneway_binder",
    "call_weak_binder",
    "call_binder_twice",
    "oneway_handle",
    "call_weak_handle",
    "oneway_fd",
    "call_ptr",
    "call_overlap",
    "call_bad_fd_array",
    "reply_handle",
    "reply_fd",
    "free_nothing",
    "acquire_done_wrong_cookie",
    "clear_death_wrong_cookie",
    "exit_looper",
    "set_context_mgr",
    "set_max_threads",
    "spam_detection",
};

bool InCore(const Letter& letter) {
  return std::find(std::begin(kNotInCore), std::end(kNotInCore), letter.name) ==
         std::end(kNotInCore);
}

const std::vector<Letter>& Wide() {
  static const auto* const kLetters =
      new std::vector<Letter>(std::begin(kWide), std::end(kWide));
  return *kLetters;
}

const std::vector<Letter>& Core() {
  static const auto* const kLetters = [] {
    auto* letters = new std::vector<Letter>;
    std::copy_if(std::begin(kWide), std::end(kWide),
                 std::back_inserter(*letters), InCore);
    BINDERY_CHECK(letters->size() + std::size(kNotInCore) == std::size(kWide));
    return letters;
  }();
  return *kLetters;
}

}  // namespace

const std::vector<Letter>* AlphabetByName(absl::string_view name) {
  if (name == "core") return &Core();
  return name == "wide" ? &Wide() : nullptr;
}

std::vector<std::string> AlphabetNames() { return {"core", "wide"}; }

const char* OverName(Over over) {
  switch (over) {
    case Over::kNothing:
      return "";
    case Over::kHandle:
    case Over::kHandleInUse:
      return "handle";
    case Over::kNode:
    case Over::kNodeInUse:
      return "node";
    case Over::kBuffer:
      return "buffer";
    case Over::kDeathCookie:
      return "death cookie";
    case Over::kFreezeCookie:
      return "freeze cookie";
    case Over::kProcess:
      break;
  }
  return "process";
}

std::string RangeName(Over over) {
  const bool in_use = over == Over::kHandleInUse || over == Over::kNodeInUse;
  return absl::StrCat(OverName(over), in_use ? " in use" : "");
}

}  // namespace bindery::sim
