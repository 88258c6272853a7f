#include "tools/conform/selinux_policy.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/bytes.h"

namespace bindery::conform {
namespace {

using sim::Permission;

constexpr uint32_t kMagic = 0xf97cff8c;
constexpr char kTarget[] = "SE Linux";
constexpr uint32_t kVersion = 31;
constexpr uint32_t kAllowUnknown = 4;
constexpr uint32_t kSymbolTables = 8;
constexpr uint32_t kContextTables = 9;
constexpr uint16_t kAllowed = 1;  // a rule's kind

// The agent's, which nobody's files have too.
constexpr char kAgentContext[] = "agent:agent:agent";

// A class and its permissions; numbers count from 1, permissions are bits.
struct SecurityClass {
  uint16_t number;
  const char* name;
  std::vector<const char*> permissions;
};

constexpr uint16_t kProcess = 1;
constexpr uint16_t kBinder = 2;
constexpr uint16_t kFd = 3;
constexpr uint16_t kBpf = 4;
constexpr uint32_t kProcessDynTransition = 2;
constexpr uint32_t kProcessSetCurrent = 4;
constexpr uint32_t kBpfReadWrite = 3;
constexpr uint32_t kBpfRun = 4;

// The kernel refuses a policy without process: transition.
std::vector<SecurityClass> Classes() {
  return {{kProcess, "process", {"transition", "dyntransition", "setcurrent"}},
          {kBinder,
           "binder",
           {"call", "transfer", "set_context_mgr", "impersonate"}},
          {kFd, "fd", {"use"}},
          {kBpf, "bpf", {"map_read", "map_write", "prog_run"}}};
}

// Names by number, from 1.
class Names {
 public:
  uint32_t NumberOf(const std::string& name) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) {
      names_.push_back(name);
      return static_cast<uint32_t>(names_.size());
    }
    return static_cast<uint32_t>(found - names_.begin()) + 1;
  }
  const std::vector<std::string>& all() const { return names_; }
  uint32_t size() const { return static_cast<uint32_t>(names_.size()); }

 private:
  std::vector<std::string> names_;
};

struct Context {
  uint32_t user;
  uint32_t role;
  uint32_t type;
};

class PolicyWriter {
 public:
  absl::StatusOr<std::string> Write(const sim::CompiledScenario& scenario) {
    // SELinux has this role whether or not it is used.
    roles_.NumberOf("object_r");
    if (absl::Status s = AddContext(kAgentContext); !s.ok()) return s;
    for (const sim::ProcessSpec& process : scenario.processes) {
      absl::Status s = AddContext(process.security_context);
      if (!s.ok()) return s;
    }
    AddRules(*scenario.policy);
    Header();
    Symbols();
    Rules();
    InitialContexts();
    Attributes();
    return std::move(out_);
  }

 private:
  absl::Status AddContext(const std::string& text) {
    const std::vector<std::string> parts = absl::StrSplit(text, ':');
    if (parts.size() != 3 || parts[0].empty() || parts[1].empty() ||
        parts[2].empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the security context \"", text,
          "\" is not of the form USER:ROLE:TYPE, which the policy for a kernel "
          "needs"));
    }
    contexts_.push_back({users_.NumberOf(parts[0]), roles_.NumberOf(parts[1]),
                         types_.NumberOf(parts[2])});
    return absl::OkStatus();
  }

  void Allow(uint32_t from, uint32_t to, uint16_t security_class,
             uint32_t permissions) {
    if (permissions == 0) return;
    rules_[{security_class, contexts_[from].type, contexts_[to].type}] |=
        permissions;
  }

  void AddRules(const sim::Policy& policy) {
    const auto count = static_cast<uint32_t>(contexts_.size());
    Allow(0, 0, kProcess, kProcessSetCurrent);
    for (uint32_t from = 0; from < count; ++from) {
      Allow(0, from, kProcess, kProcessDynTransition);
      // To make them.
      Allow(from, from, kBpf, kBpfReadWrite | kBpfRun);
      for (uint32_t to = 0; to < count; ++to) {
        uint32_t binder = 0;
        for (uint32_t i = 0; i < static_cast<uint32_t>(Permission::kUseFd);
             ++i) {
          if (policy.Allows(from, to, static_cast<Permission>(i))) {
            binder |= 1u << i;
          }
        }
        Allow(from, to, kBinder, binder);
        const bool use = policy.Allows(from, to, Permission::kUseFd);
        Allow(from, to, kFd, use ? 1 : 0);
        const bool map = policy.Allows(from, to, Permission::kUseMap);
        const bool program = policy.Allows(from, to, Permission::kRunProgram);
        Allow(from, to, kBpf,
              (map ? kBpfReadWrite : 0) | (program ? kBpfRun : 0));
      }
    }
  }

  void Put(std::initializer_list<uint32_t> words) {
    for (const uint32_t word : words) AppendNumber<uint32_t>(&out_, word);
  }
  // A set of numbers from 1 to `last`, of which those from `first` are in.
  void PutSet(uint32_t first, uint32_t last) {
    const uint32_t bits = last < first ? 0 : (last + 63) / 64 * 64;
    uint32_t nodes = 0;
    std::string words;
    for (uint32_t start = 0; start < bits; start += 64) {
      uint64_t map = 0;
      for (uint32_t i = 0; i < 64; ++i) {
        const uint32_t number = start + i + 1;
        if (number >= first && number <= last) map |= uint64_t{1} << i;
      }
      if (map == 0) continue;
      ++nodes;
      AppendNumber<uint32_t>(&words, start);
      AppendNumber<uint64_t>(&words, map);
    }
    Put({64, bits, nodes});
    out_ += words;
  }
  void PutEmptySet() { PutSet(1, 0); }
  // A policy without levels has these of level 0.
  void PutLevel() {
    Put({0});
    PutEmptySet();
  }
  void PutRange() {
    Put({1});
    PutLevel();
  }

  void Header() {
    Put({kMagic, sizeof(kTarget) - 1});
    out_ += kTarget;
    Put({kVersion, kAllowUnknown, kSymbolTables, kContextTables});
    PutEmptySet();  // capabilities
    PutEmptySet();  // permissive types
  }

  void PutClass(const SecurityClass& one) {
    const auto count = static_cast<uint32_t>(one.permissions.size());
    const std::string name = one.name;
    Put({static_cast<uint32_t>(name.size()), 0, one.number, count, count, 0});
    out_ += name;
    for (uint32_t i = 0; i < count; ++i) {
      const std::string permission = one.permissions[i];
      Put({static_cast<uint32_t>(permission.size()), i + 1});
      out_ += permission;
    }
    Put({0, 0, 0, 0, 0});  // validation of transitions, defaults
  }

  // Commons, classes, roles, types, users, booleans, levels, categories.
  void Symbols() {
    Put({0, 0});
    const std::vector<SecurityClass> classes = Classes();
    const auto count = static_cast<uint32_t>(classes.size());
    Put({count, count});
    for (const SecurityClass& one : classes) PutClass(one);
    PutNames(roles_, {0}, [&](uint32_t role) {
      PutSet(role, role);
      PutSet(1, role == 1 ? 0 : types_.size());
    });
    PutNames(types_, {1, 0}, [](uint32_t) {});
    PutNames(users_, {0}, [&](uint32_t) {
      PutSet(2, roles_.size());
      PutRange();
      PutLevel();
    });
    Put({0, 0, 0, 0, 0, 0});
  }

  // `more`: what stands between a symbol's number and its name.
  template <typename Rest>
  void PutNames(const Names& names, std::initializer_list<uint32_t> more,
                Rest&& rest) {
    Put({names.size(), names.size()});
    for (uint32_t i = 1; i <= names.size(); ++i) {
      const std::string& name = names.all()[i - 1];
      Put({static_cast<uint32_t>(name.size()), i});
      Put(more);
      out_ += name;
      rest(i);
    }
  }

  void Rules() {
    Put({static_cast<uint32_t>(rules_.size())});
    for (const auto& [key, permissions] : rules_) {
      AppendNumber<uint16_t>(&out_, static_cast<uint16_t>(key.from));
      AppendNumber<uint16_t>(&out_, static_cast<uint16_t>(key.to));
      AppendNumber<uint16_t>(&out_, key.security_class);
      AppendNumber<uint16_t>(&out_, kAllowed);
      AppendNumber<uint32_t>(&out_, permissions);
    }
    // Conditions, changes of roles; roles that may change to others: the
    // agent's, to all; names of files.
    const uint32_t agent = contexts_[0].role;
    Put({0, 0, roles_.size() - agent});
    for (uint32_t role = agent + 1; role <= roles_.size(); ++role) {
      Put({agent, role});
    }
    Put({0});
  }

  // Those of the kernel, of the security module and of what has none; then
  // files, ports and the like, file systems, changes of ranges.
  void InitialContexts() {
    Put({3});
    for (uint32_t sid = 1; sid <= 3; ++sid) {
      const Context& agent = contexts_[0];
      Put({sid, agent.user, agent.role, agent.type});
      PutRange();
    }
    for (uint32_t i = 1; i < kContextTables; ++i) Put({0});
    Put({0, 0});
  }

  // The attributes of each type: itself.
  void Attributes() {
    for (uint32_t type = 1; type <= types_.size(); ++type) PutSet(type, type);
  }

  struct Key {
    uint16_t security_class;
    uint32_t from;
    uint32_t to;
    auto operator<=>(const Key&) const = default;
  };

  Names users_;
  Names roles_;
  Names types_;
  std::vector<Context> contexts_;  // by process; the agent's is the first
  std::map<Key, uint32_t> rules_;
  std::string out_;
};

}  // namespace

absl::StatusOr<std::string> SelinuxPolicy(
    const sim::CompiledScenario& scenario) {
  return PolicyWriter().Write(scenario);
}

}  // namespace bindery::conform
