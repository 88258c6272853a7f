// The scenarios that benchmarks execute, as text.
#ifndef BINDERY_TOOLS_BINDERY_BENCH_SCENARIOS_H_
#define BINDERY_TOOLS_BINDERY_BENCH_SCENARIOS_H_

#include <cstdint>
#include <string>

namespace bindery::tools {

// scenarios/workload/three_clients.textproto.
extern const char kThreeClients[];
// scenarios/reduction/two_clients_one_thread.textproto.
extern const char kTwoClients[];
// scenarios/reduction/two_pairs.textproto.
extern const char kTwoPairs[];
// scenarios/reduction/four_clients.textproto.
extern const char kFourClients[];
// One client that calls one server `rounds` times.
std::string RoundtripScenario(uint64_t rounds);
// `clients` clients, a process each, that call one server with a pool `rounds`
// times each.
std::string ProcessesScenario(uint64_t clients, uint64_t rounds);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_BENCH_SCENARIOS_H_
