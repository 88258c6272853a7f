// Scenarios ready to be explored, for tests.
#ifndef BINDERY_ADAPTER_TESTING_H_
#define BINDERY_ADAPTER_TESTING_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "adapter/binder_model.h"
#include "gtest/gtest.h"
#include "model/concept.h"
#include "model/explore/result.h"
#include "sim/engine/properties.h"
#include "sim/io/scenario_loader.h"
#include "sim/kernel/driver.h"

namespace bindery {

// A loaded scenario with its driver and properties; aborts with a message on
// stderr if one of them cannot be had.
class Explorable {
 public:
  explicit Explorable(const std::string& text,
                      const std::vector<std::string>& mutations = {},
                      const sim::SimulationOptions& options = {});

  // A model in the initial state.
  std::unique_ptr<BinderModel> Start() const {
    return std::make_unique<BinderModel>(loaded_->compiled, *driver_,
                                         properties_.get(), options_);
  }
  const sim::SimulationOptions& options() const { return options_; }

 private:
  std::unique_ptr<sim::LoadedScenario> loaded_;
  std::unique_ptr<sim::Driver> driver_;
  std::unique_ptr<sim::Properties> properties_;
  sim::SimulationOptions options_;
};

// The whole file; aborts if it cannot be read.
std::string ReadFile(const std::string& path);

// Paths of the scenarios in a folder, sorted.
std::vector<std::string> ScenariosIn(const std::string& folder);
// Those of all folders under scenarios/ that are small enough to walk through.
std::vector<std::string> AllScenarios();

// For tests at both granularities: their values, and names for them.
inline auto BothGranularities() {
  return testing::Values(sim::Granularity::kCommand, sim::Granularity::kLock);
}
inline std::string NameOfGranularity(
    const testing::TestParamInfo<sim::Granularity>& info) {
  return info.param == sim::Granularity::kLock ? "Lock" : "Command";
}

// What is known of a choice that is about to be applied; it is learned from
// that if it is not known.
model::Foreseen ForeseeOrLearn(BinderModel& model, model::Choice choice);

// What a search says that does not depend on how many states it looked at.
struct Answers {
  std::set<std::string> properties;
  uint64_t sometimes;
  bool complete;
  bool ends;
  friend bool operator==(const Answers&, const Answers&) = default;
};
Answers AnswersOf(const model::ExploreResult& result);

}  // namespace bindery

#endif  // BINDERY_ADAPTER_TESTING_H_
