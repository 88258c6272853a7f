// bindery bench spin: BRM-1 by SPIN and by the checker, one after the other.
#ifndef BINDERY_TOOLS_BINDERY_BENCH_SPIN_H_
#define BINDERY_TOOLS_BINDERY_BENCH_SPIN_H_

#include "absl/status/status.h"
#include "proto/report.pb.h"

namespace bindery::tools {

// Runs both on --params, each in a process of its own: the checker with
// fingerprints and exactly, by one thread and --strategy; SPIN, which must be
// installed, on BrmPromela() with the settings that were found fastest and a
// hash table of the right size. Fails if the counts differ. Figures are per
// processor second of a whole process, compilation excluded, and bytes of its
// peak resident memory. Errors: what could not be run.
absl::Status BenchSpin(proto::Result* result);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_BENCH_SPIN_H_
