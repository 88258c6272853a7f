// Runs plans (tools/agent/plan.md) on a kernel, by hand:
//
//   run_plans --kernel=uml-7.2 --kernel_dir=DIR FILE...
//
// prints one line for each scenario and the rate; with --records, what the
// agent said, as it said it. Exits with 0 when every scenario ended as `ok`.

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_format.h"
#include "tools/conform/kernel/boot.h"
#include "tools/conform/kernel/kernel_spec.h"
#include "tools/conform/kernel/machine.h"

ABSL_FLAG(std::string, kernel, "",
          "uml-VERSION, VERSION (in QEMU), this, or a path; without it the "
          "newest uml-VERSION-kasan, else the newest uml-VERSION");
ABSL_FLAG(std::string, kernel_dir, "", "the folder with the kernels");
ABSL_FLAG(std::string, device_dir, "", "the folder with the devices, for this");
ABSL_FLAG(int, jobs, 1, "machines that run at once");
ABSL_FLAG(std::string, only, "", "run only the scenario of this name");
ABSL_FLAG(int, repeat, 1, "run every scenario so many times");
ABSL_FLAG(bool, records, false, "print the records of one boot as they are");
ABSL_FLAG(bool, quiet, false, "print only the totals");

namespace bindery::conform {
namespace {

int Fail(const absl::Status& status) {
  std::cerr << "run_plans: " << status.message() << "\n";
  return 2;
}

absl::StatusOr<std::string> ReadFiles(const std::vector<char*>& arguments) {
  std::ostringstream text;
  for (size_t i = 1; i < arguments.size(); ++i) {
    std::ifstream file(arguments[i]);
    if (!file) {
      return absl::NotFoundError(std::string("cannot read ") + arguments[i]);
    }
    text << file.rdbuf();
  }
  return text.str();
}

MachineOptions Options() {
  MachineOptions options;
  options.jobs = absl::GetFlag(FLAGS_jobs);
  options.device_folder = absl::GetFlag(FLAGS_device_dir);
  return options;
}

// The plans that the flags choose.
std::vector<Plan> Choose(const std::vector<Plan>& plans) {
  const std::string only = absl::GetFlag(FLAGS_only);
  std::vector<Plan> chosen;
  for (int i = 0; i < absl::GetFlag(FLAGS_repeat); ++i) {
    for (const Plan& plan : plans) {
      if (only.empty() || plan.name == only) chosen.push_back(plan);
    }
  }
  return chosen;
}

int PrintRecords(const KernelSpec& kernel, const std::vector<Plan>& plans) {
  std::string text;
  for (const Plan& plan : plans) text += plan.text;
  const absl::StatusOr<ChildResult> child = Boot(kernel, text, 0, Options());
  if (!child.ok()) return Fail(child.status());
  std::cout << child->output;
  std::cerr << child->errors;
  return 0;
}

int PrintOutcomes(const std::vector<ScenarioRecord>& records) {
  size_t bad = 0;
  for (const ScenarioRecord& record : records) {
    if (record.outcome != Outcome::kOk) ++bad;
    if (absl::GetFlag(FLAGS_quiet)) continue;
    std::cout << record.name << " " << OutcomeName(record.outcome) << " "
              << record.detail << "\n"
              << record.console;
  }
  std::cout << records.size() << " scenarios, " << bad << " not ok\n";
  return bad == 0 ? 0 : 1;
}

int PrintRun(const KernelSpec& kernel, const std::vector<Plan>& plans) {
  const auto begin = std::chrono::steady_clock::now();
  const auto records = RunPlans(kernel, plans, Options());
  const std::chrono::duration<double> time =
      std::chrono::steady_clock::now() - begin;
  if (!records.ok()) return Fail(records.status());
  const int code = PrintOutcomes(*records);
  std::cout << absl::StreamFormat(
      "%.2f s with boot, %.0f scenarios/s\n", time.count(),
      static_cast<double>(plans.size()) / time.count());
  return code;
}

int Main(const std::vector<char*>& arguments) {
  const auto kernel =
      FindKernel(absl::GetFlag(FLAGS_kernel), absl::GetFlag(FLAGS_kernel_dir));
  if (!kernel.ok()) return Fail(kernel.status());
  if (absl::GetFlag(FLAGS_kernel).empty()) {
    std::cerr << "kernel " << kernel->name << "\n";
  }
  const absl::StatusOr<std::string> text = ReadFiles(arguments);
  if (!text.ok()) return Fail(text.status());
  const absl::StatusOr<std::vector<Plan>> plans = SplitPlans(*text);
  if (!plans.ok()) return Fail(plans.status());
  const std::vector<Plan> chosen = Choose(*plans);
  return absl::GetFlag(FLAGS_records) ? PrintRecords(*kernel, chosen)
                                      : PrintRun(*kernel, chosen);
}

}  // namespace
}  // namespace bindery::conform

int main(int argc, char** argv) {
  return bindery::conform::Main(absl::ParseCommandLine(argc, argv));
}
