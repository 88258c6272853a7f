#include "model/brm/params.h"

#include <string>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"

namespace bindery::model {
namespace {

std::string ErrorOf(absl::string_view text) {
  return std::string(ParseBrmParams(text).status().message());
}

TEST(BrmParams, ReadsAllEight) {
  const absl::StatusOr<BrmParams> params = ParseBrmParams("4,3,2,1,2,1,0,15");
  ASSERT_TRUE(params.ok()) << params.status();
  EXPECT_EQ(*params, (BrmParams{4, 3, 2, 1, 2, true, false, 15}));
}

TEST(BrmParams, WritesWhatItReads) {
  for (const char* text : {"3,2,1,0,1,1,1,7", "1,1,3,3,3,0,0,1"}) {
    const absl::StatusOr<BrmParams> params = ParseBrmParams(text);
    ASSERT_TRUE(params.ok()) << params.status();
    EXPECT_EQ(BrmParamsText(*params), text);
  }
}

TEST(BrmParams, NeedsEightOfThem) {
  EXPECT_EQ(ErrorOf("3,2,1"),
            "\"3,2,1\" has 3 parameters; eight are needed: "
            "P,N,S,W,Q,OW,DN,DIE");
  EXPECT_FALSE(ParseBrmParams("").ok());
  EXPECT_FALSE(ParseBrmParams("3,2,1,0,1,1,1,7,").ok());
}

TEST(BrmParams, TheErrorNamesTheParameterAndItsBounds) {
  EXPECT_EQ(ErrorOf("3,2,1,0,4,1,1,7"),
            "parameter Q (inbox capacity) is \"4\"; it must be a whole number "
            "from 1 to 3");
}

TEST(BrmParams, BoundsMayDependOnTheProcesses) {
  EXPECT_EQ(ErrorOf("2,3,1,0,1,1,1,0"),
            "parameter N (nodes, at most P) is \"3\"; it must be a whole "
            "number from 1 to 2");
  EXPECT_EQ(ErrorOf("2,2,1,0,1,1,1,4"),
            "parameter DIE (mask of processes that may die, below 2^P) is "
            "\"4\"; it must be a whole number from 0 to 3");
}

TEST(BrmParams, RejectsWhatIsNotANumber) {
  for (const char* text :
       {"x,2,1,0,1,1,1,7", "3,2,1,,1,1,1,7", "3,2,1,-1,1,1,1,7",
        "5,2,1,0,1,1,1,7", "99999999999,2,1,0,1,1,1,7", "3,0,1,0,1,1,1,7",
        "3,2,0,0,1,1,1,7", "3,2,1,0,1,2,1,7"}) {
    EXPECT_FALSE(ParseBrmParams(text).ok()) << text;
  }
}

}  // namespace
}  // namespace bindery::model
