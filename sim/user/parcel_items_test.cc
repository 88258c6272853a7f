#include "sim/user/parcel_items.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/user/parcel_testing.h"
#include "sim/user/source.h"

namespace bindery::sim {
namespace {

using ::testing::HasSubstr;

const CommandTemplate& CallIn(const CompiledScenario& scenario) {
  for (const Instruction& one : scenario.code) {
    if (one.op == OpCode::kCall) return scenario.commands[one.a];
  }
  return scenario.commands.front();
}

std::string Hex(const std::string& bytes) {
  return absl::BytesToHexString(bytes);
}

// The payload of such a call, in hexadecimal.
std::string Data(const std::string& parcel) {
  return Hex(CallIn(MustLoad(Call(parcel, ""))).data);
}

std::string Offsets(const std::string& parcel) {
  return Hex(CallIn(MustLoad(Call(parcel, ""))).offsets);
}

std::string Zeros(int bytes) { return std::string(2 * bytes, '0'); }

// The items that a HIDL value becomes, one a line.
std::string Items(const std::string& value) {
  Errors errors("test");
  proto::Parcel parcel;
  EXPECT_TRUE(
      google::protobuf::TextFormat::ParseFromString(Hidl(value), &parcel));
  const auto no_nodes = [](const std::string&) { return std::nullopt; };
  ParcelItems items(no_nodes, /*reading=*/false, &errors);
  items.Lay(Cursor<proto::Parcel>(parcel, nullptr, Place{}));
  std::string text;
  for (const ParcelItem& item : items.items()) {
    absl::StrAppend(&text, item.item.ShortDebugString(), "\n");
  }
  return absl::StrCat(text, errors.ToStatus().message());
}

TEST(ParcelItemsTest, NumbersTakeFourBytesOrEight) {
  EXPECT_EQ(Data("value { i8: -1 }"), "ffffffff");
  EXPECT_EQ(Data("value { i32: -2 }"), "feffffff");
  EXPECT_EQ(Data("value { i64: 258 }"), "0201000000000000");
  EXPECT_EQ(Data("value { f32: 1 }"), "0000803f");
  EXPECT_EQ(Data("value { f64: 1 }"), "000000000000f03f");
  EXPECT_EQ(Data("value { bool: true }"), "01000000");
}

TEST(ParcelItemsTest, AByteOfLibhwbinderIsPaddedAndNotExtended) {
  EXPECT_EQ(Data(Hidl("i8: -1")), "ff000000");
  EXPECT_EQ(Data(Hidl("bool: true")), "01000000");
}

TEST(ParcelItemsTest, String16CountsUnitsAndEndsWithAZeroUnit) {
  EXPECT_EQ(Data("value { string16: \"ab\" }"),
            "02000000"
            "61006200"
            "00000000");
  EXPECT_EQ(Data("value { string16: \"a\" }"),
            "01000000"
            "61000000");
  EXPECT_EQ(Data("value { string16: \"\" }"),
            "00000000"
            "00000000");
  EXPECT_EQ(Data("value { null: NULL_STRING16 }"), "ffffffff");
}

TEST(ParcelItemsTest, String16IsUtf16) {
  // Two bytes, three bytes, and a pair of surrogates.
  EXPECT_EQ(Data("value { string16: \"\\303\\251\" }"),
            "01000000"
            "e9000000");
  EXPECT_EQ(Data("value { string16: \"\\342\\202\\254\" }"),
            "01000000"
            "ac200000");
  EXPECT_EQ(Data("value { string16: \"\\360\\237\\230\\200\" }"),
            "02000000"
            "3dd800de"
            "00000000");
}

TEST(ParcelItemsTest, TextsAndBytesArePaddedToFour) {
  EXPECT_EQ(Data("value { string8: \"abcd\" }"),
            "04000000"
            "61626364"
            "00000000");
  EXPECT_EQ(Data("value { cstring: \"abc\" }"), "61626300");
  EXPECT_EQ(Data("value { byte_array: \"\\001\\002\\003\\004\\005\" }"),
            "05000000"
            "01020304"
            "05000000");
  EXPECT_EQ(Data("value { byte_array: \"\" }"), "00000000");
}

TEST(ParcelItemsTest, InterfaceTokens) {
  EXPECT_EQ(Data("interface: \"a.b\""),
            "00000080"
            "ffffffff"
            "54535953"
            "03000000"
            "61002e00"
            "62000000");
  EXPECT_EQ(Data(absl::StrCat(kHidl, "interface: \"a.b\"")), "612e6200");
}

TEST(ParcelItemsTest, ABinderIsAnObjectAndItsStability) {
  const std::string object =
      "852a6273"
      "13010000"
      "0010000000000000"
      "0110000000000000";
  EXPECT_EQ(Data("value { i32: 1 } value { binder: \"n\" }"),
            absl::StrCat("01000000", object, "0c000000"));
  EXPECT_EQ(Offsets("value { i32: 1 } value { binder: \"n\" }"),
            "0400000000000000");
  EXPECT_EQ(Data(Hidl("binder: \"n\"")), object);
  EXPECT_THAT(Data("value { binder: \"m\" }"), HasSubstr("13110000"));
}

TEST(ParcelItemsTest, ANullBinderIsNotInTheOffsets) {
  EXPECT_EQ(Data("value { null: NULL_BINDER }"), absl::StrCat("852a6273"
                                                              "13010000",
                                                              Zeros(20)));
  EXPECT_EQ(Offsets("value { null: NULL_BINDER }"), "");
}

TEST(ParcelItemsTest, DescriptorsAreObjects) {
  // The number is put in when it is sent.
  const std::string object = absl::StrCat(
      "852a6466"
      "7f010000",
      Zeros(16));
  EXPECT_EQ(Data("value { fd: \"f\" }"), object);
  EXPECT_EQ(Data("value { parcel_fd: \"f\" }"), absl::StrCat("01000000"
                                                             "00000000",
                                                             object));
  EXPECT_EQ(Offsets("value { parcel_fd: \"f\" }"), "0800000000000000");
}

TEST(ParcelItemsTest, StatusOfAReply) {
  EXPECT_EQ(Data("value { status {} }"), "00000000");
  EXPECT_EQ(Data("value { status { exception: -3 message: \"a\" } }"),
            "fdffffff"
            "01000000"
            "61000000"
            "00000000");
  EXPECT_EQ(Data("value { status { exception: -8 service_specific: 9 } }"),
            "f8ffffff"
            "00000000"
            "00000000"
            "00000000"
            "09000000");
}

TEST(ParcelItemsTest, AListBeginsWithItsLength) {
  EXPECT_EQ(Data("value { list { value { i32: 7 } value { i32: 8 } } }"),
            "02000000"
            "07000000"
            "08000000");
  EXPECT_EQ(Data("value { list {} }"), "00000000");
}

TEST(ParcelItemsTest, AHidlStringPointsToItsText) {
  EXPECT_EQ(Items("hidl_string: \"hi\""),
            R"(ptr { item { raw: "\000\000\000\000\000\000\000\000)"
            R"(\002\000\000\000\000\000\000\000" } })"
            "\n"
            R"(ptr { item { raw: "hi\000" } parent: 0 })"
            "\n");
}

TEST(ParcelItemsTest, AVectorOfStringsIsThreeLevelsDeep) {
  const std::string zeros8 = R"(\000\000\000\000\000\000\000\000)";
  const auto string = [&](int length) {
    return absl::StrCat(zeros8, R"(\00)", length, R"(\000\000\000)",
                        R"(\000\000\000\000)");
  };
  EXPECT_EQ(
      Items("hidl_vec { value { hidl_string: \"a\" } "
            "value { hidl_string: \"bc\" } }"),
      absl::StrCat(
          "ptr { item { raw: \"", string(2), "\" } }\n", "ptr { item { raw: \"",
          string(1), string(2), "\" } parent: 0 }\n",
          R"(ptr { item { raw: "a\000" } parent: 1 })", "\n",
          R"(ptr { item { raw: "bc\000" } parent: 1 parent_offset: 16 })",
          "\n"));
}

TEST(ParcelItemsTest, AnEmptyVectorPointsToNothing) {
  const std::string parcel = Hidl("hidl_vec {}");
  // The struct's object, and one of no memory that the offsets do not name.
  EXPECT_THAT(Data(parcel), HasSubstr(absl::StrCat("852a7470"
                                                   "01000000",
                                                   Zeros(32))));
  EXPECT_EQ(Offsets(parcel), Zeros(8));
}

TEST(ParcelItemsTest, AHidlMemoryIsAHandleASizeAndAName) {
  EXPECT_EQ(Items("hidl_memory { fd: \"f\" size: 4096 name: \"ab\" }"),
            absl::StrCat(
                R"(ptr { item { raw: "\000\000\000\000\000\000\000\000)",
                R"(\000\000\000\000\000\000\000\000)",
                R"(\000\020\000\000\000\000\000\000)",
                R"(\000\000\000\000\000\000\000\000)",
                R"(\002\000\000\000\000\000\000\000" } })", "\n",
                R"(raw: "\020\000\000\000\000\000\000\000")", "\n",
                "ptr { item { i32: 12 } item { i32: 1 } item { i32: 0 } "
                "item { fd_number: \"f\" } parent: 0 }\n",
                "fd_array { parent: 1 parent_offset: 12 num_fds: 1 }\n",
                R"(ptr { item { raw: "ab\000" } parent: 0 parent_offset: 24 })",
                "\n"));
}

TEST(ParcelItemsTest, AHandleOfItsOwnHasNoParent) {
  EXPECT_EQ(
      Items("hidl_handle { fd: \"f\" fd: \"g\" data: 5 }"),
      absl::StrCat(R"(raw: "\030\000\000\000\000\000\000\000")", "\n",
                   "ptr { item { i32: 12 } item { i32: 2 } item { i32: 1 } "
                   "item { fd_number: \"f\" } item { fd_number: \"g\" } "
                   "item { i32: 5 } }\n",
                   "fd_array { parent_offset: 12 num_fds: 2 }\n"));
}

TEST(ParcelItemsTest, AStructIsPaddedAsInC) {
  EXPECT_EQ(Items("hidl_struct { value { i8: 1 } value { i32: 2 } "
                  "value { bool: true } value { i64: 3 } value { i8: 4 } }"),
            absl::StrCat(R"(ptr { item { raw: "\001\000\000\000)",
                         R"(\002\000\000\000\001\000\000\000\000\000\000\000)",
                         R"(\003\000\000\000\000\000\000\000)",
                         R"(\004\000\000\000\000\000\000\000" } })", "\n"));
}

TEST(ParcelItemsTest, MistakesAreFoundWhenTheFileIsLoaded) {
  for (const ParcelCase& one : std::vector<ParcelCase>{
           {"value {}", "", "the value is empty"},
           {"value { i8: 300 }", "", "from -128 to 127"},
           {"value { hidl_string: \"a\" }", "", "style: LIBHWBINDER"},
           {"style: LIBHWBINDER value { list {} }", "", "no such type"},
           {"value { binder: \"x\" }", "", "this process has no handle \"x\""},
           {"value { fd: \"x\" }", "", "this process has no descriptor \"x\""},
           {"value { fd: \"\" }", "", "which one?"},
           {"value { binder: \"n\" acquire: true }", "", "remove acquire"},
           {"value { cstring: \"a\\000b\" }", "", "first zero byte"},
           {"style: LIBHWBINDER value { hidl_struct {} }", "", "is empty"},
           {"style: LIBHWBINDER value { hidl_vec { value { i32: 1 } "
            "value { i64: 1 } } }",
            "", "one type"},
           {"style: LIBHWBINDER value { hidl_vec { value { string16: \"a\" } "
            "} }",
            "", "memory holds"},
           {"value { i32: 1 } } item { i32: 1", "", "items or of a parcel"},
       }) {
    EXPECT_THAT(LoadError(Call(one.sent, On(one.expected))),
                HasSubstr(one.message))
        << one.sent;
  }
}

TEST(ParcelItemsTest, OnlyTransactionsAndRepliesHaveParcels) {
  EXPECT_THAT(LoadError(Call("", "on { br: BR_DEAD_BINDER parcel {} }")),
              HasSubstr("need br: BR_TRANSACTION"));
}

}  // namespace
}  // namespace bindery::sim
