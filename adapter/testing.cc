#include "adapter/testing.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace bindery {
namespace {

constexpr const char* kFolders[] = {
    "tutorial", "races",   "errors",   "faults",     "sharing",  "signals",
    "polling",  "freezer", "objects",  "memory",     "security", "spam",
    "findings", "ioctls",  "binderfs", "descriptors"};

template <typename T>
std::unique_ptr<T> ValueOrDie(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::cerr << result.status() << "\n";
    std::abort();
  }
  return std::make_unique<T>(*std::move(result));
}

}  // namespace

Explorable::Explorable(const std::string& text,
                       const std::vector<std::string>& mutations,
                       const sim::SimulationOptions& options)
    : loaded_(ValueOrDie(sim::LoadScenario(text, "test"))),
      driver_(ValueOrDie(
          sim::Driver::Create(loaded_->compiled.profile, mutations))),
      properties_(ValueOrDie(sim::Properties::Compile(loaded_->compiled))),
      options_(options) {}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  if (!file.good()) {
    std::cerr << "cannot read " << path << "\n";
    std::abort();
  }
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> ScenariosIn(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".textproto") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> AllScenarios() {
  std::vector<std::string> paths;
  for (const char* folder : kFolders) {
    for (std::string& path : ScenariosIn(std::string("scenarios/") + folder)) {
      paths.push_back(std::move(path));
    }
  }
  return paths;
}

model::Foreseen ForeseeOrLearn(BinderModel& model, model::Choice choice) {
  const model::Foreseen foreseen = model.Foresee(choice);
  return foreseen.known() ? foreseen : model.ForeseeOrLearn(choice);
}

Answers AnswersOf(const model::ExploreResult& result) {
  Answers answers{
      {}, result.sometimes_seen, result.complete, result.terminal_states != 0};
  for (const model::Finding& finding : result.findings) {
    answers.properties.insert(finding.property);
  }
  return answers;
}

}  // namespace bindery
