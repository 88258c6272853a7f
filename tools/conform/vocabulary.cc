#include "tools/conform/vocabulary.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "sim/kernel/errno.h"
#include "sim/world/rows_kernel.h"
#include "sim/world/value_text.h"

namespace bindery::conform {
namespace {

// No word, request or error has a greater number.
constexpr uint32_t kNumbers = 256;

struct Reason {
  const char* name;
  const char* why;
};

// Only what no seed can reach; whatever is reached may not be listed.
constexpr Reason kReasons[] = {
    {"ENOTEMPTY", "is seldom the first that is wrong: not within 4,000"},
    {"EXDEV", "needs two mounts: not within 4,000"},
    {"BR_ERROR", "needs an allocation that fails; a user-mode kernel has none"},
    {"BR_OK", "no driver writes it; it is the extended error of no error"},
    {"ENOMEM", "needs an allocation that fails"},
    {"two watchers of a node",
     "two processes must hold one node and watch it: not within 4,000"},
};

template <typename F>
std::vector<std::string> Numbered(F&& name, const std::string& none) {
  std::vector<std::string> names;
  for (uint32_t number = 0; number < kNumbers; ++number) {
    const std::string one = name(number);
    if (!one.empty() && one != none) names.push_back(one);
  }
  return names;
}

std::vector<std::string> Commands() {
  std::vector<std::string> names;
  for (const sim::Bc bc : ModelledCommands()) names.push_back(sim::NameOf(bc));
  names.push_back(sim::NameOf(sim::Bc::kUnknown));
  return names;
}

std::vector<std::string> Requests() {
  std::vector<std::string> names;
  for (const auto request : sim::kIoctlRequests) {
    names.push_back(sim::NameOf(request));
  }
  names.push_back(sim::NameOf(sim::IoctlRequest{0}));
  return names;
}

std::vector<std::string> Objects() {
  std::vector<std::string> names;
  for (const uint32_t type :
       {sim::kTypeBinder, sim::kTypeWeakBinder, sim::kTypeHandle,
        sim::kTypeWeakHandle, sim::kTypeFd, sim::kTypeFda, sim::kTypePtr}) {
    names.push_back(NameOfType(type));
  }
  names.push_back(NameOfType(0));
  return names;
}

std::vector<std::string> States() {
  std::vector<std::string> names;
  for (uint32_t bit = 1; bit < kNumbers; bit <<= 1) {
    const char* name = NameOfLooper(static_cast<uint8_t>(bit));
    if (name != nullptr) names.push_back(absl::StrCat("looper ", name));
  }
  for (int i = 1;
       i <= static_cast<int>(sim::WorkType::kClearFreezeNotification); ++i) {
    names.push_back(
        absl::StrCat("work ", sim::ValueText(static_cast<sim::WorkType>(i))));
  }
  return names;
}

}  // namespace

const char* NameOf(Group group) {
  constexpr const char* kNames[] = {"commands",     "requests", "objects",
                                    "return words", "errors",   "states"};
  return kNames[static_cast<size_t>(group)];
}

const std::vector<sim::Bc>& ModelledCommands() {
  static const auto* const kCommands = [] {
    auto* commands = new std::vector<sim::Bc>;
    for (uint32_t number = 0; number < kNumbers; ++number) {
      const auto bc = static_cast<sim::Bc>(number);
      if (std::strcmp(sim::NameOf(bc), sim::NameOf(sim::Bc::kUnknown)) != 0) {
        commands->push_back(bc);
      }
    }
    return commands;
  }();
  return *kCommands;
}

const char* NameOfType(uint32_t type) {
  switch (type) {
    case sim::kTypeBinder:
      return "BINDER_TYPE_BINDER";
    case sim::kTypeWeakBinder:
      return "BINDER_TYPE_WEAK_BINDER";
    case sim::kTypeHandle:
      return "BINDER_TYPE_HANDLE";
    case sim::kTypeWeakHandle:
      return "BINDER_TYPE_WEAK_HANDLE";
    case sim::kTypeFd:
      return "BINDER_TYPE_FD";
    case sim::kTypeFda:
      return "BINDER_TYPE_FDA";
    case sim::kTypePtr:
      return "BINDER_TYPE_PTR";
  }
  return "BINDER_TYPE_UNKNOWN";
}

const char* NameOfLooper(uint8_t bit) {
  switch (static_cast<sim::Looper>(bit)) {
    case sim::kLooperRegistered:
      return "REGISTERED";
    case sim::kLooperEntered:
      return "ENTERED";
    case sim::kLooperExited:
      return "EXITED";
    case sim::kLooperInvalid:
      return "INVALID";
    case sim::kLooperWaiting:
      return "WAITING";
    case sim::kLooperPoll:
      return "POLL";
  }
  return nullptr;
}

std::vector<std::string> ModelledNames(Group group) {
  switch (group) {
    case Group::kCommands:
      return Commands();
    case Group::kRequests:
      return Requests();
    case Group::kObjects:
      return Objects();
    case Group::kReturns:
      return Numbered(
          [](uint32_t i) { return sim::NameOf(static_cast<sim::Br>(i)); },
          "BR_UNKNOWN");
    case Group::kErrors:
      return Numbered(
          [](uint32_t i) {
            return i == 0 ? "" : sim::ErrnoName(-static_cast<int32_t>(i));
          },
          "E?");
    default:
      return States();
  }
}

const char* WhyNever(const std::string& name) {
  for (const Reason& reason : kReasons) {
    if (name == reason.name) return reason.why;
  }
  return nullptr;
}

}  // namespace bindery::conform
