// A trace as one HTML file that needs nothing else: no network, no fonts, no
// other file, and no script to be read (with scripts it is easier to explore).
//
// On top a space-time diagram: one lane for each actor, time downward, a dot
// for each step, an arrow for each message, dashes where a thread sleeps, red
// where a property breaks. Below it a table with every event and every changed
// field. Each step has a link of its own (#s12).
//
// Whatever comes from the trace is escaped; a policy in the page forbids it to
// load anything. Files grow linearly, by about 1 kB a step.
#ifndef BINDERY_TOOLS_EXPORT_HTML_H_
#define BINDERY_TOOLS_EXPORT_HTML_H_

#include <string>

#include "proto/trace.pb.h"

namespace bindery::tools {

std::string ExportHtml(const proto::Trace& trace);

// Text made safe for element content and for quoted attributes.
std::string EscapeHtml(const std::string& text);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_EXPORT_HTML_H_
