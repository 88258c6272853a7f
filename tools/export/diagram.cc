#include "tools/export/diagram.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/export/event_text.h"
#include "tools/export/html.h"

namespace bindery::tools {
namespace {

constexpr int kGutter = 58;
constexpr int kLaneWidth = 216;
constexpr int kHeadHeight = 50;
constexpr int kDot = 5;
constexpr int kPalette = 6;
constexpr size_t kLabelChars = 26;
constexpr int kTooltipLines = 14;

int LaneX(int lane) { return kGutter + lane * kLaneWidth + 24; }
int StepY(int step) { return step * kRowHeight + kRowHeight / 2; }
int Width(const Timeline& timeline) {
  return kGutter + static_cast<int>(timeline.lanes.size()) * kLaneWidth;
}

// Ordinal of the lane's process, for its colour.
std::vector<int> ProcessOfLane(const Timeline& timeline) {
  std::vector<int> process;
  for (size_t i = 0; i < timeline.lanes.size(); ++i) {
    const bool same =
        i > 0 && timeline.lanes[i].process == timeline.lanes[i - 1].process;
    process.push_back(i == 0 ? 0 : process.back() + (same ? 0 : 1));
  }
  return process;
}

std::string Shorten(const std::string& text, size_t limit) {
  if (text.size() <= limit) return text;
  size_t end = limit - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  return absl::StrCat(text.substr(0, end), "…");
}

std::string OpenSvg(const char* name, int width, int height) {
  return absl::StrCat("<svg class=\"", name, "\" width=\"", width,
                      "\" height=\"", height, "\" viewBox=\"0 0 ", width, " ",
                      height, "\" role=\"img\">\n");
}

std::string Line(const char* name, int x1, int y1, int x2, int y2) {
  return absl::StrCat("<path class=\"", name, "\" d=\"M", x1, " ", y1, "L", x2,
                      " ", y2, "\"/>\n");
}

// Bands behind every other process, so that its lanes are seen to belong
// together.
std::string ProcessBands(const Timeline& timeline, int height) {
  std::string out;
  const std::vector<int> process = ProcessOfLane(timeline);
  for (size_t i = 0; i < process.size(); ++i) {
    if (process[i] % 2 == 1) continue;
    absl::StrAppend(&out, "<rect class=\"band\" x=\"",
                    kGutter + static_cast<int>(i) * kLaneWidth,
                    "\" y=\"0\" width=\"", kLaneWidth, "\" height=\"", height,
                    "\"/>\n");
  }
  return out;
}

// One lane: solid while awake, dashed while asleep.
std::string LaneLine(const Timeline& timeline, int lane, int steps) {
  std::string out;
  const int x = LaneX(lane);
  int from = 0;
  for (const Sleep& sleep : timeline.sleeps) {
    if (sleep.lane != lane) continue;
    const int down = StepY(sleep.from_step);
    const int up = std::min(StepY(sleep.to_step), steps * kRowHeight);
    absl::StrAppend(&out, Line("lane", x, from, x, down),
                    Line("asleep", x, down, x, up));
    from = up;
  }
  return absl::StrCat(out, Line("lane", x, from, x, steps * kRowHeight));
}

std::string MessageTitle(const Message& message, const Timeline& timeline) {
  std::string out = absl::StrCat("#", message.id, " ", message.name);
  if (message.send_step == kNowhere) {
    absl::StrAppend(&out, ", sender unknown");
  } else {
    absl::StrAppend(&out, ", sent by ", timeline.lanes[message.send_lane].actor,
                    " at step ", message.send_step + 1);
  }
  if (message.receive_step == kNowhere) {
    absl::StrAppend(&out, ", never received");
  } else {
    absl::StrAppend(&out, ", received by ",
                    timeline.lanes[message.receive_lane].actor, " at step ",
                    message.receive_step + 1);
  }
  return out;
}

// The path of an arrow; half a lane long where an end is missing, bent where
// both ends are on one lane.
std::string ArrowPath(const Message& message) {
  constexpr int kStub = 60;
  if (message.receive_step == kNowhere) {
    const int x = LaneX(message.send_lane);
    const int y = StepY(message.send_step);
    return absl::StrCat("M", x, " ", y, "l", kStub, " ", kRowHeight / 2);
  }
  const int x2 = LaneX(message.receive_lane);
  const int y2 = StepY(message.receive_step);
  if (message.send_step == kNowhere) {
    return absl::StrCat("M", x2 - kStub / 3, " ", y2 - kRowHeight / 2, "L", x2,
                        " ", y2);
  }
  const int x1 = LaneX(message.send_lane);
  const int y1 = StepY(message.send_step);
  if (x1 != x2) return absl::StrCat("M", x1, " ", y1, "L", x2, " ", y2);
  return absl::StrCat("M", x1, " ", y1, "C", x1 - 26, " ", y1, " ", x2 - 26,
                      " ", y2, " ", x2, " ", y2);
}

std::string Arrow(const Message& message, const Timeline& timeline) {
  const bool lost =
      message.send_step == kNowhere || message.receive_step == kNowhere;
  const bool reply = IsReply(message);
  return absl::StrCat(
      "<path class=\"msg", lost ? " lost" : "", reply ? " reply" : "",
      "\" data-s=\"", message.send_step + 1, "\" data-r=\"",
      message.receive_step + 1, "\" d=\"", ArrowPath(message), "\"><title>",
      EscapeHtml(MessageTitle(message, timeline)), "</title></path>\n");
}

std::string Tooltip(const proto::TraceStep& step, int number) {
  std::vector<std::string> lines;
  for (const proto::Event& event : step.event()) {
    lines.push_back(EventText(event));
  }
  for (const std::string& line : ChangeLines(step)) {
    lines.push_back(absl::StrCat("| ", line));
  }
  std::string out = absl::StrCat("step ", number, ", ", step.actor());
  const int shown = std::min<int>(lines.size(), kTooltipLines);
  for (int i = 0; i < shown; ++i) absl::StrAppend(&out, "\n", lines[i]);
  if (static_cast<int>(lines.size()) > shown) absl::StrAppend(&out, "\n…");
  return out;
}

std::string Dot(const proto::TraceStep& step, int index, int lane, int process,
                bool bad) {
  const int y = StepY(index);
  const std::string number = absl::StrCat(index + 1);
  const char* worst = bad ? "bad" : StepClass(step);
  return absl::StrCat(
      "<a href=\"#s", number, "\" class=\"dot p", process % kPalette, " ",
      worst, "\"><title>", EscapeHtml(Tooltip(step, index + 1)),
      "</title><text class=\"num\" x=\"", kGutter - 10, "\" y=\"", y + 4, "\">",
      number, "</text><circle cx=\"", LaneX(lane), "\" cy=\"", y, "\" r=\"",
      bad ? kDot + 2 : kDot, "\"/><text x=\"", LaneX(lane) + kDot + 13,
      "\" y=\"", y + 4, "\">",
      EscapeHtml(Shorten(StepLabel(step), kLabelChars)), "</text></a>\n");
}

constexpr absl::string_view kMarkers =
    "<defs><marker id=\"head\" viewBox=\"0 0 10 10\" refX=\"15\" refY=\"5\" "
    "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\">"
    "<path class=\"tip\" d=\"M0 1L10 5L0 9z\"/></marker></defs>\n";

int Rank(const proto::Event& event) {
  switch (event.kind()) {
    case proto::Event::FAULT:
      return 9;
    case proto::Event::ENVIRONMENT:
      return 8;
    case proto::Event::COMMAND:
      return 7;
    case proto::Event::RETURN:
      return event.name() == "BR_NOOP" ? 1 : 6;
    case proto::Event::WORKER:
    case proto::Event::USER:
      return 5;
    case proto::Event::STEP:
      return 2;
    case proto::Event::SYSCALL:
      return 4;
    case proto::Event::SYSCALL_RETURN:
      return 3;
    case proto::Event::SLEEP:
      return 2;
    default:
      return 0;
  }
}

std::string LabelOf(const proto::Event& event) {
  if (event.kind() == proto::Event::SLEEP) return "sleeps";
  if (event.kind() != proto::Event::SYSCALL_RETURN) return event.name();
  return absl::StrCat(event.name(), " = ", ResultText(event.result()));
}

}  // namespace

std::string StepLabel(const proto::TraceStep& step) {
  int best = 0;
  for (const proto::Event& event : step.event()) {
    best = std::max(best, Rank(event));
  }
  std::string label;
  for (const proto::Event& event : step.event()) {
    if (best == 0 || Rank(event) != best) continue;
    absl::StrAppend(&label, label.empty() ? "" : ", ", LabelOf(event));
  }
  return label;
}

const char* StepClass(const proto::TraceStep& step) {
  const char* worst = "";
  for (const proto::Event& event : step.event()) {
    if (event.kind() == proto::Event::FAULT) return "bad";
    if (event.kind() == proto::Event::USER_ERROR ||
        (event.kind() == proto::Event::SYSCALL_RETURN && event.result() < 0)) {
      worst = "error";
    } else if (*worst == '\0' && event.kind() == proto::Event::ENVIRONMENT) {
      worst = "env";
    } else if (*worst == '\0' && event.kind() == proto::Event::WORKER) {
      worst = "work";
    }
  }
  return worst;
}

std::string DiagramHead(const Timeline& timeline) {
  std::string out = OpenSvg("head", Width(timeline), kHeadHeight);
  absl::StrAppend(&out, ProcessBands(timeline, kHeadHeight));
  const std::vector<int> process = ProcessOfLane(timeline);
  for (size_t i = 0; i < timeline.lanes.size(); ++i) {
    const Lane& lane = timeline.lanes[i];
    const int x = LaneX(static_cast<int>(i));
    const bool first = i == 0 || process[i] != process[i - 1];
    absl::StrAppend(&out, "<g class=\"p", process[i] % kPalette, "\">");
    if (first) {
      absl::StrAppend(
          &out, "<text class=\"process\" x=\"", x - 12, "\" y=\"20\">",
          EscapeHtml(Shorten(lane.process, kLabelChars)), "</text>");
    }
    absl::StrAppend(&out, "<text class=\"thread\" x=\"", x - 12, "\" y=\"39\">",
                    EscapeHtml(Shorten(lane.thread, kLabelChars)),
                    "</text></g>\n");
  }
  return absl::StrCat(out, "</svg>\n");
}

std::string DiagramBody(const proto::Trace& trace, const Timeline& timeline) {
  const int steps = trace.step_size();
  const int height = std::max(steps, 1) * kRowHeight;
  std::string out = OpenSvg("body", Width(timeline), height);
  absl::StrAppend(&out, kMarkers, ProcessBands(timeline, height),
                  "<rect id=\"cursor\" x=\"0\" y=\"-99\" width=\"100%\" "
                  "height=\"",
                  kRowHeight, "\"/>\n");
  for (size_t i = 0; i < timeline.lanes.size(); ++i) {
    absl::StrAppend(&out, LaneLine(timeline, static_cast<int>(i), steps));
  }
  for (const Message& message : timeline.messages) {
    absl::StrAppend(&out, Arrow(message, timeline));
  }
  const std::vector<int> process = ProcessOfLane(timeline);
  for (int i = 0; i < steps; ++i) {
    const int lane = timeline.lane_of_step[i];
    absl::StrAppend(&out, Dot(trace.step(i), i, lane, process[lane],
                              i == timeline.bad_step));
  }
  return absl::StrCat(out, "</svg>\n");
}

}  // namespace bindery::tools
