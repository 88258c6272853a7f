// Invariants of binderfs, broken by hand.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/binderfs/binderfs.h"
#include "sim/invariants/invariants.h"
#include "sim/kernel/atom.h"

namespace bindery::sim {
namespace {

// An instance that is mounted, with binder-control and one device, which is
// open.
class BinderfsInvariantsTest : public testing::Test {
 protected:
  BinderfsInvariantsTest() {
    w_.BeginStep(1);
    sb_ = w_.Create<SuperBlockRow>();
    w_.Edit(sb_).s_active = w_.Edit(sb_).device_count = 1;
    mount_ = AttachMount(w_, sb_, 0, 1);
    control_ = NewInode(w_, sb_, InodeKind::kControl, kControlName);
    w_.Edit(control_).minor = static_cast<uint32_t>(AllocMinor(w_, kMinors));
    device_ = NewInode(w_, sb_, InodeKind::kDevice, 1);
    w_.Edit(device_).minor = static_cast<uint32_t>(AllocMinor(w_, kMinors));
    context_ = w_.Create<ContextRow>();
    w_.Edit(device_).context = context_;
    w_.Edit(w_.Create<ProcRow>(1, 0)).context = context_;
    w_.Edit(context_).ref = 2;
    FileRow& file = w_.Edit(w_.Create<FileRow>());
    file.inode = device_;
    file.mnt = mount_;
    ++w_.Edit(device_).i_count;
    ++w_.Edit(mount_).mnt_count;
    w_.Commit();
  }

  template <typename Change>
  std::string After(Change&& change) {
    w_.BeginStep(1);
    change();
    w_.Commit();
    std::vector<BrokenInvariant> broken;
    Findings findings(&broken);
    CheckBinderfs(w_, &findings);
    return broken.empty() ? "" : broken[0].id;
  }

  World w_;
  SuperBlockId sb_;
  MountId mount_;
  InodeId control_, device_;
  ContextId context_;
};

TEST_F(BinderfsInvariantsTest, AllHold) {
  EXPECT_EQ(After([] {}), "");
  EXPECT_EQ(After([&] {
              w_.Edit(device_).linked = 0;
              --w_.Edit(device_).i_count;
            }),
            "");
}

TEST_F(BinderfsInvariantsTest, E76ADeviceIsNotCounted) {
  EXPECT_EQ(After([&] { w_.Edit(sb_).device_count = 0; }), "E76");
}

TEST_F(BinderfsInvariantsTest, E76OnlyBetweenOperations) {
  EXPECT_EQ(After([&] {
              w_.Edit(sb_).device_count = 2;
              w_.Edit(w_.Create<FrameRow>()).w = sb_.any();
            }),
            "");
}

TEST_F(BinderfsInvariantsTest, E77AMinorIsOfTwo) {
  EXPECT_EQ(After([&] { w_.Edit(device_).minor = w_.Edit(control_).minor; }),
            "E77");
}

TEST_F(BinderfsInvariantsTest, E77AMinorIsOfNobody) {
  EXPECT_EQ(After([&] { AllocMinor(w_, kMinors); }), "E77");
}

TEST_F(BinderfsInvariantsTest, E78ANameIsThereTwice) {
  EXPECT_EQ(After([&] { w_.Edit(device_).name = kControlName; }), "E78");
}

TEST_F(BinderfsInvariantsTest, E78ControlIsGone) {
  EXPECT_EQ(After([&] { w_.Edit(control_).linked = 0; }), "E78");
}

TEST_F(BinderfsInvariantsTest, E79AContextIsHeldByLess) {
  EXPECT_EQ(After([&] { w_.Edit(context_).ref = 3; }), "E79");
}

TEST_F(BinderfsInvariantsTest, E82AnInodeIsHeldByLess) {
  EXPECT_EQ(After([&] { ++w_.Edit(device_).i_count; }), "E82");
}

TEST_F(BinderfsInvariantsTest, E82AMountIsHeldByMore) {
  EXPECT_EQ(After([&] { --w_.Edit(mount_).mnt_count; }), "E82");
}

TEST_F(BinderfsInvariantsTest, E82AnInstanceWithoutAMount) {
  EXPECT_EQ(After([&] { w_.Edit(sb_).s_active = 2; }), "E82");
}

}  // namespace
}  // namespace bindery::sim
