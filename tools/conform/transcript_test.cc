#include "tools/conform/transcript.h"

#include <string>

#include "gtest/gtest.h"

namespace bindery::conform {
namespace {

Transcript Small() {
  Transcript transcript;
  transcript.scenario = "small";
  transcript.steps = {{"a: open(binder)", {"a = 0"}},
                      {"b: close(3)", {"b = EBADF", "inside: a"}}};
  return transcript;
}

TEST(TranscriptTest, EqualOnesHaveNoDifference) {
  EXPECT_FALSE(FirstDifference(Small(), Small()).found);
}

TEST(TranscriptTest, FindsTheFirstLineThatDiffers) {
  Transcript other = Small();
  other.steps[1].results[0] = "b = 0";
  const Difference difference = FirstDifference(Small(), other);
  ASSERT_TRUE(difference.found);
  EXPECT_EQ(difference.step, 1u);
  EXPECT_EQ(difference.expected, "b = EBADF");
  EXPECT_EQ(difference.observed, "b = 0");
}

TEST(TranscriptTest, ALineTooManyDiffers) {
  Transcript other = Small();
  other.steps[0].results.push_back("inside: b");
  const Difference difference = FirstDifference(Small(), other);
  ASSERT_TRUE(difference.found);
  EXPECT_EQ(difference.expected, "");
  EXPECT_EQ(difference.observed, "inside: b");
}

TEST(TranscriptTest, AStepTooFewOrTooManyDiffers) {
  Transcript shorter = Small();
  shorter.steps.pop_back();
  EXPECT_TRUE(FirstDifference(Small(), shorter).found);
  const Difference difference = FirstDifference(shorter, Small());
  ASSERT_TRUE(difference.found);
  const std::string text = Explain(shorter, Small(), difference);
  EXPECT_NE(text.find("model   did not get to this step"), std::string::npos)
      << text;
}

TEST(TranscriptTest, AnotherActionDiffers) {
  Transcript other = Small();
  other.steps[0].action = "a: open(hwbinder)";
  EXPECT_TRUE(FirstDifference(Small(), other).found);
}

TEST(TranscriptTest, ExplainsUnderTheNamesOfTheSides) {
  Transcript other = Small();
  other.steps.back().results.push_back("more");
  const std::string text =
      Explain(Small(), other, FirstDifference(Small(), other), {"A", "B"});
  EXPECT_NE(text.find("    B       more\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("kernel"), std::string::npos) << text;
}

TEST(TranscriptTest, ExplainsWithTheStepsBefore) {
  Transcript other = Small();
  other.steps[1].results[0] = "b = 0";
  EXPECT_EQ(Explain(Small(), other, FirstDifference(Small(), other)),
            "    step 1  a: open(binder)\n"
            "          a = 0\n"
            "  > step 2  b: close(3)\n"
            "    model   b = EBADF\n"
            "    model   inside: a\n"
            "    kernel  b = 0\n"
            "    kernel  inside: a\n");
}

TEST(TranscriptTest, IsReadAsItWasWritten) {
  const std::string text = Write(Small(), 0x1234);
  const auto read = ReadTranscripts("file", text);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ(read->front().hash, 0x1234u);
  EXPECT_EQ(Write(read->front().transcript, read->front().hash), text);
}

TEST(TranscriptTest, SaysWhereAFileIsMalformed) {
  const auto read = ReadTranscripts("file", "scenario a 12\n  a = 0\n");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.status().message(), "file:2: a result before the first step");
  EXPECT_FALSE(ReadTranscripts("file", "step\n").ok());
  EXPECT_FALSE(ReadTranscripts("file", "scenario a\n").ok());
}

TEST(TranscriptTest, AnotherTextHasAnotherHash) {
  EXPECT_NE(TextHash("a"), TextHash("b"));
  EXPECT_EQ(TextHash(""), 0xcbf29ce484222325u);
}

}  // namespace
}  // namespace bindery::conform
