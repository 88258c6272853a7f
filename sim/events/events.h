// Where the simulator says what happens: the events of a trace.
//
// The sink is null in searches and plain runs, so every use is guarded:
//   if (proto::Event* event = Emit(sink, kind, name)) AddArg(event, ...);
// Events are never read back; they cannot influence the world. Whatever is done
// for somebody who listens is marked as cold here and in sim/kernel: it is then
// laid out apart from the code that runs without one.
#ifndef BINDERY_SIM_EVENTS_EVENTS_H_
#define BINDERY_SIM_EVENTS_EVENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "proto/trace.pb.h"

namespace bindery::sim {

// Collects the events of the running transition.
struct EventSink {
  std::vector<proto::Event> events;
};

[[gnu::noinline, gnu::cold]] inline proto::Event* AddEvent(
    EventSink* sink, proto::Event::Kind kind, absl::string_view name) {
  proto::Event& event = sink->events.emplace_back();
  event.set_kind(kind);
  event.set_name(std::string(name));
  return &event;
}

// Adds an event; null if there is no sink.
[[gnu::always_inline]] inline proto::Event* Emit(EventSink* sink,
                                                 proto::Event::Kind kind,
                                                 absl::string_view name) {
  return sink == nullptr ? nullptr : AddEvent(sink, kind, name);
}

[[gnu::noinline, gnu::cold]] inline void AddArg(proto::Event* event,
                                                absl::string_view name,
                                                absl::string_view value) {
  proto::Arg* arg = event->add_arg();
  arg->set_name(std::string(name));
  arg->set_value(std::string(value));
}

[[gnu::noinline, gnu::cold]] inline void AddArg(proto::Event* event,
                                                absl::string_view name,
                                                uint64_t value) {
  AddArg(event, name, std::to_string(value));
}

}  // namespace bindery::sim

#endif  // BINDERY_SIM_EVENTS_EVENTS_H_
