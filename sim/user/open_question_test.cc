#include "sim/user/open_question.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "sim/user/alphabet.h"

namespace bindery::sim {
namespace {

std::string ErrorOf(const std::string& text) {
  return std::string(ParseOpenQuestion(text).status().message());
}

TEST(OpenQuestionTest, SaysWhatItIs) {
  const auto question =
      ParseOpenQuestion("commands:6,deaths:1,procs:2,faults:3,threads:4");
  ASSERT_TRUE(question.ok()) << question.status();
  EXPECT_EQ(question->ToText(),
            "procs:2,threads:4,commands:6,alphabet:core,deaths:1,signals:0,"
            "faults:3");
  const auto again = ParseOpenQuestion(question->ToText());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->ToText(), question->ToText());
}

TEST(OpenQuestionTest, MistakesHaveTheirPlace) {
  EXPECT_EQ(ErrorOf("procs:0,commands:1"),
            "--open=procs:0,commands:1: at character 1: procs:0: must be 1 to "
            "8");
  EXPECT_EQ(ErrorOf("procs:2,commands:x"),
            "--open=procs:2,commands:x: at character 9: commands:x: must be 1 "
            "to 64");
  EXPECT_EQ(ErrorOf("procs:2,commands:1,procs:2"),
            "--open=procs:2,commands:1,procs:2: at character 20: \"procs\" is "
            "given twice; leave one out");
  EXPECT_EQ(ErrorOf("procs:2,commands:1,alphabet:greek"),
            "--open=procs:2,commands:1,alphabet:greek: at character 20: there "
            "is no alphabet \"greek\"; there is core, wide");
  EXPECT_EQ(
      ErrorOf("procs:2,commands:1,deaths:3"),
      "--open=procs:2,commands:1,deaths:3: at character 20: deaths:3, but "
      "only 2 processes can die");
  for (const char* text : {"", "procs", "procs:2", "commands:1", "procs:2,,",
                           "procs:2,commands:1,", "procs:2,commands:1,dogs:1",
                           "procs:-1,commands:1", "procs:99999999999,"}) {
    EXPECT_FALSE(ParseOpenQuestion(text).ok()) << text;
  }
}

std::set<std::string> NamesOf(const std::vector<Letter>& letters) {
  std::set<std::string> names;
  for (const Letter& letter : letters) {
    EXPECT_TRUE(names.insert(letter.name).second) << letter.name;
  }
  return names;
}

TEST(OpenQuestionTest, TheCoreAlphabetIsAsLargeAsItIsToBe) {
  const std::vector<Letter>& core = *AlphabetByName("core");
  EXPECT_GE(core.size(), 40u);
  EXPECT_LE(core.size(), 64u);
  size_t malformed = 0;
  for (const Letter& letter : core) {
    malformed += std::string(letter.what).starts_with("malformed") ? 1 : 0;
  }
  EXPECT_GE(malformed, 10u);
}

TEST(OpenQuestionTest, CoreIsPartOfWide) {
  const std::vector<Letter>& core = *AlphabetByName("core");
  const std::vector<Letter>& wide = *AlphabetByName("wide");
  EXPECT_LT(core.size(), wide.size());
  const std::set<std::string> of_wide = NamesOf(wide);
  for (const std::string& name : NamesOf(core)) {
    EXPECT_EQ(of_wide.count(name), 1u) << name;
  }
}

// What their list holds of an extended error nobody would see.
TEST(OpenQuestionTest, NobodyAsksForExtendedErrors) {
  for (const std::string& name : AlphabetNames()) {
    for (const Letter& letter : *AlphabetByName(name)) {
      EXPECT_EQ(std::string(letter.step).find("extended_error"),
                std::string::npos)
          << letter.name;
    }
  }
}

// Traces name letters by their places.
TEST(OpenQuestionTest, LettersStayWhereTheyAre) {
  const std::vector<Letter>& core = *AlphabetByName("core");
  EXPECT_STREQ(core[0].name, "call");
  EXPECT_STREQ(core[16].name, "reply");
  EXPECT_STREQ(core.back().name, "read");
  const std::vector<Letter>& wide = *AlphabetByName("wide");
  EXPECT_STREQ(wide[0].name, "call");
  EXPECT_STREQ(wide[26].name, "reply");
  EXPECT_STREQ(wide[59].name, "read");
}

// What does not compile aborts in here; all that a letter ranges over is there.
TEST(OpenQuestionTest, EveryLetterIsCompiledForEveryValue) {
  OpenQuestion question;
  question.procs = 3;
  question.commands = 2;
  question.alphabet = "wide";
  const auto compiled = CompileOpen(question);
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  ASSERT_EQ(compiled->open->entries.size(), 3u);
  for (const auto& letters : compiled->open->entries) {
    ASSERT_EQ(letters.size(), compiled->open->alphabet->size());
    for (size_t i = 0; i < letters.size(); ++i) {
      const Over object = (*compiled->open->alphabet)[i].object;
      const size_t values = object == Over::kNothing   ? 1
                            : object == Over::kProcess ? 3
                                                       : 4;
      EXPECT_EQ(letters[i].size(), values);
    }
  }
}

}  // namespace
}  // namespace bindery::sim
