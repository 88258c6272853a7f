// What the flags say about a search, and its progress on standard error.
#ifndef BINDERY_TOOLS_BINDERY_SEARCH_H_
#define BINDERY_TOOLS_BINDERY_SEARCH_H_

#include <cstdint>
#include <functional>
#include <string>

#include "model/explore/result.h"
#include "model/explore/strategy.h"
#include "proto/report.pb.h"
#include "tools/bindery/meter.h"

namespace bindery::tools {

// Ends long work after --time_limit; shows where it stands: one line that is
// overwritten on a terminal, else one line every 30 s.
class Ticker {
 public:
  explicit Ticker(std::string name);
  ~Ticker();
  // False once the time is up. `where` says where the work stands, when that
  // is to be shown.
  bool Tick(const std::function<std::string()>& where);

 private:
  const std::string name_;
  const Meter meter_;
  double limit_ = 0;
  double shown_ = 0;
  const bool terminal_;
  bool line_open_ = false;
};

// Limits of the scenario (0: none), overridden by flags.
void SetSearchOptions(uint64_t max_states, uint64_t max_depth, Ticker* ticker,
                      model::ExploreOptions* options);
model::Strategy SearchStrategy();
void FillCounts(const model::ExploreResult& found, proto::Result* result);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_SEARCH_H_
