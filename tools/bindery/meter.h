// What a piece of work took: elapsed and processor time, memory. The only place
// that looks at a clock.
#ifndef BINDERY_TOOLS_BINDERY_METER_H_
#define BINDERY_TOOLS_BINDERY_METER_H_

#include <cstdint>

#include "proto/report.pb.h"

namespace bindery::tools {

class Meter {
 public:
  Meter();
  double Seconds() const;     // elapsed
  double CpuSeconds() const;  // user and system
  // Largest resident set so far, in bytes.
  static uint64_t PeakRss();
  // Fills seconds, cpu_seconds, peak_rss_bytes and bytes_per_state.
  void Fill(proto::Result* result) const;

 private:
  double start_;
  double cpu_start_;
  uint64_t rss_start_;
};

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_METER_H_
