// What every picture of a trace needs: who acts, which messages fly, who
// sleeps.
//
// A timeline is computed from a trace that may come from anywhere: actors that
// the trace does not list get lanes of their own, messages may lack either end,
// a sleep may never end. Nothing in a trace is an error here.
//
//  T1 Lanes of one process are neighbours; processes come in the order in which
//     the trace first names them, and so do the lanes of one process.
//  T2 A RECEIVE ends the latest SEND of the same id that has no end yet.
//  T3 A sleep ends when another actor's WAKE names the sleeper, or when the
//     sleeper acts again, whichever is first.
#ifndef BINDERY_TOOLS_EXPORT_TIMELINE_H_
#define BINDERY_TOOLS_EXPORT_TIMELINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "proto/trace.pb.h"

namespace bindery::tools {

// Stands for a step or lane that is not in the trace.
inline constexpr int kNowhere = -1;

// One actor.
struct Lane {
  std::string actor;    // "process.thread", "kworker", "environment"
  std::string process;  // what is before the last dot; the actor if none is
  std::string thread;   // what is behind it
};

// A message from one lane to another; kNowhere where an end is missing.
struct Message {
  uint64_t id = 0;
  std::string name;
  int send_step = kNowhere;
  int send_lane = kNowhere;
  int receive_step = kNowhere;
  int receive_lane = kNowhere;
};

// The message answers another one.
bool IsReply(const Message& message);

// A lane is asleep behind from_step and up to to_step.
struct Sleep {
  int lane = kNowhere;
  int from_step = kNowhere;
  int to_step = kNowhere;  // the number of steps if nothing ends it
};

struct Timeline {
  std::vector<Lane> lanes;
  std::vector<int> lane_of_step;
  std::vector<Message> messages;  // by their first end
  std::vector<Sleep> sleeps;      // by their end
  int bad_step = kNowhere;        // where a property breaks, if one does
};

Timeline BuildTimeline(const proto::Trace& trace);

// True if the trace ends with something that is not right.
bool EndsBadly(const proto::Trace& trace);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_EXPORT_TIMELINE_H_
