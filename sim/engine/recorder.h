// Writes down a run as a trace.
//
// A program submits its next system call in the transition before the one that
// begins it (Simulation S2). A reader expects the call where it begins, so the
// recorder moves the event there, and gives returns the name of their call.
#ifndef BINDERY_SIM_ENGINE_RECORDER_H_
#define BINDERY_SIM_ENGINE_RECORDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "proto/trace.pb.h"
#include "sim/engine/simulation.h"

namespace bindery::sim {

// Changes whenever a recorded trace of an earlier version may not replay.
inline constexpr uint32_t kModelVersion = 6;

class Recorder {
 public:
  // Clears `trace` and writes what precedes the steps. Turns recording on in
  // the simulation, which has made no step yet. Both outlive the recorder.
  Recorder(Simulation& simulation, uint64_t seed, proto::Trace* trace);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Adds the step that the simulation has just made.
  void Step(uint64_t choice);

 private:
  void Begin(uint64_t seed);
  void AddEvents(uint64_t choice, proto::TraceStep* step);

  Simulation& simulation_;
  proto::Trace* const trace_;
  // By actor: the call that is submitted, and the name of the one under way.
  std::vector<std::vector<proto::Event>> submitted_;
  std::vector<std::string> call_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_ENGINE_RECORDER_H_
