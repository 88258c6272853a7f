// Keeps the tables of docs/fingerprint.md true. To rewrite them:
//   bazel run //sim/world:fingerprint_doc_test --
//   --update=$PWD/docs/fingerprint.md
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

constexpr char kBegin[] = "<!-- tables: begin -->\n";
constexpr char kEnd[] = "<!-- tables: end -->\n";

std::string& UpdatePath() {
  static std::string& path = *new std::string;
  return path;
}

template <typename T>
struct Kind {
  static std::string Text() { return "the number"; }
};
template <typename Row>
struct Kind<Id<Row>> {
  static std::string Text() { return absl::StrCat("name of the ", Row::kName); }
};
template <>
struct Kind<AnyId> {
  static std::string Text() { return "name of the row"; }
};
template <>
struct Kind<BlobId> {
  static std::string Text() { return "the bytes"; }
};
template <>
struct Kind<ListHead> {
  static std::string Text() { return "names of the members, in order"; }
};
template <>
struct Kind<Work> {
  static std::string Text() {
    return "the type; its place on a list, by owner and neighbours";
  }
};
template <>
struct Kind<Link> {
  static std::string Text() {
    return "whether it is on a set; its place on a list, by owner and "
           "neighbours";
  }
};

template <typename Row>
class DocVisitor {
 public:
  template <typename T>
  void Field(const char* name, T Row::*, Meaning = {}) {
    if constexpr (std::is_same_v<T, SetHead>) {
      Line(name, "no", "the members say that they belong");
    } else {
      Line(name, "yes", Kind<T>::Text());
    }
  }
  template <typename T>
  void Address(const char* name, T Row::*) {
    Line(name, "layout",
         absl::StrCat(Kind<T>::Text(), "; with `--addresses=exact` only"));
  }
  template <typename T>
  void Derived(const char* name, T Row::*, const char* reason) {
    Line(name, "no", reason);
  }
  template <typename T>
  void Skip(const char* name, T Row::*, const char* reason) {
    Line(name, "no", reason);
  }
  const std::string& text() const { return text_; }

 private:
  void Line(const char* name, const char* hashed, const std::string& why) {
    absl::StrAppend(&text_, "| `", name, "` | ", hashed, " | ", why, " |\n");
  }
  std::string text_;
};

std::string Tables() {
  std::string text;
  ForEachRowType([&text](auto* type) {
    using Row = std::remove_pointer_t<decltype(type)>;
    DocVisitor<Row> visitor;
    Row::Fields(visitor);
    absl::StrAppend(
        &text, "\n### ", Row::kName,
        "\n\n| field | hashed | what, or why not |\n|---|---|---|\n",
        visitor.text());
  });
  absl::StrAppend(&text, "\n");
  return text;
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

// The document with its tables replaced by true ones; empty without markers.
std::string Updated(const std::string& doc) {
  const size_t begin = doc.find(kBegin);
  const size_t end = doc.find(kEnd);
  if (begin == std::string::npos || end == std::string::npos) return "";
  return absl::StrCat(doc.substr(0, begin + sizeof(kBegin) - 1), Tables(),
                      doc.substr(end));
}

TEST(FingerprintDocTest, TablesAreThoseOfTheRows) {
  if (!UpdatePath().empty()) {
    const std::string updated = Updated(ReadFile(UpdatePath()));
    ASSERT_FALSE(updated.empty()) << "no markers in " << UpdatePath();
    std::ofstream(UpdatePath()) << updated;
    return;
  }
  const std::string doc = ReadFile("docs/fingerprint.md");
  ASSERT_NE(doc.find(kBegin), std::string::npos);
  EXPECT_TRUE(doc == Updated(doc))
      << "docs/fingerprint.md is stale; run bazel run "
         "//sim/world:fingerprint_doc_test -- "
         "--update=$PWD/docs/fingerprint.md";
}

TEST(FingerprintDocTest, ANewFieldWouldBeNoticed) {
  const std::string doc = absl::StrCat("text\n", kBegin, "| `op` |\n", kEnd);
  EXPECT_NE(Updated(doc), doc);
  EXPECT_EQ(Updated(Updated(doc)), Updated(doc));
  EXPECT_TRUE(absl::StrContains(Updated(doc), "### node\n"));
  EXPECT_EQ(Updated("no markers"), "");
}

}  // namespace
}  // namespace bindery::sim

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    absl::string_view arg = argv[i];
    if (absl::ConsumePrefix(&arg, "--update=")) {
      bindery::sim::UpdatePath() = std::string(arg);
    }
  }
  return RUN_ALL_TESTS();
}
