#ifndef BINDERY_TESTS_TIDY_SOURCE_H_
#define BINDERY_TESTS_TIDY_SOURCE_H_

// The source tree as the tidy rules see it: text by lines, and for C++ and
// proto files the same lines with comments and literals blanked out.
//
// 1. `code` has as many lines as `lines`, and each line the same length, so a
//    place in one is the same place in the other.
// 2. Paths are relative to the root of the workspace, with '/'.
//
// Not covered: trigraphs, and preprocessor conditions (all branches are read).

#include <string>
#include <string_view>
#include <vector>

namespace bindery::tidy {

struct SourceFile {
  std::string path;
  std::vector<std::string> lines;
  std::vector<std::string> code;

  // The extension with its dot; for a file without one, its name ("BUILD").
  std::string Kind() const;
  // The first folder of the path ("sim"), or "" for a file at the root.
  std::string Layer() const;
  // C++ or C.
  bool IsCpp() const;
};

SourceFile MakeSource(std::string path, std::string_view text);

// Every text file of the project below `root`, sorted by path. Hidden folders
// other than .ci and folders of build outputs are left out.
std::vector<SourceFile> LoadTree(const std::string& root);

}  // namespace bindery::tidy

#endif  // BINDERY_TESTS_TIDY_SOURCE_H_
