#include "sim/user/compile.h"

#include <algorithm>
#include <deque>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/user/alike.h"
#include "sim/user/compiler.h"
#include "sim/user/expand.h"

namespace bindery::sim {
namespace {

constexpr size_t kMostTasks = 100'000;
constexpr size_t kMostBytesOfCopies = 256u << 20;
constexpr int kMostKills = 32;  // bits of GlobalRow::kills

// The processes with copies written out. `made` keeps those.
class Processes {
 public:
  Processes(const Cursor<proto::Scenario>& scenario, Errors* errors,
            std::deque<proto::Process>* made)
      : errors_(*errors), made_(*made) {
    for (int i = 0; i < scenario->process_size(); ++i) Add(scenario, i);
  }
  const std::vector<Cursor<proto::Process>>& all() const { return all_; }

 private:
  void Add(const Cursor<proto::Scenario>& scenario, int index) {
    const proto::Process& written = scenario->process(index);
    if (written.copies() == 0) {
      all_.push_back(scenario.Sub(written, "process", index));
      return;
    }
    if (written.copies() > kMostTasks ||
        written.copies() * written.ByteSizeLong() > kMostBytesOfCopies) {
      errors_.Add(
          scenario.Sub(written, "process", index).At("copies"),
          absl::StrCat("copies is ", written.copies(), "; at most ", kMostTasks,
                       " are supported, and fewer of a "
                       "process that is long"));
      return;
    }
    for (uint32_t i = 1; i <= written.copies(); ++i) {
      proto::Process& copy = made_.emplace_back(written);
      if (!written.name().empty()) absl::StrAppend(copy.mutable_name(), i);
      all_.push_back(scenario.Sub(copy, "process", index));
    }
  }

  Errors& errors_;
  std::deque<proto::Process>& made_;
  std::vector<Cursor<proto::Process>> all_;
};

// What reports call the driver's own properties and the ends of a search: E16,
// L5, livelock.
bool IsNameOfAProperty(absl::string_view name) {
  static constexpr absl::string_view kOthers[] = {"livelock", "user-deadlock",
                                                  "lost-work", "golden"};
  if (std::count(std::begin(kOthers), std::end(kOthers), name) != 0) {
    return true;
  }
  return name.size() >= 2 && absl::ascii_isupper(name[0]) &&
         std::all_of(name.begin() + 1, name.end(), absl::ascii_isdigit);
}

std::string BaseName(absl::string_view filename) {
  const size_t slash = filename.rfind('/');
  if (slash != absl::string_view::npos) filename.remove_prefix(slash + 1);
  return std::string(filename.substr(0, filename.find('.')));
}

}  // namespace

void Compiler::Run(const Cursor<proto::Scenario>& scenario) {
  if (!NeedsExpansion(*scenario)) return Expanded(scenario);
  proto::Scenario expanded;
  Origins origins;
  Expand(scenario, &errors_, &expanded, &origins);
  const Origin whole = scenario.origin();
  Expanded({expanded, whole.tree, whole.place, &origins});
}

void Compiler::Expanded(const Cursor<proto::Scenario>& scenario) {
  Header(scenario);
  IgnoringHandler(proto::BR_TRANSACTION);
  IgnoringHandler(proto::BR_DEAD_BINDER);
  Devices(scenario);
  Binderfs(scenario);
  DeclareEvents(scenario);
  std::deque<proto::Process> made;
  const Processes processes(scenario, &errors_, &made);
  DeclareProcesses(processes.all());
  for (const auto& process : processes.all()) Process(process);
  Signals();
  Managers(processes.all());
  Schedule(scenario);
  Predicates(scenario);
  Budget(scenario);
  Policy(scenario);
  Expectation(scenario);
  if (errors_.empty()) out_.alike = FindAlike(scenario, processes.all(), out_);
}

bool Compiler::GoodName(const std::string& name, const char* what,
                        Place place) {
  if (name.empty()) {
    errors_.Add(place, absl::StrCat("the ", what,
                                    " has no name; other places and reports "
                                    "need one; add name: \"...\""));
    return false;
  }
  for (const char c : name) {
    if (absl::ascii_isalnum(c) || c == '_' || c == '-') continue;
    errors_.Add(place, absl::StrCat("\"", absl::CHexEscape(name),
                                    "\" cannot be the name of a ", what,
                                    "; reports and schedules join names with "
                                    "dots; use letters, digits, _ and -"));
    return false;
  }
  return true;
}

void Compiler::Header(const Cursor<proto::Scenario>& scenario) {
  out_.name =
      scenario->name().empty() ? BaseName(out_.filename) : scenario->name();
  out_.description = scenario->description();
  out_.source = scenario->source();
  if (!scenario->profile().empty()) {
    out_.profile = scenario->profile();
    const std::vector<std::string> known = ProfileNames();
    bool found = false;
    for (const std::string& name : known) found |= name == out_.profile;
    if (!found) {
      errors_.Add(scenario.At("profile"),
                  absl::StrCat("there is no kernel profile \"", out_.profile,
                               "\"", Suggest(out_.profile, known, "")));
    }
  }
  if (!scenario->since().empty()) {
    const std::string profile = absl::StrCat("c-", scenario->since());
    const std::vector<std::string> known = ProfileNames();
    if (std::find(known.begin(), known.end(), profile) == known.end()) {
      errors_.Add(scenario.At("since"),
                  absl::StrCat("there is no kernel profile \"", profile, "\"",
                               Suggest(profile, known, "")));
    }
  }
  if (scenario->process_size() == 0) {
    errors_.Add(scenario.place(),
                "the scenario has no process; nothing can happen; add "
                "process { name: \"...\" thread { ... } }");
  }
}

void Compiler::Devices(const Cursor<proto::Scenario>& scenario) {
  out_.devices = {"binder", "hwbinder", "vndbinder"};
  for (int i = 0; i < scenario->device_size(); ++i) {
    const std::string& name = scenario->device(i).name();
    const Place place = scenario.At("device", i);
    if (!GoodName(name, "device", place)) continue;
    for (const std::string& other : out_.devices) {
      if (other != name) continue;
      errors_.Add(place, absl::StrCat("there is a device \"", name,
                                      "\" already; binder, hwbinder and "
                                      "vndbinder always exist; choose another "
                                      "name"));
    }
    out_.devices.push_back(name);
  }
  out_.device_count = out_.devices.size();
}

void Compiler::DeclareProcesses(
    const std::vector<Cursor<proto::Process>>& processes) {
  for (const Cursor<proto::Process>& process : processes) {
    const std::string& name = process->name();
    const bool good = GoodName(name, "process", process.place());
    const uint32_t parent =
        process->forked_from().empty()
            ? 0
            : ProcessNumber(process->forked_from(), process.At("forked_from"));
    out_.processes.emplace_back().name = name;
    out_.processes.back().forked_from = parent;
    const uint32_t number = static_cast<uint32_t>(out_.processes.size());
    if (!process_number_.emplace(name, number).second && good) {
      errors_.Add(process.At("name"),
                  absl::StrCat("there is a process \"", name,
                               "\" already; choose another name"));
    }
    for (const proto::Node& node : process->node()) {
      node_owner_.emplace(node.name(), name);
    }
  }
}

namespace {

template <typename M>
void CollectPosts(const Cursor<M>& parent, std::vector<std::string>* names);

void CollectStep(const StepCursor& step, std::vector<std::string>* names) {
  if (step->action_case() == proto::Step::kPost) {
    names->push_back(step->post());
  } else if (step->action_case() == proto::Step::kRepeat) {
    CollectPosts(step.Sub(step->repeat(), "repeat"), names);
  }
}

template <typename M>
void CollectPosts(const Cursor<M>& parent, std::vector<std::string>* names) {
  for (int i = 0; i < parent->step_size(); ++i) {
    CollectStep(parent.Sub(parent->step(i), "step", i), names);
  }
}

}  // namespace

void Compiler::DeclareEvents(const Cursor<proto::Scenario>& scenario) {
  std::vector<std::string> names;
  for (int i = 0; i < scenario->process_size(); ++i) {
    const auto process = scenario.Sub(scenario->process(i), "process", i);
    for (int j = 0; j < process->thread_size(); ++j) {
      const auto thread = process.Sub(process->thread(j), "thread", j);
      CollectPosts(thread, &names);
      for (int k = 0; k < thread->on_size(); ++k) {
        CollectPosts(thread.Sub(thread->on(k), "on", k), &names);
      }
    }
    for (int j = 0; j < process->on_size(); ++j) {
      CollectPosts(process.Sub(process->on(j), "on", j), &names);
    }
  }
  for (const std::string& name : names) {
    if (posted_.insert(name).second) out_.events.push_back(name);
  }
}

uint32_t Compiler::DeviceNumber(const std::string& name, Place place) {
  if (name.empty()) return 1;
  for (size_t i = 0; i < out_.device_count; ++i) {
    if (out_.devices[i] == name) return static_cast<uint32_t>(i) + 1;
  }
  errors_.Add(place, absl::StrCat("there is no device \"", name, "\"",
                                  Suggest(name, out_.devices, "")));
  return 1;
}

uint32_t Compiler::ProcessNumber(const std::string& name, Place place) {
  const auto found = process_number_.find(name);
  if (found != process_number_.end()) return found->second;
  std::vector<std::string> known;
  for (const ProcessSpec& spec : out_.processes) known.push_back(spec.name);
  errors_.Add(place, absl::StrCat("there is no process \"", name, "\"",
                                  Suggest(name, known, "")));
  return 0;
}

uint32_t Compiler::EventNumber(const std::string& name, Place place) {
  for (size_t i = 0; i < out_.events.size(); ++i) {
    if (out_.events[i] == name) return static_cast<uint32_t>(i) + 1;
  }
  errors_.Add(
      place,
      absl::StrCat(
          "nothing posts \"", name, "\", so this step would wait for ever",
          Suggest(name, out_.events, "add a step post: \"...\" somewhere")));
  return 0;
}

void Compiler::Managers(const std::vector<Cursor<proto::Process>>& processes) {
  std::map<uint32_t, std::string> manager;
  for (size_t i = 0; i < out_.processes.size(); ++i) {
    const ProcessSpec& process = out_.processes[i];
    if (!process.attach.context_manager) continue;
    const auto [at, fresh] =
        manager.emplace(process.attach.device, process.name);
    if (fresh) continue;
    errors_.Add(
        processes[i].place(),
        absl::StrCat("\"", process.name, "\" and \"", at->second,
                     "\" both start as context manager of ",
                     out_.devices[process.attach.device - 1],
                     "; a device has one; let one of them try with an ioctl "
                     "step instead"));
  }
}

uint32_t Compiler::ActorNumber(const std::string& name,
                               const std::vector<std::string>& more,
                               Place place) {
  const auto found = task_number_.find(name);
  if (found != task_number_.end()) return found->second;
  const auto other = std::find(more.begin(), more.end(), name);
  if (other != more.end()) {
    return static_cast<uint32_t>(out_.tasks.size() + 1 +
                                 static_cast<size_t>(other - more.begin()));
  }
  std::vector<std::string> known;
  for (const TaskSpec& task : out_.tasks) known.push_back(task.full_name);
  known.insert(known.end(), more.begin(), more.end());
  errors_.Add(place,
              absl::StrCat("there is no ", more.empty() ? "thread" : "actor",
                           " \"", name, "\"", Suggest(name, known, "")));
  return 0;
}

void Compiler::Signals() {
  for (const auto& [at, signal] : signals_) {
    out_.code[at].a = ActorNumber(signal->thread(), {}, signal.At("thread"));
  }
  signals_.clear();
  OverwrittenThreads();
}

void Compiler::OverwrittenThreads() {
  for (const auto& [at, process, step] : overwrites_) {
    const Place place = step.At("thread");
    const uint32_t actor = ActorNumber(step->thread(), {}, place);
    out_.code[at].a = actor;
    if (actor != 0 && out_.tasks[actor - 1].process != process) {
      errors_.Add(place,
                  "that thread is of another process, whose memory this one "
                  "cannot write to; name one of its own");
    }
  }
  overwrites_.clear();
}

void Compiler::Schedule(const Cursor<proto::Scenario>& scenario) {
  for (int i = 0; i < scenario->schedule_size(); ++i) {
    const auto turn = scenario.Sub(scenario->schedule(i), "schedule", i);
    TurnSpec spec;
    spec.steps = turn->steps();
    spec.place = turn.place();
    spec.actor = ActorNumber(turn->actor(), {"kworker"}, turn.At("actor"));
    out_.schedule.push_back(spec);
  }
}

PredicateSpec Compiler::OnePredicate(
    const Cursor<proto::Predicate>& predicate) {
  if (predicate->expr().empty()) {
    errors_.Add(predicate.place(),
                "the predicate has no expression; add expr: \"...\"");
  }
  if (IsNameOfAProperty(predicate->name())) {
    errors_.Add(predicate.At("name"),
                absl::StrCat("\"", predicate->name(),
                             "\" is what reports call a property of the "
                             "driver; choose a name that says what must hold"));
  }
  PredicateSpec spec{predicate->name(), predicate->expr(),
                     predicate.At("expr")};
  if (spec.name.empty()) spec.name = spec.expr;
  return spec;
}

void Compiler::Predicates(const Cursor<proto::Scenario>& scenario) {
  const auto all = [&](const auto& list, const char* field,
                       std::vector<PredicateSpec>* made) {
    for (int i = 0; i < list.size(); ++i) {
      made->push_back(OnePredicate(scenario.Sub(list[i], field, i)));
    }
  };
  all(scenario->always(), "always", &out_.always);
  all(scenario->sometimes(), "sometimes", &out_.sometimes);
  all(scenario->eventually(), "eventually", &out_.eventually);
  std::set<std::string> names;
  for (const auto* list : {&out_.always, &out_.sometimes, &out_.eventually}) {
    for (const PredicateSpec& spec : *list) {
      if (names.insert(spec.name).second) continue;
      errors_.Add(spec.place,
                  absl::StrCat("two predicates are called \"", spec.name,
                               "\"; reports could not tell them "
                               "apart; rename one"));
    }
  }
}

void Compiler::Budget(const Cursor<proto::Scenario>& scenario) {
  const auto budget = scenario.Sub(scenario->budget(), "budget");
  std::set<std::string> seen;
  if (budget->kill_size() > kMostKills) {
    errors_.Add(budget.At("kill", kMostKills),
                absl::StrCat("at most ", kMostKills, " processes can die"));
  }
  for (int i = 0; i < budget->kill_size(); ++i) {
    const Place place = budget.At("kill", i);
    if (!seen.insert(budget->kill(i)).second) {
      errors_.Add(place, absl::StrCat("\"", budget->kill(i),
                                      "\" is in the budget twice; a process "
                                      "dies once; leave one out"));
    }
    out_.budget.kill.push_back(ProcessNumber(budget->kill(i), place));
  }
  out_.budget.signals = budget->signals();
  out_.budget.allocation_failures = budget->allocation_failures();
}

// What `stats` of binder_logs counts.
constexpr const char* kCounters[] = {"proc", "thread", "node",
                                     "ref",  "death",  "transaction"};

bool IsCounter(const std::string& name) {
  return std::count(std::begin(kCounters), std::end(kCounters), name) != 0;
}

void Compiler::Expectation(const Cursor<proto::Scenario>& scenario) {
  out_.expect = scenario->expect();
  out_.explore = scenario->explore();
  const auto expect = scenario.Sub(scenario->expect(), "expect");
  if (!expect->property().empty() &&
      expect->verdict() != proto::VERDICT_VIOLATED) {
    errors_.Add(expect.At("property"),
                "a property is expected, but no violation; add verdict: "
                "VERDICT_VIOLATED");
  }
  for (int i = 0; i < expect->leaks_size(); ++i) {
    if (IsCounter(expect->leaks(i))) continue;
    errors_.Add(expect.At("leaks", i),
                absl::StrCat("the driver does not count \"", expect->leaks(i),
                             "\"; use ", absl::StrJoin(kCounters, ", ")));
  }
  const auto explore = scenario.Sub(scenario->explore(), "explore");
  const std::string& granularity = explore->granularity();
  if (!granularity.empty() && granularity != "command" &&
      granularity != "lock") {
    errors_.Add(explore.At("granularity"),
                absl::StrCat("there is no granularity \"", granularity,
                             "\"; use \"command\" or \"lock\""));
  }
  const std::string& addresses = explore->addresses();
  if (!addresses.empty() && addresses != "symbolic" && addresses != "exact") {
    errors_.Add(explore.At("addresses"),
                absl::StrCat("there is no way \"", addresses,
                             "\" to treat addresses; use \"symbolic\" or "
                             "\"exact\""));
  }
}

absl::StatusOr<CompiledScenario> Compile(const proto::Scenario& scenario,
                                         const ParseTree* tree,
                                         absl::string_view filename) {
  CompiledScenario out;
  out.filename = std::string(filename);
  Errors errors(filename);
  Compiler(&errors, &out).Run({scenario, tree, Place{}});
  if (out.tasks.size() > kMostTasks) {
    errors.Add(Place{}, absl::StrCat("there are ", out.tasks.size(),
                                     " threads; at most ", kMostTasks,
                                     " are supported"));
  }
  if (!errors.empty()) return errors.ToStatus();
  return out;
}

}  // namespace bindery::sim
