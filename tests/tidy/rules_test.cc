// Shows every tidy rule what it must accept and what it must find.

#include "tests/tidy/rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/tidy/functions.h"
#include "tests/tidy/source.h"

namespace bindery::tidy {
namespace {

// The lines that `rule` reports.
std::vector<int> Lines(const std::string& rule, const std::string& path,
                       const std::string& text) {
  std::vector<int> lines;
  bool known = false;
  for (const Rule& candidate : AllRules()) {
    if (candidate.name != rule) continue;
    known = true;
    for (const Finding& finding : candidate.check(MakeSource(path, text))) {
      lines.push_back(finding.line);
    }
  }
  EXPECT_TRUE(known) << rule;
  return lines;
}

using Found = std::vector<int>;

TEST(BannedIdentifiersTest, FindsThemInSimAndModel) {
  EXPECT_EQ(Lines("BannedIdentifiers", "sim/a.cc", "int x = rand();\n"),
            Found{1});
  EXPECT_EQ(Lines("BannedIdentifiers", "model/a.h",
                  "#include <set>\n#include <unordered_map>\n"),
            Found{2});
  EXPECT_EQ(Lines("BannedIdentifiers", "sim/a.cc",
                  "auto t = std::chrono::steady_clock::now();\n"),
            Found{1});
  EXPECT_EQ(Lines("BannedIdentifiers", "sim/a.cc", "std::hash<int> h;\n"),
            Found{1});
}

TEST(BannedIdentifiersTest, AcceptsOtherWordsCommentsAndLayers) {
  EXPECT_EQ(Lines("BannedIdentifiers", "sim/a.cc",
                  "int x = operand(3);  // not rand()\n"
                  "const char* s = \"std::hash\";\n"),
            Found{});
  EXPECT_EQ(Lines("BannedIdentifiers", "tools/a.cc", "int x = rand();\n"),
            Found{});
}

TEST(BannedIdentifiersTest, SaysWhatToUse) {
  const SourceFile file = MakeSource("sim/a.cc", "std::unordered_set<int> s;");
  EXPECT_NE(AllRules()[0].check(file).at(0).message.find("std::set"),
            std::string::npos);
}

TEST(LayersTest, FollowsTheArrows) {
  EXPECT_EQ(Lines("Layers", "sim/a.cc", "#include \"model/concept.h\"\n"),
            Found{1});
  EXPECT_EQ(Lines("Layers", "model/a.cc", "#include \"sim/world/id.h\"\n"),
            Found{1});
  EXPECT_EQ(Lines("Layers", "model/a.cc", "#include \"proto/trace.pb.h\"\n"),
            Found{1});
  EXPECT_EQ(Lines("Layers", "tools/a.cc", "#include \"tests/tidy/rules.h\"\n"),
            Found{1});
  EXPECT_EQ(Lines("Layers", "proto/a.proto", "import \"sim/a.proto\";\n"),
            Found{1});
}

TEST(LayersTest, AcceptsWhatLiesToTheLeft) {
  const std::string text =
      "#include \"absl/status/status.h\"\n#include \"base/check.h\"\n";
  for (const char* layer : {"base", "sim", "model", "adapter", "tools"}) {
    EXPECT_EQ(Lines("Layers", std::string(layer) + "/a.cc", text), Found{});
  }
  EXPECT_EQ(Lines("Layers", "adapter/a.cc", "#include \"sim/world/id.h\"\n"),
            Found{});
  EXPECT_EQ(Lines("Layers", "tests/a.cc", "#include \"tools/bindery/x.h\"\n"),
            Found{});
}

std::string Repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(FileLengthTest, AllowsTheCapAndNoMore) {
  EXPECT_EQ(Lines("FileLength", "a.cc", Repeat("\n", kMaxFileLines)), Found{});
  EXPECT_EQ(Lines("FileLength", "a.cc", Repeat("\n", kMaxFileLines + 1)),
            Found{kMaxFileLines + 1});
  EXPECT_EQ(Lines("FileLength", "a.md", Repeat("\n", kMaxFileLines + 1)),
            Found{});
}

TEST(FunctionLengthTest, AllowsTheCapAndNoMore) {
  const auto function = [](int lines) {
    return "int x;\nvoid F() {\n" + Repeat("  G();\n", lines - 2) + "}\n";
  };
  EXPECT_EQ(Lines("FunctionLength", "a.cc", function(kMaxFunctionLines)),
            Found{});
  EXPECT_EQ(Lines("FunctionLength", "a.cc", function(kMaxFunctionLines + 1)),
            Found{2});
  EXPECT_EQ(Lines("FunctionLength", "a.c", function(kMaxFunctionLines + 1)),
            Found{2});
}

// The lines of each function found, as "first-last".
std::vector<std::string> Extents(const std::string& text) {
  std::vector<std::string> extents;
  for (const FunctionExtent& f : FindFunctions(MakeSource("a.cc", text))) {
    extents.push_back(std::to_string(f.first_line) + "-" +
                      std::to_string(f.last_line));
  }
  return extents;
}

using Extent = std::vector<std::string>;

TEST(FindFunctionsTest, LooksIntoNamespacesAndClasses) {
  EXPECT_EQ(Extents("namespace a::b {\n"
                    "class C : public D {\n"
                    " public:\n"
                    "  int F() const { return x_; }\n"
                    "  template <class T, typename U>\n"
                    "  void G(T t, U u = {}) {\n"
                    "    if (t) {\n"
                    "    }\n"
                    "  }\n"
                    "};\n"
                    "}\n"),
            (Extent{"4-4", "5-9"}));
}

TEST(FindFunctionsTest, TakesMemberInitializersIntoTheConstructor) {
  EXPECT_EQ(Extents("A::A(int b)\n"
                    "    : b_{b}, c_{1} {\n"
                    "  F();\n"
                    "}\n"
                    "void G() {}\n"),
            (Extent{"1-4", "5-5"}));
}

TEST(FindFunctionsTest, SkipsDataMacrosCommentsAndLiterals) {
  EXPECT_EQ(Extents("constexpr int kTable[] = {F(1), 2};\n"
                    "const auto kF = [](int x) { return x; };\n"
                    "#define M(x) \\\n"
                    "  do {      \\\n"
                    "  } while (0)\n"
                    "// void F() {\n"
                    "const char* s = \"void F() {\";\n"
                    "const char* r = R\"x(void F() { \" )x\";\n"
                    "char c = '{';\n"
                    "int million = 1'000'000;\n"
                    "struct S {\n"
                    "  int x = 0;\n"
                    "};\n"
                    "extern \"C\" {\n"
                    "int G() { return 1; }\n"
                    "}\n"),
            (Extent{"15-15"}));
}

TEST(FindFunctionsTest, KnowsOperators) {
  EXPECT_EQ(Extents("bool operator==(A a, A b) {\n  return F(a, b);\n}\n"),
            (Extent{"1-3"}));
}

TEST(ColumnsTest, CountsCharactersNotBytes) {
  const std::string wide(kMaxColumns + 1, 'x');
  EXPECT_EQ(Lines("Columns", "a.cc", "\n" + wide + "\n"), Found{2});
  EXPECT_EQ(Lines("Columns", "a.cc", Repeat("\xC3\xA9", kMaxColumns) + "\n"),
            Found{});
  EXPECT_EQ(Lines("Columns", "a.cc", "// https://" + wide + "\n"), Found{});
  EXPECT_EQ(Lines("Columns", "a.md", wide + "\n"), Found{});
}

TEST(BlanksTest, FindsTabsAndTrailingBlanks) {
  EXPECT_EQ(Lines("Blanks", "a.md", "fine\n\tb\nc \nd\r\n"), (Found{2, 3, 4}));
}

TEST(LeftoversTest, FindsWholeWords) {
  const std::string word = std::string("TO") + "DO";
  EXPECT_EQ(Lines("Leftovers", "a.md", "a\n" + word + ": b\n"), Found{2});
  EXPECT_EQ(Lines("Leftovers", "a.sh", "mktemp /x/" + Repeat("X", 6) + "\n"),
            Found{});
  EXPECT_EQ(Lines("Leftovers", "a.cc", "int k" + word + "s;\n"), Found{});
}

std::string Header(const std::string& guard, const std::string& body) {
  return "#ifndef " + guard + "\n#define " + guard + "\n" + body +
         "#endif  // " + guard + "\n";
}

TEST(IncludeGuardTest, IsThePathInCapitals) {
  EXPECT_EQ(Lines("IncludeGuard", "sim/io/text-x.h",
                  Header("BINDERY_SIM_IO_TEXT_X_H_", "")),
            Found{});
  EXPECT_EQ(Lines("IncludeGuard", "sim/a.h", Header("SIM_A_H_", "")), Found{1});
  EXPECT_EQ(Lines("IncludeGuard", "sim/a.h", "#pragma once\n"), Found{1});
}

TEST(HeaderCommentTest, ComesBeforeTheFirstDeclaration) {
  EXPECT_EQ(Lines("HeaderComment", "a.h",
                  "#include <set>\n\nnamespace a {\n// What it is.\nint x;\n"),
            Found{});
  EXPECT_EQ(Lines("HeaderComment", "a.h", "#include <set>\nint x;  // late\n"),
            Found{2});
}

TEST(ProtoCommentsTest, EveryFieldHasOne) {
  EXPECT_EQ(Lines("ProtoComments", "a.proto",
                  "syntax = \"proto3\";\n"
                  "message A {\n"
                  "  // Above.\n"
                  "  int32 a = 1;\n"
                  "  int32 b = 2;  // behind\n"
                  "  int32 c = 3;\n"
                  "  oneof d {\n"
                  "    int32 e = 4;\n"
                  "  }\n"
                  "  enum F {\n"
                  "    G = 0;\n"
                  "  }\n"
                  "  // Two lines.\n"
                  "  map<string, int32>\n"
                  "      h = 5;\n"
                  "}\n"),
            (Found{6, 8}));
}

// A rule that finds nothing, ever, would look like a tree without faults.
TEST(AllRulesTest, EachHasASelfTest) {
  std::vector<std::string> suites;
  const testing::UnitTest& unit = *testing::UnitTest::GetInstance();
  for (int i = 0; i < unit.total_test_suite_count(); ++i) {
    suites.emplace_back(unit.GetTestSuite(i)->name());
  }
  for (const Rule& rule : AllRules()) {
    EXPECT_EQ(std::count(suites.begin(), suites.end(),
                         std::string(rule.name) + "Test"),
              1)
        << rule.name;
  }
}

}  // namespace
}  // namespace bindery::tidy
