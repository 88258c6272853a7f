#include "tools/export/mermaid.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/export/event_text.h"
#include "tools/export/timeline.h"

namespace bindery::tools {
namespace {

// Mermaid ends a statement at ';', begins an entity with '#', a comment or a
// directive with '%', and reads some HTML.
std::string Escape(const std::string& text) {
  std::string out;
  for (char c : Printable(text)) {
    if (absl::StrContains("#;%<>\"&{}:", absl::string_view(&c, 1))) {
      absl::StrAppend(&out, "#", static_cast<int>(c), ";");
    } else {
      out += c;
    }
  }
  return out;
}

class Writer {
 public:
  explicit Writer(const proto::Trace& trace)
      : trace_(trace), timeline_(BuildTimeline(trace)) {
    FindActors();
    arrivals_.resize(trace.step_size());
    for (const Message& message : timeline_.messages) {
      const bool arrives = message.receive_step != kNowhere;
      arrivals_[arrives ? message.receive_step : message.send_step].push_back(
          &message);
    }
  }

  std::string Write() {
    out_ = "sequenceDiagram\n";
    if (!trace_.scenario_name().empty()) {
      absl::StrAppend(&out_, "  title ", Escape(trace_.scenario_name()), "\n");
    }
    Participants();
    for (int i = 0; i < trace_.step_size(); ++i) Step(i);
    End();
    return std::move(out_);
  }

 private:
  // Actors that do nothing get no column, unless nobody does anything.
  void FindActors() {
    shown_.assign(timeline_.lanes.size(), timeline_.lane_of_step.empty());
    for (int lane : timeline_.lane_of_step) shown_[lane] = true;
  }

  size_t ShownThreads(size_t lane) const {
    size_t count = 0;
    for (size_t i = 0; i < timeline_.lanes.size(); ++i) {
      count += shown_[i] &&
               timeline_.lanes[i].process == timeline_.lanes[lane].process;
    }
    return count;
  }

  void Participants() {
    std::string open;
    for (size_t i = 0; i < timeline_.lanes.size(); ++i) {
      if (!shown_[i]) continue;
      const Lane& lane = timeline_.lanes[i];
      const bool boxed = ShownThreads(i) > 1;
      if (!open.empty() && open != lane.process) {
        absl::StrAppend(&out_, "  end\n");
        open.clear();
      }
      if (boxed && open.empty()) {
        absl::StrAppend(&out_, "  box transparent ", Escape(lane.process),
                        "\n");
        open = lane.process;
      }
      absl::StrAppend(&out_, "  participant a", i, " as ",
                      lane.actor.empty() ? "?" : Escape(lane.actor), "\n");
    }
    if (!open.empty()) absl::StrAppend(&out_, "  end\n");
  }

  void Note(int lane, const std::string& text) {
    absl::StrAppend(&out_, "  Note over a", lane, ": ", Escape(text), "\n");
  }

  void Step(int step) {
    for (const Message* message : arrivals_[step]) Arrow(*message);
    const int lane = timeline_.lane_of_step[step];
    for (const proto::Event& event : trace_.step(step).event()) {
      if (IsNoted(event)) Note(lane, EventText(event));
    }
  }

  static bool IsNoted(const proto::Event& event) {
    switch (event.kind()) {
      case proto::Event::SYSCALL_RETURN:
        return event.result() < 0;
      case proto::Event::USER_ERROR:
      case proto::Event::FAULT:
      case proto::Event::ENVIRONMENT:
        return true;
      case proto::Event::RETURN:
        return absl::StrContains(event.name(), "DEAD") ||
               absl::StrContains(event.name(), "FAILED");
      default:
        return false;
    }
  }

  void Arrow(const Message& message) {
    const std::string label = absl::StrCat("#", message.id, " ", message.name);
    if (message.send_step == kNowhere) {
      return Note(message.receive_lane, absl::StrCat(label, " from nowhere"));
    }
    if (message.receive_step == kNowhere) {
      return Note(message.send_lane, absl::StrCat(label, " never received"));
    }
    absl::StrAppend(&out_, "  a", message.send_lane,
                    IsReply(message) ? "-->>" : "->>", "a",
                    message.receive_lane, ": ", Escape(label), "\n");
  }

  void End() {
    if (!EndsBadly(trace_)) return;
    const proto::TraceEnd& end = trace_.end();
    const std::string text =
        absl::StrCat(end.verdict(), " ", end.property(), " ", end.message());
    if (timeline_.lane_of_step.empty()) return;
    Note(timeline_.lane_of_step.back(), text);
  }

  const proto::Trace& trace_;
  const Timeline timeline_;
  std::vector<bool> shown_;
  std::vector<std::vector<const Message*>> arrivals_;  // by step
  std::string out_;
};

}  // namespace

std::string ExportMermaid(const proto::Trace& trace) {
  return Writer(trace).Write();
}

}  // namespace bindery::tools
