#include "sim/binderfs/binderfs.h"

#include "gtest/gtest.h"

namespace bindery::sim {
namespace {

class BinderfsTest : public ::testing::Test {
 protected:
  void SetUp() override { w_.BeginStep(1); }
  void TearDown() override { w_.Commit(); }

  ProcessId Process(uint32_t index, uint32_t uid, Namespaces own = {}) {
    const ProcessId id = w_.Create<ProcessRow>(index, 0);
    w_.Edit(id).index = index;
    w_.Edit(id).uid = uid;
    if (own.user == 0 && own.mnt == 0 && own.ipc == 0) return id;
    NsProxyRow& row = w_.Edit(w_.Create<NsProxyRow>(w_.NameOf(id), 0));
    row.process = id;
    row.user_ns = own.user;
    row.mnt_ns = own.mnt;
    row.ipc_ns = own.ipc;
    return id;
  }

  World w_;
};

TEST_F(BinderfsTest, TheLowestFreeMinorIsTaken) {
  EXPECT_EQ(AllocMinor(w_, kMinors), 4);
  EXPECT_EQ(AllocMinor(w_, kMinors), 5);
  FreeMinor(w_, 4);
  EXPECT_EQ(AllocMinor(w_, kMinors), 4);
  EXPECT_EQ(AllocMinor(w_, 6), -1);
}

TEST_F(BinderfsTest, WhatIsUnlinkedHasNoName) {
  const SuperBlockId sb = w_.Create<SuperBlockRow>();
  const InodeId inode = NewInode(w_, sb, InodeKind::kDevice, 7);
  EXPECT_EQ(Lookup(w_, sb, 7), inode);
  w_.Edit(inode).linked = 0;
  EXPECT_FALSE(Lookup(w_, sb, 7));
  EXPECT_EQ(InodesOf(w_, sb).size(), 1u);
  EXPECT_TRUE(NamesIn(w_, sb).empty());
}

TEST_F(BinderfsTest, TheLatestMountCoversTheOthers) {
  const SuperBlockId sb = w_.Create<SuperBlockRow>();
  const MountId first = AttachMount(w_, sb, 0, 1);
  const MountId second = AttachMount(w_, sb, 0, 1);
  EXPECT_EQ(MountAt(w_, 0, 1), second);
  w_.Edit(second).attached = 0;
  EXPECT_EQ(MountAt(w_, 0, 1), first);
  EXPECT_FALSE(MountAt(w_, 2, 1));
}

TEST_F(BinderfsTest, RootOfAUserNamespaceIsRootThereOnly) {
  const ProcessId root = Process(1, 0);
  const ProcessId other = Process(2, 1000);
  const ProcessId inside = Process(3, 1000, {3, 3, 0});
  EXPECT_TRUE(Capable(w_, root, 0));
  EXPECT_TRUE(Capable(w_, root, 3));
  EXPECT_FALSE(Capable(w_, other, 0));
  EXPECT_TRUE(Capable(w_, other, 3)) << "who made it";
  EXPECT_FALSE(Capable(w_, inside, 0));
  EXPECT_TRUE(Capable(w_, inside, 3));
  EXPECT_EQ(UidFor(w_, inside, 1000), 0u);
  EXPECT_EQ(UidFor(w_, inside, 0), 65534u);
  EXPECT_EQ(OwnerOfMountNs(w_, 3), 3u);
}

TEST_F(BinderfsTest, OthersMayReadWhatTheModeSays) {
  const ProcessId root = Process(1, 0);
  const ProcessId other = Process(2, 1000);
  const ProcessId inside = Process(3, 2000, {3, 3, 0});
  const SuperBlockId sb = w_.Create<SuperBlockRow>();
  for (const ProcessId process : {other, inside}) {
    EXPECT_FALSE(Permits(w_, process, sb, 0600, kMayRead));
    EXPECT_TRUE(Permits(w_, process, sb, 0444, kMayRead));
    EXPECT_FALSE(Permits(w_, process, sb, 0444, kMayWrite));
  }
  EXPECT_TRUE(Permits(w_, root, sb, 0600, kMayRead));
  EXPECT_TRUE(Permits(w_, root, sb, 0444, kMayWrite)) << "root may anything";
}

TEST(FixedNameTest, NamesAndNumbersAreOpposites) {
  for (const char* path :
       {"binder-control", "features", "binder_logs", "binder_logs/proc",
        "features/extended_error", "features/transaction_report"}) {
    ASSERT_NE(FixedNumber(path), 0u) << path;
    EXPECT_STREQ(FixedName(FixedNumber(path)), path);
  }
  EXPECT_EQ(FixedNumber("my-binder"), 0u);
  EXPECT_EQ(FixedName(1), nullptr);
  EXPECT_EQ(DirectoryOf(FixedNumber("binder_logs/state")), kLogsName);
}

}  // namespace
}  // namespace bindery::sim
