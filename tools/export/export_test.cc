// Goldens lie beside this file in testdata/. To write them anew:
//   export BINDERY_UPDATE_GOLDENS=$PWD/tools/export/testdata
//   .bazel/bin/tools/export/export_test
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "proto/trace.pb.h"
#include "tools/export/diagram.h"
#include "tools/export/event_text.h"
#include "tools/export/html.h"
#include "tools/export/mermaid.h"
#include "tools/export/text.h"
#include "tools/export/timeline.h"

namespace bindery::tools {
namespace {

constexpr char kTestdata[] = "tools/export/testdata/";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

proto::Trace ReadTrace(const std::string& name) {
  proto::Trace trace;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      ReadFile(absl::StrCat(kTestdata, name, ".textproto")), &trace));
  return trace;
}

void ExpectGolden(const std::string& name, const std::string& text) {
  if (const char* folder = std::getenv("BINDERY_UPDATE_GOLDENS")) {
    std::ofstream(absl::StrCat(folder, "/", name)) << text;
    return;
  }
  EXPECT_EQ(ReadFile(absl::StrCat(kTestdata, name)), text);
}

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != text.npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// The tags that are still open at the end, and mismatches, as text; "" for
// well-formed markup. Scripts, styles and void elements are skipped.
std::string Imbalance(const std::string& html) {
  std::vector<std::string> open;
  for (size_t at = html.find('<'); at != html.npos; at = html.find('<', at)) {
    const size_t end = html.find('>', at);
    if (end == html.npos) return "unterminated tag";
    std::string tag = html.substr(at + 1, end - at - 1);
    const bool closing = tag.front() == '/';
    const bool empty = tag.back() == '/' || tag.front() == '!';
    tag = tag.substr(closing, tag.find_first_of(" \n") - closing);
    at = end;
    if (closing) {
      if (open.empty() || open.back() != tag) return "stray </" + tag + ">";
      open.pop_back();
    } else if (!empty && tag != "meta") {
      open.push_back(tag);
      if (tag == "script" || tag == "style") at = html.find("</" + tag, at);
    }
  }
  return open.empty() ? "" : "open <" + open.back() + ">";
}

TEST(ExportText, ReadsLikeStrace) {
  ExpectGolden("call.txt", ExportText(ReadTrace("call"), false));
}

TEST(ExportText, MalformedTracesAreShownAsTheyAre) {
  ExpectGolden("malformed.txt", ExportText(ReadTrace("malformed"), false));
}

TEST(ExportText, AnEmptyTraceIsEmptyText) {
  EXPECT_EQ(ExportText(proto::Trace(), false), "");
}

TEST(ExportText, ColourAddsEscapesAndNothingElse) {
  const proto::Trace trace = ReadTrace("call");
  const std::string colored = ExportText(trace, true);
  std::string plain;
  for (size_t i = 0; i < colored.size(); ++i) {
    if (colored[i] != '\x1b') {
      plain += colored[i];
      continue;
    }
    i = colored.find('m', i);
  }
  EXPECT_NE(colored, plain);
  EXPECT_EQ(plain, ExportText(trace, false));
}

TEST(ExportText, NothingFromTheTraceReachesTheTerminalRaw) {
  const std::string text = ExportText(ReadTrace("malformed"), false);
  EXPECT_FALSE(absl::StrContains(text, "\x1b"));
  EXPECT_FALSE(absl::StrContains(text, "\r"));
  EXPECT_TRUE(absl::StrContains(text, "\\x1b[31mred"));
}

TEST(ExportMermaid, DrawsMessagesAndNotes) {
  ExpectGolden("call.mermaid", ExportMermaid(ReadTrace("call")));
}

TEST(ExportMermaid, EscapesWhatMermaidWouldRead) {
  ExpectGolden("malformed.mermaid", ExportMermaid(ReadTrace("malformed")));
}

TEST(ExportMermaid, AnEmptyTraceIsAnEmptyDiagram) {
  EXPECT_EQ(ExportMermaid(proto::Trace()), "sequenceDiagram\n");
}

TEST(ExportHtml, IsWellFormedWithADotForEachStep) {
  for (const char* name : {"call", "malformed"}) {
    const proto::Trace trace = ReadTrace(name);
    const std::string html = ExportHtml(trace);
    EXPECT_EQ(Imbalance(html), "") << name;
    EXPECT_EQ(Count(html, "<circle "), trace.step_size()) << name;
    EXPECT_EQ(Count(html, "<section "), trace.step_size()) << name;
  }
  EXPECT_EQ(Imbalance(ExportHtml(proto::Trace())), "");
}

TEST(ExportHtml, NeedsNothingFromElsewhere) {
  const std::string html = ExportHtml(ReadTrace("call"));
  for (const char* word : {"http:", "https:", "src=", "@import", "<link"}) {
    EXPECT_EQ(Count(html, word), 0) << word;
  }
}

TEST(ExportHtml, EscapesEverythingFromTheTrace) {
  const std::string html = ExportHtml(ReadTrace("malformed"));
  EXPECT_EQ(Count(html, "<script>alert"), 0);
  EXPECT_GT(Count(html, "&lt;script&gt;alert(1)"), 0);
  EXPECT_EQ(Count(html, "<script>"), 1);
  EXPECT_EQ(Count(html, "<b>&'"), 0);
  EXPECT_EQ(Count(html, "\x1b"), 0);
}

TEST(ExportHtml, MarksTheViolatingStep) {
  const std::string html = ExportHtml(ReadTrace("call"));
  EXPECT_EQ(Count(html, "<section class=\"step bad\" id=\"s11\">"), 1);
  EXPECT_EQ(Count(html, "<a href=\"#s11\">step 11</a>"), 1);
}

TEST(ExportHtml, GrowsLinearly) {
  proto::Trace trace = ReadTrace("call");
  const proto::Trace once = trace;
  while (trace.step_size() < 10'000) trace.MergeFrom(once);
  const size_t large = ExportHtml(trace).size();
  EXPECT_LT(large, size_t{2'000} * trace.step_size());
}

TEST(Timeline, LanesOfAProcessAreNeighbours) {
  const Timeline timeline = BuildTimeline(ReadTrace("malformed"));
  std::vector<std::string> actors;
  for (const Lane& lane : timeline.lanes) actors.push_back(lane.actor);
  EXPECT_EQ(actors, (std::vector<std::string>{"a.x", "a.z", "b.y",
                                              "nobody \"<b>&'", ""}));
}

TEST(Timeline, OnlyThreadsHaveALaneWithoutActing) {
  proto::Trace trace;
  for (const char* actor : {"a.x", "kworker", "environment"}) {
    trace.add_actor(actor);
  }
  EXPECT_EQ(BuildTimeline(trace).lanes.size(), 1u);
  trace.add_step()->set_actor("kworker");
  EXPECT_EQ(BuildTimeline(trace).lanes.size(), 2u);
}

TEST(Timeline, MessagesKeepTheEndsThatTheyHave) {
  const Timeline timeline = BuildTimeline(ReadTrace("malformed"));
  ASSERT_EQ(timeline.messages.size(), 3u);
  EXPECT_EQ(timeline.messages[0].receive_step, kNowhere);
  EXPECT_EQ(timeline.messages[1].send_step, kNowhere);
  EXPECT_EQ(timeline.messages[2].receive_step, 4);
}

TEST(Timeline, ASleepEndsAtTheWakeOrNever) {
  const Timeline call = BuildTimeline(ReadTrace("call"));
  ASSERT_EQ(call.sleeps.size(), 2u);
  EXPECT_EQ(call.sleeps[0].from_step, 1);
  EXPECT_EQ(call.sleeps[0].to_step, 3);
  EXPECT_EQ(call.sleeps[1].to_step, 6);
  const Timeline malformed = BuildTimeline(ReadTrace("malformed"));
  ASSERT_EQ(malformed.sleeps.size(), 1u);
  EXPECT_EQ(malformed.sleeps[0].to_step, 5);
}

TEST(Timeline, AFaultIsTheBadStepElseTheLastStepOfABadEnd) {
  EXPECT_EQ(BuildTimeline(ReadTrace("call")).bad_step, 10);
  proto::Trace trace;
  trace.add_step()->set_actor("a");
  EXPECT_EQ(BuildTimeline(trace).bad_step, kNowhere);
  trace.mutable_end()->set_verdict("deadlock");
  EXPECT_EQ(BuildTimeline(trace).bad_step, 0);
  trace.clear_step();
  EXPECT_EQ(BuildTimeline(trace).bad_step, kNowhere);
}

TEST(EventText, ResultsNameTheErrno) {
  EXPECT_EQ(ResultText(0), "0");
  EXPECT_EQ(ResultText(-11), "-1 EAGAIN");
  EXPECT_EQ(ResultText(-71), "-1 EPROTO");
  EXPECT_EQ(ResultText(-99'999), "-99999");
  EXPECT_EQ(ResultText(INT64_MIN), absl::StrCat(INT64_MIN));
}

TEST(EventText, PrintableKeepsUtf8AndEscapesTheRest) {
  EXPECT_EQ(Printable("0→1 ü"), "0→1 ü");
  EXPECT_EQ(Printable("\x7f\xff\xc3"), "\\x7f\\xff\\xc3");
  EXPECT_EQ(Printable("\xc2\x9b"), "\\xc2\\x9b");
}

TEST(Diagram, LabelsSayWhatMattersMost) {
  const proto::Trace trace = ReadTrace("call");
  EXPECT_EQ(StepLabel(trace.step(0)), "BC_ENTER_LOOPER");
  EXPECT_EQ(StepLabel(trace.step(1)), "sleeps");
  EXPECT_EQ(StepLabel(trace.step(4)), "BR_TRANSACTION");
  EXPECT_EQ(StepLabel(trace.step(6)), "BC_FREE_BUFFER, BC_REPLY");
}

}  // namespace
}  // namespace bindery::tools
