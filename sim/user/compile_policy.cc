// A policy's rules to a table of who may do what.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sim/user/compiler.h"

namespace bindery::sim {
namespace {

// The rules name permissions by these numbers.
static_assert(static_cast<int>(Permission::kCall) == proto::Rule::CALL);
static_assert(static_cast<int>(Permission::kTransfer) == proto::Rule::TRANSFER);
static_assert(static_cast<int>(Permission::kSetContextMgr) ==
              proto::Rule::SET_CONTEXT_MGR);
static_assert(static_cast<int>(Permission::kImpersonate) ==
              proto::Rule::IMPERSONATE);
static_assert(static_cast<int>(Permission::kUseFd) == proto::Rule::USE_FD);
static_assert(static_cast<int>(Permission::kUseMap) == proto::Rule::USE_MAP);
static_assert(static_cast<int>(Permission::kRunProgram) ==
              proto::Rule::RUN_PROGRAM);
static_assert(static_cast<int>(Permission::kCount) ==
              proto::Rule::Permission_ARRAYSIZE);

bool Names(const proto::Rule& rule, Permission permission) {
  const auto& listed = rule.permission();
  return listed.empty() ||
         std::find(listed.begin(), listed.end(),
                   static_cast<int>(permission)) != listed.end();
}

// "" is the context of what nobody opened.
bool Covers(const proto::Rule& rule, const std::string& from,
            const std::string& to, Permission permission) {
  return Names(rule, permission) &&
         (rule.from().empty() || rule.from() == from) &&
         (rule.to().empty() || rule.to() == to);
}

bool Allows(const proto::Policy& policy, const std::string& from,
            const std::string& to, Permission permission) {
  if (from == to && (permission == Permission::kImpersonate ||
                     permission == Permission::kUseFd)) {
    return true;
  }
  bool listed = false;
  bool allowed = false;
  for (const proto::Rule& rule : policy.allow()) {
    listed |= Names(rule, permission);
    allowed |= Covers(rule, from, to, permission);
  }
  for (const proto::Rule& rule : policy.deny()) {
    if (Covers(rule, from, to, permission)) return false;
  }
  return allowed || !listed;
}

std::vector<std::string> ContextsOf(const CompiledScenario& scenario) {
  std::vector<std::string> contexts = {""};
  for (const ProcessSpec& process : scenario.processes) {
    contexts.push_back(process.security_context);
  }
  return contexts;
}

void CheckContext(const Cursor<proto::Rule>& rule, const std::string& context,
                  const char* field, const std::vector<std::string>& known,
                  Errors* errors) {
  if (std::find(known.begin(), known.end(), context) != known.end()) return;
  errors->Add(rule.At(field),
              absl::StrCat("no process has the security_context \"", context,
                           "\"", Suggest(context, known, "")));
}

void CheckRules(const Cursor<proto::Policy>& policy,
                const std::vector<std::string>& contexts, Errors* errors) {
  const auto check = [&](const Cursor<proto::Rule>& rule) {
    CheckContext(rule, rule->from(), "from", contexts, errors);
    CheckContext(rule, rule->to(), "to", contexts, errors);
  };
  for (int i = 0; i < policy->allow_size(); ++i) {
    check(policy.Sub(policy->allow(i), "allow", i));
  }
  for (int i = 0; i < policy->deny_size(); ++i) {
    check(policy.Sub(policy->deny(i), "deny", i));
  }
}

Policy TableOf(const proto::Policy& policy,
               const std::vector<std::string>& contexts) {
  const auto count = static_cast<uint32_t>(contexts.size());
  Policy table(count - 1);
  for (uint32_t from = 0; from < count; ++from) {
    for (uint32_t to = 0; to < count; ++to) {
      for (int i = 0; i < static_cast<int>(Permission::kCount); ++i) {
        const auto permission = static_cast<Permission>(i);
        if (Allows(policy, contexts[from], contexts[to], permission)) {
          table.Allow(from, to, permission);
        }
      }
    }
  }
  return table;
}

}  // namespace

void Compiler::Policy(const Cursor<proto::Scenario>& scenario) {
  if (!scenario->has_policy()) return;
  const std::vector<std::string> contexts = ContextsOf(out_);
  CheckRules(scenario.Sub(scenario->policy(), "policy"), contexts, &errors_);
  out_.policy = TableOf(scenario->policy(), contexts);
  for (uint32_t i = 1; i < contexts.size(); ++i) {
    const Place place = scenario.At("process", static_cast<int>(i) - 1);
    if (contexts[i].empty()) {
      errors_.Add(place,
                  "there is a policy, so every process needs a "
                  "security_context, such as \"u:r:client\"");
    }
    if (out_.processes[i - 1].attach.context_manager &&
        !out_.policy->Allows(i, i, Permission::kSetContextMgr)) {
      errors_.Add(place,
                  "the policy does not let this process become context "
                  "manager, as which it starts; let it try with an ioctl step "
                  "instead");
    }
  }
}

}  // namespace bindery::sim
