#include "model/testing/graph_model.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace bindery::model {

static_assert(Model<GraphModel>);

void GraphModel::Enabled(std::vector<Choice>* choices) const {
  for (const int to : states_[current_].next) {
    choices->push_back(Edge(current_, to));
  }
}

void GraphModel::Apply(Choice choice) {
  const int to = static_cast<int>(choice.value & 0xffff);
  const std::vector<int>& next = states_[current_].next;
  BINDERY_CHECK(choice == Edge(current_, to));
  BINDERY_CHECK(std::find(next.begin(), next.end(), to) != next.end());
  path_.push_back(current_);
  current_ = to;
  ++applies_;
}

void GraphModel::Undo() {
  BINDERY_CHECK(!path_.empty());
  current_ = path_.back();
  path_.pop_back();
  ++undos_;
}

// Not spread at all: the visited set must cope with small numbers and zero.
Fingerprint GraphModel::GetFingerprint() const {
  const int alias = states_[current_].alias;
  return {static_cast<uint64_t>(current_),
          static_cast<uint64_t>(alias > 0 ? alias - 1 : current_)};
}

// State 0 has the empty encoding.
void GraphModel::Encode(std::string* bytes) const {
  *bytes = current_ == 0 ? "" : absl::StrCat(current_);
}

void GraphModel::Decode(absl::string_view encoded) {
  path_.clear();
  current_ = 0;
  if (!encoded.empty()) BINDERY_CHECK(absl::SimpleAtoi(encoded, &current_));
}

std::string GraphModel::CanonicalText() const {
  return absl::StrCat("state ", current_);
}

bool GraphModel::Check(std::vector<Violation>* violations) const {
  const std::vector<std::string>& violated = states_[current_].violated;
  for (const std::string& property : violated) {
    if (violations == nullptr) break;
    violations->push_back({property, absl::StrCat("broken in ", current_)});
  }
  return violated.empty();
}

Ending GraphModel::Classify(std::string* reason) const {
  *reason = absl::StrCat("ended in ", current_);
  return states_[current_].ending;
}

std::string GraphModel::InconclusiveReason() const {
  return absl::StrCat("no trust in ", current_);
}

}  // namespace bindery::model
