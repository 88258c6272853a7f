// Declarations: what they are written out as, and that it behaves.
#include "sim/user/expand.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "sim/user/test_run.h"

namespace bindery::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kClock[] = R"(
interface {
  name: "IClock"
  method { name: "now" result { i64: 12 } }
  method { name: "watch" argument { binder: "watcher" } }
}
interface {
  name: "IWatcher"
  method { name: "tick" one_way: true argument { i32: 5 } }
}
process { name: "sm" service_manager {} }
)";
constexpr char kServer[] = R"(
process {
  name: "server"
  libbinder { max_threads: 1 }
  object {
    name: "clock_object"
    interface: "IClock"
    service: "clock"
    method {
      name: "watch"
      step {
        invoke { object: "watcher" interface: "IWatcher" method: "tick" }
      }
    }
  }
}
)";

proto::Scenario Expanded(const std::string& text) {
  proto::Scenario scenario;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &scenario));
  proto::Scenario expanded;
  Origins origins;
  Errors errors("test.textproto");
  Expand({scenario, nullptr, Place{}}, &errors, &expanded, &origins);
  EXPECT_TRUE(errors.empty()) << errors.ToStatus();
  return expanded;
}

// Runs with this order; the problems, or what is left to do, or "".
std::string Outcome(const std::string& text, uint64_t seed) {
  TestRun run(MustLoad(text), seed);
  if (!run.Run()) return "endless";
  if (!run.problems().empty()) return absl::StrJoin(run.problems(), "\n");
  return run.Unfinished();
}

// In any of many orders.
void ExpectPasses(const std::string& text) {
  for (uint64_t seed = 0; seed <= 60; ++seed) {
    ASSERT_EQ(Outcome(text, seed), "") << "seed " << seed;
  }
}

std::string Client(const std::string& steps, const std::string& more = "") {
  return absl::StrCat(
      "process { name: \"client\" libbinder { start_thread_pool: true } ", more,
      " thread { name: \"main\" ", steps, " } }\n");
}

// The strong and weak count of the process's reference to a node with a cookie;
// -1: it has none.
struct Counts {
  int64_t strong = -1;
  int64_t weak = -1;
};
Counts CountsOf(TestRun& run, uint32_t process, uint64_t node) {
  Counts counts;
  const World& w = run.world();
  w.ForEach<RefRow>([&](RefId, const RefRow& ref) {
    if (w.Peek(w.Peek(ref.proc).process).index != process) return;
    if (w.Peek(ref.node).ptr != node) return;
    counts = {static_cast<int64_t>(ref.strong), static_cast<int64_t>(ref.weak)};
  });
  return counts;
}

TEST(ExpandTest, ScenariosWithoutDeclarationsAreLeftAlone) {
  proto::Scenario scenario;
  scenario.add_process()->add_thread()->add_step()->mutable_stop();
  EXPECT_FALSE(NeedsExpansion(scenario));
  scenario.mutable_process(0)->add_on()->add_step()->set_get_service("a");
  EXPECT_TRUE(NeedsExpansion(scenario));
}

TEST(ExpandTest, LibbinderIsADeviceAndThreads) {
  const proto::Scenario scenario = Expanded(absl::StrCat(kClock, kServer));
  const proto::Process& server = scenario.process(1);
  EXPECT_EQ(server.attach().max_threads(), 1u);
  EXPECT_EQ(server.node(0).name(), "clock_object");
  ASSERT_EQ(server.thread_size(), 2);
  EXPECT_EQ(server.thread(0).name(), "main");
  EXPECT_EQ(server.thread(0).step(0).call().code(), 3u);
  EXPECT_TRUE(server.thread(0).step(1).flush().if_queued());
  EXPECT_TRUE(server.thread(0).step(2).has_serve());
  EXPECT_EQ(server.thread(1).name(), "pool1");
  EXPECT_TRUE(server.thread(1).pool());
  ASSERT_EQ(server.on_size(), 2);
  EXPECT_EQ(server.on(1).code(), 2u);
  EXPECT_TRUE(server.on(1).parcel().value(0).proxy());
}

TEST(ExpandTest, WhatIsWrittenKeepsItsPlace) {
  const std::string text = absl::StrCat(
      kClock, kServer,
      Client("\n\nstep { repeat { times: 1\n step { get_service: \"clock\" }\n"
             "step { call { to { name: \"clok\" } } } } }"));
  // Two lines behind the client's first, and two behind the repeat's.
  int line = 1;
  for (const char c : absl::StrCat(kClock, kServer)) line += c == '\n' ? 1 : 0;
  EXPECT_THAT(LoadError(text),
              StartsWith(absl::StrCat("test.textproto:", line + 4, ":")));
  EXPECT_THAT(LoadError(text), HasSubstr("did you mean \"clock\"?"));
}

TEST(ExpandTest, ServicesAreFoundAndCalled) {
  ExpectPasses(absl::StrCat(
      kClock, kServer,
      Client("step { wait_for_service: \"clock\" }"
             "step { invoke { service: \"clock\" method: \"now\" } }"
             "step { call { to { service: \"clock\" } code: 1 parcel { "
             "interface: \"IClock\" } } expect { parcel { value { status {} } "
             "value { i64: 12 } } } }")));
}

TEST(ExpandTest, ListenersAreCalledBack) {
  ExpectPasses(absl::StrCat(
      kClock, kServer,
      Client("step { wait_for_service: \"clock\" }"
             "step { invoke { service: \"clock\" method: \"watch\" } }"
             "step { await: \"ticked\" }",
             "object { name: \"watcher\" interface: \"IWatcher\" "
             "method { name: \"tick\" step { post: \"ticked\" } } }")));
}

// The second look-up must not be one.
TEST(ExpandTest, NamesAreLookedUpOnce) {
  const std::string text = absl::StrCat(
      kClock, kServer,
      Client("step { wait_for_service: \"clock\" } "
             "step { repeat { times: 3 step { get_service: \"clock\" } } }"));
  TestRun once(MustLoad(absl::StrCat(
      kClock, kServer, Client("step { wait_for_service: \"clock\" }"))));
  TestRun often(MustLoad(text));
  EXPECT_TRUE(once.Run());
  EXPECT_TRUE(often.Run());
  EXPECT_EQ(once.steps(), often.steps());
}

// A server that registers one object under two names, and a client that finds
// both, lets `forget` go, and writes what is queued.
std::string TwoNames(const std::string& forget) {
  return absl::StrCat(
      kClock,
      "process { name: \"server\" libbinder {} object { name: \"o\" } "
      "thread { name: \"main\" "
      "step { add_service { service: \"a\" object: \"o\" } } "
      "step { add_service { service: \"b\" object: \"o\" } } "
      "step { post: \"up\" } step { serve {} } } }",
      Client(absl::StrCat("step { await: \"up\" } step { get_service: \"a\" } "
                          "step { get_service: \"b\" } ",
                          forget, "step { flush {} }")));
}

TEST(ExpandTest, AProxyHasOneReferenceForAllItsNames) {
  const std::string forget_a = "step { forget { name: \"a\" } } ";
  const std::string forget_all = "step { forget { name: \"a\" all: true } } ";
  const auto client = [](const std::string& forget) {
    TestRun run(MustLoad(TwoNames(forget)));
    EXPECT_TRUE(run.Run());
    EXPECT_EQ(run.Unfinished(), "");
    EXPECT_EQ(CountsOf(run, 1, 0x1000).strong, 1);
    EXPECT_EQ(CountsOf(run, 1, 0x1000).weak, 1);
    return CountsOf(run, 3, 0x1000);
  };
  EXPECT_EQ(client("").strong, 1);
  EXPECT_EQ(client("").weak, 1);
  EXPECT_EQ(client(forget_a).strong, 1);
  EXPECT_EQ(client(forget_a).weak, 1);
  EXPECT_EQ(client(forget_all).strong, -1);
}

// Behind the end of this client nothing is left of the server.
constexpr char kKills[] =
    "step { wait_for_service: \"clock\" } step { link_to_death: \"clock\" } "
    "step { kill { process: \"server\" } } step { await: \"mourned\" } ";
constexpr char kMourns[] =
    "on { br: BR_DEAD_BINDER proxy: \"clock\" "
    "step { forget { name: \"clock\" } } step { post: \"mourned\" } }";

TEST(ExpandTest, TheDeadAreForgotten) {
  const std::string text =
      absl::StrCat(kClock, kServer, Client(kKills, kMourns));
  for (uint64_t seed = 0; seed <= 60; ++seed) {
    TestRun run(MustLoad(text), seed);
    ASSERT_TRUE(run.Run());
    EXPECT_EQ(run.Unfinished(), "") << "seed " << seed;
    EXPECT_THAT(run.problems(), IsEmpty()) << "seed " << seed;
    EXPECT_EQ(CountsOf(run, 1, 0x1000).weak, -1) << "seed " << seed;
    EXPECT_EQ(CountsOf(run, 3, 0x1000).weak, -1) << "seed " << seed;
  }
}

TEST(ExpandTest, WhoComesBackIsFound) {
  ExpectPasses(absl::StrCat(
      kClock, kServer,
      Client(absl::StrCat(kKills,
                          "step { await: \"again\" } step { invoke { service: "
                          "\"clock\" method: \"now\" } }"),
             kMourns),
      "process { name: \"next\" libbinder {} object { name: \"next_clock\" "
      "interface: \"IClock\" service: \"clock\" } thread { name: \"main\" "
      "step { await: \"mourned\" } step { add_service { service: \"clock\" } } "
      "step { post: \"again\" } step { serve {} } } }"));
}

TEST(ExpandTest, HwbinderHasAManagerOfItsOwn) {
  ExpectPasses(R"(
    interface {
      name: "a@1.0::I"
      method { name: "m" argument { hidl_string: "x" } result { bool: true } }
    }
    process { name: "hwsm" service_manager { device: "hwbinder" } }
    process {
      name: "hal"
      libbinder { device: "hwbinder" }
      object { name: "o" interface: "a@1.0::I" service: "a@1.0::I/default" }
    }
    process {
      name: "client"
      libbinder { device: "hwbinder" start_thread_pool: true }
      thread {
        name: "main"
        step { wait_for_service: "a@1.0::I/default" }
        step { invoke { service: "a@1.0::I/default" method: "m" } }
        step { list_services { service: "a@1.0::I/default" } }
      }
    })");
}

TEST(ExpandTest, VendorsParcelsAreNotTheSystems) {
  const std::string text = R"(
    process {
      name: "sm"
      service_manager { device: "vndbinder" known_service: "a" }
    }
    process {
      name: "p"
      libbinder { device: "vndbinder" }
      object { name: "o" }
      thread {
        name: "main"
        step { add_service { service: "a" object: "o" } }
        step {
          call {
            to { number: 0 } code: 2
            parcel { interface: "android.os.IServiceManager"
                     value { string16: "a" } }
          }
        }
      }
    })";
  EXPECT_THAT(Outcome(text, 0), HasSubstr("headers of the interface token"));
}

// The manager's node makes the driver tell it who calls.
TEST(ExpandTest, ManagersKnowSecurityContexts) {
  ExpectPasses(R"(
    process {
      name: "sm"
      security_context: "u:r:sm"
      service_manager {
        allow { action: ADD service: "a" security_context: "u:r:system" }
        allow { action: FIND service: "a" security_context: "u:r:system" }
        allow { action: LIST uid: 7 security_context: "u:r:system" }
      }
    }
    process {
      name: "system"
      security_context: "u:r:system"
      libbinder {}
      object { name: "o" service: "a" }
      thread {
        name: "main"
        step { list_services {} }
        step { add_service { service: "a" } }
        step { list_services { service: "a" } }
        step { post: "up" }
        step { serve {} }
      }
    }
    process {
      name: "app"
      security_context: "u:r:app"
      libbinder {}
      object { name: "fake" }
      thread {
        name: "main"
        step { await: "up" }
        step {
          get_service: "a"
          expect { parcel { value { status {} } value { null: NULL_BINDER } } }
        }
        step {
          add_service { service: "a" object: "fake" }
          expect {
            parcel {
              value { status { exception: -1 message: "SELinux denied." } }
            }
          }
        }
        step {
          list_services {}
          expect {
            parcel {
              value { status { exception: -1 message: "SELinux denied." } }
            }
          }
        }
      }
    })");
}

struct Mistake {
  const char* description;
  const char* text;
  const char* message;
};

const Mistake kMistakes[] = {
    {"an unknown method",
     "interface { name: \"I\" method { name: \"m\" } } "
     "process { name: \"p\" attach { context_manager: true } "
     "object { name: \"o\" interface: \"I\" method { name: \"other\" } } "
     "thread { name: \"t\" step { serve {} } } }",
     "has no method \"other\"; known: m"},
    {"an unknown interface",
     "process { name: \"p\" attach {} object { name: \"o\" interface: \"I\" } "
     "thread { name: \"t\" step { serve {} } } }",
     "there is no interface \"I\""},
    {"nobody to ask",
     "process { name: \"p\" attach {} "
     "thread { name: \"t\" step { get_service: \"a\" } } }",
     "nobody is the service manager of binder"},
    {"a HIDL service without an instance",
     "process { name: \"p\" attach { device: \"hwbinder\" } "
     "thread { name: \"t\" step { get_service: \"a\" } } }",
     "has an interface and an instance"},
    {"a call to itself",
     "process { name: \"sm\" service_manager {} } "
     "process { name: \"p\" libbinder {} object { name: \"o\" service: \"a\" } "
     "thread { name: \"t\" step { get_service: \"a\" } } }",
     "is a service of this process itself"},
    {"two ways to attach", "process { name: \"p\" attach {} libbinder {} }",
     "remove attach"},
    {"an object of nobody",
     "process { name: \"sm\" service_manager {} } process { name: \"p\" "
     "libbinder {} thread { name: \"t\" step { add_service { service: \"a\" } "
     "} } }",
     "no object of this process is declared"},
    {"two conditions",
     "process { name: \"p\" attach {} thread { name: \"t\" "
     "step { if_bound: \"a\" unless_bound: \"a\" stop {} } } }",
     "one condition"},
    {"same in a reply",
     "process { name: \"p\" attach {} thread { name: \"t\" step { call { to { "
     "number: 0 } } expect { parcel { value { binder: \"a\" same: true } } } } "
     "} }",
     "only a handler"},
    {"a proxy of a transaction",
     "process { name: \"p\" attach {} thread { name: \"t\" step { call { to { "
     "number: 0 } } expect { parcel { value { binder: \"a\" } } } } "
     "on { br: BR_TRANSACTION proxy: \"a\" } } }",
     "proxy needs br: BR_DEAD_BINDER"},
    {"a rule of lists about a service",
     "process { name: \"sm\" service_manager { allow { action: LIST service: "
     "\"a\" uid: 1 } } }",
     "a list is of all services"},
};

TEST(ExpandTest, MistakesAreExplained) {
  for (const Mistake& mistake : kMistakes) {
    EXPECT_THAT(LoadError(mistake.text), HasSubstr(mistake.message))
        << mistake.description;
  }
}

TEST(ExpandTest, LinkingNeedsAProxy) {
  EXPECT_THAT(
      Outcome("process { name: \"p\" attach { context_manager: true } "
              "thread { name: \"main\" step { serve { count: 1 } } "
              "step { link_to_death: \"h\" } "
              "on { br: BR_TRANSACTION bind { object: 0 name: \"h\" } } } } "
              "process { name: \"q\" attach {} node { name: \"n\" } "
              "thread { name: \"main\" step { call { to { number: 0 } "
              "item { binder: \"n\" } } } step { serve {} } } }",
              0),
      HasSubstr("\"h\" holds no proxy"));
}

}  // namespace
}  // namespace bindery::sim
