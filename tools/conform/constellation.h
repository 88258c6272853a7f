// Situations that take several processes, threads or objects: those in which
// drivers have gone wrong.
#ifndef BINDERY_TOOLS_CONFORM_CONSTELLATION_H_
#define BINDERY_TOOLS_CONFORM_CONSTELLATION_H_

#include <vector>

#include "sim/world/world.h"

namespace bindery::conform {

struct Constellation {
  const char* name;
  bool (*holds)(const sim::World& world);
};

const std::vector<Constellation>& Constellations();

}  // namespace bindery::conform

#endif  // BINDERY_TOOLS_CONFORM_CONSTELLATION_H_
