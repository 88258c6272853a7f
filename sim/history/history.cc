#include "sim/history/history.h"

#include <iterator>

#include "sim/history/watch.h"

namespace bindery::sim {
namespace {

constexpr Invariant kProperties[] = {
    {"E7", "A", "a new handle is the lowest free number"},
    {"E8", "Q",
     "a ref's counts are what user space took and what objects in buffers "
     "hold"},
    {"E19", "H", "what an owner is told about a node alternates"},
    {"E20", "H",
     "a thread that shares a node strongly is told so before its latest send "
     "of it ends"},
    {"E21", "H", "no call reaches a node after BR_DECREFS"},
    {"E22", "H",
     "while others hold a node strongly its owner knows, or the news is "
     "queued"},
    {"E23", "A", "a node's pointer is unique, its cookie and flags constant"},
    {"E24", "Q", "a send that fails changes nothing"},
    {"E25", "H", "an object means the same node to sender and receiver"},
    {"E26", "H",
     "the owner of a node receives it as its own pointer, others as a "
     "handle"},
    {"E27", "H", "strong access comes only from strong access"},
    {"E29", "A", "a buffer holds translated objects only"},
    {"E32", "H",
     "a call names a node of its receiver and tells the true sender"},
    {"E36", "H", "a buffer is given back at most once, and after its delivery"},
    {"E40", "A",
     "a mapping that is gone takes no message; its size never changes"},
    {"E41", "H",
     "what was sent with TF_CLEAR_BUF is zero before its space is free"},
    {"E42", "H",
     "a one-way is suspected of spam when little is left and its sender holds "
     "much, once; who asked is told"},
    {"E44", "H",
     "descriptors come only to the task that reads, lowest numbers, closed on "
     "exec, all or none"},
    {"E45", "H", "descriptors are sent only to who accepts them"},
    {"E46", "H",
     "BC_FREE_BUFFER closes the descriptors of arrays, and no other"},
    {"E47", "H",
     "descriptors without a place fail the call, the reply, or nobody"},
    {"E51", "A", "a reply is given to the call on top of its caller's stack"},
    {"E52", "H",
     "an accepted call ends once, in its thread, after its completion"},
    {"E53", "H",
     "replies match calls, and a call back goes to the thread that waits"},
    {"E59", "A",
     "while a thread has an error to read, no command of it is executed"},
    {"E60", "H", "a looper registers only if one was asked for"},
    {"E62", "H", "one-way calls of a node come in order, one at a time"},
    {"E63", "H",
     "a one-way is superseded only at a frozen process, by its like, which is "
     "then the last"},
    {"E64", "H", "what is delivered was committed once and not cancelled"},
    {"E66", "H",
     "a death is told at most once for each registration, and not before"},
    {"E67", "H", "a cleared registration is confirmed once and in order"},
    {"E71", "H",
     "a frozen process takes no calls, and what came is noted until it is "
     "frozen or unfrozen"},
    {"E73", "Q", "nothing names a proc that is freed"},
    {"E75", "H",
     "a thread that leaves answers its latest call, and hears of none"},
    {"E80", "Q", "a device that cannot be added leaves nothing behind"},
};

}  // namespace

const std::vector<Invariant>& HistoryProperties() {
  static const auto* const kAll = new std::vector<Invariant>(
      std::begin(kProperties), std::end(kProperties));
  return *kAll;
}

void History::Observe(World& world) {
  broken_.clear();
  if (!world.faults().empty()) return;
  step_.Read(world);
  Watch watch(world, step_, names_, features_, &broken_);
  WatchNodes(watch);
  WatchTranslation(watch);
  WatchRefs(watch);
  WatchMessages(watch);
  WatchCalls(watch);
  WatchLoopers(watch);
  WatchDeaths(watch);
  WatchFrozen(watch);
  WatchProcs(watch);
  WatchFiles(watch);
  WatchSpam(watch);
  WatchFailures(watch);
  WatchDevices(watch);
  WatchCommands(watch);
}

}  // namespace bindery::sim
