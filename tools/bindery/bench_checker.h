// bindery bench checker: the checker's figures, one after the other in one
// call.
#ifndef BINDERY_TOOLS_BINDERY_BENCH_CHECKER_H_
#define BINDERY_TOOLS_BINDERY_BENCH_CHECKER_H_

#include <functional>

#include "absl/status/status.h"
#include "proto/report.pb.h"

namespace bindery::tools {

// What `bench NAME` does with the flags in force.
using Benchmark = std::function<absl::Status(proto::Result*)>;

struct CheckerBenchmarks {
  Benchmark brm;
  Benchmark explore;
  Benchmark two_clients;
  Benchmark four_clients;
  Benchmark two_pairs;
  Benchmark open_question;
  Benchmark spin;
};

// Each in a process of its own: BRM-1 of the known sizes exactly, and D3 by
// symmetry, too, whose counts must be those that others found, else the verdict
// is "mismatch"; size C beside SPIN; size C and the driver by one
// thread and by two; the driver at both granularities, on --max_states states
// (default 5,000,000); two clients at lock granularity with and without partial
// order, four clients with and without symmetry, all their states. With --full,
// which takes half an hour and 6 GB: two pairs of clients at lock granularity
// with and without partial order, and all of an open question of six commands,
// by two threads. Figures of two runs are ratios ("times_one_thread", of
// elapsed time; "times_fewer_states", "times_less_cpu"). Errors: what could not
// be run.
absl::Status BenchChecker(const CheckerBenchmarks& benchmarks,
                          proto::Report* report);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_BENCH_CHECKER_H_
