#include "tools/export/event_text.h"

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace bindery::tools {
namespace {

std::string ArgList(const proto::Event& event) {
  std::string text;
  for (const proto::Arg& arg : event.arg()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", arg.name(),
                    arg.name().empty() ? "" : "=", arg.value());
  }
  return text;
}

std::string Braced(const proto::Event& event) {
  const std::string args = ArgList(event);
  return args.empty() ? "" : absl::StrCat(" {", args, "}");
}

std::string Words(absl::string_view lead, const proto::Event& event) {
  return absl::StrCat(lead, lead.empty() ? "" : " ", event.name(),
                      Braced(event));
}

std::string InFunction(const proto::Event& event) {
  if (event.function().empty()) return "";
  return absl::StrCat(" in ", event.function());
}

// One object's changes, gathered.
struct ObjectChanges {
  bool all_new = true;
  bool all_gone = true;
  std::string text;
};

void Gather(const proto::Change& change, ObjectChanges* object) {
  object->all_new = object->all_new && change.before().empty();
  object->all_gone = object->all_gone && change.after().empty();
  if (change.field().empty()) return;
  absl::StrAppend(&object->text, object->text.empty() ? " " : ", ",
                  change.field(), " ");
  if (change.before().empty()) {
    absl::StrAppend(&object->text, change.after());
  } else if (change.after().empty()) {
    absl::StrAppend(&object->text, change.before());
  } else {
    absl::StrAppend(&object->text, change.before(), "→", change.after());
  }
}

absl::string_view Mark(const ObjectChanges& object) {
  if (object.all_new) return "+ ";
  return object.all_gone ? "- " : "";
}

// Length of the UTF-8 sequence that begins at `at`; 0 if none does.
size_t SequenceLength(const std::string& text, size_t at) {
  const unsigned char lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return lead >= 0x20 && lead != 0x7f ? 1 : 0;
  // C2: the two-byte forms below U+00A0 are control characters.
  size_t length = 0;
  if (lead >= 0xc2 && lead <= 0xdf) length = 2;
  if (lead >= 0xe0 && lead <= 0xef) length = 3;
  if (lead >= 0xf0 && lead <= 0xf4) length = 4;
  if (length == 0 || at + length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return 0;
  }
  const unsigned char second = static_cast<unsigned char>(text[at + 1]);
  return lead == 0xc2 && second < 0xa0 ? 0 : length;
}

}  // namespace

std::string ResultText(int64_t result) {
  if (result >= 0) return absl::StrCat(result);
  const char* name =
      result > -4096 ? strerrorname_np(static_cast<int>(-result)) : nullptr;
  return name == nullptr ? absl::StrCat(result) : absl::StrCat("-1 ", name);
}

std::string EventText(const proto::Event& event) {
  switch (event.kind()) {
    case proto::Event::SYSCALL:
      return absl::StrCat(event.name(), "(", ArgList(event), ")");
    case proto::Event::SYSCALL_RETURN:
      return absl::StrCat("<... ", event.name(), " resumed>", Braced(event),
                          " = ", ResultText(event.result()));
    case proto::Event::SEND:
      return Words(absl::StrCat("→ #", event.message_id()), event);
    case proto::Event::RECEIVE:
      return Words(absl::StrCat("← #", event.message_id()), event);
    case proto::Event::SLEEP:
      return event.name().empty() ? "SLEEP" : Words("SLEEP", event);
    case proto::Event::WAKE:
      return Words("WAKE", event);
    case proto::Event::USER_ERROR:
      return absl::StrCat(Words("USER ERROR", event), InFunction(event));
    case proto::Event::STEP:
      return absl::StrCat(event.function(), ": ", event.name());
    case proto::Event::FAULT:
      return absl::StrCat(Words("FAULT", event), InFunction(event));
    case proto::Event::ENVIRONMENT:
      return Words("***", event);
    case proto::Event::REPORT:
      return Words("REPORT", event);
    default:
      return Words("", event);
  }
}

bool IsBookkeeping(const proto::Change& change) {
  static constexpr absl::string_view kTables[] = {
      "activation ", "chunk ",  "command ", "frame ",
      "global",      "return ", "task ",    "variable "};
  for (const absl::string_view table : kTables) {
    if (absl::StartsWith(change.object(), table)) return true;
  }
  return false;
}

std::vector<std::string> ChangeLines(const proto::TraceStep& step) {
  std::vector<std::string> order;
  std::map<std::string, ObjectChanges> objects;
  for (const proto::Change& change : step.change()) {
    if (IsBookkeeping(change)) continue;
    const auto [object, added] =
        objects.emplace(change.object(), ObjectChanges{});
    if (added) order.push_back(change.object());
    Gather(change, &object->second);
  }
  std::vector<std::string> lines;
  for (const std::string& name : order) {
    const ObjectChanges& object = objects[name];
    // What an object that is gone was like, earlier lines have said.
    lines.push_back(
        absl::StrCat(Mark(object), name, object.all_gone ? "" : object.text));
  }
  return lines;
}

std::string Printable(const std::string& text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t length = SequenceLength(text, at);
    if (length > 0) {
      out.append(text, at, length);
      at += length;
      continue;
    }
    const unsigned char byte = static_cast<unsigned char>(text[at++]);
    out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

}  // namespace bindery::tools
