#include "sim/user/parcel.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/user/parcel_testing.h"
#include "sim/user/test_run.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Something comes first, as in every parcel of HIDL: the driver puts no pointer
// into memory whose object is at the very beginning.
std::string HidlResult(const std::string& value) {
  return absl::StrCat(kHidl, "value { status {} } value { ", value, " }");
}

// What is sent arrives, of every type.
TEST(ParcelTest, EveryValueMakesTheRoundTrip) {
  for (const std::string value :
       {"value { i8: -5 }", "value { i32: 5 }", "value { i64: -5 }",
        "value { f32: 0.5 }", "value { f64: 0.25 }", "value { bool: true }",
        "value { string16: \"am\" }", "value { string8: \"am\" }",
        "value { cstring: \"am\" }", "value { byte_array: \"\\001\" }",
        "value { null: NULL_BINDER }", "value { null: NULL_STRING16 }",
        "value { status { exception: -8 service_specific: 2 } }",
        "value { list { value { i32: 1 } value { string16: \"x\" } } }",
        "value { binder: \"n\" } value { fd: \"f\" }",
        "value { fd: \"f\" } value { parcel_fd: \"f\" }"}) {
    const std::string parcel = absl::StrCat("interface: \"a.b\" ", value);
    EXPECT_EQ(Outcome(Reply(parcel, parcel)), "") << value;
  }
}

TEST(ParcelTest, EveryHidlValueMakesTheRoundTrip) {
  for (const std::string value :
       {"hidl_string: \"demo\"", "hidl_string: \"\"", "hidl_vec {}",
        "hidl_vec { value { i32: 1 } value { i32: 2 } }",
        "hidl_vec { value { hidl_vec {} } }",
        "hidl_vec { value { hidl_vec { value { hidl_string: \"a\" } } } "
        "value { hidl_vec { value { hidl_string: \"bc\" } } } }",
        "hidl_handle { fd: \"f\" data: 3 }", "hidl_handle { data: 3 }",
        "hidl_memory { fd: \"f\" size: 9 name: \"m\" }",
        "hidl_vec { value { hidl_memory { fd: \"f\" size: 9 name: \"m\" } } "
        "value { hidl_memory { fd: \"f\" size: 8 name: \"o\" } } }",
        "hidl_struct { value { i8: 1 } value { hidl_handle { fd: \"f\" } } "
        "value { hidl_string: \"s\" } }"}) {
    const std::string parcel =
        absl::StrCat("interface: \"a@1.0::B\" ", kHidl, "value { ", value,
                     " } ", "value { i32: 77 }");
    EXPECT_EQ(Outcome(Reply(parcel, parcel)), "") << value;
  }
}

TEST(ParcelTest, NamesAreBoundAndCanBeUsed) {
  // The server calls the binder that it got, and sends it back.
  const std::string on =
      On("value { binder: \"b\" acquire: true }",
         "step { call { to { name: \"b\" } parcel { value { i32: 1 } } } "
         "expect { parcel { value { fd: \"d\" } } } } "
         "step { close { fd: \"d\" } } "
         "step { reply { parcel { value { binder: \"b\" } } } }");
  // The binder comes home as the client's own node.
  const std::string client =
      "expect { parcel { value { binder: \"n\" } } } } on { "
      "br: BR_TRANSACTION node: \"n\" parcel { value { i32: 1 } } "
      "step { reply { parcel { value { fd: \"f\" } } } }";
  EXPECT_EQ(Outcome(Call("value { binder: \"n\" }", on, client)), "");
}

TEST(ParcelTest, AHandlerTakesOnlyItsParcel) {
  const std::string on =
      On("value { i32: 1 }", "step { reply { item { i32: 10 } } }") +
      On("value { i32: 2 }", "step { reply { item { i32: 20 } } }") +
      On("more: true", "step { reply { item { i32: 30 } } }");
  EXPECT_EQ(Outcome(Call("value { i32: 2 }", on, "expect { i32: 20 }")), "");
  EXPECT_EQ(Outcome(Call("value { i32: 3 }", on, "expect { i32: 30 }")), "");
}

TEST(ParcelTest, MessagesSayWhatDiffersAndWhere) {
  for (const ParcelCase& one : std::vector<ParcelCase>{
           {"value { i32: 1 } value { i32: 9 }",
            "value { i32: 1 } value { i32: 7 }",
            "value 1: expected i32: 7, observed 9 at byte 4"},
           {"value { string16: \"pm\" }", "value { string16: \"am\" }",
            "value 0: expected string16: \"am\", observed \"pm\" at byte 0"},
           {"value { string8: \"pm\" }", "value { string8: \"amp\" }",
            "expected string8: \"amp\", observed \"pm\""},
           {"value { null: NULL_STRING16 }", "value { string16: \"am\" }",
            "observed null"},
           {"interface: \"a.c\"", "interface: \"a.b\"",
            "interface: expected \"a.b\", observed \"a.c\" at byte 12"},
           {"value { list { value { i32: 4 } value { i32: 5 } } }",
            "value { list { value { i32: 4 } value { i32: 6 } } }",
            "value 0[1]: expected i32: 6, observed 5"},
           {"value { list { value { i32: 4 } } }",
            "value { list { value { i32: 4 } value { i32: 6 } } }",
            "observed 1 at byte 0"},
           {"value { i32: 1 }", "value { i32: 1 } value { i64: 2 }",
            "value 1: expected i64: 2, observed the end of the payload"},
           {"value { i32: 1 } value { i32: 2 }", "value { i32: 1 }",
            "expected the end of the payload behind the last value, observed "
            "more bytes"},
           {"value { binder: \"n\" }", "value { fd: \"d\" }",
            "value 0: expected fd: \"d\", observed a handle"},
           {"value { binder: \"n\" }", "value { binder: \"s\" }",
            "expected binder: \"s\", observed a handle"},
           {"value { null: NULL_BINDER }", "value { binder: \"b\" }",
            "observed no object"}}) {
    EXPECT_THAT(Outcome(Call(one.sent, On(one.expected))),
                AllOf(HasSubstr("no handler takes BR_TRANSACTION"),
                      HasSubstr(one.message)))
        << one.sent;
  }
}

TEST(ParcelTest, MessagesAboutHidlValues) {
  for (const ParcelCase& one : std::vector<ParcelCase>{
           {"hidl_string: \"pm\"", "hidl_string: \"am\"",
            "value 1: expected hidl_string: \"am\", observed \"pm\" at byte 4"},
           {"hidl_string: \"pm\"", "hidl_string: \"long\"", "observed \"pm\""},
           {"hidl_handle { fd: \"f\" }", "hidl_handle { fd: \"d\" fd: \"e\" }",
            "observed other bytes"},
           {"hidl_memory { fd: \"f\" size: 1 name: \"a\" }",
            "hidl_memory { fd: \"d\" size: 2 name: \"a\" }",
            "observed other memory"},
           {"hidl_vec { value { i32: 1 } }", "hidl_vec { value { i64: 1 } }",
            "observed memory of another size"}}) {
    EXPECT_THAT(Outcome(Reply(HidlResult(one.sent), HidlResult(one.expected))),
                HasSubstr(one.message))
        << one.sent;
  }
}

TEST(ParcelTest, AWrongReplyIsDescribed) {
  EXPECT_THAT(
      Outcome(Call("",
                   "on { br: BR_TRANSACTION step { reply { parcel { value "
                   "{ status { exception: -1 } } } } } }",
                   "expect { parcel { value { status {} } } }")),
      AllOf(HasSubstr("expected parcel { value { status { } } }"),
            HasSubstr("value 0: expected status { }, observed -1")));
}

// A parcel that arrived, in a buffer that nobody frees.
struct Arrived {
  explicit Arrived(const std::string& parcel)
      : run(MustLoad(
            Call(parcel, "on { br: BR_TRANSACTION keep_buffer: true parcel { " +
                             parcel + " } }"))) {
    EXPECT_TRUE(run.Run());
    run.world().ForEach<BufferRow>([&](BufferId, const BufferRow& buffer) {
      const auto& blobs = run.world().blobs();
      if (blobs.Bytes(buffer.data).empty()) return;
      data = std::string(blobs.Bytes(buffer.data));
      offsets = std::string(blobs.Bytes(buffer.offsets));
      extra = std::string(blobs.Bytes(buffer.extra));
      extra_offset = ExtraOffset(buffer);
    });
  }
  const ParcelSpec& spec() const { return run.scenario().parcels.at(0); }
  BufferView view() const { return {data, offsets, extra, extra_offset}; }

  TestRun run;
  std::string data, offsets, extra;
  uint64_t extra_offset = 0;
};

constexpr char kDeep[] =
    "interface: \"a@1.0::B\" style: LIBHWBINDER "
    "value { hidl_vec { value { hidl_string: \"ab\" } "
    "value { hidl_string: \"c\" } } } value { hidl_handle { data: 3 } } "
    "value { binder: \"n\" } ";

// Whatever arrives is compared and described without a crash.
TEST(ParcelTest, AnyBytesCanArrive) {
  Arrived good(kDeep);
  ASSERT_EQ(CompareParcel(good.spec(), good.view()).what, nullptr);
  std::mt19937 random(1);
  std::set<std::string> messages;
  for (int i = 0; i < 50000; ++i) {
    std::string data = good.data;
    std::string offsets = good.offsets;
    std::string extra = good.extra;
    for (std::string* bytes : {&data, &offsets, &extra}) {
      if (random() % 2 == 0) {
        (*bytes)[random() % bytes->size()] = static_cast<char>(random());
      }
      if (random() % 8 == 0) bytes->resize(random() % bytes->size());
    }
    const BufferView view{data, offsets, extra, good.extra_offset};
    const ParcelMismatch mismatch = CompareParcel(good.spec(), view);
    if (mismatch.what == nullptr) continue;
    messages.insert(mismatch.what);
    EXPECT_NE(DescribeMismatch(good.spec(), view, mismatch), "");
  }
  // All that can be wrong was, but for nodes and descriptors.
  EXPECT_THAT(messages,
              testing::IsSupersetOf(
                  {"memory out of bounds", "memory of another size",
                   "other memory", "memory that nothing points to",
                   "memory inside other memory", "a pointer to something else",
                   "another number of descriptors", "descriptors elsewhere",
                   "no object", "the end of the payload", "other bytes"}));
}

// Every byte that the sender wrote is compared.
TEST(ParcelTest, EveryChangeIsNoticed) {
  Arrived good(kDeep);
  const auto unnoticed = [&](std::string* bytes) {
    int count = 0;
    for (char& byte : *bytes) {
      byte ^= 1;
      count += CompareParcel(good.spec(), good.view()).what == nullptr;
      byte ^= 1;
    }
    return count;
  };
  // The binder's flags, handle and cookie: 20 bytes. Of each of five memories
  // the flags but for the first byte, of the two that nothing points to the
  // parent too: 47. A word of the array of descriptors that means nothing: 4.
  EXPECT_EQ(unnoticed(&good.data), 71);
  // What pads the two texts to 8 bytes.
  EXPECT_EQ(unnoticed(&good.extra), 11);
}

}  // namespace
}  // namespace bindery::sim
