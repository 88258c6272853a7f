#ifndef BINDERY_TOOLS_AGENT_PLAN_CALL_H_
#define BINDERY_TOOLS_AGENT_PLAN_CALL_H_

// The `call` statement: from a verb and its operands to a system call.
// plan.md lists the verbs.

#include "tools/agent/plan.h"
#include "tools/agent/words.h"

// Reads the words behind `call ACTOR`. Returns null, or what is wrong.
const char* ParseCall(struct Words* words, struct Call* call);

#endif  // BINDERY_TOOLS_AGENT_PLAN_CALL_H_
