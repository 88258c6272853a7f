// The same as history_test.cc, of files, descriptors and failed sends.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/history/testing.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {
namespace {

class HistoryFilesTest : public HistoryTest {
 protected:
  // The client's call begins and fails in one step, in which `effect` happens.
  template <typename F>
  Ids FailedSend(F&& effect) {
    CommandId command;
    Step(kClient, [&] {
      command = w_.Create<CommandRow>();
      w_.Edit(command) = Bare(Bc::kTransaction, 1);
      w_.Edit(command).task = client_.task;
    });
    return Step(kClient, [&] {
      const FrameId frame = Went(client_, OpId::kTransaction);
      w_.Edit(frame).command = command;
      w_.Free(frame);
      w_.Edit(w_.Peek(client_.thread).return_error).cmd = 18;
      effect();
      w_.Free(command);
    });
  }
  // An activation of the party that ends in this step, once it is freed.
  FrameId Went(const Party& party, OpId op) {
    const FrameId id = w_.Create<FrameRow>();
    w_.Edit(id).task = party.task;
    w_.Edit(id).op = static_cast<uint16_t>(op);
    w_.Edit(id).caller = party.frame;
    return id;
  }
  FdId Fd(const Party& party, uint32_t number, bool cloexec) {
    const FileId file = w_.Create<FileRow>(1, number);
    w_.Edit(file).name = 1;
    w_.Edit(file).count = 1;
    const FdId id = w_.Create<FdRow>(w_.NameOf(party.process), number);
    FdRow& fd = w_.Edit(id);
    fd.process = party.process;
    fd.number = number;
    fd.file = file;
    fd.cloexec = cloexec ? 1 : 0;
    return id;
  }
  FixupId Attach(TransactionId t) {
    const FixupId id = w_.Create<FixupRow>();
    w_.Edit(id).file = w_.Create<FileRow>(1, 9);
    w_.Edit(id).t = t;
    w_.Edit(t).fd_fixups = id;
    return id;
  }
};

TEST_F(HistoryFilesTest, E24AFailedSendChangesNothing) {
  EXPECT_FALSE(Has(FailedSend([] {}), "E24"));
}

TEST_F(HistoryFilesTest, E24AFailedSendLeavesARef) {
  EXPECT_TRUE(Has(FailedSend([&] { MakeRef(1, node_, 0); }), "E24"));
}

TEST_F(HistoryFilesTest, E24AFailedSendTakesSpace) {
  EXPECT_TRUE(Has(
      FailedSend([&] { w_.Edit(owner_.proc).free_async_space = 8; }), "E24"));
}

TEST_F(HistoryFilesTest, E80AFailedRequestIsCounted) {
  SuperBlockId sb;
  Step(kClient, [&] { sb = w_.Create<SuperBlockRow>(); });
  const auto fails = [&](auto&& effect) {
    return Step(kClient, [&] {
      const FrameId frame = Went(client_, OpId::kDeviceCreate);
      w_.Edit(frame).ret = -28;
      w_.Free(frame);
      effect();
    });
  };
  EXPECT_FALSE(Has(fails([] {}), "E80"));
  EXPECT_TRUE(Has(fails([&] { w_.Edit(sb).device_count = 1; }), "E80"));
  EXPECT_TRUE(Has(fails([&] { w_.Create<MinorRow>(7, 0); }), "E80"));
}

TEST_F(HistoryFilesTest, E41SpaceIsFreeButNotCleared) {
  BufferId buffer;
  Step(kClient, [&] {
    buffer = Buffer(owner_.proc, node_);
    w_.Edit(buffer).clear_on_free = 1;
  });
  EXPECT_TRUE(Has(Step(kOwner, [&] { w_.Free(buffer); }), "E41"));
}

TEST_F(HistoryFilesTest, E41ClearedButForTheOffsets) {
  BufferId buffer;
  Step(kClient, [&] {
    buffer = Buffer(owner_.proc, node_);
    w_.Edit(buffer).clear_on_free = 1;
    w_.Edit(buffer).offsets = w_.blobs().Intern("offsets.");
  });
  EXPECT_TRUE(
      Has(Step(kOwner, [&] { w_.Edit(buffer).clear_on_free = 0; }), "E41"));
}

TEST_F(HistoryFilesTest, E44OneReaderInstallsWell) {
  EXPECT_EQ(Step(kOwner, [&] { Fd(owner_, 0, true); }), Ids());
}

TEST_F(HistoryFilesTest, E44ItStaysOpenOnExec) {
  EXPECT_EQ(Step(kOwner, [&] { Fd(owner_, 0, false); }), Ids({"E44"}));
}

TEST_F(HistoryFilesTest, E44ALowerNumberIsFree) {
  EXPECT_EQ(Step(kOwner, [&] { Fd(owner_, 3, true); }), Ids({"E44"}));
}

TEST_F(HistoryFilesTest, E44InAnotherProcess) {
  EXPECT_EQ(Step(kClient, [&] { Fd(owner_, 0, true); }), Ids({"E44"}));
}

TEST_F(HistoryFilesTest, E44DeliveredWithAClosedDescriptor) {
  const BufferId buffer = OneWay();
  Step(kClient, [&] { Store(buffer, Payload(kTypeFd, 5, 0)); });
  EXPECT_TRUE(Has(Delivered(buffer), "E44"));
}

// A mapping of 4000 bytes, of which `left` are left for one-ways, and a one-way
// of `size` bytes that is suspect.
TEST_F(HistoryFilesTest, E42WhoIsSuspect) {
  const auto suspect = [&](uint64_t left, uint64_t size, bool before) {
    w_.BeginStep(kOwner);
    w_.Edit(owner_.proc).buffer_size = 4000;
    w_.Edit(owner_.proc).oneway_spam_detected = before ? 1 : 0;
    w_.Commit();
    return Has(Step(kClient,
                    [&] {
                      const BufferId id = Buffer(owner_.proc, node_);
                      w_.Edit(id).size = size;
                      w_.Edit(id).async_transaction = 1;
                      w_.Edit(id).oneway_spam_suspect = 1;
                      w_.Edit(owner_.proc).free_async_space = left;
                    }),
               "E42");
  };
  EXPECT_TRUE(suspect(399, 1000, false));
  EXPECT_TRUE(suspect(400, 1001, false));
  EXPECT_TRUE(suspect(399, 1001, true));
  EXPECT_FALSE(suspect(399, 1001, false));
}

TEST_F(HistoryFilesTest, E42WhoDidNotAskIsTold) {
  const auto told = [&] {
    return Has(Step(kOwner, [&] { Word(owner_, Br::kOnewaySpamSuspect); }),
               "E42");
  };
  EXPECT_TRUE(told());
  Step(kOwner, [&] { w_.Edit(owner_.proc).oneway_spam_detection_enabled = 1; });
  EXPECT_FALSE(told());
}

TEST_F(HistoryFilesTest, E45NobodyAcceptsTheFile) {
  EXPECT_TRUE(Has(Step(kClient,
                       [&] {
                         const TransactionId t =
                             Commit(Buffer(owner_.proc, node_), true, {});
                         Attach(t);
                       }),
                  "E45"));
}

TEST_F(HistoryFilesTest, E45TheNodeAcceptsTheFile) {
  const NodeId accepts = [&] {
    w_.BeginStep(kOwner);
    const NodeId id = MakeNode(kPtr + 2);
    w_.Edit(id).flags = kFlatAcceptsFds;
    w_.Commit();
    return id;
  }();
  EXPECT_FALSE(
      Has(Step(kClient,
               [&] { Attach(Commit(Buffer(owner_.proc, accepts), true, {})); }),
          "E45"));
}

TEST_F(HistoryFilesTest, E46AReadClosesADescriptor) {
  FdId fd;
  Step(kOwner, [&] { fd = Fd(owner_, 0, true); });
  EXPECT_EQ(Step(kOwner, [&] { w_.Free(fd); }), Ids({"E46"}));
}

TEST_F(HistoryFilesTest, E46CloseMay) {
  FdId fd;
  Step(kOwner, [&] { fd = Fd(owner_, 0, true); });
  EXPECT_EQ(Step(kOwner,
                 [&] {
                   w_.Free(Went(owner_, OpId::kClose));
                   w_.Free(fd);
                 }),
            Ids());
}

TEST_F(HistoryFilesTest, E47TheCallerIsNotTold) {
  const TransactionId t = Served();
  const Ids broken = Step(kOwner, [&] {
    const FrameId frame = Went(owner_, OpId::kApplyFdFixups);
    w_.Edit(frame).t = t;
    w_.Edit(frame).ret = -12;
    w_.Free(frame);
    w_.Free(t);
  });
  EXPECT_TRUE(Has(broken, "E47"));
}

}  // namespace
}  // namespace bindery::sim
