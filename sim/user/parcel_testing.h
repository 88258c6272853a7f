// Scenarios of one call, for tests of parcels.
#ifndef BINDERY_SIM_USER_PARCEL_TESTING_H_
#define BINDERY_SIM_USER_PARCEL_TESTING_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/user/test_run.h"

namespace bindery::sim {

// A client that sends a parcel, and a server with these handlers.
inline std::string Call(const std::string& parcel, const std::string& on,
                        const std::string& expect = "") {
  return absl::StrCat(
      "process { name: \"server\" node { name: \"s\" } ",
      "attach { device: \"hwbinder\" context_manager: true } ",
      "thread { name: \"main\" step { serve {} } ", on, " } }\n",
      "process { name: \"client\" attach { device: \"hwbinder\" } ",
      "node { name: \"n\" } node { name: \"m\" flags: 0x1000 } ",
      "file { name: \"f\" } thread { name: \"main\" ",
      "step { call { to { number: 0 } code: 1 parcel { ", parcel, " } } ",
      expect, " } } }");
}

// The other way round: a server that replies with a parcel, which may hold
// descriptors, and a client that expects one.
inline std::string Reply(const std::string& parcel,
                         const std::string& expected) {
  return absl::StrCat(
      "process { name: \"server\" node { name: \"n\" } file { name: \"f\" } ",
      "attach { device: \"hwbinder\" context_manager: true } ",
      "thread { name: \"main\" step { serve {} } on { br: BR_TRANSACTION ",
      "step { reply { parcel { ", parcel, " } } } } } }\n",
      "process { name: \"client\" attach { device: \"hwbinder\" } ",
      "thread { name: \"main\" step { call { to { number: 0 } parcel {} } ",
      "expect { parcel { ", expected, " } } } } }");
}

// Problems of the run, or what is left to do, or "".
inline std::string Outcome(const std::string& scenario) {
  TestRun run(MustLoad(scenario));
  if (!run.Run()) return "endless";
  if (!run.problems().empty()) return absl::StrJoin(run.problems(), "\n");
  return run.Unfinished();
}

inline std::string On(const std::string& parcel,
                      const std::string& steps = "") {
  return absl::StrCat("on { br: BR_TRANSACTION parcel { ", parcel, " } ", steps,
                      " }");
}

inline constexpr char kHidl[] = "style: LIBHWBINDER ";

inline std::string Hidl(const std::string& value) {
  return absl::StrCat(kHidl, "value { ", value, " }");
}

// A parcel that is sent, one that is expected, and what a message says of it.
struct ParcelCase {
  const char* sent;
  const char* expected;
  const char* message;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_PARCEL_TESTING_H_
