// A trace as text: strace of programs that talk binder, with the driver's state
// beside it.
//
//      1 [client.main] ioctl(3, BINDER_WRITE_READ, write=68) ...
//                        BC_TRANSACTION {handle=0, code=1}
//                        → #1 BC_TRANSACTION
//                          | + transaction client.main/0 code 1
//      2 [client.main]   SLEEP binder_wait_for_work
//
// One line for each event: number of the step, actor, event. What happens
// inside a system call is indented; a call and its return that nothing
// separates share a line. Lines behind a bar are the fields that the step
// changed.
#ifndef BINDERY_TOOLS_EXPORT_TEXT_H_
#define BINDERY_TOOLS_EXPORT_TEXT_H_

#include <string>

#include "proto/trace.pb.h"

namespace bindery::tools {

// With `color`, ANSI escapes set actors, errors and changes apart; whatever
// comes from the trace is made printable first.
std::string ExportText(const proto::Trace& trace, bool color);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_EXPORT_TEXT_H_
