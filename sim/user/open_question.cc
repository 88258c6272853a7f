#include "sim/user/open_question.h"

#include <memory>
#include <set>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/check.h"
#include "google/protobuf/text_format.h"
#include "sim/user/alphabet.h"
#include "sim/user/growing_scenario.h"

namespace bindery::sim {
namespace {

constexpr uint32_t kAcceptsFds = 0x100;

// A number of the question, with its bounds.
struct Number {
  const char* name;
  uint32_t OpenQuestion::*member;
  uint32_t least;
  uint32_t most;
};
constexpr Number kNumbers[] = {
    {"procs", &OpenQuestion::procs, 1, 8},
    {"threads", &OpenQuestion::threads, 1, 8},
    {"commands", &OpenQuestion::commands, 1, 64},
    {"deaths", &OpenQuestion::deaths, 0, 8},
    {"signals", &OpenQuestion::signals, 0, 64},
    {"faults", &OpenQuestion::faults, 0, 64},
};
constexpr char kForm[] =
    "write procs:P,threads:T,commands:K[,alphabet:core|wide][,deaths:N]"
    "[,signals:N][,faults:N]";

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  absl::StatusOr<OpenQuestion> Run() {
    for (const absl::string_view part : absl::StrSplit(text_, ',')) {
      if (absl::Status s = Part(part); !s.ok()) return s;
      at_ += part.size() + 1;
    }
    for (const char* needed : {"procs", "commands"}) {
      if (seen_.count(needed) == 0) {
        at_ = text_.size();
        return Error(absl::StrCat("\"", needed, "\" is missing; ", kForm));
      }
    }
    if (question_.deaths > question_.procs) {
      at_ = text_.find("deaths");
      return Error(absl::StrCat("deaths:", question_.deaths, ", but only ",
                                question_.procs, " processes can die"));
    }
    return question_;
  }

 private:
  absl::Status Error(const std::string& what) const {
    return absl::InvalidArgumentError(
        absl::StrCat("--open=", text_, ": at character ", at_ + 1, ": ", what));
  }

  absl::Status Part(absl::string_view part) {
    const size_t colon = part.find(':');
    if (colon == absl::string_view::npos) {
      return Error(absl::StrCat("\"", part, "\" has no value; ", kForm));
    }
    const std::string name(part.substr(0, colon));
    const absl::string_view value = part.substr(colon + 1);
    if (!seen_.insert(name).second) {
      return Error(
          absl::StrCat("\"", name, "\" is given twice; leave one out"));
    }
    if (name == "alphabet") return Alphabet(value);
    for (const Number& number : kNumbers) {
      if (name == number.name) return Value(number, value);
    }
    return Error(absl::StrCat("nothing is called \"", name, "\"; ", kForm));
  }

  absl::Status Alphabet(absl::string_view value) {
    if (AlphabetByName(value) == nullptr) {
      return Error(absl::StrCat("there is no alphabet \"", value,
                                "\"; there is ",
                                absl::StrJoin(AlphabetNames(), ", ")));
    }
    question_.alphabet = std::string(value);
    return absl::OkStatus();
  }

  absl::Status Value(const Number& number, absl::string_view value) {
    uint32_t parsed = 0;
    if (!absl::SimpleAtoi(value, &parsed) || parsed < number.least ||
        parsed > number.most) {
      return Error(absl::StrCat(number.name, ":", value, ": must be ",
                                number.least, " to ", number.most));
    }
    question_.*number.member = parsed;
    return absl::OkStatus();
  }

  const absl::string_view text_;
  size_t at_ = 0;
  std::set<std::string> seen_;
  OpenQuestion question_;
};

// Pointers and handles that a process can come to have, 0 and the least unused
// one included: each command makes at most one of each in a process.
uint32_t ValuesOf(const OpenQuestion& question) {
  return question.commands + 2;
}

proto::Step StepOf(const Letter& letter, uint32_t object) {
  const std::string text = absl::StrReplaceAll(
      letter.step,
      {{"$", absl::StrCat(object)}, {"@", absl::StrCat(object * 0x1000)}});
  proto::Step step;
  BINDERY_CHECK_MSG(google::protobuf::TextFormat::ParseFromString(text, &step),
                    letter.name);
  step.add_expect();  // whatever comes of it
  return step;
}

uint32_t ObjectsOf(const Letter& letter, const OpenQuestion& question) {
  if (letter.object == Over::kNothing) return 1;
  return letter.object == Over::kProcess ? question.procs : ValuesOf(question);
}

void AddProcess(const OpenQuestion& question, uint32_t index,
                proto::Scenario* scenario) {
  proto::Process* process = scenario->add_process();
  process->set_name(absl::StrCat("p", index));
  process->add_file()->set_name(absl::StrCat("file", index));
  process->mutable_attach()->set_context_manager(index == 0);
  for (uint32_t i = 0; i < ValuesOf(question); ++i) {
    proto::Node* node = process->add_node();
    node->set_name(absl::StrCat("n", i));
    node->set_ptr(i * 0x1000);
    node->set_cookie(i == 0 ? 0 : i * 0x1000 + 1);
    node->set_flags(kAcceptsFds);
  }
  for (uint32_t i = 0; i < question.threads; ++i) {
    process->add_thread()->set_name(absl::StrCat("t", i));
  }
}

void SetBudgets(const OpenQuestion& question, CompiledScenario* compiled) {
  BudgetSpec& budget = compiled->budget;
  for (uint32_t i = 1; question.deaths != 0 && i <= question.procs; ++i) {
    budget.kill.push_back(i);
  }
  budget.most_kills = question.deaths;
  budget.signals = question.signals;
  budget.allocation_failures = question.faults;
  BINDERY_CHECK(compiled->events.empty());
  compiled->events.push_back("commands left");
}

}  // namespace

std::string OpenQuestion::ToText() const {
  std::string text = absl::StrCat("procs:", procs, ",threads:", threads,
                                  ",commands:", commands);
  absl::StrAppend(&text, ",alphabet:", alphabet, ",deaths:", deaths,
                  ",signals:", signals, ",faults:", faults);
  return text;
}

absl::StatusOr<OpenQuestion> ParseOpenQuestion(absl::string_view text) {
  return Parser(text).Run();
}

proto::Scenario ScenarioOf(const OpenQuestion& question) {
  proto::Scenario scenario;
  scenario.set_name("open");
  scenario.set_description(absl::StrCat("Open: ", question.ToText()));
  for (uint32_t i = 0; i < question.procs; ++i) {
    AddProcess(question, i, &scenario);
  }
  return scenario;
}

absl::StatusOr<CompiledScenario> CompileOpen(const OpenQuestion& question) {
  const proto::Scenario base = ScenarioOf(question);
  auto growing = GrowingScenario::Create(base, {});
  if (!growing.ok()) return growing.status();
  OpenSpec open;
  open.text = question.ToText();
  open.alphabet = AlphabetByName(question.alphabet);
  open.commands = question.commands;
  for (uint32_t i = 0; i < question.procs; ++i) {
    std::vector<std::vector<uint32_t>>& letters = open.entries.emplace_back();
    for (const Letter& letter : *open.alphabet) {
      std::vector<uint32_t>& entries = letters.emplace_back();
      for (uint32_t v = 0; v < ObjectsOf(letter, question); ++v) {
        const auto entry =
            (*growing)->Append(static_cast<int>(i), 0, StepOf(letter, v));
        if (!entry.ok()) return entry.status();
        entries.push_back(*entry);
      }
    }
  }
  CompiledScenario compiled = (*growing)->compiled();
  compiled.open = std::move(open);
  google::protobuf::TextFormat::PrintToString(base, &compiled.text);
  SetBudgets(question, &compiled);
  return compiled;
}

}  // namespace bindery::sim
