#include "tools/export/html.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "tools/export/diagram.h"
#include "tools/export/event_text.h"
#include "tools/export/report_assets.h"
#include "tools/export/timeline.h"

namespace bindery::tools {
namespace {

constexpr absl::string_view kHead =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n";

constexpr absl::string_view kLegend =
    "<p class=\"legend\">"
    "<span><i class=\"k dot-key\"></i>step</span>"
    "<span><i class=\"k arrow-key\"></i>message</span>"
    "<span><i class=\"k arrow-key reply\"></i>reply</span>"
    "<span><i class=\"k arrow-key lost\"></i>never received</span>"
    "<span><i class=\"k sleep-key\"></i>asleep</span>"
    "<span><i class=\"k dot-key env\"></i>environment</span>"
    "<span><i class=\"k dot-key error\"></i>refused</span>"
    "<span><i class=\"k dot-key bad\"></i>violation</span></p>\n";

const char* KindClass(const proto::Event& event) {
  switch (event.kind()) {
    case proto::Event::SYSCALL:
      return "call";
    case proto::Event::SYSCALL_RETURN:
      return event.result() < 0 ? "call error" : "call";
    case proto::Event::COMMAND:
      return "bc";
    case proto::Event::RETURN:
      return "br";
    case proto::Event::SEND:
    case proto::Event::RECEIVE:
      return "mail";
    case proto::Event::USER_ERROR:
      return "error";
    case proto::Event::FAULT:
      return "bad";
    case proto::Event::ENVIRONMENT:
      return "env";
    default:
      return "other";
  }
}

void AppendChip(absl::string_view name, const std::string& value,
                std::string* out) {
  if (value.empty()) return;
  absl::StrAppend(out, "<span class=\"chip\">", name, " <b>", EscapeHtml(value),
                  "</b></span>\n");
}

std::string Title(const proto::Trace& trace) {
  return EscapeHtml(trace.scenario_name().empty() ? "trace"
                                                  : trace.scenario_name());
}

std::string Header(const proto::Trace& trace) {
  const proto::TraceOptions& options = trace.options();
  std::string out = absl::StrCat("<header><h1>", Title(trace), "</h1>\n");
  AppendChip("profile", options.profile(), &out);
  AppendChip("granularity", options.granularity(), &out);
  AppendChip("addresses", options.addresses(), &out);
  AppendChip("mutations", absl::StrJoin(options.mutation(), ", "), &out);
  if (options.seed() != 0) {
    AppendChip("seed", absl::StrCat(options.seed()), &out);
  }
  AppendChip("steps", absl::StrCat(trace.step_size()), &out);
  return absl::StrCat(out, "</header>\n");
}

std::string Verdict(const proto::Trace& trace, const Timeline& timeline) {
  if (!trace.has_end()) return "";
  const proto::TraceEnd& end = trace.end();
  std::string out =
      absl::StrCat("<p class=\"verdict ", EndsBadly(trace) ? "bad" : "good",
                   "\"><b>", EscapeHtml(end.verdict()));
  if (!end.property().empty()) {
    absl::StrAppend(&out, " ", EscapeHtml(end.property()));
  }
  absl::StrAppend(&out, "</b> ", EscapeHtml(end.message()));
  if (timeline.bad_step != kNowhere) {
    absl::StrAppend(&out, " <a href=\"#s", timeline.bad_step + 1, "\">step ",
                    timeline.bad_step + 1, "</a>");
  }
  return absl::StrCat(out, "</p>\n");
}

void AppendEvents(const proto::TraceStep& step, std::string* out) {
  absl::StrAppend(out, "<ul class=\"events\">");
  int depth = 0;
  for (const proto::Event& event : step.event()) {
    const bool border = event.kind() == proto::Event::SYSCALL ||
                        event.kind() == proto::Event::SYSCALL_RETURN;
    absl::StrAppend(out, "<li class=\"", KindClass(event),
                    border || depth == 0 ? "" : " in", "\">",
                    EscapeHtml(EventText(event)));
    if (!event.function().empty()) {
      absl::StrAppend(out, " <i>", EscapeHtml(event.function()), "</i>");
    }
    absl::StrAppend(out, "</li>");
    if (border) depth = event.kind() == proto::Event::SYSCALL;
  }
  absl::StrAppend(out, "</ul>");
}

void AppendChange(const proto::Change& change, bool same_object,
                  std::string* out) {
  absl::StrAppend(out, IsBookkeeping(change) ? "<tr class=\"minor\">" : "<tr>",
                  "<td class=\"obj\">");
  if (!same_object) absl::StrAppend(out, EscapeHtml(change.object()));
  absl::StrAppend(out, "</td><td>", EscapeHtml(change.field()),
                  "</td><td class=\"before\">", EscapeHtml(change.before()),
                  "</td><td class=\"after\">", EscapeHtml(change.after()),
                  "</td></tr>");
}

void AppendChanges(const proto::TraceStep& step, std::string* out) {
  if (step.change_size() == 0) return;
  absl::StrAppend(out, "<table class=\"changes\">");
  // The driver's objects first.
  for (const bool minor : {false, true}) {
    const std::string* object = nullptr;
    for (const proto::Change& change : step.change()) {
      if (IsBookkeeping(change) != minor) continue;
      AppendChange(change, object != nullptr && *object == change.object(),
                   out);
      object = &change.object();
    }
  }
  absl::StrAppend(out, "</table>");
}

std::string StepRow(const proto::TraceStep& step, int index, bool bad) {
  std::string out = absl::StrCat(
      "<section class=\"step ", bad ? "bad" : StepClass(step), "\" id=\"s",
      index + 1, "\"><h3><a href=\"#s", index + 1, "\">", index + 1, "</a> ",
      EscapeHtml(step.actor()), "</h3><div>");
  AppendEvents(step, &out);
  AppendChanges(step, &out);
  return absl::StrCat(out, "</div></section>\n");
}

// Printable(), but line ends stay.
std::string PrintableLines(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (std::string& line : lines) line = Printable(line);
  return absl::StrJoin(lines, "\n");
}

}  // namespace

std::string EscapeHtml(const std::string& text) {
  std::string out;
  for (char c : PrintableLines(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string ExportHtml(const proto::Trace& trace) {
  const Timeline timeline = BuildTimeline(trace);
  std::string out = absl::StrCat(
      kHead, "<title>", Title(trace), "</title>\n<style>\n", kReportCss,
      "</style></head>\n<body>\n", Header(trace), Verdict(trace, timeline),
      kLegend, "<main>\n<div id=\"chart\" data-row=\"", kRowHeight, "\">\n",
      DiagramHead(timeline), DiagramBody(trace, timeline),
      "</div>\n<aside id=\"panel\"></aside>\n</main>\n",
      "<h2>Steps</h2>\n<div id=\"steps\">\n");
  for (int i = 0; i < trace.step_size(); ++i) {
    absl::StrAppend(&out, StepRow(trace.step(i), i, i == timeline.bad_step));
  }
  if (trace.step_size() == 0) absl::StrAppend(&out, "<p>No steps.</p>\n");
  absl::StrAppend(&out, "</div>\n<script>\n", kReportJs,
                  "</script>\n</body></html>\n");
  return out;
}

}  // namespace bindery::tools
