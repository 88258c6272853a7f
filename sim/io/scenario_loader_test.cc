#include "sim/io/scenario_loader.h"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/user/test_run.h"

namespace bindery::sim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kGood[] = R"pb(
  process {
    name: "server"
    attach { context_manager: true }
    node { name: "service" }
    thread {
      name: "main"
      step { serve {} }
      on {
        br: BR_TRANSACTION
        code: 1
        bind { object: 0 name: "callback" acquire: true }
        step {
          call {
            to { name: "callback" }
            code: 2
            one_way: true
          }
        }
        step {
          reply {
            item { text: "done" }
            item { binder: "service" }
          }
        }
      }
    }
  }
  process {
    name: "client"
    attach { max_threads: 1 }
    node { name: "listener" ptr: 0x10 cookie: 0x20 }
    thread {
      name: "main"
      step {
        call {
          to { number: 0 }
          code: 1
          item { binder: "listener" }
        }
        expect { br: BR_REPLY text: "done" }
        expect { br: BR_DEAD_REPLY }
      }
    }
    thread {
      name: "pool"
      pool: true
      step { serve {} }
    }
    on { br: BR_TRANSACTION code: 2 }
  }
  process {
    name: "raw"
    thread {
      name: "main"
      step { open { nonblock: true } }
      step { mmap { size: 4096 } }
      step {
        write_read {
          write { enter_looper {} }
          write { raw: "\x0c\x63\0\0" }
          read_size: 128
        }
        expect { error: "EAGAIN" }
      }
      step { close {} }
    }
  }
  always { name: "few" expr: "count(node) <= 3" }
  budget { kill: "server" }
  schedule { actor: "client.main" steps: 2 }
  schedule { actor: "kworker" }
)pb";

TEST(ScenarioLoaderTest, LoadsAGoodScenario) {
  const auto loaded = LoadScenario(kGood, "dir/good.textproto");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const CompiledScenario& scenario = loaded->compiled;
  EXPECT_EQ(scenario.name, "good");
  EXPECT_EQ(scenario.profile, "c-7.2");
  ASSERT_EQ(scenario.tasks.size(), 4u);
  EXPECT_EQ(scenario.ActorName(2), "client.main");
  EXPECT_EQ(scenario.ActorName(5), "kworker");
  EXPECT_EQ(scenario.ActorName(6), "environment");
  ASSERT_EQ(scenario.schedule.size(), 2u);
  EXPECT_EQ(scenario.schedule[0].actor, 2u);
  EXPECT_EQ(scenario.schedule[1].actor, 5u);
  EXPECT_EQ(scenario.budget.kill, std::vector<uint32_t>{1});
  EXPECT_EQ(scenario.text, kGood);
}

// A mistake, where it is reported, and what the message must say.
struct Mistake {
  const char* what;
  const char* text;
  const char* place;  // "line:column"
  const char* message;
};

// `steps` of the thread of a process that is attached.
#define IN_THREAD(steps) \
  "process { name: \"p\" attach {} thread { name: \"t\"\n" steps "\n} }"

const Mistake kMistakes[] = {
    {"unknown field", "process { nane: \"x\" }", "1:15",
     "did you mean \"name\"?"},
    {"unknown enum value", IN_THREAD("on { br: BR_TRANSACTIN }"), "2:24",
     "did you mean \"BR_TRANSACTION\"?"},
    {"number out of range", "process { uid: 4294967296 }", "1:16",
     "out of range"},
    {"unclosed brace", "process {", "1:10", ""},
    {"no process", "", "1:1", "has no process"},
    {"no thread", "process { name: \"p\" }", "1:1", "has no thread"},
    {"process without a name",
     "process { thread { name: \"t\" step { post: \"e\" } } }", "1:1",
     "has no name"},
    {"name with a dot",
     "process { name: \"a.b\" thread { name: \"t\" step { stop {} } } }", "1:1",
     "join names with dots"},
    {"two processes of one name",
     "process { name: \"p\" thread { name: \"t\" step { stop {} } } }\n"
     "process { name: \"p\" thread { name: \"t\" step { stop {} } } }",
     "2:11", "already"},
    {"two threads of one name",
     IN_THREAD("step { stop {} } }\nthread { name: \"t\" step { stop {} }"),
     "3:10", "already"},
    {"device that exists",
     "device { name: \"hwbinder\" }\n" IN_THREAD("step { stop {} }"), "1:1",
     "always exist"},
    {"unknown profile", "profile: \"c-7.3\"\n" IN_THREAD("step { stop {} }"),
     "1:1", "no kernel profile"},
    {"empty step", IN_THREAD("step {}"), "2:1", "does nothing"},
    {"unknown device", IN_THREAD("step { open { device: \"bindr\" } }"), "2:15",
     "did you mean \"binder\"?"},
    {"unknown descriptor", IN_THREAD("step { close { fd: \"x\" } }"), "2:16",
     "no descriptor \"x\""},
    {"no device at all",
     "process { name: \"p\" thread { name: \"t\"\nstep { serve {} } } }", "2:8",
     "attach {}"},
    {"unknown handle", IN_THREAD("step { call { to { name: \"service\" } } }"),
     "2:20", "no handle \"service\""},
    {"handle without a name", IN_THREAD("step { call { to {} } }"), "2:15",
     "which handle"},
    {"call without a target", IN_THREAD("step { call { code: 1 } }"), "2:8",
     "needs a target"},
    {"TF_ONE_WAY in flags",
     IN_THREAD("step { call { to { number: 0 } flags: 1 } }"), "2:32",
     "one_way: true"},
    {"unknown node",
     IN_THREAD("step { call { to { number: 0 } item { binder: \"n\" } } }"),
     "2:39", "no node \"n\""},
    {"node of another process",
     "process { name: \"q\" node { name: \"n\" }\n"
     " thread { name: \"t\" step { stop {} } } }\n" IN_THREAD(
         "step { call { to { number: 0 } item { binder: \"n\" } } }"),
     "4:39", "belongs to process \"q\""},
    {"reply outside a handler", IN_THREAD("step { reply {} }"), "2:1",
     "outside a handler"},
    {"reply in a handler of another word",
     IN_THREAD("step { serve {} }\non { br: BR_DEAD_BINDER\n"
               "step { reply {} } }"),
     "4:1", "another word"},
    {"reply with a target",
     IN_THREAD("step { serve {} } on { br: BR_TRANSACTION\n"
               "step { reply { to { number: 0 } } } }"),
     "3:16", "whoever called"},
    {"serve in a handler",
     IN_THREAD("step { serve {} }\non { br: BR_TRANSACTION\n"
               "step { serve {} } }"),
     "4:1", "serves already"},
    {"handler that cannot run",
     IN_THREAD("step { post: \"e\" }\non { br: BR_TRANSACTION }"), "3:1",
     "never run"},
    {"handler of no word", IN_THREAD("step { serve {} }\non { code: 1 }"),
     "3:1", "for which word"},
    {"text in a handler of a death",
     IN_THREAD("step { serve {} }\non { br: BR_DEAD_BINDER text: \"x\" }"),
     "3:1", "only a transaction"},
    {"serve and raw reads in one thread",
     IN_THREAD("step { write_read { read_size: 128 } }\nstep { serve {} }"),
     "1:31", "mixes"},
    {"serve on a non-blocking device",
     "process { name: \"p\" attach { nonblock: true }\n"
     " thread { name: \"t\" step { serve {} } } }",
     "2:28", "nonblock"},
    {"step after serve for ever",
     IN_THREAD("step { serve {} }\nstep { post: \"e\" }"), "3:1",
     "never reached"},
    {"nobody posts", IN_THREAD("step { await: \"e\" }"), "2:8",
     "nothing posts"},
    {"kill of nobody", IN_THREAD("step { kill { process: \"x\" } }"), "2:15",
     "no process \"x\""},
    {"signal to nobody", IN_THREAD("step { signal { thread: \"p.x\" } }"),
     "2:17", "there is no thread \"p.x\""},
    {"overwriting nothing",
     IN_THREAD("step { overwrite { thread: \"p.t\" at: 8 } }"), "2:8",
     "nothing is written"},
    {"overwriting what nobody sends",
     IN_THREAD("step { overwrite { thread: \"p.x\" u32: 1 } }"), "2:20",
     "there is no thread \"p.x\""},
    {"overwriting another process",
     "process { name: \"q\" thread { name: \"u\" step { stop {} } } "
     "}\n" IN_THREAD("step { overwrite { thread: \"q.u\" u32: 1 } }"),
     "3:20", "of another process"},
    {"kill of itself", IN_THREAD("step { kill { process: \"p\" } }"), "2:15",
     "use exit"},
    {"no rounds", IN_THREAD("step { repeat { step { post: \"e\" } } }"), "2:8",
     "times is 0"},
    {"nothing to repeat", IN_THREAD("step { repeat { times: 2 } }"), "2:8",
     "nothing to repeat"},
    {"odd mapping", IN_THREAD("step { mmap { size: 100 } }"), "2:15",
     "multiple of 4096"},
    {"ioctl of nothing", IN_THREAD("step { ioctl {} }"), "2:8",
     "which request"},
    {"an argument nowhere and read-only",
     IN_THREAD("step { ioctl { version {} null_argument: true\n"
               "readonly_argument: true } }"),
     "3:1", "keep null_argument or readonly_argument"},
    {"node info of no handle",
     IN_THREAD("step { ioctl { get_node_info_for_ref {} } }"), "2:16",
     "which handle?"},
    {"fork of no child",
     IN_THREAD("step { fork { process: \"q\" } }\n} }\n"
               "process { name: \"q\" thread { name: \"u\""),
     "2:15", "not declared as a child of this process"},
    {"a child with a device of its own",
     IN_THREAD("step { fork { process: \"q\" } }\n} }\n"
               "process { name: \"q\" forked_from: \"p\"\n"
               "attach {} thread { name: \"u\""),
     "5:1", "a forked process has this from its parent; remove attach"},
    {"a child before its parent",
     "process { name: \"q\" forked_from: \"p\" }\n"
     "process { name: \"p\" }",
     "1:21", "there is no process \"p\""},
    {"epoll_ctl of nothing",
     IN_THREAD("step { epoll_create {} }\nstep { epoll_ctl {} }"), "3:8",
     "does not say what is done"},
    {"epoll_ctl of unknown events",
     IN_THREAD("step { epoll_create {} }\n"
               "step { epoll_ctl { add {}\nevents: 2 } }"),
     "4:1", "does not know all of these events"},
    {"an instance that watches itself",
     IN_THREAD("step { epoll_create {} }\n"
               "step { epoll_ctl { fd: \"epoll_fd\" add {} } }"),
     "3:8", "does not watch itself"},
    {"too many events at once",
     IN_THREAD("step { epoll_create {} }\n"
               "step { epoll_wait { max_events: 5 } }"),
     "3:21", "at most 4 events"},
    {"read of no descriptor", IN_THREAD("step { read_fd {} }"), "2:8",
     "does not say which descriptor"},
    {"read of too much",
     IN_THREAD(
         "step { memfd {} }\nstep { read_fd { fd: \"memfd\" size: 4097 } }"),
     "3:30", "at most 4096, not 4097"},
    {"a place too far",
     IN_THREAD("step { memfd {} }\nstep { seek { fd: \"memfd\" to: 5000 } }"),
     "3:27", "at most 4096, not 5000"},
    {"what a log says",
     IN_THREAD("step { read { at: \"a\" name: \"binder_logs/state\" }\n"
               "expect { text: \"binder state:\" } }"),
     "3:10", "let conform compare the text"},
    {"ready after a close",
     IN_THREAD("step { close {} expect { ready: \"binder_fd\" } }"), "2:26",
     "ready is a result of epoll_wait"},
    {"freeze by number", IN_THREAD("step { ioctl { number: 0x400c620e } }"),
     "2:16", "this is BINDER_FREEZE; use freeze"},
    {"freeze of whom", IN_THREAD("step { ioctl { freeze {} } }"), "2:16",
     "does not say whose"},
    {"freeze of nobody known",
     IN_THREAD("step { ioctl { freeze { process: \"x\" } } }"), "2:25",
     "there is no process \"x\""},
    {"unfreezing that waits",
     IN_THREAD("step { ioctl { freeze { nobody {}\ntimeout_ms: 1 } } }"), "3:1",
     "unfreezing does not wait"},
    {"frozen info of a version",
     IN_THREAD(
         "step { ioctl { version {} }\nexpect { value: 8 sync_recv: 1 } }"),
     "3:1", "keep one kind"},
    {"is_frozen of a death",
     IN_THREAD("step { serve {} }\non { br: BR_DEAD_BINDER is_frozen: true }"),
     "3:25", "needs br: BR_FROZEN_BINDER"},
    {"since never", "since: \"5.4\"\nprocess { name: \"p\" }", "1:1",
     "there is no kernel profile"},
    {"write_read as ioctl", IN_THREAD("step { ioctl { number: 0xc0306201 } }"),
     "2:16", "write_read"},
    {"empty command", IN_THREAD("step { queue { command {} } }"), "2:16",
     "command is empty"},
    {"command after cut bytes",
     IN_THREAD("step { queue { command { raw: \"x\" }\n"
               "command { enter_looper {} } } }"),
     "3:1", "cut short must come last"},
    {"write_consumed inside a command",
     IN_THREAD("step { write_read { write { enter_looper {} }\n"
               "write_consumed: 3 } }"),
     "3:1", "not at the end"},
    {"nothing to append to",
     IN_THREAD("step { write_read { append_returns: true } }"), "2:21",
     "no words to append"},
    {"expectation of a post",
     IN_THREAD("step { post: \"e\" expect { ret: 0 } }"), "2:18", "no result"},
    {"errno of a call",
     IN_THREAD("step { call { to { number: 0 } }\n"
               "expect { error: \"EINVAL\" } }"),
     "3:10", "system calls"},
    {"words of an ioctl",
     IN_THREAD("step { ioctl { version {} }\n"
               "expect { returns { br: BR_NOOP } } }"),
     "3:10", "write_read"},
    {"unknown errno",
     IN_THREAD("step { ioctl { version {} } expect { error: \"EINVA\" } }"),
     "2:38", "did you mean \"EINVAL\"?"},
    {"errno of a success",
     IN_THREAD("step { ioctl { version {} }\n"
               "expect { ret: 0 error: \"EINVAL\" } }"),
     "3:17", "only when ret is -1"},
    {"contradiction",
     IN_THREAD("step { write_read {}\n"
               "expect { no_returns: true returns { br: BR_NOOP } } }"),
     "3:10", "contradict"},
    {"call that ends in a wrong word",
     IN_THREAD("step { call { to { number: 0 } }\n"
               "expect { br: BR_NOOP } }"),
     "3:10", "never ends a call"},
    {"reply of a one-way call",
     IN_THREAD("step { call { to { number: 0 } one_way: true }\n"
               "expect { br: BR_REPLY } }"),
     "3:1", "no reply"},
    {"bind of a one-way call",
     IN_THREAD("step { call { to { number: 0 } one_way: true\n"
               "bind { object: 0 name: \"x\" } } }"),
     "3:1", "no reply to bind"},
    {"bind of nothing",
     IN_THREAD("step { call { to { number: 0 }\nbind { name: \"x\" } } }"),
     "3:1", "what to remember"},
    {"one name for a handle and a buffer",
     IN_THREAD("step { serve {} }\non { br: BR_TRANSACTION\n"
               "bind { object: 0 name: \"x\" }\nbind { buffer {} name: \"x\" "
               "} }"),
     "5:18", "choose two names"},
    {"two managers of a device",
     "process { name: \"p\" attach { context_manager: true }\n"
     " thread { name: \"t\" step { stop {} } } }\n"
     "process { name: \"q\" attach { context_manager: true }\n"
     " thread { name: \"t\" step { stop {} } } }",
     "3:1", "both start as context manager"},
    {"two managers that are copies",
     "process { name: \"p\" copies: 2\n attach { context_manager: true }\n"
     " thread { name: \"t\" step { stop {} } } }",
     "1:1", "\"p2\" and \"p1\" both start as context manager"},
    {"copy with the name of another process",
     "process { name: \"p\" copies: 2\n"
     " thread { name: \"t\" step { stop {} } } }\n"
     "process { name: \"p2\" thread { name: \"t\" step { stop {} } } }",
     "3:11", "there is a process \"p2\" already"},
    {"more copies than there can be",
     "process { name: \"p\"\n copies: 100001\n"
     " thread { name: \"t\" step { stop {} } } }",
     "2:2", "at most 100000"},
    {"service manager with threads",
     "process { name: \"p\" service_manager {}\n"
     " thread { name: \"t\" step { stop {} } } }",
     "1:21", "threads of its own"},
    {"service listed twice",
     "process { name: \"p\"\nservice_manager { service: \"a\" service: \"a\" "
     "} }",
     "2:32", "twice"},
    {"two nodes at one address",
     "process { name: \"p\" node { name: \"a\" ptr: 1 }\n"
     "node { name: \"b\" ptr: 1 }\n"
     " thread { name: \"t\" step { stop {} } } }",
     "2:1", "another ptr"},
    {"schedule of nobody",
     IN_THREAD("step { stop {} }") "\nschedule { actor: \"p.x\" }", "4:12",
     "did you mean \"p.t\"?"},
    {"budget twice",
     IN_THREAD("step { stop {} }") "\nbudget { kill: \"p\" kill: \"p\" }",
     "4:20", "twice"},
    {"predicate without expression",
     IN_THREAD("step { stop {} }") "\nalways { name: \"x\" }", "4:1",
     "no expression"},
    {"predicates of one name",
     IN_THREAD("step { stop {} }") "\nalways { name: \"x\" expr: \"true\" }\n"
                                   "sometimes { name: \"x\" expr: \"true\" }",
     "5:23", "rename one"},
    {"predicate with the name of a property",
     IN_THREAD(
         "step { stop {} }") "\neventually { name: \"L1\" expr: \"true\" }",
     "4:14", "call a property"},
    {"predicate with the name of a deadlock",
     IN_THREAD("step { stop {} }") "\nalways { name: \"user-deadlock\" "
                                   "expr: \"true\" }",
     "4:10", "call a property"},
    {"property without violation",
     IN_THREAD("step { stop {} }") "\nexpect { property: \"E2\" }", "4:10",
     "VERDICT_VIOLATED"},
    {"policy without contexts",
     IN_THREAD("step { stop {} }") "\npolicy { deny { permission: CALL } }",
     "1:1", "needs a security_context"},
    {"context of nobody",
     "process { name: \"p\" security_context: \"u:r:p\"\n"
     " thread { name: \"t\" step { stop {} } } }\n"
     "policy { deny { from: \"u:r:q\" } }",
     "3:17", "did you mean \"u:r:p\"?"},
    {"context manager that may not be one",
     "process { name: \"p\" security_context: \"u:r:p\"\n"
     " attach { context_manager: true }\n"
     " thread { name: \"t\" step { stop {} } } }\n"
     "policy { deny { permission: SET_CONTEXT_MGR } }",
     "1:1", "become context manager"},
    {"nice value out of range",
     "process { name: \"p\"\n thread { name: \"t\" nice: 20 step { stop {} } } "
     "}",
     "2:21", "from -20 to 19"},
    {"limit of nice values out of range",
     "process { name: \"p\" limits { nice: 41 }\n"
     " thread { name: \"t\" step { stop {} } } }",
     "1:30", "at most 40"},
    {"mount point that is no name",
     IN_THREAD("step { mount {\nat: \"a/b\" } }"), "3:1", "mount point"},
    {"options with a blank",
     IN_THREAD("step { mount { at: \"a\"\noptions: \"max=4 stats\" } }"), "3:1",
     "options have no blanks"},
    {"file that no instance has",
     IN_THREAD("step { unlink { at: \"a\"\nname: \"logs/state\" } }"), "3:1",
     "features/... and binder_logs/..."},
    {"file whose name has a blank",
     IN_THREAD("step { read { at: \"a\"\nname: \"my device\" } }"), "3:1",
     "no blank"},
    {"device whose name has a blank",
     IN_THREAD("step { ioctl { fd: \"binder_fd\"\nadd_device: \"a b\" } }"),
     "3:1", "at most 256 printable characters"},
    {"rename of what is in a folder",
     IN_THREAD("step {\nrename { at: \"a\" from: \"features/extended_error\" "
               "to: \"b\" } }"),
     "3:1", "in the root directory only"},
    {"namespace of nobody",
     IN_THREAD("step { join_ipc_namespace {\nprocess: \"q\" } }"), "3:1",
     "no process"},
    {"namespace of a user",
     "process { name: \"p\" uid: 1000\n namespaces { ipc: true }\n"
     " thread { name: \"t\" step { stop {} } } }",
     "2:2", "add user: true"},
    {"namespace of a forked process",
     "process { name: \"p\" thread { name: \"t\" step { fork { process: "
     "\"c\" } } } }\n"
     "process { name: \"c\" forked_from: \"p\"\n namespaces { ipc: true }\n"
     " thread { name: \"t\" step { stop {} } } }",
     "3:2", "from its parent"},
    {"too few minors", IN_THREAD("step { stop {} }") "\nbinderfs { minors: 3 }",
     "4:12", "at least 8 minors"},
    {"descriptor of nothing opened again",
     IN_THREAD("step { reopen {\nfd: \"none\" } }"), "3:1", "none"},
    {"unknown granularity",
     IN_THREAD("step { stop {} }") "\nexplore { granularity: \"atom\" }",
     "4:11", "\"command\" or \"lock\""},
};

class MistakeTest : public ::testing::TestWithParam<Mistake> {};

TEST_P(MistakeTest, IsReportedWithItsPlace) {
  const Mistake& mistake = GetParam();
  const std::string error = LoadError(mistake.text);
  EXPECT_THAT(
      error,
      AllOf(StartsWith(absl::StrCat("test.textproto:", mistake.place, ": ")),
            HasSubstr(mistake.message)))
      << mistake.what;
}

INSTANTIATE_TEST_SUITE_P(All, MistakeTest, ::testing::ValuesIn(kMistakes));

TEST(ScenarioLoaderTest, ReportsEveryMistake) {
  const std::string error =
      LoadError(IN_THREAD("step {}\nstep { await: \"x\" }\nstep {}"));
  const std::vector<std::string> lines = absl::StrSplit(error, '\n');
  ASSERT_EQ(lines.size(), 3u) << error;
  EXPECT_THAT(lines[0], StartsWith("test.textproto:2:"));
  EXPECT_THAT(lines[1], StartsWith("test.textproto:3:"));
  EXPECT_THAT(lines[2], StartsWith("test.textproto:4:"));
}

TEST(ScenarioLoaderTest, CopiesAreProcessesOfTheirOwn) {
  const auto loaded = LoadScenario(
      "process { name: \"server\" attach { context_manager: true }\n"
      " thread { name: \"main\" step { serve {} } }\n"
      " on { br: BR_TRANSACTION } }\n"
      "process { name: \"client\" copies: 3 attach {}\n"
      " thread { name: \"main\" step { call { to { number: 0 } } } } }\n"
      "process { name: \"manager\" copies: 1 service_manager {} "
      "attach { device: \"hwbinder\" } }\n"
      "schedule { actor: \"client3.main\" steps: 1 }\n"
      "budget { kill: \"client2\" }",
      "test.textproto");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  std::vector<std::string> names;
  for (const ProcessSpec& process : loaded->compiled.processes) {
    names.push_back(process.name);
  }
  EXPECT_THAT(names, testing::ElementsAre("server", "client1", "client2",
                                          "client3", "manager1"));
  EXPECT_EQ(loaded->compiled.schedule[0].actor, 4u);
  EXPECT_EQ(loaded->compiled.budget.kill[0], 3u);
  TestRun run(loaded->compiled);
  EXPECT_TRUE(run.Run());
  EXPECT_EQ(run.Unfinished(), "");
}

// One mistake is told once, however many copies have it.
TEST(ScenarioLoaderTest, CopiesShareTheirErrors) {
  EXPECT_EQ(LoadError("process { name: \"p\" copies: 500\n"
                      " thread { name: \"t\" step { flush {} } } }"),
            LoadError("process { name: \"p\"\n"
                      " thread { name: \"t\" step { flush {} } } }"));
}

// A process whose threads each send an object that points to memory.
std::string SendersOf(int threads, const std::string& memory) {
  std::string text = "process { name: \"p\" attach {}\n";
  for (int i = 0; i < threads; ++i) {
    absl::StrAppend(&text, "thread { name: \"t", i,
                    "\" step { call { to { number: 0 } item { ptr { ", memory,
                    " } } } } }\n");
  }
  return text + "}\n";
}

TEST(ScenarioLoaderTest, ThreadsHaveMemoryOfTheirOwn) {
  const std::string small = "item { i32: 1 }";
  EXPECT_EQ(LoadError(SendersOf(95, small)), "");
  EXPECT_THAT(LoadError(SendersOf(96, small)),
              AllOf(StartsWith("test.textproto:97:"),
                    HasSubstr("only the first 95 threads")));
  const std::string megabyte = "length: 0x100000";
  const std::string more = " } } item { ptr { ";
  EXPECT_EQ(LoadError(SendersOf(2, megabyte + more + megabyte)), "");
  EXPECT_THAT(
      LoadError(SendersOf(2, megabyte + more + megabyte + more + small)),
      AllOf(StartsWith("test.textproto:2:"), HasSubstr("2 MiB")));
}

TEST(ScenarioLoaderTest, DeepNestingIsAnError) {
  std::string text = "process { name: \"p\" thread { name: \"t\" ";
  for (int i = 0; i < 100000; ++i) text += "step { repeat { times: 1 ";
  EXPECT_THAT(LoadError(text), HasSubstr("test.textproto:"));
  text = "process { name: \"p\" attach {} thread { name: \"t\" ";
  for (int i = 0; i < 40; ++i) text += "step { repeat { times: 1 ";
  text += "step { flush {} }" + std::string(80, '}') + "} }";
  EXPECT_THAT(LoadError(text), HasSubstr("nested too deeply"));
}

uint64_t Next(uint64_t* state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

// A good file with bytes or tokens changed, removed, doubled or swapped.
std::string Mutate(std::string text, uint64_t* random) {
  static constexpr const char* kTokens[] = {"{",
                                            "}",
                                            ":",
                                            "\"",
                                            "-1",
                                            "0",
                                            "18446744073709551615",
                                            "step",
                                            "bind",
                                            "repeat",
                                            "on",
                                            "reply {}",
                                            "serve {}",
                                            "br: 2",
                                            "\"\\377\"",
                                            "expect {}",
                                            "[a.b] {}",
                                            "#",
                                            "write_read { read_size: 9 }",
                                            "item { handle {} }"};
  const int edits = 1 + static_cast<int>(Next(random) % 4);
  for (int i = 0; i < edits && !text.empty(); ++i) {
    const size_t at = Next(random) % text.size();
    const size_t length = 1 + Next(random) % 24;
    switch (Next(random) % 4) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(Next(random) % text.size(), text.substr(at, length * 4));
        break;
      case 2:
        text[at] = static_cast<char>(Next(random));
        break;
      default:
        text.replace(at, length % 3,
                     kTokens[Next(random) % (sizeof(kTokens) / 8)]);
    }
  }
  return text;
}

// Crashes are what this looks for; an error must have a place.
TEST(ScenarioLoaderTest, MutatedFilesAreLoadedOrRefused) {
  uint64_t random = 20240229;
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = Mutate(kGood, &random);
    const std::string error = LoadError(text);
    if (error.empty()) continue;
    ++refused;
    ASSERT_THAT(error, StartsWith("test.textproto:")) << text;
  }
  EXPECT_GT(refused, 1000);
  EXPECT_LT(refused, 20000);
}

// Whatever loads must also run without an error of the simulator's own.
TEST(ScenarioLoaderTest, MutatedFilesThatLoadCanBeRun) {
  uint64_t random = 7;
  int runs = 0;
  for (int i = 0; i < 12000; ++i) {
    auto loaded = LoadScenario(Mutate(kGood, &random), "test.textproto");
    if (!loaded.ok()) continue;
    ++runs;
    TestRun(std::move(loaded->compiled), Next(&random)).Run(300);
  }
  EXPECT_GT(runs, 100);
}

}  // namespace
}  // namespace bindery::sim
