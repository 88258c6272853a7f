// BRM-1 in Promela, the language of SPIN, to measure against.
#ifndef BINDERY_MODEL_BRM_PROMELA_H_
#define BINDERY_MODEL_BRM_PROMELA_H_

#include <string>

#include "model/brm/params.h"

namespace bindery::model {

// A whole program: one process that takes one command of BRM-1, or one death,
// at each step, as a d_step of constants only. The cells of a process, of a
// node and of a reference share one variable each. SPIN finds as many states
// in it as there are, and counts one transition more (the first state).
// Invariants are left out, so SPIN has less to do than the checker here.
std::string BrmPromela(const BrmParams& params);

}  // namespace bindery::model

#endif  // BINDERY_MODEL_BRM_PROMELA_H_
