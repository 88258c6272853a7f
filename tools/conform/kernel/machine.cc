#include "tools/conform/kernel/machine.h"

#include <sched.h>

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tools/conform/kernel/boot.h"

namespace bindery::conform {
namespace {

using Records = std::vector<ScenarioRecord>;

constexpr absl::string_view kBegin = "scenario ";
constexpr size_t kMaxName = 128;

bool IsName(const std::string& name) {
  return !name.empty() && name.size() <= kMaxName &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c > ' ' && c <= '~'; });
}

absl::Status CheckPlan(const Plan& plan) {
  if (!IsName(plan.name)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", plan.name, "' cannot name a plan: one word of at most ", kMaxName,
        " characters can"));
  }
  absl::StatusOr<std::vector<Plan>> split = SplitPlans(plan.text);
  if (!split.ok()) return split.status();
  if (split->size() == 1 && split->front().name == plan.name) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "the plan '", plan.name, "' must hold one scenario of that name"));
}

std::string Join(absl::Span<const Plan> plans) {
  std::string text;
  for (const Plan& plan : plans) absl::StrAppend(&text, plan.text, "\n");
  return text;
}

// The scenario that was running when the machine ended early.
ScenarioRecord Blame(ScenarioRecord open, const ChildResult& child) {
  open.console = LastWords(child.errors);
  if (TellsOfOops(child.errors)) {
    open.outcome = Outcome::kOops;
    open.detail = "the kernel stopped";
  } else if (child.fell_silent) {
    open.outcome = Outcome::kHang;
    open.detail = "the machine fell silent";
  } else {
    open.outcome = Outcome::kMissing;
    open.detail = "the machine ended";
  }
  return open;
}

// The machine did what was asked, in the order that was asked.
absl::Status CheckRecords(const Records& records,
                          absl::Span<const Plan> plans) {
  for (size_t i = 0; i < records.size(); ++i) {
    if (i < plans.size() && records[i].name == plans[i].name) continue;
    return absl::DataLossError(absl::StrCat(
        "the machine ran '", records[i].name, "' when another plan was due"));
  }
  return absl::OkStatus();
}

// A whole plan that is done has a record for each scenario. One that was cut
// short has fewer, of which the last is to blame.
absl::StatusOr<Records> RunOnce(const KernelSpec& kernel,
                                absl::Span<const Plan> plans, int cpu,
                                const MachineOptions& options) {
  absl::StatusOr<ChildResult> child = Boot(kernel, Join(plans), cpu, options);
  if (!child.ok()) return child.status();
  absl::StatusOr<RunRecords> run = ParseRecords(child->output);
  if (!run.ok()) return run.status();
  if (options.counters && !run->counters.empty()) {
    options.counters(run->counters);
  }
  if (run->open.has_value()) {
    run->complete.push_back(Blame(*std::move(run->open), *child));
  }
  if (run->complete.empty()) {
    return absl::UnavailableError(
        absl::StrCat(kernel.name, " ran no scenario; its last words:\n",
                     LastWords(child->errors)));
  }
  const absl::Status status = CheckRecords(run->complete, plans);
  if (!status.ok()) return status;
  return std::move(run->complete);
}

absl::StatusOr<Records> RunAll(const KernelSpec& kernel,
                               absl::Span<const Plan> plans, int cpu,
                               const MachineOptions& options) {
  Records all;
  while (!plans.empty()) {
    absl::StatusOr<Records> records = RunOnce(kernel, plans, cpu, options);
    if (!records.ok()) return records.status();
    plans.remove_prefix(records->size());
    std::move(records->begin(), records->end(), std::back_inserter(all));
  }
  return all;
}

// A machine and the neighbours among the plans that it runs.
struct Share {
  absl::Span<const Plan> plans;
  absl::StatusOr<Records> records = Records{};
};

std::vector<Share> Split(absl::Span<const Plan> plans, int jobs) {
  const size_t count = std::min(static_cast<size_t>(std::max(jobs, 1)),
                                std::max<size_t>(plans.size(), 1));
  std::vector<Share> shares(count);
  for (size_t i = 0; i < count; ++i) {
    const size_t begin = plans.size() * i / count;
    const size_t end = plans.size() * (i + 1) / count;
    shares[i].plans = plans.subspan(begin, end - begin);
  }
  return shares;
}

}  // namespace

absl::StatusOr<Records> RunPlans(const KernelSpec& kernel,
                                 absl::Span<const Plan> plans,
                                 const MachineOptions& options) {
  for (const Plan& plan : plans) {
    const absl::Status status = CheckPlan(plan);
    if (!status.ok()) return status;
  }
  std::vector<Share> shares = Split(plans, options.jobs);
  // Each on a CPU of its own; from here on, so that programs that know nothing
  // of each other spread.
  const int here = std::max(sched_getcpu(), 0);
  std::vector<std::thread> threads;
  for (size_t i = 1; i < shares.size(); ++i) {
    threads.emplace_back([&kernel, &options, &share = shares[i],
                          cpu = here + static_cast<int>(i)] {
      share.records = RunAll(kernel, share.plans, cpu, options);
    });
  }
  shares[0].records = RunAll(kernel, shares[0].plans, here, options);
  for (std::thread& thread : threads) thread.join();
  Records all;
  for (Share& share : shares) {
    if (!share.records.ok()) return share.records.status();
    std::move(share.records->begin(), share.records->end(),
              std::back_inserter(all));
  }
  return all;
}

absl::StatusOr<std::vector<Plan>> SplitPlans(const std::string& text) {
  std::vector<Plan> plans;
  bool open = false;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const bool begins = absl::StartsWith(line, kBegin);
    const bool ends = line == "end";
    if ((begins && open) || (ends && !open)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", line, "' where '", open ? "end" : "scenario", "' is expected"));
    }
    if (begins) {
      plans.push_back({std::string(absl::StripPrefix(line, kBegin)), ""});
      open = true;
    }
    if (open) absl::StrAppend(&plans.back().text, line, "\n");
    if (ends) open = false;
  }
  if (open) return absl::InvalidArgumentError("the last scenario has no 'end'");
  return plans;
}

}  // namespace bindery::conform
