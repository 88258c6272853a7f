#include "tools/conform/coverage_collector.h"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/conform/kernel/child.h"
#include "tools/conform/kernel/scratch_folder.h"

namespace bindery::conform {
namespace {

std::string FirstWord(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return word;
}

// gcov wants notes and counters side by side.
absl::Status PutTogether(const std::string& notes, const std::string& name,
                         const std::string& bytes, const std::string& folder) {
  std::error_code error;
  std::filesystem::copy_file(absl::StrCat(notes, "/", name, ".gcno"),
                             absl::StrCat(folder, "/", name, ".gcno"), error);
  std::ofstream file(absl::StrCat(folder, "/", name, ".gcda"),
                     std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!error && file) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot write to the folder ", folder));
}

}  // namespace

absl::StatusOr<std::string> FindCoverageNotes(const KernelSpec& kernel) {
  const std::string notes = kernel.path + ".gcno";
  if (!FirstWord(notes + "/tool").empty()) return notes;
  return absl::NotFoundError(absl::StrCat(
      "the kernel ", kernel.name, " counts no coverage (there is no ", notes,
      "): build one with tools/kernel/build --variant=gcov, and name it"));
}

void CoverageCollector::Take(const CodeCounters& counters) {
  const std::lock_guard<std::mutex> lock(mutex_);
  status_.Update(Add(counters));
}

absl::StatusOr<Coverage> CoverageCollector::Finish() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!status_.ok()) return status_;
  if (!coverage_.sources().empty()) return coverage_;
  return absl::FailedPreconditionError(
      "the kernel reported no coverage: it stopped before the end of its "
      "plans, or was built without gcov");
}

SourceTexts CoverageCollector::Texts() const {
  SourceTexts texts;
  for (const char* name : {"binder.c", "binder_alloc.c"}) {
    std::ifstream file(absl::StrCat(notes_, "/", name));
    std::string line;
    while (std::getline(file, line)) {
      texts[absl::StrCat("drivers/android/", name)].push_back(line);
    }
  }
  return texts;
}

absl::Status CoverageCollector::Add(const CodeCounters& counters) {
  const std::string tool = FirstWord(notes_ + "/tool");
  for (const auto& [name, bytes] : counters) {
    std::error_code ignored;
    if (!std::filesystem::exists(absl::StrCat(notes_, "/", name, ".gcno"),
                                 ignored)) {
      continue;
    }
    const absl::Status status = AddObject(name, bytes, tool);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// gcov complains about counters of another compilation, but exits with 0.
absl::Status CoverageCollector::AddObject(const std::string& name,
                                          const std::string& bytes,
                                          const std::string& tool) {
  const ScratchFolder folder;
  const absl::Status status = PutTogether(notes_, name, bytes, folder.path());
  if (!status.ok()) return status;
  ChildOptions options;
  options.arguments = {tool, "--json-format", "--branch-probabilities",
                       "--stdout",
                       absl::StrCat(folder.path(), "/", name, ".gcda")};
  const absl::StatusOr<ChildResult> child = RunChild(options);
  if (!child.ok()) return child.status();
  if (child->wait_status != 0 || !child->errors.empty()) {
    return absl::UnavailableError(
        absl::StrCat(tool, " failed on ", name, ": ", child->errors));
  }
  return coverage_.Add(child->output);
}

}  // namespace bindery::conform
