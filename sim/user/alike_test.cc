#include "sim/user/alike.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/user/test_run.h"

namespace bindery::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kServer[] =
    "process { name: \"server\" attach { context_manager: true } "
    "thread { name: \"main\" step { serve {} } } }\n";

// A process of one thread that calls the server.
std::string Client(const std::string& name, const std::string& more = "",
                   const std::string& steps = "") {
  return absl::StrCat("process { name: \"", name, "\" attach {} ", more,
                      " thread { name: \"main\" ", steps,
                      " step { call { to { number: 0 } code: 1 } } } }\n");
}

AlikeProcesses AlikeIn(const std::string& text) {
  return MustLoad(kServer + text).alike;
}

TEST(AlikeTest, CopiesAre) {
  EXPECT_THAT(AlikeIn(Client("client", "copies: 3")).classes,
              ElementsAre(ElementsAre(2, 3, 4)));
}

TEST(AlikeTest, WhatIsWrittenTwiceIs) {
  const AlikeProcesses alike =
      AlikeIn(Client("a") + Client("odd", "uid: 7") + Client("b"));
  EXPECT_THAT(alike.classes, ElementsAre(ElementsAre(2, 4)));
  EXPECT_EQ(alike.why_not, "");
}

TEST(AlikeTest, TwoClassesAreTwo) {
  EXPECT_THAT(
      AlikeIn(Client("x", "copies: 2") + Client("y", "copies: 2 uid: 3"))
          .classes,
      ElementsAre(ElementsAre(2, 3), ElementsAre(4, 5)));
}

TEST(AlikeTest, OtherCredsOrProgramsAreNot) {
  EXPECT_THAT(AlikeIn(Client("a") + Client("b", "uid: 7")).classes, IsEmpty());
  EXPECT_THAT(
      AlikeIn(Client("a") + Client("b", "", "step { flush {} }")).classes,
      IsEmpty());
}

TEST(AlikeTest, WhoMayDieIsNotAsWhoMayNot) {
  const std::string clients = Client("client", "copies: 3");
  EXPECT_THAT(AlikeIn(clients + "budget { kill: \"client2\" }").classes,
              ElementsAre(ElementsAre(2, 4)));
  EXPECT_THAT(
      AlikeIn(clients + "budget { kill: \"client2\" kill: \"client1\" }")
          .classes,
      ElementsAre(ElementsAre(2, 3)));
}

TEST(AlikeTest, WhoIsNamedIsSomebody) {
  const AlikeProcesses alike =
      AlikeIn(Client("client", "copies: 3") +
              "process { name: \"killer\" thread { name: \"main\"\n"
              " step { kill { process: \"client2\" } } } }");
  EXPECT_THAT(alike.classes, ElementsAre(ElementsAre(2, 4)));
  EXPECT_THAT(alike.why_not, HasSubstr("test.textproto:4:"));
  EXPECT_THAT(alike.why_not, HasSubstr("\"client2\" is named here"));
}

TEST(AlikeTest, PredicatesNameProcessesAndTasks) {
  const std::string clients = Client("client", "copies: 2");
  EXPECT_THAT(AlikeIn(clients + "always { expr: \"count(process where name == "
                                "\\\"client1\\\") == 1\" }")
                  .classes,
              IsEmpty());
  EXPECT_THAT(AlikeIn(clients + "always { expr: \"not any(task where name == "
                                "\\\"client1.main\\\" and nice)\" }")
                  .classes,
              IsEmpty());
  EXPECT_THAT(AlikeIn(clients + "always { expr: \"count(process where name == "
                                "\\\"server\\\") == 1\" }")
                  .classes,
              ElementsAre(ElementsAre(2, 3)));
}

TEST(AlikeTest, PredicatesMustNotLookAtNumbersOfActors) {
  const AlikeProcesses alike =
      AlikeIn(Client("client", "copies: 2") +
              "always { expr: \"not any(task where actor == 2 and nice)\" }");
  EXPECT_THAT(alike.classes, IsEmpty());
  EXPECT_THAT(alike.why_not, HasSubstr("test.textproto:3:10: "));
  EXPECT_THAT(alike.why_not, HasSubstr("looks at actor"));
}

TEST(AlikeTest, WordsThatAreNoNamesDoNotMatter) {
  EXPECT_THAT(AlikeIn("description: \"client1 calls\"\n"
                      "schedule { actor: \"client1.main\" }\n" +
                      Client("client", "copies: 2"))
                  .classes,
              ElementsAre(ElementsAre(2, 3)));
}

TEST(AlikeTest, NoMoreThanNamesHaveRoomFor) {
  const AlikeProcesses alike = AlikeIn(Client("client", "copies: 50"));
  ASSERT_EQ(alike.classes.size(), 1u);
  EXPECT_EQ(alike.classes[0].size(), Symmetry::kMostMembers);
}

TEST(AlikeTest, BinderfsTellsProcessesApart) {
  const AlikeProcesses alike =
      AlikeIn(Client("client", "copies: 2") +
              "process { name: \"other\" thread { name: \"main\" "
              "step { mount { at: \"binderfs\" } } } }");
  EXPECT_THAT(alike.classes, IsEmpty());
  EXPECT_THAT(alike.why_not, HasSubstr("binderfs"));
}

std::string Sends(int value) {
  return absl::StrCat(
      "step { call { to { number: 0 } code: 2 "
      "item { ptr { item { i32: ",
      value, " } } } } }");
}

// Each process has memory of its own: the same objects point to the same
// addresses, whatever another process has in its memory.
TEST(AlikeTest, WhoSendsTheSameMemoryIs) {
  const AlikeProcesses alike = AlikeIn(Client("odd", "", Sends(6) + Sends(7)) +
                                       Client("client", "copies: 2", Sends(5)));
  EXPECT_THAT(alike.classes, ElementsAre(ElementsAre(3, 4)));
  EXPECT_EQ(alike.why_not, "");
}

TEST(AlikeTest, WhoSendsOtherMemoryIsNot) {
  EXPECT_THAT(
      AlikeIn(Client("a", "", Sends(5)) + Client("b", "", Sends(6))).classes,
      IsEmpty());
}

TEST(AlikeTest, MembersAreWhatTheScenarioSays) {
  const CompiledScenario scenario =
      MustLoad(std::string(kServer) + Client("client", "copies: 2") +
               "budget { kill: \"server\" kill: \"client1\" kill: "
               "\"client2\" }");
  const auto symmetry = SymmetryOf(scenario);
  ASSERT_NE(symmetry, nullptr);
  const Symmetry::Class& clients = symmetry->classes()[0];
  EXPECT_EQ(clients.members[1].process, 3u);
  EXPECT_THAT(clients.members[1].actors, ElementsAre(3));
  EXPECT_EQ(clients.members[1].kill, 2);
  EXPECT_EQ(clients.members[1].code,
            clients.members[0].code + clients.code_size);
  EXPECT_EQ(SymmetryOf(MustLoad(kServer)), nullptr);
}

}  // namespace
}  // namespace bindery::sim
