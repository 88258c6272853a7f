// The space-time diagram of the HTML export, as two SVG elements of one width:
// a head with the names of the lanes, which stays in view, and the body.
#ifndef BINDERY_TOOLS_EXPORT_DIAGRAM_H_
#define BINDERY_TOOLS_EXPORT_DIAGRAM_H_

#include <string>

#include "proto/trace.pb.h"
#include "tools/export/timeline.h"

namespace bindery::tools {

// Height of a step's row in pixels; report.js divides by it.
inline constexpr int kRowHeight = 26;

std::string DiagramHead(const Timeline& timeline);
std::string DiagramBody(const proto::Trace& trace, const Timeline& timeline);

// What a step is about, in a few words: "BC_TRANSACTION", "open = 3".
std::string StepLabel(const proto::TraceStep& step);

// CSS class of a step by the worst that happens in it: "bad", "error", "env",
// "work" or "".
const char* StepClass(const proto::TraceStep& step);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_EXPORT_DIAGRAM_H_
