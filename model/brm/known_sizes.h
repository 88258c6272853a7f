// Sizes of BRM-1 whose exact counts others found, too. Those of A and B were
// found alike by SPIN, Rumur, TLC, Stateright and a separate C++ program, those
// of C by all but Rumur and TLC, those of D3 and its orbits by the C++ program.
#ifndef BINDERY_MODEL_BRM_KNOWN_SIZES_H_
#define BINDERY_MODEL_BRM_KNOWN_SIZES_H_

#include <cstdint>

namespace bindery::model {

struct KnownSize {
  const char* name;
  const char* params;
  uint64_t states;
  uint64_t transitions;
  uint64_t levels;  // of a breadth-first search, from 0
};

inline constexpr KnownSize kKnownSizes[] = {
    {"A", "3,1,2,1,2,1,1,3", 97'182, 986'295, 22},
    {"B", "3,2,1,0,1,0,0,1", 815'720, 6'174'376, 37},
    {"C", "3,2,1,0,1,1,1,7", 6'625'308, 78'898'539, 32},
    {"D3", "3,1,1,1,2,1,1,7", 43'198, 416'090, 22},
};
inline constexpr const KnownSize& kSizeC = kKnownSizes[2];
inline constexpr const KnownSize& kSizeD3 = kKnownSizes[3];

// By symmetry, and the transitions out of one state of each.
inline constexpr uint64_t kOrbitsOfD3 = 21'742;
inline constexpr uint64_t kOrbitTransitionsOfD3 = 209'089;

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_KNOWN_SIZES_H_
