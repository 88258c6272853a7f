#include "model/brm/brm.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/brm/choice.h"
#include "model/brm/lister.h"
#include "model/brm/questions.h"

namespace bindery::model {

using namespace brm;  // names of cell values

Brm::Brm(const BrmParams& params, BrmDefect defect)
    : params_(params),
      defect_(defect),
      state_(params),
      symmetry_(std::make_shared<const std::vector<BrmPermutation>>(
          BrmSymmetry(params, state_))) {
  for (int p = 0; p < params_.processes; ++p) {
    state_.Set(state_.Life(p), kAlive);
    if (p > 0) state_.Set(state_.Ref(p, 0), kOneStrong);
  }
  state_.Set(state_.InternalStrong(0), params_.processes - 1);
  state_.Set(state_.Flags(0), kLive | kHasStrong | kHasWeak);
  state_.Set(state_.LocalStrong(0), 1);
  state_.Set(state_.LocalWeak(0), 1);
  state_.ForgetHistory();
}

void Brm::Apply(Choice choice) {
  state_.Open();
  BrmRules<BrmState>(params_, defect_, state_).Apply(choice);
}

void Brm::Enabled(std::vector<Choice>* choices) const {
  for (int p = 0; p < params_.processes; ++p) {
    BrmLister<const BrmState>(params_, state_, p, choices).List();
  }
}

namespace {

// Collects violations, or just whether there are any.
class Verdict {
 public:
  explicit Verdict(std::vector<Violation>* violations)
      : violations_(violations) {}

  template <typename... Parts>
  void Expect(bool holds, const char* property, const Parts&... parts) {
    if (holds) [[likely]]
      return;
    ok_ = false;
    if (violations_ == nullptr) return;
    violations_->push_back({property, absl::StrCat(parts...)});
  }
  bool ok() const { return ok_; }

 private:
  std::vector<Violation>* const violations_;
  bool ok_ = true;
};

}  // namespace

bool Brm::Check(std::vector<Violation>* violations) const {
  Verdict verdict(violations);
  const BrmQuestions<const BrmState> ask(params_, state_);
  for (int n = 0; n < params_.nodes; ++n) {
    const int flags = ask.FlagsOf(n);
    const int internal = state_.Get(state_.InternalStrong(n));
    int holders = 0;
    for (int p = 0; p < params_.processes; ++p) {
      holders += ask.StrongOf(p, n) > 0 ? 1 : 0;
    }
    verdict.Expect(internal == holders, "I1", "node ", n,
                   ": internal strong count is ", internal, ", but ", holders,
                   " processes hold it strongly");
    verdict.Expect((flags & kNodeLife) != kFree || !ask.Referenced(n), "I2",
                   "node ", n, " is free, but a reference to it exists");
    const int locals =
        state_.Get(state_.LocalStrong(n)) + state_.Get(state_.LocalWeak(n));
    verdict.Expect(ask.Live(n) || ((flags & ~kNodeLife) == 0 && locals == 0),
                   "I3", "node ", n, " is not live, but has flags ",
                   flags & ~kNodeLife, " and ", locals, " local counts");
    const bool has_what_pends =
        ((flags & kPendingStrong) == 0 || (flags & kHasStrong) != 0) &&
        ((flags & kPendingWeak) == 0 || (flags & kHasWeak) != 0);
    verdict.Expect(has_what_pends, "I4", "node ", n,
                   " waits for an acknowledgement of a count that its owner "
                   "does not have (flags ",
                   flags, ")");
  }
  return verdict.ok();
}

Choice Brm::PermuteChoice(int i, Choice choice) const {
  const BrmPermutation& permutation = (*symmetry_)[i];
  BrmChoice c = BrmChoice::Unpack(choice);
  c.process = permutation.of[c.process];
  // A choice that names no node has zero there, which is its own image.
  c.node = permutation.of[c.node];
  if (c.object > 0) c.object = 1 + permutation.of[c.object - 1];
  return c.Pack();
}

Fingerprint Brm::LeastFingerprint() const {
  Fingerprint least = state_.fingerprint();
  for (const BrmPermutation& permutation : *symmetry_) {
    least = std::min(least, state_.FingerprintOfImage(permutation.image));
  }
  return least;
}

std::string Brm::CanonicalText() const {
  std::string text;
  const auto field = [&](const char* name, int value) {
    if (value != 0) absl::StrAppend(&text, " ", name, "=", value);
  };
  for (int p = 0; p < params_.processes; ++p) {
    absl::StrAppend(&text, "p", p);
    field("life", state_.Get(state_.Life(p)));
    field("served", state_.Get(state_.Served(p)));
    field("reply", state_.Get(state_.Reply(p)));
    field("buffer", state_.Get(state_.Buffer(p)));
    field("reply_buffer", state_.Get(state_.ReplyBuffer(p)));
    for (int i = 0; i < params_.inbox_capacity; ++i) {
      field("inbox", state_.Get(state_.Inbox(p, i)));
    }
    for (int n = 0; n < params_.nodes; ++n) {
      absl::StrAppend(&text, " ref", n, "=", state_.Get(state_.Ref(p, n)));
    }
    absl::StrAppend(&text, "\n");
  }
  for (int n = 0; n < params_.nodes; ++n) {
    absl::StrAppend(&text, "n", n, " flags=", state_.Get(state_.Flags(n)));
    field("is", state_.Get(state_.InternalStrong(n)));
    field("ls", state_.Get(state_.LocalStrong(n)));
    field("lw", state_.Get(state_.LocalWeak(n)));
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace bindery::model
