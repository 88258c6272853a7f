#include "tools/conform/delivery.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/kernel/buffer_view.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"
#include "sim/vfs/files.h"

namespace bindery::conform {
namespace {

using sim::BufferObject;
using sim::BufferRow;
using sim::World;

std::string FileText(int64_t fd, absl::string_view file, bool cloexec) {
  return absl::StrCat(fd, cloexec ? "c=" : "=", file);
}

// Devices that the agent has no name for, and whatever else it did not make.
std::string KnownFile(absl::string_view name) {
  const bool numbered = name.size() > 1 && name[0] == 'f' &&
                        std::all_of(name.begin() + 1, name.end(), [](char c) {
                          return c >= '0' && c <= '9';
                        });
  return numbered ? "other" : std::string(name);
}

std::string FileName(const World& world, const sim::CompiledScenario& scenario,
                     sim::FileId id) {
  const sim::FileRow& file = world.Peek(id);
  if (file.name != 0) return scenario.file_names[file.name - 1];
  if (file.contents) return "other";
  // What has no inode of its own shares one, which the agent calls so.
  if (file.eventpoll || file.bpf != 0) return "epoll";
  const uint32_t device = world.Peek(world.Peek(file.proc).context).index;
  // A mutated driver may deliver a number without a file.
  if (device == 0) return file.mnt ? "other" : "?";
  return device <= 3 && !file.mnt ? scenario.devices[device - 1] : "other";
}

// No mapping is larger (SZ_4M).
constexpr uint64_t kMostBytes = uint64_t{4} << 20;

class ModelDelivery {
 public:
  ModelDelivery(const World& world, const sim::CompiledScenario& scenario,
                const sim::ReturnRow& row, Word* word)
      : world_(world),
        scenario_(scenario),
        row_(row),
        word_(*word),
        buffer_(world.Peek(row.buffer)),
        view_(sim::ViewOf(world, buffer_)) {}

  void Run() {
    // Who reads for another process does not see that one's mapping.
    const sim::ProcessId owner = world_.Peek(buffer_.proc).process;
    if (world_.Peek(row_.task).process != owner) return;
    // A driver that errs may say anything.
    const uint64_t offsets_size = std::min(row_.offsets_size, kMostBytes);
    word_.data_bytes = std::string(view_.data);
    word_.data_bytes.resize(std::min(row_.data_size, kMostBytes), '\0');
    word_.offsets_bytes = std::string(view_.offsets);
    word_.offsets_bytes.resize(offsets_size, '\0');
    if (row_.secctx != 0) {
      const uint64_t at = row_.secctx - 1 - view_.extra_offset;
      word_.security_context = absl::StrCat("+", row_.secctx - 1, " ",
                                            view_.extra.substr(at).data());
    }
    for (uint32_t i = 0; i < offsets_size / 8; ++i) Object(i);
  }

 private:
  void Object(uint32_t index) {
    uint64_t place = 0;
    uint32_t type = 0;
    if (!sim::FindObject(view_, index, &place, &type)) return;
    BufferObject object;
    absl::string_view memory;
    if (sim::FindMemory(view_, index, &object, &memory)) {
      word_.objects.push_back(absl::StrCat("ptr", index, "=", Hex(memory)));
    }
    const sim::ProcessId process = world_.Peek(row_.task).process;
    for (const uint32_t fd : sim::FdsOf(view_, index)) {
      const sim::FdId id = world_.Find<sim::FdRow>(world_.NameOf(process), fd);
      const sim::FdRow& descriptor = world_.Peek(id);
      word_.objects.push_back(absl::StrCat(
          "file", index, " ",
          FileText(fd, id ? FileName(world_, scenario_, descriptor.file) : "?",
                   descriptor.cloexec != 0)));
    }
  }

  const World& world_;
  const sim::CompiledScenario& scenario_;
  const sim::ReturnRow& row_;
  Word& word_;
  const BufferRow& buffer_;
  const sim::BufferView view_;
};

void Subtract(uint64_t value, uint64_t at, std::string* bytes) {
  if (at > bytes->size() || bytes->size() - at < 8) return;
  sim::WriteWord64(sim::ReadWord64(*bytes, at) - value, at, bytes);
}

// Pointers to the memory of PTR objects: in the objects, and in their parents.
void MakeRelative(uint64_t buffer, std::string* data,
                  const std::string& offsets,
                  std::map<int, std::string>* memory) {
  for (uint32_t i = 0; i < offsets.size() / 8; ++i) {
    uint64_t place = 0;
    uint32_t type = 0;
    if (!sim::FindObject({*data, offsets, "", 0}, i, &place, &type)) continue;
    if (type != sim::kTypePtr) continue;
    Subtract(buffer, place + sim::kBufferAddressOffset, data);
    const BufferObject object = sim::ReadBufferObject(*data, place);
    if ((object.flags & sim::kBufferFlagHasParent) == 0) continue;
    const auto parent = memory->find(static_cast<int>(object.parent));
    if (parent == memory->end()) continue;
    Subtract(buffer, object.parent_offset, &parent->second);
  }
}

}  // namespace

void DescribeDelivery(const sim::World& world,
                      const sim::CompiledScenario& scenario,
                      const sim::ReturnRow& row, Word* word) {
  ModelDelivery(world, scenario, row, word).Run();
}

void DescribeDelivery(const Return& ret, int index, uint64_t buffer,
                      uint64_t secctx, Word* word) {
  for (const Payload& payload : ret.payloads) {
    if (payload.command != index) continue;
    word->data_bytes = payload.data.value_or("");
    word->offsets_bytes = payload.offsets.value_or("");
    if (secctx == 0) continue;
    word->security_context = absl::StrCat(
        "+", secctx - buffer, " ", payload.security_context.value_or("?"));
  }
  std::map<int, std::string> memory;
  for (const PointedBytes& pointed : ret.pointed) {
    if (pointed.command != index) continue;
    memory[pointed.object] = pointed.bytes.value_or("?");
  }
  MakeRelative(buffer, &word->data_bytes, word->offsets_bytes, &memory);
  std::map<int, std::vector<std::string>> objects;
  for (const auto& [object, bytes] : memory) {
    objects[object].push_back(absl::StrCat("ptr", object, "=", Hex(bytes)));
  }
  for (const ReceivedFile& file : ret.received) {
    if (file.command != index) continue;
    objects[file.object].push_back(absl::StrCat(
        "file", file.object, " ",
        FileText(file.fact.fd,
                 file.fact.error != 0 ? "?" : KnownFile(file.fact.file),
                 file.fact.cloexec)));
  }
  for (auto& [object, lines] : objects) {
    word->objects.insert(word->objects.end(), lines.begin(), lines.end());
  }
}

std::string DescribeDescriptors(const sim::World& world,
                                const sim::CompiledScenario& scenario,
                                uint32_t process) {
  const sim::ProcessId id = world.Find<sim::ProcessRow>(process, 0);
  std::map<uint32_t, std::string> open;
  world.ForEach<sim::FdRow>([&](sim::FdId, const sim::FdRow& fd) {
    if (fd.process != id || !fd.file) return;
    open[fd.number] = FileText(fd.number, FileName(world, scenario, fd.file),
                               fd.cloexec != 0);
  });
  return absl::StrJoin(open, " ", [](std::string* out, const auto& entry) {
    absl::StrAppend(out, entry.second);
  });
}

std::string DescribeDescriptors(const Descriptors& descriptors) {
  return absl::StrJoin(
      descriptors.open, " ",
      [](std::string* out, const OpenDescriptor& descriptor) {
        absl::StrAppend(out, FileText(descriptor.fd, KnownFile(descriptor.file),
                                      descriptor.cloexec));
      });
}

}  // namespace bindery::conform
