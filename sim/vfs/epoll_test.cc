#include "sim/vfs/epoll.h"

#include "gtest/gtest.h"

namespace bindery::sim {
namespace {

class EpollTest : public testing::Test {
 protected:
  EpollTest() {
    w_.BeginStep(1);
    ep_ = w_.Create<EventPollRow>();
    file_ = w_.Create<FileRow>();
    thread_ = w_.Create<ThreadRow>(1, 1);
  }
  EpItemId Add(uint32_t fd) {
    const EpItemId item = NewItem(w_, ep_, file_, fd, kEpollIn);
    JoinWaitQueue(w_, item, thread_);
    return item;
  }

  World w_;
  EventPollId ep_;
  FileId file_;
  ThreadId thread_;
};

TEST_F(EpollTest, AnItemIsFoundByItsFileAndNumber) {
  const EpItemId three = Add(3);
  const EpItemId four = Add(4);
  EXPECT_EQ(FindItem(w_, ep_, file_, 3), three);
  EXPECT_EQ(FindItem(w_, ep_, file_, 4), four);
  EXPECT_FALSE(FindItem(w_, ep_, file_, 5));
  EXPECT_FALSE(FindItem(w_, ep_, w_.Create<FileRow>(), 3));
}

TEST_F(EpollTest, WhoComesToAQueueLastIsItsFirst) {
  const EpItemId three = Add(3);
  const EpItemId four = Add(4);
  const EpItemId five = Add(5);
  EXPECT_EQ(w_.Get(thread_).wait, five);
  LeaveWaitQueue(w_, four);
  EXPECT_EQ(w_.Get(five).next, three);
  EXPECT_FALSE(w_.Get(four).whead);
  LeaveWaitQueue(w_, five);
  EXPECT_EQ(w_.Get(thread_).wait, three);
}

TEST_F(EpollTest, WhatIsReadyFirstIsToldFirst) {
  const EpItemId three = Add(3);
  const EpItemId four = Add(4);
  MarkReady(w_, four);
  MarkReady(w_, three);
  MarkReady(w_, four);
  EXPECT_EQ(w_.Get(ep_).rdllist, four);
  EXPECT_EQ(w_.Get(four).rdllink, three);
  RemoveItem(w_, four);
  EXPECT_EQ(w_.Get(ep_).rdllist, three);
  EXPECT_EQ(w_.Get(thread_).wait, three);
}

TEST_F(EpollTest, AFileTakesItsItemsAlong) {
  Add(3);
  const EpItemId other = NewItem(w_, ep_, w_.Create<FileRow>(), 4, kEpollIn);
  RemoveItemsOf(w_, file_);
  EXPECT_FALSE(w_.Get(thread_).wait);
  EXPECT_FALSE(FindItem(w_, ep_, file_, 3));
  EXPECT_TRUE(w_.Alive(other));
  FreeEventPoll(w_, ep_);
  EXPECT_FALSE(w_.Alive(other));
}

// CVE-2019-2215.
TEST_F(EpollTest, LeavingTheQueueOfAThreadThatIsFreedIsAFault) {
  const EpItemId item = Add(3);
  w_.Free(thread_);
  EXPECT_TRUE(w_.faults().empty());
  RemoveItem(w_, item);
  ASSERT_FALSE(w_.faults().empty());
  EXPECT_EQ(w_.faults()[0].kind, Fault::Kind::kUseAfterFree);
}

}  // namespace
}  // namespace bindery::sim
