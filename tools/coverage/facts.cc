#include "tools/coverage/facts.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"

namespace bindery::coverage {
namespace {

constexpr char kUserError[] = "user error: ";
constexpr uint32_t kWords = 32;  // numbers of words are below
constexpr char kPadded[] = "offsets arrive behind padded data";
constexpr char kPagesTaken[] = "pages are taken back";

struct TypeName {
  uint32_t type;
  const char* name;
};

constexpr TypeName kTypes[] = {
    {sim::kTypeBinder, "BINDER"}, {sim::kTypeWeakBinder, "WEAK_BINDER"},
    {sim::kTypeHandle, "HANDLE"}, {sim::kTypeWeakHandle, "WEAK_HANDLE"},
    {sim::kTypeFd, "FD"},         {sim::kTypeFda, "FDA"},
    {sim::kTypePtr, "PTR"},
};

std::string ReturnName(uint32_t word) {
  return absl::StrCat(sim::NameOf(static_cast<sim::Br>(word)), " is returned");
}

std::string UnreadName(uint32_t command) {
  return absl::StrCat("operands of ",
                      sim::NameOf(static_cast<sim::Bc>(command)),
                      " cannot be read");
}

// BR_TRANSACTION with a security context has the same number as without.
std::string SecurityContextName() {
  return absl::StrCat(sim::kTransactionSecCtxName, " is returned");
}

std::string ArrivalName(const TypeName& sent, const TypeName& arrived) {
  return absl::StrCat(sent.name, " arrives as ", arrived.name);
}

// Calls f with the type of each object, and with a key that sender and receiver
// agree on.
template <typename F>
void ForEachObject(const sim::World& world, uint32_t code, uint64_t size,
                   sim::BlobId data, sim::BlobId offsets, F&& f) {
  if (!data || !offsets) return;
  const absl::string_view places = world.blobs().Bytes(offsets);
  const absl::string_view bytes = world.blobs().Bytes(data);
  for (size_t i = 0; i + 8 <= places.size(); i += 8) {
    f(absl::StrCat(code, " ", size, " ", i, " ", places),
      sim::ReadWord32(bytes, sim::ReadWord64(places, i)));
  }
}

}  // namespace

bool IsFact(const std::string& name) {
  if (absl::StartsWith(name, kUserError)) return true;
  if (name == SecurityContextName() || name == kPadded || name == kPagesTaken) {
    return true;
  }
  for (uint32_t word = 0; word < kWords; ++word) {
    if (name == ReturnName(word) || name == UnreadName(word)) return true;
  }
  for (const TypeName& sent : kTypes) {
    for (const TypeName& arrived : kTypes) {
      if (name == ArrivalName(sent, arrived)) return true;
    }
  }
  return false;
}

std::set<std::string> FactObserver::Names() const {
  std::set<std::string> names;
  for (const uint32_t word : words_) names.insert(ReturnName(word));
  for (const uint32_t command : unread_) names.insert(UnreadName(command));
  if (security_context_) names.insert(SecurityContextName());
  if (padded_) names.insert(kPadded);
  if (pages_taken_) names.insert(kPagesTaken);
  for (const TypeName& sent : kTypes) {
    for (const TypeName& arrived : kTypes) {
      if (arrived_.count({sent.type, arrived.type}) == 0) continue;
      names.insert(ArrivalName(sent, arrived));
    }
  }
  for (const std::string& error : errors_) {
    names.insert(absl::StrCat(kUserError, error));
  }
  return names;
}

void FactObserver::Submitted(const sim::World& world, sim::TaskId task,
                             const sim::Syscall& /*call*/) {
  for (sim::AnyId i = world.First(sim::Head::kOut, task.any()); i;
       i = world.Next(sim::Head::kOut, i)) {
    const sim::CommandRow& row = world.Peek(sim::CommandId{i.value});
    ForEachObject(world, row.code, row.data_size, row.data, row.offsets,
                  [this](const std::string& key, uint32_t type) {
                    sent_[key].insert(type);
                  });
  }
}

// If payloads that look the same were sent with different objects, nothing is
// said about what arrives.
void FactObserver::Returned(const sim::World& world, sim::TaskId task) {
  const sim::AnyId next = world.First(sim::Head::kOut, task.any());
  if (next && world.Peek(task).ret == sim::Value(sim::Errno::kEfault)) {
    const sim::CommandRow& command = world.Peek(sim::CommandId{next.value});
    if (command.fault_at == 2) unread_.insert(command.bc);
  }
  for (sim::AnyId i = world.First(sim::Head::kIn, task.any()); i;
       i = world.Next(sim::Head::kIn, i)) {
    const sim::ReturnRow& word = world.Peek(sim::ReturnId{i.value});
    words_.insert(word.br);
    if (word.secctx != 0) security_context_ = true;
    padded_ |= word.data_size % 8 != 0 && word.offsets_size != 0;
    if (!word.buffer || !world.Alive(word.buffer)) continue;
    const sim::BufferRow& buffer = world.Peek(word.buffer);
    ForEachObject(world, word.code, word.data_size, buffer.data, buffer.offsets,
                  [this](const std::string& key, uint32_t type) {
                    const std::set<uint32_t>& sent = sent_[key];
                    if (sent.size() == 1)
                      arrived_.insert({*sent.begin(), type});
                  });
  }
}

void FactObserver::Refused(const char* message) {
  if (errors_.find(message) == errors_.end()) errors_.insert(message);
}

}  // namespace bindery::coverage
