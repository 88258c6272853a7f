// Golden counts: the states and transitions that a complete exploration of a
// suite must have, in one file for each suite, with the options and the model
// version that made them.
#ifndef BINDERY_TOOLS_BINDERY_GOLDEN_H_
#define BINDERY_TOOLS_BINDERY_GOLDEN_H_

#include "absl/status/status.h"
#include "proto/report.pb.h"
#include "tools/bindery/session.h"

namespace bindery::tools {

// Compares the result with --golden, if that is given; a difference makes it
// "violated". With --update_goldens writes it there instead, leaving other
// scenarios' counts as they are. Errors: a file that is not of this form.
absl::Status CheckGolden(const Session& session, proto::Result* result);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_BINDERY_GOLDEN_H_
