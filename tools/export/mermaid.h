// A trace as a Mermaid sequence diagram, to be pasted between ```mermaid fences
// of a page on GitHub or GitLab.
//
// Participants are the actors that do or receive something, boxed by process.
// A message is an arrow at the place where it arrives, dashed for a reply; one
// that never arrives is a note at the place where it left. Errors, faults and
// acts of the environment are notes. System calls and state are left out: a
// sequence diagram with all of them teaches nothing.
//
// Renderers refuse text of more than 50,000 characters by default; use the HTML
// export for long traces.
#ifndef BINDERY_TOOLS_EXPORT_MERMAID_H_
#define BINDERY_TOOLS_EXPORT_MERMAID_H_

#include <string>

#include "proto/trace.pb.h"

namespace bindery::tools {

std::string ExportMermaid(const proto::Trace& trace);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_EXPORT_MERMAID_H_
