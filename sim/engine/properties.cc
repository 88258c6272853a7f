#include "sim/engine/properties.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace bindery::sim {
namespace {

constexpr size_t kMost = 64;

std::string PlaceText(const CompiledScenario& scenario, Place place) {
  return absl::StrCat(scenario.filename, ":", place.line, ":", place.column,
                      ": ");
}

// Numbers of what the scenario names.
class ScenarioNumbers : public NameNumbers {
 public:
  explicit ScenarioNumbers(const CompiledScenario& scenario) : s_(scenario) {}

  std::optional<uint32_t> Process(absl::string_view name) const override {
    return PlaceOf(s_.processes, [&](const ProcessSpec& process) {
      return process.name == name;
    });
  }
  std::optional<uint32_t> Task(absl::string_view name) const override {
    return PlaceOf(
        s_.tasks, [&](const TaskSpec& task) { return task.full_name == name; });
  }
  std::optional<uint32_t> Device(absl::string_view name) const override {
    return PlaceOf(s_.devices,
                   [&](const std::string& device) { return device == name; });
  }

 private:
  // Counted from 1.
  template <typename T, typename Matches>
  static std::optional<uint32_t> PlaceOf(const std::vector<T>& items,
                                         Matches matches) {
    const auto found = std::find_if(items.begin(), items.end(), matches);
    if (found == items.end()) return std::nullopt;
    return static_cast<uint32_t>(found - items.begin()) + 1;
  }

  const CompiledScenario& s_;
};

absl::Status CompileAll(const CompiledScenario& scenario,
                        const std::vector<PredicateSpec>& specs,
                        std::vector<Property>* properties) {
  for (const PredicateSpec& spec : specs) {
    absl::StatusOr<Predicate> predicate =
        Predicate::Compile(spec.expr, ScenarioNumbers(scenario));
    if (!predicate.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(PlaceText(scenario, spec.place), "predicate \"",
                       spec.name, "\": ", predicate.status().message()));
    }
    properties->push_back({spec.name, spec.expr, *std::move(predicate)});
  }
  return absl::OkStatus();
}

absl::Status NotTooMany(const CompiledScenario& scenario,
                        const std::vector<PredicateSpec>& specs,
                        absl::string_view kind) {
  if (specs.size() <= kMost) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(PlaceText(scenario, specs[kMost].place), "more than ", kMost,
                   " `", kind, "` predicates"));
}

}  // namespace

absl::StatusOr<Properties> Properties::Compile(
    const CompiledScenario& scenario) {
  absl::Status status = NotTooMany(scenario, scenario.sometimes, "sometimes");
  status.Update(NotTooMany(scenario, scenario.eventually, "eventually"));
  if (!status.ok()) return status;
  Properties properties;
  status.Update(CompileAll(scenario, scenario.always, &properties.always));
  status.Update(
      CompileAll(scenario, scenario.sometimes, &properties.sometimes));
  status.Update(
      CompileAll(scenario, scenario.eventually, &properties.eventually));
  status.Update(CompileAll(scenario, scenario.checks, &properties.checks));
  if (!status.ok()) return status;
  return properties;
}

}  // namespace bindery::sim
