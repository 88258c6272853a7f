// One scenario, ready to be executed: loaded, compiled, with the driver and the
// options that flags and the scenario ask for.
#ifndef BINDERY_TOOLS_BINDERY_SESSION_H_
#define BINDERY_TOOLS_BINDERY_SESSION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/trace.pb.h"
#include "sim/engine/properties.h"
#include "sim/engine/scheduler.h"
#include "sim/engine/simulation.h"
#include "sim/io/scenario_loader.h"
#include "sim/kernel/driver.h"

namespace bindery::tools {

struct Session {
  std::string path;
  std::string text;
  sim::LoadedScenario scenario;
  sim::Driver driver;
  sim::Properties properties;
  sim::SimulationOptions options;

  const std::string& name() const { return scenario.compiled.name; }
};

// The names in --profile; none if it was not given.
std::vector<std::string> ProfilesGiven();

// Loads the scenario in `path` with the flags' options. Errors:
// InvalidArgument with file:line:column lines.
absl::StatusOr<std::unique_ptr<Session>> OpenSession(const std::string& path);

// The same for a text that is in no file.
absl::StatusOr<std::unique_ptr<Session>> OpenText(const std::string& name,
                                                  const std::string& text);

// The open question of --open. Errors: InvalidArgument with the place.
absl::StatusOr<std::unique_ptr<Session>> OpenOpenQuestion();

// The session that a trace was recorded in, from the trace alone.
absl::StatusOr<std::unique_ptr<Session>> OpenTrace(const proto::Trace& trace,
                                                   const std::string& path);

// The driver of the kernel with this version, if no profile is asked for.
absl::StatusOr<sim::Driver> DriverFor(absl::string_view version);

// The schedule that flags ask for: --schedule, --seed, or the scenario's own.
absl::StatusOr<std::unique_ptr<sim::Scheduler>> MakeScheduler();

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_SESSION_H_
