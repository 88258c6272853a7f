#include "tools/bindery/bench_scenarios.h"

#include "absl/strings/str_cat.h"
#include "tools/bindery/four_clients.inc"
#include "tools/bindery/three_clients.inc"
#include "tools/bindery/two_clients_one_thread.inc"
#include "tools/bindery/two_pairs.inc"

namespace bindery::tools {

const char kThreeClients[] = BINDERY_THREE_CLIENTS;
const char kTwoClients[] = BINDERY_TWO_CLIENTS_ONE_THREAD;
const char kTwoPairs[] = BINDERY_TWO_PAIRS;
const char kFourClients[] = BINDERY_FOUR_CLIENTS;

std::string RoundtripScenario(uint64_t rounds) {
  return absl::StrCat(
      "name: 'roundtrip'\n"
      "process { name: 'server' attach { context_manager: true }\n"
      "  thread { name: 'main' step { serve {} } }\n"
      "  on { br: BR_TRANSACTION code: 1 step { reply {} } } }\n"
      "process { name: 'client' attach {}\n"
      "  thread { name: 'main' step { repeat { times: ",
      rounds, " step { call { to { number: 0 } code: 1 } } } } } }\n");
}

std::string ProcessesScenario(uint64_t clients, uint64_t rounds) {
  return absl::StrCat(
      "name: 'processes'\n"
      "process { name: 'server' attach { context_manager: true max_threads: 3 "
      "}\n"
      "  thread { name: 'main' step { serve {} } }\n"
      "  thread { name: 'pool1' pool: true step { serve {} } }\n"
      "  thread { name: 'pool2' pool: true step { serve {} } }\n"
      "  thread { name: 'pool3' pool: true step { serve {} } }\n"
      "  on { br: BR_TRANSACTION code: 1 step { reply {} } } }\n"
      "process { name: 'client' copies: ",
      clients,
      " attach {}\n"
      "  thread { name: 'main' step { repeat { times: ",
      rounds, " step { call { to { number: 0 } code: 1 } } } } } }\n");
}

}  // namespace bindery::tools
