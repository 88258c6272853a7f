// Says in sentences what a counterexample rests on: which actor is interrupted
// where, what the others change meanwhile that it goes on to use, and which
// lock it had let go of.
//
// Meant for counterexamples that were made small (model/counterexample/
// shrink.h): there every switch is needed, so each one that is inside of a
// command is a place where one lock held for longer, or one more check, would
// have kept two steps apart. At command granularity nobody is interrupted; what
// matters then is the order of the calls.
#ifndef BINDERY_ADAPTER_EXPLAIN_H_
#define BINDERY_ADAPTER_EXPLAIN_H_

#include <string>
#include <vector>

#include "adapter/binder_model.h"
#include "proto/trace.pb.h"

namespace bindery {

// REQUIRES: the model is in the state that the trace begins in, and each of its
// choices is enabled in turn. The model is left as it was.
std::vector<std::string> Explain(BinderModel& model, const proto::Trace& trace);

}  // namespace bindery

#endif  // BINDERY_ADAPTER_EXPLAIN_H_
