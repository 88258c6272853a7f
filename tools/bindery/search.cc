#include "tools/bindery/search.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "adapter/binder_model.h"
#include "model/explore/parallel.h"
#include "model/liveness/liveness.h"
#include "sim/engine/recorder.h"
#include "sim/engine/run.h"
#include "sim/user/alike.h"
#include "tools/bindery/flags.h"
#include "tools/bindery/meter.h"

namespace bindery::tools {

namespace {

absl::Status CheckStores() {
  const int ways = (absl::GetFlag(FLAGS_exact) ? 1 : 0) +
                   (absl::GetFlag(FLAGS_wide_fingerprints) ? 1 : 0) +
                   (absl::GetFlag(FLAGS_bitstate).empty() ? 0 : 1);
  if (ways > 1) {
    return absl::InvalidArgumentError(
        "--exact, --wide_fingerprints and --bitstate=SIZE are ways to store "
        "states; choose one");
  }
  uint64_t bytes = 0;
  return ParseBytes("bitstate", absl::GetFlag(FLAGS_bitstate), &bytes);
}

absl::Status CheckThreads() {
  const uint32_t jobs = absl::GetFlag(FLAGS_jobs);
  if (jobs < 1 || jobs > model::kMaxJobs) {
    return absl::InvalidArgumentError(
        absl::StrCat("--jobs=", jobs, ": must be 1 to ", model::kMaxJobs));
  }
  // Another check is about names that are none.
  const auto strategy = model::StrategyByName(absl::GetFlag(FLAGS_strategy));
  const bool exhaustive = strategy == model::Strategy::kDepthFirst ||
                          strategy == model::Strategy::kBreadthFirst;
  const bool crew = jobs > 1 || !absl::GetFlag(FLAGS_checkpoint).empty();
  if (crew && !exhaustive) {
    return absl::InvalidArgumentError(
        absl::StrCat("--strategy=", absl::GetFlag(FLAGS_strategy),
                     ": only dfs and bfs know --jobs and --checkpoint"));
  }
  return absl::OkStatus();
}

// A search with a budget keeps 64 bits of each state, and expands again.
absl::Status CheckBudgets() {
  const int64_t preemptions = absl::GetFlag(FLAGS_preemptions);
  const auto strategy = model::StrategyByName(absl::GetFlag(FLAGS_strategy));
  if (preemptions < -1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--preemptions=", preemptions, ": must be 0 or more"));
  }
  if (preemptions >= 0 && strategy != model::Strategy::kDepthFirst) {
    return absl::InvalidArgumentError(
        absl::StrCat("--preemptions bounds --strategy=dfs, not ",
                     absl::GetFlag(FLAGS_strategy)));
  }
  const bool budget =
      preemptions >= 0 || strategy == model::Strategy::kIterativeDeepening;
  if (!budget) return absl::OkStatus();
  if (absl::GetFlag(FLAGS_exact) || !absl::GetFlag(FLAGS_bitstate).empty() ||
      absl::GetFlag(FLAGS_jobs) > 1 ||
      !absl::GetFlag(FLAGS_checkpoint).empty()) {
    return absl::InvalidArgumentError(
        "--preemptions and --strategy=iddfs keep fingerprints, in one thread; "
        "leave out --exact, --bitstate, --jobs and --checkpoint");
  }
  return absl::OkStatus();
}

// A flag that does not go with another one, if it is given.
struct Excluded {
  bool given;
  const char* flag;
  const char* why;
};

absl::Status RefuseWith(absl::string_view chosen,
                        std::initializer_list<Excluded> others) {
  for (const Excluded& other : others) {
    if (!other.given) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        chosen, " does not go with ", other.flag, ": ", other.why));
  }
  return absl::OkStatus();
}

// A search on disk is breadth first, by one thread, of fingerprints.
absl::Status CheckDisk() {
  if (absl::GetFlag(FLAGS_disk).empty()) return absl::OkStatus();
  const auto strategy = model::StrategyByName(absl::GetFlag(FLAGS_strategy));
  if (strategy != model::Strategy::kBreadthFirst) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--disk=DIR needs --strategy=bfs, which answers for a whole level at a "
        "time; ",
        absl::GetFlag(FLAGS_strategy),
        " must know of each state at once whether it is new"));
  }
  return RefuseWith(
      "--disk=DIR",
      {{absl::GetFlag(FLAGS_jobs) > 1, "--jobs", "one thread searches on disk"},
       {absl::GetFlag(FLAGS_exact), "--exact",
        "its dictionaries are in memory; take --wide_fingerprints"},
       {!absl::GetFlag(FLAGS_bitstate).empty(), "--bitstate",
        "a search on disk misses no state"},
       {!absl::GetFlag(FLAGS_checkpoint).empty(), "--checkpoint",
        "files on disk go with the process, so nothing can be resumed"}});
}

// Why a flag does not go together with --liveness; "" if all do.
std::string NotLive() {
  const std::string strategy = absl::GetFlag(FLAGS_strategy);
  if (!absl::GetFlag(FLAGS_open).empty()) {
    return "threads that may issue any command need never get on; ask about a "
           "scenario";
  }
  if (absl::GetFlag(FLAGS_reduction) != "none") {
    return "--reduction leaves out runs, and one that never ends may be among "
           "them; leave it out";
  }
  if (strategy != "dfs" && strategy != "bfs") {
    return absl::StrCat("--strategy=", strategy,
                        " keeps no graph of all states; use bfs");
  }
  if (absl::GetFlag(FLAGS_preemptions) >= 0 ||
      absl::GetFlag(FLAGS_max_depth) != 0) {
    return "--preemptions and --max_depth cut off runs, and what never ends is "
           "longer than any bound; use --max_states";
  }
  if (absl::GetFlag(FLAGS_exact) || !absl::GetFlag(FLAGS_bitstate).empty()) {
    return "its graph names states by 128 bits; leave out --exact and "
           "--bitstate";
  }
  if (absl::GetFlag(FLAGS_jobs) > 1 ||
      !absl::GetFlag(FLAGS_checkpoint).empty() ||
      !absl::GetFlag(FLAGS_disk).empty()) {
    return "its graph is built by one thread and not kept on disk; leave out "
           "--jobs, --checkpoint and --disk";
  }
  return "";
}

// A search that leaves out orders keeps more of a state than the ways to store
// them do, and finds out in one order what it may leave out.
absl::Status CheckReduction() {
  if (absl::GetFlag(FLAGS_reduction) != "partial_order") {
    return absl::OkStatus();
  }
  return RefuseWith(
      "--reduction=partial_order",
      {{absl::GetFlag(FLAGS_strategy) != "dfs", "--strategy",
        "it is a search by dfs"},
       {absl::GetFlag(FLAGS_preemptions) >= 0, "--preemptions",
        "an order that is left out may be the one with few switches"},
       {absl::GetFlag(FLAGS_jobs) > 1, "--jobs", "one thread searches"},
       {absl::GetFlag(FLAGS_exact) || absl::GetFlag(FLAGS_wide_fingerprints) ||
            !absl::GetFlag(FLAGS_bitstate).empty(),
        "--exact, --wide_fingerprints and --bitstate",
        "it keeps 64 bits of a state and what may happen behind it"},
       {!absl::GetFlag(FLAGS_disk).empty(), "--disk",
        "what may happen behind a state is in memory"},
       {!absl::GetFlag(FLAGS_checkpoint).empty(), "--checkpoint",
        "what may happen behind a state is not saved"}});
}

absl::Status CheckLiveness() {
  if (!absl::GetFlag(FLAGS_liveness)) return absl::OkStatus();
  const std::string why = NotLive();
  if (why.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--liveness: ", why));
}

absl::Status CheckCheckpoints() {
  if (absl::GetFlag(FLAGS_resume) && absl::GetFlag(FLAGS_checkpoint).empty()) {
    return absl::InvalidArgumentError(
        "--resume needs --checkpoint=DIR, the folder to go on from");
  }
  double seconds = 0;
  return ParseDuration("checkpoint_interval",
                       absl::GetFlag(FLAGS_checkpoint_interval), &seconds);
}

// Most of what the machine has to spare: beyond that the kernel would end the
// search without a word. Nothing if the system does not tell.
uint64_t SpareMemory() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  uint64_t kilobytes = 0;
  std::string unit;
  while (file >> name >> kilobytes) {
    if (name == "MemAvailable:") return kilobytes / 8 * 7 * 1024;
    std::getline(file, unit);
  }
  return 0;
}

void SetStore(model::ExploreOptions* options) {
  uint64_t bytes = 0;
  ParseBytes("memory_limit", absl::GetFlag(FLAGS_memory_limit), &bytes)
      .IgnoreError();
  options->disk.folder = absl::GetFlag(FLAGS_disk);
  if (bytes == 0 && options->disk.folder.empty()) bytes = SpareMemory();
  if (bytes != 0) options->memory_limit = bytes;
  if (absl::GetFlag(FLAGS_wide_fingerprints)) {
    options->store = model::StoreKind::kFingerprints128;
  } else if (absl::GetFlag(FLAGS_exact)) {
    options->store = model::StoreKind::kExact;
  }
  bytes = 0;
  ParseBytes("bitstate", absl::GetFlag(FLAGS_bitstate), &bytes).IgnoreError();
  if (bytes == 0) return;
  options->store = model::StoreKind::kBits;
  options->bit_bytes = bytes;
}

void SetCheckpoint(model::CheckpointOptions* options) {
  options->folder = absl::GetFlag(FLAGS_checkpoint);
  options->resume = absl::GetFlag(FLAGS_resume);
  double interval = 0;
  ParseDuration("checkpoint_interval", absl::GetFlag(FLAGS_checkpoint_interval),
                &interval)
      .IgnoreError();
  options->due = [interval, meter = Meter(), last = 0.0]() mutable {
    const double now = meter.Seconds();
    if (now - last < interval) return false;
    last = now;
    return true;
  };
}

}  // namespace

absl::Status CheckSearchFlags() {
  for (const absl::Status& status :
       {CheckLiveness(), CheckReduction(), CheckStores(), CheckDisk(),
        CheckThreads(), CheckBudgets(), CheckCheckpoints()}) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckCheckpointOfOne(size_t searches) {
  if (searches == 1 || absl::GetFlag(FLAGS_checkpoint).empty()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--checkpoint=DIR keeps one search, and these are ",
                   searches, "; give each a command and a folder of its own"));
}

std::string SearchIdentity(
    const std::vector<std::pair<std::string, std::string>>& lines) {
  std::string text;
  for (const auto& [name, value] : lines) {
    absl::StrAppend(&text, name, "=", value, "\n");
  }
  return text;
}

namespace {

// Where a search stands. Rates are those since it was asked last.
class Standing {
 public:
  std::string Text(const model::Progress& now, double seconds, uint64_t most) {
    const double passed = std::max(seconds - seconds_, 1e-3);
    const auto rate = [&](uint64_t a, uint64_t b) {
      return a < b ? 0 : static_cast<double>(a - b) / passed;
    };
    std::string text = absl::StrFormat(
        "%d states, %d transitions (%.0f/s), depth %d, %d waiting, %d MB",
        now.states, now.transitions, rate(now.transitions, then_.transitions),
        now.depth, now.frontier, now.bytes >> 20);
    if (now.disk_bytes != 0) {
      absl::StrAppendFormat(&text, ", %d MB on disk", now.disk_bytes >> 20);
    }
    absl::StrAppend(&text, Remaining(now, most, rate(now.states, then_.states),
                                     rate(Expanded(now), Expanded(then_))));
    then_ = now;
    seconds_ = seconds;
    return text;
  }

 private:
  static uint64_t Expanded(const model::Progress& at) {
    return at.states - std::min(at.states, at.frontier);
  }

  // Every state that waits takes its time, and may bring others: breadth first
  // that is a bound from below. What a limit leaves is one from above.
  static std::string Remaining(const model::Progress& now, uint64_t most,
                               double found, double expanded) {
    std::string text;
    if (SearchStrategy() == model::Strategy::kBreadthFirst && expanded > 0) {
      absl::StrAppendFormat(&text, ", at least %.0f s more",
                            static_cast<double>(now.frontier) / expanded);
    }
    if (most != model::ExploreOptions().max_states && most > now.states &&
        found > 0) {
      absl::StrAppendFormat(&text, ", %.0f s to --max_states",
                            static_cast<double>(most - now.states) / found);
    }
    return text;
  }

  model::Progress then_;
  double seconds_ = 0;
};

bool IsRandom(model::Strategy strategy) {
  return strategy == model::Strategy::kRandomWalk ||
         strategy == model::Strategy::kPct ||
         strategy == model::Strategy::kSwarm;
}

}  // namespace

void SetSearchOptions(uint64_t max_states, uint64_t max_depth, Ticker* ticker,
                      model::ExploreOptions* options) {
  if (absl::GetFlag(FLAGS_max_states) != 0) {
    max_states = absl::GetFlag(FLAGS_max_states);
  }
  if (absl::GetFlag(FLAGS_max_depth) != 0) {
    max_depth = absl::GetFlag(FLAGS_max_depth);
  }
  if (max_states != 0) options->max_states = max_states;
  if (max_depth != 0) options->max_depth = max_depth;
  SetStore(options);
  SetCheckpoint(&options->checkpoint);
  options->jobs = static_cast<int>(absl::GetFlag(FLAGS_jobs));
  options->keep_going = absl::GetFlag(FLAGS_keep_going);
  options->walks = absl::GetFlag(FLAGS_walks);
  options->bug_depth = absl::GetFlag(FLAGS_bug_depth);
  options->searches = absl::GetFlag(FLAGS_searches);
  options->foresight = absl::GetFlag(FLAGS_foresight);
  options->sleep_sets = absl::GetFlag(FLAGS_sleep_sets);
  if (absl::GetFlag(FLAGS_preemptions) >= 0) {
    options->preemptions =
        static_cast<uint64_t>(absl::GetFlag(FLAGS_preemptions));
  }
  options->seed =
      static_cast<uint64_t>(std::max<int64_t>(1, absl::GetFlag(FLAGS_seed)));
  if (IsRandom(SearchStrategy())) {
    std::fprintf(stderr, "seed %llu\n",
                 static_cast<unsigned long long>(options->seed));
  }
  auto shown = std::make_shared<Standing>();
  const uint64_t most = options->max_states;
  options->tick = [ticker, shown, most](const model::Progress& progress) {
    return ticker->Tick(
        [&](double seconds) { return shown->Text(progress, seconds, most); });
  };
  options->found = [ticker](const model::Finding& finding) {
    ticker->Say(absl::StrCat("found ", finding.property, ": ", finding.message,
                             "; one thread searches again, for the trace"));
  };
}

model::Strategy SearchStrategy() {
  return *model::StrategyByName(absl::GetFlag(FLAGS_strategy));
}

std::string ReasonOf(const model::ExploreResult& found) {
  if (found.stop_reason == model::StopReason::kBitstate) {
    return "bitstate: everything that was met was expanded, but states may "
           "have "
           "been missed";
  }
  return absl::StrCat(model::StopReasonName(found.stop_reason),
                      found.stop_detail.empty() ? "" : ": ", found.stop_detail);
}

namespace {

std::string IdentityOf(const Session& session) {
  const bool lock = session.options.granularity == sim::Granularity::kLock;
  return SearchIdentity(
      {{"model", absl::StrCat("bindery ", sim::kModelVersion)},
       {"scenario", session.name()},
       {"profile", session.driver.profile()},
       {"granularity", lock ? "lock" : "command"},
       {"addresses", session.options.exact_addresses ? "exact" : "symbolic"},
       {"properties", absl::GetFlag(FLAGS_properties)},
       {"except", absl::GetFlag(FLAGS_except)},
       {"mutations", absl::GetFlag(FLAGS_mutate)},
       {"text", absl::CEscape(session.text)}});
}

}  // namespace

proto::Trace RecordChoices(const Session& session,
                           const std::vector<model::Choice>& choices,
                           bool check_properties) {
  std::vector<uint64_t> values;
  for (const model::Choice choice : choices) values.push_back(choice.value);
  sim::Simulation simulation(session.scenario.compiled, session.driver,
                             &session.properties, session.options);
  sim::ReplayScheduler scheduler(std::move(values));
  proto::Trace trace;
  sim::RunOptions options;
  options.trace = &trace;
  options.check_properties = check_properties;
  sim::Run(simulation, scheduler, options);
  return trace;
}

proto::Trace RecordFinding(const Session& session,
                           const model::Finding& finding,
                           bool check_properties) {
  proto::Trace trace =
      RecordChoices(session, finding.choices, check_properties);
  if (!finding.loop.has_value()) return trace;
  proto::TraceEnd* end = trace.mutable_end();
  end->set_verdict("violated");
  end->set_property(finding.property);
  end->set_message(finding.message);
  end->set_loop(*finding.loop);
  return trace;
}

namespace {

// What keeps a search of a scenario from counting images as one.
absl::Status CheckSymmetry() {
  const auto strategy = SearchStrategy();
  return RefuseWith(
      "--reduction=symmetry",
      {{!absl::GetFlag(FLAGS_open).empty(), "--open",
        "the price of a command is known for plain states only"},
       {strategy != model::Strategy::kDepthFirst &&
            strategy != model::Strategy::kBreadthFirst,
        "--strategy", "only dfs and bfs count images as one"},
       {absl::GetFlag(FLAGS_preemptions) >= 0, "--preemptions",
        "what is left of them is kept for plain states"},
       {absl::GetFlag(FLAGS_exact), "--exact",
        "a state is known by its fingerprint; take --wide_fingerprints"}});
}

absl::StatusOr<std::unique_ptr<sim::Symmetry>> SymmetryOf(
    const Session& session) {
  if (absl::Status s = CheckSymmetry(); !s.ok()) return s;
  const sim::CompiledScenario& scenario = session.scenario.compiled;
  auto symmetry = sim::SymmetryOf(scenario);
  if (symmetry == nullptr) {
    const std::string& why = scenario.alike.why_not;
    return absl::InvalidArgumentError(absl::StrCat(
        "--reduction=symmetry: no processes of ", session.name(),
        " are interchangeable: ",
        why.empty() ? "no two are written alike; with copies: 2 in it, one "
                      "process stands for two"
                    : why));
  }
  sim::SimulationOptions options = session.options;
  options.symmetry = symmetry.get();
  const BinderModel start(scenario, session.driver, &session.properties,
                          options);
  if (start.simulation().world().orbit()->OwnImage()) return symmetry;
  return absl::InternalError(
      absl::StrCat("--reduction=symmetry: processes of ", session.name(),
                   " are written alike and do not begin alike"));
}

}  // namespace

absl::StatusOr<model::ExploreResult> ExploreSession(
    const Session& session, model::ExploreOptions options,
    SearchCoverage* coverage) {
  std::unique_ptr<sim::Symmetry> symmetry;
  options.symmetry = absl::GetFlag(FLAGS_reduction) == "symmetry";
  if (options.symmetry) {
    auto found = SymmetryOf(session);
    if (!found.ok()) return found.status();
    symmetry = *std::move(found);
  }
  options.partial_order = absl::GetFlag(FLAGS_reduction) == "partial_order";
  if (absl::GetFlag(FLAGS_liveness)) {
    BinderModel model(session.scenario.compiled, session.driver,
                      &session.properties, coverage->Watched());
    return model::ExploreLiveness(model, options);
  }
  options.checkpoint.identity = IdentityOf(session);
  const model::ModelFactory<BinderModel> make = [&] {
    sim::SimulationOptions watched = coverage->Watched();
    watched.footprints = options.partial_order;
    watched.symmetry = symmetry.get();
    return std::make_unique<BinderModel>(session.scenario.compiled,
                                         session.driver, &session.properties,
                                         watched);
  };
  return model::Explore<BinderModel>(make, SearchStrategy(), options);
}

void FillInterchangeable(const Session& session, proto::Result* result) {
  if (absl::GetFlag(FLAGS_reduction) != "symmetry") return;
  const sim::CompiledScenario& scenario = session.scenario.compiled;
  for (const std::vector<uint32_t>& members : scenario.alike.classes) {
    std::string* const names = result->add_interchangeable();
    for (const uint32_t process : members) {
      absl::StrAppend(names, names->empty() ? "" : ", ",
                      scenario.processes[process - 1].name);
    }
  }
}

void FillCounts(const model::ExploreResult& found, proto::Result* result) {
  result->set_complete(found.complete);
  result->set_states(found.states);
  result->set_transitions(found.transitions);
  result->set_max_depth(found.max_depth);
  result->set_terminal_states(found.terminal_states);
  result->set_collision_bound(found.collision_bound);
  if (!absl::GetFlag(FLAGS_disk).empty()) {
    (*result->mutable_figures())["peak_disk_bytes"] =
        static_cast<double>(found.peak_disk_bytes);
  }
}

}  // namespace bindery::tools
