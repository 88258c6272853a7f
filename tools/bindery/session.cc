#include "tools/bindery/session.h"

#include <algorithm>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sim/engine/recorder.h"
#include "sim/engine/run.h"
#include "sim/history/history.h"
#include "sim/invariants/invariants.h"
#include "sim/user/open_question.h"
#include "tools/bindery/files.h"
#include "tools/bindery/flags.h"

namespace bindery::tools {
namespace {

// What a session is built from; empty means: the scenario's or the default.
struct Choices {
  std::string profile;
  std::string granularity;
  std::string addresses;
  std::string properties;
  std::vector<std::string> mutations;
  std::vector<std::string> except;
};

std::string Or(const std::string& first, const std::string& second,
               const std::string& third) {
  if (!first.empty()) return first;
  return second.empty() ? third : second;
}

// A name that is no property's would pass over nothing without a word.
absl::Status CheckExcept(const std::vector<std::string>& except) {
  for (const std::string& id : except) {
    const auto is = [&id](const sim::Invariant& one) { return id == one.id; };
    const auto& states = sim::Invariants();
    const auto& histories = sim::HistoryProperties();
    if (std::any_of(states.begin(), states.end(), is) ||
        std::any_of(histories.begin(), histories.end(), is)) {
      continue;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("--except: no state or history has a property \"", id,
                     "\"; `bindery list invariants` names them"));
  }
  return absl::OkStatus();
}

absl::Status SetOptions(const Choices& choices, Session* session) {
  if (absl::Status s = CheckExcept(choices.except); !s.ok()) return s;
  const proto::ExploreDefaults& defaults = session->scenario.proto.explore();
  const std::string granularity =
      Or(choices.granularity, defaults.granularity(), "command");
  if (granularity != "command" && granularity != "lock") {
    return absl::InvalidArgumentError(
        absl::StrCat(session->path, ": granularity \"", granularity,
                     "\" is neither command nor lock"));
  }
  session->options.granularity = granularity == "lock"
                                     ? sim::Granularity::kLock
                                     : sim::Granularity::kCommand;
  const std::string addresses =
      Or(choices.addresses, defaults.addresses(), "symbolic");
  if (addresses != "symbolic" && addresses != "exact") {
    return absl::InvalidArgumentError(
        absl::StrCat(session->path, ": addresses \"", addresses,
                     "\" are neither symbolic nor exact"));
  }
  session->options.exact_addresses = addresses == "exact";
  session->options.except = choices.except;
  session->options.history = choices.properties == "all";
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Session>> Make(const std::string& path,
                                              std::string text,
                                              sim::LoadedScenario scenario,
                                              const Choices& choices) {
  const std::string profile =
      Or(choices.profile, scenario.proto.profile(), "c-7.2");
  absl::StatusOr<sim::Driver> driver =
      sim::Driver::Create(profile, choices.mutations);
  if (!driver.ok()) return driver.status();
  auto session = std::unique_ptr<Session>(new Session{
      path, std::move(text), std::move(scenario), *std::move(driver), {}, {}});
  if (absl::Status s = SetOptions(choices, session.get()); !s.ok()) return s;
  absl::StatusOr<sim::Properties> properties =
      sim::Properties::Compile(session->scenario.compiled);
  if (!properties.ok()) return properties.status();
  session->properties = *std::move(properties);
  return session;
}

absl::StatusOr<std::unique_ptr<Session>> Open(const std::string& path,
                                              const std::string& text,
                                              const Choices& choices) {
  absl::StatusOr<sim::LoadedScenario> scenario = sim::LoadScenario(text, path);
  if (!scenario.ok()) return scenario.status();
  return Make(path, text, *std::move(scenario), choices);
}

absl::StatusOr<std::unique_ptr<Session>> Ask(const std::string& text,
                                             const Choices& choices) {
  const auto question = sim::ParseOpenQuestion(text);
  if (!question.ok()) return question.status();
  auto compiled = sim::CompileOpen(*question);
  if (!compiled.ok()) return compiled.status();
  return Make("open", question->ToText(),
              {sim::ScenarioOf(*question), *std::move(compiled)}, choices);
}

Choices ChoicesOfFlags() {
  Choices choices;
  // Of several, whoever compares them makes a driver each.
  const std::vector<std::string> profiles = ProfilesGiven();
  if (!profiles.empty()) choices.profile = profiles[0];
  choices.granularity = absl::GetFlag(FLAGS_granularity);
  choices.addresses = absl::GetFlag(FLAGS_addresses);
  choices.properties = absl::GetFlag(FLAGS_properties);
  choices.mutations =
      absl::StrSplit(absl::GetFlag(FLAGS_mutate), ',', absl::SkipEmpty());
  choices.except =
      absl::StrSplit(absl::GetFlag(FLAGS_except), ',', absl::SkipEmpty());
  return choices;
}

}  // namespace

std::vector<std::string> ProfilesGiven() {
  return absl::StrSplit(absl::GetFlag(FLAGS_profile), ',', absl::SkipEmpty());
}

absl::StatusOr<std::unique_ptr<Session>> OpenSession(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return OpenText(path, *text);
}

absl::StatusOr<std::unique_ptr<Session>> OpenText(const std::string& name,
                                                  const std::string& text) {
  return Open(name, text, ChoicesOfFlags());
}

absl::StatusOr<std::unique_ptr<Session>> OpenOpenQuestion() {
  return Ask(absl::GetFlag(FLAGS_open), ChoicesOfFlags());
}

absl::StatusOr<std::unique_ptr<Session>> OpenTrace(const proto::Trace& trace,
                                                   const std::string& path) {
  if (trace.model_version() != sim::kModelVersion) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": recorded by version ", trace.model_version(),
        " of the model, this is version ", sim::kModelVersion,
        "; record it again with `bindery run` or `bindery explore`"));
  }
  Choices choices;
  choices.profile = trace.options().profile();
  choices.granularity = trace.options().granularity();
  choices.addresses = trace.options().addresses();
  choices.properties = trace.options().properties();
  choices.mutations.assign(trace.options().mutation().begin(),
                           trace.options().mutation().end());
  choices.except.assign(trace.options().except().begin(),
                        trace.options().except().end());
  if (!trace.options().open().empty()) {
    return Ask(trace.options().open(), choices);
  }
  return Open(absl::StrCat(trace.scenario_name(), ".textproto"),
              trace.scenario_text(), choices);
}

absl::StatusOr<sim::Driver> DriverFor(absl::string_view version) {
  const std::string profile = absl::GetFlag(FLAGS_profile);
  return sim::Driver::Create(
      profile.empty() ? sim::ProfileOf(version) : profile,
      absl::StrSplit(absl::GetFlag(FLAGS_mutate), ',', absl::SkipEmpty()));
}

absl::StatusOr<std::unique_ptr<sim::Scheduler>> MakeScheduler() {
  const std::string schedule = absl::GetFlag(FLAGS_schedule);
  if (!schedule.empty()) {
    absl::StatusOr<proto::Trace> trace = ReadTrace(schedule);
    if (!trace.ok()) return trace.status();
    return std::make_unique<sim::ReplayScheduler>(sim::ChoicesOf(*trace));
  }
  if (absl::GetFlag(FLAGS_seed) >= 0) {
    return std::make_unique<sim::RandomScheduler>(
        static_cast<uint64_t>(absl::GetFlag(FLAGS_seed)));
  }
  return std::make_unique<sim::AsWrittenScheduler>();
}

}  // namespace bindery::tools
