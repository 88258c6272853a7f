#include "tools/export/text.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "tools/export/event_text.h"
#include "tools/export/timeline.h"

namespace bindery::tools {
namespace {

// SGR parameters.
constexpr absl::string_view kBold = "1";
constexpr absl::string_view kDim = "2";
constexpr absl::string_view kBad = "1;31";
constexpr absl::string_view kCommandColor = "33";
constexpr absl::string_view kReturnColor = "36";
constexpr absl::string_view kMessageColor = "35";
constexpr absl::string_view kLaneColors[] = {"32", "34", "35",
                                             "36", "33", "94"};

absl::string_view ColorOf(const proto::Event& event) {
  switch (event.kind()) {
    case proto::Event::COMMAND:
      return kCommandColor;
    case proto::Event::RETURN:
      return kReturnColor;
    case proto::Event::SEND:
    case proto::Event::RECEIVE:
      return kMessageColor;
    case proto::Event::FAULT:
    case proto::Event::USER_ERROR:
      return kBad;
    case proto::Event::SYSCALL_RETURN:
      return event.result() < 0 ? kBad : "";
    case proto::Event::ENVIRONMENT:
      return kBold;
    default:
      return "";
  }
}

class Writer {
 public:
  Writer(const proto::Trace& trace, bool color)
      : trace_(trace), timeline_(BuildTimeline(trace)), color_(color) {
    for (const Lane& lane : timeline_.lanes) {
      width_ = std::max(width_, Printable(lane.actor).size());
    }
    depth_.assign(timeline_.lanes.size(), 0);
  }

  std::string Write() {
    Head();
    for (int i = 0; i < trace_.step_size(); ++i) Step(i);
    End();
    return std::move(out_);
  }

 private:
  std::string Paint(absl::string_view sgr, absl::string_view text) const {
    if (!color_ || sgr.empty()) return std::string(text);
    return absl::StrCat("\x1b[", sgr, "m", text, "\x1b[0m");
  }

  void HeadLine(absl::string_view name, const std::string& value) {
    if (value.empty()) return;
    absl::StrAppend(&out_, Paint(kDim, absl::StrCat("# ", name, ": ")),
                    Printable(value), "\n");
  }

  void Head() {
    const proto::TraceOptions& options = trace_.options();
    HeadLine("scenario", trace_.scenario_name());
    HeadLine("profile", options.profile());
    HeadLine("granularity", options.granularity());
    HeadLine("addresses", options.addresses());
    HeadLine("mutations", absl::StrJoin(options.mutation(), ", "));
    if (options.seed() != 0) HeadLine("seed", absl::StrCat(options.seed()));
  }

  // The columns before an event. The number stands on a step's first line only.
  void Columns(int step, bool first) {
    const int lane = timeline_.lane_of_step[step];
    const std::string actor = Printable(timeline_.lanes[lane].actor);
    const std::string tag =
        absl::StrCat("[", actor, "]", std::string(width_ - actor.size(), ' '));
    constexpr size_t kColors = std::size(kLaneColors);
    absl::StrAppend(&out_,
                    first ? absl::StrFormat("%6d ", step + 1) : "       ",
                    Paint(kLaneColors[lane % kColors], tag), " ");
  }

  void Step(int index) {
    const proto::TraceStep& step = trace_.step(index);
    bool first = true;
    for (int i = 0; i < step.event_size(); ++i) {
      Columns(index, first);
      if (ReturnsAtOnce(step, i)) {
        CallAndReturn(step.event(i), step.event(i + 1));
        ++i;
      } else {
        EventLine(step.event(i), timeline_.lane_of_step[index]);
      }
      first = false;
    }
    if (first) {
      Columns(index, true);
      absl::StrAppend(&out_, Paint(kDim, "(nothing to be seen)"), "\n");
    }
    Changes(step, timeline_.lane_of_step[index]);
  }

  static bool ReturnsAtOnce(const proto::TraceStep& step, int i) {
    return step.event(i).kind() == proto::Event::SYSCALL &&
           i + 1 < step.event_size() &&
           step.event(i + 1).kind() == proto::Event::SYSCALL_RETURN &&
           step.event(i + 1).name() == step.event(i).name() &&
           step.event(i + 1).arg_size() == 0;
  }

  void CallAndReturn(const proto::Event& call, const proto::Event& result) {
    absl::StrAppend(&out_, Printable(EventText(call)),
                    Paint(ColorOf(result),
                          absl::StrCat(" = ", ResultText(result.result()))),
                    "\n");
  }

  void EventLine(const proto::Event& event, int lane) {
    int& depth = depth_[lane];
    if (event.kind() == proto::Event::SYSCALL_RETURN) depth = 0;
    if (event.kind() == proto::Event::SYSCALL) depth = 0;
    absl::StrAppend(&out_, std::string(depth, ' '),
                    Paint(ColorOf(event), Printable(EventText(event))));
    if (event.kind() == proto::Event::SYSCALL) {
      absl::StrAppend(&out_, Paint(kDim, " <unfinished ...>"));
      depth = 2;
    }
    absl::StrAppend(&out_, "\n");
  }

  void Changes(const proto::TraceStep& step, int lane) {
    const std::string margin(10 + width_ + depth_[lane] + 2, ' ');
    for (const std::string& line : ChangeLines(step)) {
      absl::StrAppend(&out_, margin,
                      Paint(kDim, absl::StrCat("| ", Printable(line))), "\n");
    }
  }

  void Loop(const proto::TraceEnd& end) {
    if (!end.has_loop()) return;
    const uint64_t steps = static_cast<uint64_t>(trace_.step_size());
    absl::StrAppend(&out_, "--- ",
                    end.loop() < steps
                        ? absl::StrCat("for ever from step ", end.loop() + 1)
                        : "it rests for ever",
                    "\n");
  }

  void End() {
    if (!trace_.has_end()) return;
    const proto::TraceEnd& end = trace_.end();
    Loop(end);
    absl::StrAppend(
        &out_, "--- ",
        Paint(EndsBadly(trace_) ? kBad : kBold, Printable(end.verdict())));
    if (!end.property().empty()) {
      absl::StrAppend(&out_, " ", Printable(end.property()));
    }
    if (!end.message().empty()) {
      absl::StrAppend(&out_, ": ", Printable(end.message()));
    }
    absl::StrAppend(&out_, "\n");
  }

  const proto::Trace& trace_;
  const Timeline timeline_;
  const bool color_;
  size_t width_ = 0;
  std::vector<int> depth_;  // of each lane: indentation inside a system call
  std::string out_;
};

}  // namespace

std::string ExportText(const proto::Trace& trace, bool color) {
  return Writer(trace, color).Write();
}

}  // namespace bindery::tools
