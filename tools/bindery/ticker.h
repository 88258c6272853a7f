// The progress of long work, on standard error.
#ifndef BINDERY_TOOLS_BINDERY_TICKER_H_
#define BINDERY_TOOLS_BINDERY_TICKER_H_

#include <functional>
#include <string>

#include "tools/bindery/meter.h"

namespace bindery::tools {

// Ends long work after --time_limit; shows where it stands: one line that is
// overwritten on a terminal, else one line every 30 s.
class Ticker {
 public:
  explicit Ticker(std::string name);
  ~Ticker();
  // False once the time is up. `where` says where the work stands, when that
  // is to be shown, after so many seconds.
  bool Tick(const std::function<std::string(double)>& where);
  // A line of its own.
  void Say(const std::string& text);

 private:
  const std::string name_;
  const Meter meter_;
  double limit_ = 0;
  double shown_ = 0;
  const bool terminal_;
  bool line_open_ = false;
};

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_TICKER_H_
