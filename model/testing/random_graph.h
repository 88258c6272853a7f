// Random graphs with random properties, to compare searches on.
#ifndef BINDERY_MODEL_TESTING_RANDOM_GRAPH_H_
#define BINDERY_MODEL_TESTING_RANDOM_GRAPH_H_

#include <cstdint>

#include "model/testing/graph_model.h"

namespace bindery::model {

// Up to 41 states, some violating P or Q. The same for the same seed.
GraphModel RandomGraph(uint64_t seed);

}  // namespace bindery::model

#endif  // BINDERY_MODEL_TESTING_RANDOM_GRAPH_H_
