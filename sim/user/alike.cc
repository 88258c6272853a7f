#include "sim/user/alike.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Strings that name nobody, or nobody whom an exploration would notice.
bool NamesNobody(const FieldDescriptor& field) {
  static const auto& names = *new std::set<std::string>{
      "bindery.proto.Process.name",         "bindery.proto.Scenario.name",
      "bindery.proto.Scenario.description", "bindery.proto.Scenario.source",
      "bindery.proto.Scenario.schedule",    "bindery.proto.Scenario.budget",
      "bindery.proto.Scenario.not_mainline"};
  return names.count(field.full_name()) != 0;
}

bool InName(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '-'; }

// Calls f for each word of a text that could be a name.
template <typename F>
void ForEachWord(const std::string& text, F&& f) {
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && InName(text[end])) ++end;
    if (end != i) f(text.substr(i, end - i));
    i = end + 1;
  }
}

// Where words stand in the scenario.
class Mentions {
 public:
  void Scan(const Message& message, const ParseTree* tree, Place place) {
    const Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (NamesNobody(*field)) continue;
      const int count =
          field->is_repeated() ? reflection.FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        ScanOne(message, *field, i, tree, place);
      }
    }
  }
  // None if it stands nowhere.
  std::optional<Place> Of(const std::string& word) const {
    const auto found = places_.find(word);
    if (found == places_.end()) return std::nullopt;
    return found->second;
  }

 private:
  void ScanOne(const Message& message, const FieldDescriptor& field, int index,
               const ParseTree* tree, Place place) {
    const Reflection& reflection = *message.GetReflection();
    const Place at = PlaceOf(message, tree, field.name(), index, place);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const Message& child =
          field.is_repeated()
              ? reflection.GetRepeatedMessage(message, &field, index)
              : reflection.GetMessage(message, &field);
      return Scan(child, TreeOf(message, tree, field.name(), index), at);
    }
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return;
    const std::string text =
        field.is_repeated()
            ? reflection.GetRepeatedString(message, &field, index)
            : reflection.GetString(message, &field);
    ForEachWord(text, [&](std::string word) { places_.emplace(word, at); });
  }

  std::map<std::string, Place> places_;
};

// Fields of which a renaming changes the number.
class ChangingFields {
 public:
  template <typename T, typename Row>
  void Field(const char* name, T Row::*, Meaning meaning = {}) {
    if (meaning != Meaning::kNumber) names_.insert(name);
  }
  template <typename T, typename Row>
  void Address(const char*, T Row::*) {}
  template <typename T, typename Row>
  void Derived(const char*, T Row::*, const char*) {}
  template <typename T, typename Row>
  void Skip(const char*, T Row::*, const char*) {}

  static std::set<std::string> All() {
    ChangingFields fields;
    ForEachRowType([&](auto* type) {
      std::remove_pointer_t<decltype(type)>::Fields(fields);
    });
    return fields.names_;
  }

 private:
  std::set<std::string> names_;
};

bool Same(const CommandTemplate& a, const CommandTemplate& b) {
  const auto all = [](const CommandTemplate& c) {
    return std::tie(c.bc, c.size, c.handle, c.handle_variable, c.code, c.flags,
                    c.fault_at, c.has_address, c.buffer_variable, c.address,
                    c.ptr, c.cookie, c.data_size, c.offsets_size,
                    c.buffers_size, c.readable, c.data, c.offsets, c.memory);
  };
  return all(a) == all(b);
}

bool Same(const Instruction& a, const Instruction& b) {
  return a.op == b.op && a.flags == b.flags && a.expect.count == b.expect.count;
}

template <typename T>
bool SameRange(const std::vector<T>& all, Range a, Range b) {
  if (a.count != b.count) return false;
  for (uint32_t i = 0; i < a.count; ++i) {
    if (!Same(all[a.begin + i], all[b.begin + i])) return false;
  }
  return true;
}

class AlikeFinder {
 public:
  AlikeFinder(const Cursor<proto::Scenario>& scenario,
              const std::vector<Cursor<proto::Process>>& processes,
              const CompiledScenario& compiled)
      : scenario_(scenario), processes_(processes), compiled_(compiled) {}

  AlikeProcesses Find() {
    const std::vector<std::vector<uint32_t>> groups = WrittenAlike();
    if (groups.empty() || !Tellable()) return std::move(found_);
    size_t room = Symmetry::kMostMembers;
    for (const std::vector<uint32_t>& group : groups) {
      std::vector<uint32_t> members = Members(group);
      if (members.size() > room) members.resize(room);
      if (members.size() < 2) continue;
      room -= members.size();
      found_.classes.push_back(std::move(members));
    }
    return std::move(found_);
  }

 private:
  bool MayDie(uint32_t process) const {
    const std::vector<uint32_t>& kill = compiled_.budget.kill;
    return std::find(kill.begin(), kill.end(), process) != kill.end();
  }

  // As texts: strings need not be UTF-8, which wire format complains about.
  std::vector<std::vector<uint32_t>> WrittenAlike() const {
    google::protobuf::TextFormat::Printer printer;
    printer.SetSingleLineMode(true);
    std::map<std::pair<bool, std::string>, std::vector<uint32_t>> by_text;
    for (uint32_t i = 0; i < processes_.size(); ++i) {
      proto::Process process = *processes_[i];
      if (process.has_namespaces()) continue;
      process.clear_name();
      process.clear_copies();
      std::string text;
      printer.PrintToString(process, &text);
      by_text[{MayDie(i + 1), std::move(text)}].push_back(i + 1);
    }
    std::vector<std::vector<uint32_t>> alike;
    for (auto& [text, group] : by_text) {
      if (group.size() >= 2) alike.push_back(std::move(group));
    }
    std::sort(alike.begin(), alike.end());
    return alike;
  }

  // Whether the scenario as a whole treats processes without respect of
  // persons. Fills in what stands in it.
  bool Tellable() {
    mentions_.Scan(*scenario_, scenario_.origin().tree, scenario_.place());
    if (!compiled_.mountpoints.empty()) {
      found_.why_not =
          "the scenario has a binderfs, whose files tell processes apart";
      return false;
    }
    const std::set<std::string> changing = ChangingFields::All();
    for (const auto* list : {&compiled_.always, &compiled_.sometimes,
                             &compiled_.eventually, &compiled_.checks}) {
      for (const PredicateSpec& predicate : *list) {
        ForEachWord(predicate.expr, [&](const std::string& word) {
          if (changing.count(word) == 0) return;
          found_.why_not = absl::StrCat(
              Where(predicate.place), "the predicate looks at ", word,
              ", which may tell processes apart; ask for something else");
        });
      }
    }
    return found_.why_not.empty();
  }

  std::vector<uint32_t> Members(const std::vector<uint32_t>& group) {
    std::vector<uint32_t> members;
    for (const uint32_t process : group) {
      if (Named(process)) continue;
      if (members.empty() || SamePrograms(members[0], process)) {
        members.push_back(process);
      } else if (found_.why_not.empty()) {
        found_.why_not = absl::StrCat(
            "\"", NameOf(members[0]), "\" and \"", NameOf(process),
            "\" are written alike, but not compiled to the same commands");
      }
    }
    return members;
  }

  bool Named(uint32_t process) {
    const std::optional<Place> at = mentions_.Of(NameOf(process));
    if (!at.has_value()) return false;
    if (found_.why_not.empty()) {
      found_.why_not =
          absl::StrCat(Where(*at), "\"", NameOf(process),
                       "\" is named here, so that no other process can stand "
                       "for it");
    }
    return true;
  }

  bool SamePrograms(uint32_t a, uint32_t b) const {
    const ProcessSpec& one = compiled_.processes[a - 1];
    const ProcessSpec& other = compiled_.processes[b - 1];
    return one.tasks.count == other.tasks.count &&
           one.variables.size() == other.variables.size() &&
           SameRange(compiled_.code, one.code, other.code) &&
           SameRange(compiled_.commands, one.commands, other.commands);
  }

  const std::string& NameOf(uint32_t process) const {
    return compiled_.processes[process - 1].name;
  }
  std::string Where(Place place) const {
    return absl::StrCat(compiled_.filename, ":", place.line, ":", place.column,
                        ": ");
  }

  const Cursor<proto::Scenario>& scenario_;
  const std::vector<Cursor<proto::Process>>& processes_;
  const CompiledScenario& compiled_;
  Mentions mentions_;
  AlikeProcesses found_;
};

Symmetry::Member MemberOf(const CompiledScenario& scenario, uint32_t process) {
  const ProcessSpec& spec = scenario.processes[process - 1];
  Symmetry::Member member;
  member.process = process;
  for (uint32_t i = 0; i < spec.tasks.count; ++i) {
    member.actors.push_back(spec.tasks.begin + i + 1);
  }
  member.code = spec.code.begin;
  const std::vector<uint32_t>& kill = scenario.budget.kill;
  const auto at = std::find(kill.begin(), kill.end(), process);
  if (at != kill.end()) member.kill = static_cast<int>(at - kill.begin());
  return member;
}

}  // namespace

AlikeProcesses FindAlike(const Cursor<proto::Scenario>& scenario,
                         const std::vector<Cursor<proto::Process>>& processes,
                         const CompiledScenario& compiled) {
  return AlikeFinder(scenario, processes, compiled).Find();
}

std::unique_ptr<Symmetry> SymmetryOf(const CompiledScenario& scenario) {
  std::vector<Symmetry::Class> classes;
  for (const std::vector<uint32_t>& members : scenario.alike.classes) {
    Symmetry::Class& made = classes.emplace_back();
    made.code_size = scenario.processes[members[0] - 1].code.count;
    for (const uint32_t process : members) {
      made.members.push_back(MemberOf(scenario, process));
    }
  }
  if (classes.empty()) return nullptr;
  return std::make_unique<Symmetry>(std::move(classes));
}

}  // namespace bindery::sim
