#include "sim/io/scenario_loader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/text_format.h"
#include "sim/user/compile.h"
#include "sim/user/source.h"

namespace bindery::sim {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::TextFormat;

constexpr size_t kMostBytes = 16u << 20;
// Messages inside messages; deeper text would exhaust the parser's stack.
constexpr int kMostNesting = 100;

// What stands between the n-th pair of quotes of a parser's message.
std::string Quoted(absl::string_view message, int n) {
  for (;; --n) {
    const size_t begin = message.find('"');
    if (begin == absl::string_view::npos) return "";
    message.remove_prefix(begin + 1);
    const size_t end = message.find('"');
    if (end == absl::string_view::npos) return "";
    if (n == 0) return std::string(message.substr(0, end));
    message.remove_prefix(end + 1);
  }
}

// "; did you mean ..." for names that the language does not have.
std::string Hint(absl::string_view message) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  std::vector<std::string> known;
  if (absl::StrContains(message, "has no field named")) {
    const Descriptor* type = pool->FindMessageTypeByName(Quoted(message, 0));
    if (type == nullptr) return "";
    for (int i = 0; i < type->field_count(); ++i) {
      known.push_back(type->field(i)->name());
    }
    return Suggest(Quoted(message, 1), known, "it has no fields");
  }
  if (absl::StartsWith(message, "Unknown enumeration value")) {
    const std::string field = Quoted(message, 1);
    const EnumDescriptor* type = field == "br" ? proto::Br_descriptor()
                                 : field == "verdict"
                                     ? proto::Verdict_descriptor()
                                     : proto::Unhandled_descriptor();
    for (int i = 0; i < type->value_count(); ++i) {
      known.push_back(type->value(i)->name());
    }
    return Suggest(Quoted(message, 0), known, "");
  }
  return "";
}

class ParseErrors : public google::protobuf::io::ErrorCollector {
 public:
  explicit ParseErrors(Errors* errors) : errors_(*errors) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    std::string text = message;
    // The package is the same for all types and says nothing to the reader.
    for (size_t at; (at = text.find("bindery.proto.")) != std::string::npos;) {
      text.erase(at, 14);
    }
    // A hint goes on where the parser ends its sentence.
    if (absl::EndsWith(text, ".")) text.pop_back();
    errors_.Add({std::max(line, 0) + 1, std::max(column, 0) + 1},
                absl::StrCat(text, Hint(message)));
  }
  void AddWarning(int, google::protobuf::io::ColumnNumber,
                  const std::string&) override {}

 private:
  Errors& errors_;
};

}  // namespace

absl::StatusOr<LoadedScenario> LoadScenario(absl::string_view text,
                                            absl::string_view filename) {
  Errors errors(filename);
  if (text.size() > kMostBytes) {
    errors.Add(Place{},
               absl::StrCat("the file has ", text.size(), " bytes; at most ",
                            kMostBytes, " are read"));
    return errors.ToStatus();
  }
  LoadedScenario loaded;
  ParseErrors collector(&errors);
  TextFormat::ParseInfoTree tree;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  parser.WriteLocationsTo(&tree);
  parser.SetRecursionLimit(kMostNesting);
  google::protobuf::io::ArrayInputStream input(text.data(),
                                               static_cast<int>(text.size()));
  const bool parsed = parser.Parse(&input, &loaded.proto);
  if (!parsed && errors.empty()) {
    errors.Add(Place{}, "this is not a scenario in text format");
  }
  if (!errors.empty()) return errors.ToStatus();
  absl::StatusOr<CompiledScenario> compiled =
      Compile(loaded.proto, &tree, filename);
  if (!compiled.ok()) return compiled.status();
  loaded.compiled = *std::move(compiled);
  loaded.compiled.text = std::string(text);
  return loaded;
}

}  // namespace bindery::sim
