// What a search is asked and what it answers; the same for every strategy.
//
// The counts:
//  1. A state is a distinct reachable canonical state, the initial one
//     included. A state that violates a property is counted, not expanded.
//  2. A transition is an enabled choice executed from a distinct state. A
//     search that completes therefore has the same states, transitions and
//     terminal states whatever its strategy.
//  3. A terminal state has no enabled choice and violates nothing.
//  4. max_depth is the largest number of choices after which the search met a
//     new state: for breadth first the eccentricity of the initial state, for
//     depth first the longest path it took (at least as large).
//
// Plain values: as thread-safe as an int.
#ifndef BINDERY_MODEL_EXPLORE_RESULT_H_
#define BINDERY_MODEL_EXPLORE_RESULT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "model/concept.h"
#include "model/state_store.h"

namespace bindery::model {

// Where a search stands; handed to ExploreOptions::tick.
struct Progress {
  uint64_t states = 0;
  uint64_t transitions = 0;
  uint64_t frontier = 0;  // states that wait to be expanded
  uint64_t depth = 0;     // the largest so far
  size_t bytes = 0;       // visited set, frontier and trace links
  uint64_t disk_bytes = 0;
};

// How a depth-first or breadth-first search asks the visited set.
enum class Probing {
  // After each Apply. Best if Apply costs more than a cache miss (0.3 us).
  kImmediate,
  // All successors of a state together: each is applied, its slot prefetched
  // and taken back; only those that turn out new are applied again. Best if
  // Apply and Undo together cost less than a cache miss.
  kBatched,
};

// Keeping the state of a search on disk, for exhaustive searches by Explore()
// of parallel.h.
struct CheckpointOptions {
  std::string folder;  // empty: nothing is kept
  // Go on from the folder's checkpoint; begin if there is none. Otherwise one
  // that is there already is an error.
  bool resume = false;
  // What is searched, as lines "name=value". A checkpoint with other lines is
  // refused.
  std::string identity;
  // Polled like tick; true: now.
  std::function<bool()> due;
};

// Keeping what a breadth-first search knows on disk, by Explore() of
// parallel.h. memory_limit is then what its tables and buffers take: at least
// kLeastMemory, and kUsualMemory if it is not limited.
struct DiskOptions {
  static constexpr size_t kLeastMemory = 512;
  static constexpr size_t kUsualMemory = size_t{256} << 20;

  std::string folder;  // empty: everything is in memory
};

struct Finding;

struct ExploreOptions {
  static constexpr uint64_t kUnlimited = std::numeric_limits<uint64_t>::max();

  // Budgets. Reaching one makes the answer incomplete.
  uint64_t max_states = kUnlimited;
  // Number of choices on a path. Breadth first then visits exactly the states
  // within that distance. Depth first does not revisit a state that it met
  // again on a shorter path, so it may see fewer; both say complete = false
  // if the bound cut off anything.
  uint64_t max_depth = kUnlimited;
  // Bytes of visited set, frontier and trace links, the model excluded.
  size_t memory_limit = std::numeric_limits<size_t>::max();
  // Polled every few thousand transitions; false ends the search. Clocks and
  // progress lines belong here, not in model/.
  std::function<bool(const Progress&)> tick;
  // Told what several threads have found, before one searches again for what
  // is reported (parallel.h).
  std::function<void(const Finding&)> found;

  // Go on after a finding, until `max_findings` distinct properties failed.
  bool keep_going = false;
  size_t max_findings = 16;
  // Whether endings other than kFinished are findings.
  bool report_deadlocks = true;

  // How states are kept; the size of the filter if as bits.
  StoreKind store = StoreKind::kFingerprints64;
  size_t bit_bytes = size_t{256} << 20;
  // Count states that are images of each other as one. Symmetric models only.
  bool symmetry = false;
  // Explores only some orders of choices that have nothing to do with each
  // other (partial_order.h): verdicts are the same, counts are not. Only
  // depth first, by one thread, of models with footprints.
  bool partial_order = false;
  // With partial_order: does not execute a choice again behind steps that it
  // has nothing to do with (sleep_set.h). Changes no answer.
  bool sleep_sets = true;
  Probing probing = Probing::kImmediate;
  // Depth first: does not execute choices of which it is known that they lead
  // to states that are visited anyway. Changes no answer, and no count of a
  // search that is complete.
  bool foresight = true;
  // With 64-bit fingerprints it is asked for of models that know where a choice
  // leads (HasForesight). With symmetry: whether to a state met lately.
  bool foresees() const {
    return foresight && !partial_order && probing == Probing::kImmediate &&
           store == StoreKind::kFingerprints64;
  }
  // Of models that know what a choice touches: whether another order leads
  // there (orders.h). Batched of those that tell it (TellsTouches); otherwise
  // of those that may know it, where that is foreseen.
  bool spares() const {
    return foresight && !partial_order && !symmetry && !keep_going &&
           max_depth == kUnlimited && store != StoreKind::kBits;
  }

  // How many threads search, and what is kept on disk: parallel.h.
  int jobs = 1;
  CheckpointOptions checkpoint;
  DiskOptions disk;

  // Switches inside of a command on each path of a depth-first search
  // (bounded.h), which then tries 0, 1, 2, ... of them. Models with actors
  // only.
  uint64_t preemptions = kUnlimited;

  // What is random: walks, PCT and swarms.
  uint64_t seed = 1;
  uint64_t walks = 1000;
  uint64_t bug_depth = 3;  // PCT: orderings that a bug needs
  uint64_t searches = 16;  // of a swarm
};

enum class StopReason {
  kExhausted,     // nothing is left to expand
  kFinding,       // see findings
  kMaxStates,     //
  kMaxDepth,      // nothing is left to expand within max_depth
  kMemoryLimit,   //
  kInterrupted,   // tick() said so
  kInconclusive,  // the model said so; see stop_detail
  kWalksDone,     // random walks never exhaust
  kSwarmDone,     // neither do swarms
  kPreemptions,   // nothing is left to expand with so few of them
  kBitstate,      // nothing is left to expand, but states may have been missed
  kCheckpoint,    // it could not be written; see stop_detail
  kDisk,          // it failed; see stop_detail
};

enum class FindingKind { kViolation, kUserDeadlock, kLostWork };

// A property that failed, with the choices that lead there.
struct Finding {
  FindingKind kind = FindingKind::kViolation;
  std::string property;  // for an ending: "user-deadlock" or "lost-work"
  std::string message;
  std::vector<Choice> choices;
  // False if nobody knows the choices (see parallel.h and disk_search.h).
  bool has_trace = true;
  // The choices from here on lead back to where they began, and the run goes
  // on with them for ever; with none it rests (model/liveness).
  std::optional<size_t> loop = std::nullopt;

  size_t depth() const { return choices.size(); }
};

struct ExploreResult {
  uint64_t states = 0;
  uint64_t transitions = 0;
  uint64_t terminal_states = 0;
  uint64_t max_depth = 0;
  uint64_t peak_frontier = 0;
  size_t peak_bytes = 0;  // visited set, frontier and trace links
  uint64_t peak_disk_bytes = 0;
  // Every reachable state was visited, except what lies behind a violation.
  bool complete = false;
  StopReason stop_reason = StopReason::kExhausted;
  std::string stop_detail;
  // In the order found; at most one for each property.
  std::vector<Finding> findings;
  uint64_t sometimes_seen = 0;   // union of Sometimes() over all states
  double collision_bound = 0.0;  // see StateStore; 0 for the reference
};

// Whether more time, memory or states could not change the answer.
bool HasAnswer(StopReason reason);

// Stable identifiers, such as "max_states".
const char* StopReasonName(StopReason reason);
const char* FindingKindName(FindingKind kind);

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_RESULT_H_
