#include "tools/conform/differential.h"

#include <algorithm>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tools/conform/judge.h"
#include "tools/conform/shrink.h"

namespace bindery::conform {
namespace {

struct Batch {
  absl::Status status;
  std::vector<uint64_t> seeds;
  std::vector<RandomScenario> scenarios;
  std::vector<LockstepRun> runs;
  Stats stats;
};

Batch MakeBatch(const DifferentialOptions& options, const sim::Driver& driver,
                uint64_t from, uint64_t to) {
  Batch batch;
  for (uint64_t seed = from; seed < to; ++seed) {
    absl::StatusOr<Generated> made = Generate(seed, options.shape, driver);
    if (!made.ok()) {
      batch.status = absl::InternalError(absl::StrCat(
          "random scenario of seed ", seed, ": ", made.status().message()));
      return batch;
    }
    batch.seeds.push_back(seed);
    batch.scenarios.push_back(std::move(made->scenario));
    batch.runs.push_back(std::move(made->run));
    batch.stats.Add(made->stats);
  }
  return batch;
}

class Runner {
 public:
  Runner(const DifferentialOptions& options, const sim::Driver& driver)
      : options_(options), driver_(driver) {}

  // The next batch is made while the kernel runs the one before.
  absl::StatusOr<DifferentialResult> Run(
      const std::function<bool(uint64_t)>& progress) {
    Batch batch = Next();
    while (!batch.scenarios.empty() || !batch.status.ok()) {
      if (!batch.status.ok()) return batch.status;
      Batch following;
      std::thread maker([&] { following = Next(); });
      const absl::Status status = Take(batch);
      maker.join();
      if (!status.ok()) return status;
      if (result_.mismatches.size() >= options_.max_mismatches) break;
      if (!progress(result_.scenarios)) return std::move(result_);
      batch = std::move(following);
    }
    result_.complete = true;
    return std::move(result_);
  }

 private:
  Batch Next() {
    const uint64_t from = options_.seed + made_;
    const uint64_t count =
        std::min<uint64_t>(options_.batch, options_.count - made_);
    made_ += count;
    return MakeBatch(options_, driver_, from, from + count);
  }

  absl::Status Take(const Batch& batch) {
    const auto verdicts =
        JudgeAll(batch.runs, options_.kernel, options_.machine);
    if (!verdicts.ok()) return verdicts.status();
    result_.stats.Add(batch.stats);
    for (size_t i = 0; i < verdicts->size(); ++i) {
      ++result_.scenarios;
      result_.steps += (*verdicts)[i].steps;
      if ((*verdicts)[i].same) continue;
      if (result_.mismatches.size() >= options_.max_mismatches) continue;
      const absl::Status status =
          AddMismatch(batch.seeds[i], batch.scenarios[i], (*verdicts)[i]);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status AddMismatch(uint64_t seed, RandomScenario scenario,
                           const Verdict& verdict) {
    const absl::StatusOr<std::string> explanation =
        Shrink(options_.kernel, options_.machine, driver_, &scenario);
    if (!explanation.ok()) return explanation.status();
    result_.mismatches.push_back(
        {seed, scenario.Build(),
         explanation->empty() ? verdict.explanation : *explanation});
    return absl::OkStatus();
  }

  const DifferentialOptions& options_;
  const sim::Driver& driver_;
  DifferentialResult result_;
  uint64_t made_ = 0;
};

}  // namespace

absl::StatusOr<DifferentialResult> Differential(
    const DifferentialOptions& options, const sim::Driver& driver,
    const std::function<bool(uint64_t)>& progress) {
  return Runner(options, driver).Run(progress);
}

}  // namespace bindery::conform
