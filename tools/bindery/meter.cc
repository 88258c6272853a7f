#include "tools/bindery/meter.h"

#include <sys/resource.h>
#include <time.h>

namespace bindery::tools {
namespace {

double Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * now.tv_nsec;
}

double ToSeconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + 1e-6 * t.tv_usec;
}

double Cpu() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return ToSeconds(usage.ru_utime) + ToSeconds(usage.ru_stime);
}

}  // namespace

Meter::Meter() : start_(Now()), cpu_start_(Cpu()), rss_start_(PeakRss()) {}

double Meter::Seconds() const { return Now() - start_; }
double Meter::CpuSeconds() const { return Cpu() - cpu_start_; }

uint64_t Meter::PeakRss() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

void Meter::Fill(proto::Result* result) const {
  result->set_seconds(Seconds());
  result->set_cpu_seconds(CpuSeconds());
  const uint64_t peak = PeakRss();
  result->set_peak_rss_bytes(peak);
  if (result->states() != 0) {
    result->set_bytes_per_state(static_cast<double>(peak - rss_start_) /
                                static_cast<double>(result->states()));
  }
}

}  // namespace bindery::tools
