// Invariants of binderfs: instances, mounts, inodes, minors, devices.
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "sim/binderfs/binderfs.h"
#include "sim/invariants/invariants.h"
#include "sim/kernel/atom.h"

namespace bindery::sim {
namespace {

// An operation is under way that takes or gives back what is counted here: it
// names a row of binderfs, or holds a minor.
bool Underway(const World& w) {
  bool underway = false;
  w.ForEach<FrameRow>([&](FrameId, const FrameRow& frame) {
    const TableId table = frame.w.table();
    underway |= table == TableId::kSuperBlock || table == TableId::kInode ||
                table == TableId::kMount ||
                frame.op == static_cast<uint16_t>(OpId::kDeviceCreate);
  });
  return underway;
}

// How many rows name another one, by its id.
class Holders {
 public:
  explicit Holders(const World& w) {
    w.ForEach<FileRow>([&](FileId, const FileRow& file) {
      ++count_[file.inode.value];
      ++count_[file.mnt.value];
    });
    w.ForEach<MountRow>(
        [&](MountId, const MountRow& mount) { ++count_[mount.sb.value]; });
    w.ForEach<ProcRow>(
        [&](ProcId, const ProcRow& proc) { ++count_[proc.context.value]; });
    w.ForEach<InodeRow>([&](InodeId, const InodeRow& inode) {
      if (inode.kind != InodeKind::kDevice) return;
      ++devices_[inode.sb.value];
      ++count_[inode.context.value];
    });
  }

  template <typename Row>
  uint32_t Of(Id<Row> id) const {
    const auto found = count_.find(id.value);
    return found == count_.end() ? 0 : found->second;
  }
  uint32_t DevicesOf(SuperBlockId sb) const {
    const auto found = devices_.find(sb.value);
    return found == devices_.end() ? 0 : found->second;
  }

 private:
  std::map<uint32_t, uint32_t> count_;
  std::map<uint32_t, uint32_t> devices_;
};

void CheckSuper(const World& w, const Holders& holders, SuperBlockId id,
                Findings* f) {
  const SuperBlockRow& sb = w.Peek(id);
  const uint32_t devices = holders.DevicesOf(id);
  f->Expect(sb.device_count == devices, "E76", id.any(), [&] {
    return absl::StrCat("it counts ", sb.device_count, " devices and has ",
                        devices);
  });
  const uint32_t mounts = holders.Of(id);
  f->Expect(sb.s_active == mounts && mounts != 0, "E82", id.any(), [&] {
    return absl::StrCat("it counts ", sb.s_active, " mounts and has ", mounts);
  });
}

void CheckMount(const World& w, const Holders& holders, MountId id,
                Findings* f) {
  const MountRow& mount = w.Peek(id);
  const uint32_t held = holders.Of(id) + mount.attached;
  f->Expect(w.Alive(mount.sb) && mount.mnt_count == held && held != 0, "E82",
            id.any(), [&] {
              return absl::StrCat("its count is ", mount.mnt_count, ", but ",
                                  held, " things hold it");
            });
}

void CheckInode(const World& w, const Holders& holders, InodeId id,
                Findings* f) {
  const InodeRow& inode = w.Peek(id);
  const uint32_t held = holders.Of(id) + inode.linked;
  f->Expect(inode.i_count == held && held != 0, "E82", id.any(), [&] {
    return absl::StrCat("its count is ", inode.i_count, ", but ", held,
                        " things hold it");
  });
  const bool has_minor = inode.kind != InodeKind::kDirectory;
  f->Expect(!has_minor || w.Find<MinorRow>(inode.minor, 0), "E77", id.any(),
            [] { return std::string("its minor is free"); });
  f->Expect(w.Alive(inode.sb), "E82", id.any(),
            [] { return std::string("it outlives its instance"); });
}

// Minors and contexts, each of one inode.
void CheckShared(const World& w, const Holders& holders, Findings* f) {
  std::set<uint32_t> minors;
  std::set<ContextId> contexts;
  w.ForEach<InodeRow>([&](InodeId id, const InodeRow& inode) {
    if (inode.kind == InodeKind::kDirectory) return;
    f->Expect(minors.insert(inode.minor).second, "E77", id.any(),
              [] { return std::string("its minor is another inode's too"); });
    if (inode.kind == InodeKind::kControl) return;
    const bool own = contexts.insert(inode.context).second;
    f->Expect(own && w.Alive(inode.context), "E79", id.any(),
              [] { return std::string("its context is not its own"); });
  });
  w.ForEach<MinorRow>([&](MinorId id, const MinorRow& minor) {
    f->Expect(minors.count(minor.number) != 0, "E77", id.any(),
              [] { return std::string("no inode has it"); });
  });
  w.ForEach<ContextRow>([&](ContextId id, const ContextRow& context) {
    if (context.ref == 0) return;
    const uint32_t held = holders.Of(id);
    f->Expect(context.ref == held, "E79", id.any(), [&] {
      return absl::StrCat("its count is ", context.ref, ", but ", held,
                          " things hold it");
    });
  });
}

// At any time.
void CheckNames(const World& w, Findings* f) {
  std::set<std::pair<SuperBlockId, uint32_t>> names;
  w.ForEach<InodeRow>([&](InodeId id, const InodeRow& inode) {
    if (inode.linked == 0) return;
    f->Expect(names.insert({inode.sb, inode.name}).second, "E78", id.any(),
              [] { return std::string("its name is another one's too"); });
  });
  w.ForEach<MountRow>([&](MountId id, const MountRow& mount) {
    f->Expect(names.count({mount.sb, kControlName}) != 0, "E78", id.any(),
              [] { return std::string("it has no binder-control"); });
  });
}

}  // namespace

void CheckBinderfs(const World& w, Findings* f) {
  CheckNames(w, f);
  if (Underway(w)) return;
  const Holders holders(w);
  w.ForEach<SuperBlockRow>([&](SuperBlockId id, const SuperBlockRow&) {
    CheckSuper(w, holders, id, f);
  });
  w.ForEach<MountRow>(
      [&](MountId id, const MountRow&) { CheckMount(w, holders, id, f); });
  w.ForEach<InodeRow>(
      [&](InodeId id, const InodeRow&) { CheckInode(w, holders, id, f); });
  CheckShared(w, holders, f);
}

}  // namespace bindery::sim
