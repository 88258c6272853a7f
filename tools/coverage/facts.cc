#include "tools/coverage/facts.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"

namespace bindery::coverage {
namespace {

constexpr char kUserError[] = "user error: ";
constexpr uint32_t kWords = 32;  // numbers of return words are below

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

std::string ObjectName(const TypeName& type, const char* what) {
  return absl::StrCat("an object of type ", type.name, " ", what);
}

constexpr char kSent[] = "is sent";
constexpr char kArrives[] = "arrives";

// Adds the types of the objects that the offsets name.
void AddTypes(const sim::World& world, sim::BlobId data, sim::BlobId offsets,
              std::set<uint32_t>* types) {
  if (!data || !offsets) return;
  const absl::string_view places = world.blobs().Bytes(offsets);
  for (size_t i = 0; i + 8 <= places.size(); i += 8) {
    types->insert(
        sim::ReadWord32(world.blobs().Bytes(data), sim::ReadWord64(places, i)));
  }
}

}  // namespace

bool IsFact(const std::string& name) {
  if (absl::StartsWith(name, kUserError)) return true;
  for (uint32_t word = 0; word < kWords; ++word) {
    if (name == ReturnName(word)) return true;
  }
  for (const TypeName& type : kTypes) {
    if (name == ObjectName(type, kSent) || name == ObjectName(type, kArrives)) {
      return true;
    }
  }
  return false;
}

std::set<std::string> FactObserver::Names() const {
  std::set<std::string> names;
  for (const uint32_t word : words_) names.insert(ReturnName(word));
  for (const TypeName& type : kTypes) {
    if (sent_.count(type.type) != 0) names.insert(ObjectName(type, kSent));
    if (received_.count(type.type) != 0) {
      names.insert(ObjectName(type, kArrives));
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
    AddTypes(world, row.data, row.offsets, &sent_);
  }
}

void FactObserver::Returned(const sim::World& world, sim::TaskId task) {
  for (sim::AnyId i = world.First(sim::Head::kIn, task.any()); i;
       i = world.Next(sim::Head::kIn, i)) {
    const sim::ReturnRow& word = world.Peek(sim::ReturnId{i.value});
    words_.insert(word.br);
    if (!word.buffer || !world.Alive(word.buffer)) continue;
    const sim::BufferRow& buffer = world.Peek(word.buffer);
    AddTypes(world, buffer.data, buffer.offsets, &received_);
  }
}

void FactObserver::Refused(const char* message) {
  if (errors_.find(message) == errors_.end()) errors_.insert(message);
}

}  // namespace bindery::coverage
