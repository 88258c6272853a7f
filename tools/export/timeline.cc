#include "tools/export/timeline.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace bindery::tools {
namespace {

Lane MakeLane(const std::string& actor) {
  const size_t dot = actor.rfind('.');
  if (dot == std::string::npos) return {actor, actor, ""};
  return {actor, actor.substr(0, dot), actor.substr(dot + 1)};
}

// Threads get a lane even if they do nothing, the worker and the environment
// do not.
std::vector<std::string> ListedActors(const proto::Trace& trace) {
  std::set<std::string> active;
  for (const proto::TraceStep& step : trace.step()) {
    active.insert(step.actor());
  }
  std::vector<std::string> actors;
  for (const std::string& actor : trace.actor()) {
    const bool thread = absl::StrContains(actor, ".");
    if (thread || active.count(actor) != 0) actors.push_back(actor);
  }
  return actors;
}

// Lanes in the order of T1.
std::vector<Lane> CollectLanes(const proto::Trace& trace) {
  std::vector<std::string> actors = ListedActors(trace);
  for (const proto::TraceStep& step : trace.step()) {
    actors.push_back(step.actor());
  }
  std::map<std::string, size_t> place_of_process;
  std::map<std::string, bool> seen;
  std::vector<std::vector<Lane>> groups;
  for (const std::string& actor : actors) {
    if (seen[actor]) continue;
    seen[actor] = true;
    Lane lane = MakeLane(actor);
    const auto [place, added] =
        place_of_process.emplace(lane.process, groups.size());
    if (added) groups.emplace_back();
    groups[place->second].push_back(std::move(lane));
  }
  std::vector<Lane> lanes;
  for (const std::vector<Lane>& group : groups) {
    lanes.insert(lanes.end(), group.begin(), group.end());
  }
  return lanes;
}

class Builder {
 public:
  explicit Builder(const proto::Trace& trace) : trace_(trace) {
    timeline_.lanes = CollectLanes(trace);
    for (size_t i = 0; i < timeline_.lanes.size(); ++i) {
      lane_of_[timeline_.lanes[i].actor] = static_cast<int>(i);
    }
    asleep_since_.assign(timeline_.lanes.size(), kNowhere);
  }

  Timeline Build() {
    for (int i = 0; i < trace_.step_size(); ++i) AddStep(i);
    for (size_t lane = 0; lane < asleep_since_.size(); ++lane) {
      EndSleep(static_cast<int>(lane), trace_.step_size());
    }
    if (EndsBadly(trace_) && timeline_.bad_step == kNowhere) {
      timeline_.bad_step = trace_.step_size() - 1;
    }
    return std::move(timeline_);
  }

 private:
  void AddStep(int step) {
    const int lane = lane_of_[trace_.step(step).actor()];
    timeline_.lane_of_step.push_back(lane);
    EndSleep(lane, step);
    for (const proto::Event& event : trace_.step(step).event()) {
      AddEvent(event, step, lane);
    }
  }

  void AddEvent(const proto::Event& event, int step, int lane) {
    switch (event.kind()) {
      case proto::Event::SEND:
        return AddSend(event, step, lane);
      case proto::Event::RECEIVE:
        return AddReceive(event, step, lane);
      case proto::Event::SLEEP:
        asleep_since_[lane] = step;
        return;
      case proto::Event::WAKE:
        return EndSleep(WokenBy(event), step);
      case proto::Event::FAULT:
        if (timeline_.bad_step == kNowhere) timeline_.bad_step = step;
        return;
      default:
        return;
    }
  }

  void AddSend(const proto::Event& event, int step, int lane) {
    open_[event.message_id()].push_back(timeline_.messages.size());
    timeline_.messages.push_back(
        {event.message_id(), event.name(), step, lane, kNowhere, kNowhere});
  }

  void AddReceive(const proto::Event& event, int step, int lane) {
    std::vector<size_t>& sends = open_[event.message_id()];
    if (sends.empty()) {
      timeline_.messages.push_back(
          {event.message_id(), event.name(), kNowhere, kNowhere, step, lane});
      return;
    }
    Message& message = timeline_.messages[sends.back()];
    sends.pop_back();
    message.receive_step = step;
    message.receive_lane = lane;
  }

  // The lane that a WAKE names, by its name or by one of its operands.
  int WokenBy(const proto::Event& event) const {
    if (const auto lane = lane_of_.find(event.name()); lane != lane_of_.end()) {
      return lane->second;
    }
    for (const proto::Arg& arg : event.arg()) {
      const auto lane = lane_of_.find(arg.value());
      if (lane != lane_of_.end()) return lane->second;
    }
    return kNowhere;
  }

  void EndSleep(int lane, int step) {
    if (lane == kNowhere || asleep_since_[lane] == kNowhere) return;
    timeline_.sleeps.push_back({lane, asleep_since_[lane], step});
    asleep_since_[lane] = kNowhere;
  }

  const proto::Trace& trace_;
  Timeline timeline_;
  std::map<std::string, int> lane_of_;
  std::map<uint64_t, std::vector<size_t>> open_;
  std::vector<int> asleep_since_;
};

}  // namespace

Timeline BuildTimeline(const proto::Trace& trace) {
  return Builder(trace).Build();
}

bool IsReply(const Message& message) {
  return absl::StrContains(absl::AsciiStrToLower(message.name), "reply");
}

bool EndsBadly(const proto::Trace& trace) {
  const std::string& verdict = trace.end().verdict();
  return verdict == "violated" || verdict == "deadlock" ||
         verdict == "mismatch";
}

}  // namespace bindery::tools
