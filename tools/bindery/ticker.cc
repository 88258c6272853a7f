#include "tools/bindery/ticker.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "absl/flags/flag.h"
#include "tools/bindery/flags.h"

namespace bindery::tools {

Ticker::Ticker(std::string name)
    : name_(std::move(name)), terminal_(isatty(STDERR_FILENO) != 0) {
  ParseDuration("time_limit", absl::GetFlag(FLAGS_time_limit), &limit_)
      .IgnoreError();
}

Ticker::~Ticker() {
  if (line_open_) std::fprintf(stderr, "\r\033[K");
}

bool Ticker::Tick(const std::function<std::string(double)>& where) {
  const double now = meter_.Seconds();
  if (now - shown_ >= (terminal_ ? 0.5 : 30.0)) {
    shown_ = now;
    std::fprintf(stderr, "%s%s: %.0f s, %s%s", terminal_ ? "\r\033[K" : "",
                 name_.c_str(), now, where(now).c_str(), terminal_ ? "" : "\n");
    line_open_ = terminal_;
  }
  return limit_ == 0 || now < limit_;
}

void Ticker::Say(const std::string& text) {
  if (line_open_) std::fprintf(stderr, "\r\033[K");
  line_open_ = false;
  std::fprintf(stderr, "%s: %s\n", name_.c_str(), text.c_str());
}

}  // namespace bindery::tools
