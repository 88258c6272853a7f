#include "model/brm/brm.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/brm/choice.h"
#include "model/brm/lister.h"

namespace bindery::model {

using namespace brm;  // names of cell values

template <BrmUse kUse>
BasicBrm<kUse>::BasicBrm(const BrmParams& params, BrmDefect defect)
    : BrmRules<kUse>(params, defect),
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

template <BrmUse kUse>
void BasicBrm<kUse>::Enabled(std::vector<Choice>* choices) const {
  for (int p = 0; p < params_.processes; ++p) {
    BrmLister<kUse>(*this, p, choices).List();
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

template <BrmUse kUse>
bool BasicBrm<kUse>::Check(std::vector<Violation>* violations) const {
  Verdict verdict(violations);
  for (int n = 0; n < params_.nodes; ++n) {
    const int flags = this->FlagsOf(n);
    const int internal = state_.Get(state_.InternalStrong(n));
    int holders = 0;
    for (int p = 0; p < params_.processes; ++p) {
      holders += this->StrongOf(p, n) > 0 ? 1 : 0;
    }
    verdict.Expect(internal == holders, "I1", "node ", n,
                   ": internal strong count is ", internal, ", but ", holders,
                   " processes hold it strongly");
    verdict.Expect((flags & kNodeLife) != kFree || !this->Referenced(n), "I2",
                   "node ", n, " is free, but a reference to it exists");
    const int locals =
        state_.Get(state_.LocalStrong(n)) + state_.Get(state_.LocalWeak(n));
    verdict.Expect(this->Live(n) || ((flags & ~kNodeLife) == 0 && locals == 0),
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

template <BrmUse kUse>
Choice BasicBrm<kUse>::PermuteChoice(int i, Choice choice) const {
  const BrmPermutation& permutation = (*symmetry_)[i];
  BrmChoice c = BrmChoice::Unpack(choice);
  c.process = permutation.of[c.process];
  // A choice that names no node has zero there, which is its own image.
  c.node = permutation.of[c.node];
  if (c.object > 0) c.object = 1 + permutation.of[c.object - 1];
  return c.Pack();
}

template <BrmUse kUse>
Fingerprint BasicBrm<kUse>::LeastFingerprint() const {
  Fingerprint least = state_.fingerprint();
  for (const BrmPermutation& permutation : *symmetry_) {
    least = std::min(least, state_.FingerprintOfImage(permutation.image));
  }
  return least;
}

template <BrmUse kUse>
std::string BasicBrm<kUse>::CanonicalText() const {
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
      absl::StrAppend(&text, " ref", n, "=", this->RefOf(p, n));
    }
    absl::StrAppend(&text, "\n");
  }
  for (int n = 0; n < params_.nodes; ++n) {
    absl::StrAppend(&text, "n", n, " flags=", this->FlagsOf(n));
    field("is", state_.Get(state_.InternalStrong(n)));
    field("ls", state_.Get(state_.LocalStrong(n)));
    field("lw", state_.Get(state_.LocalWeak(n)));
    absl::StrAppend(&text, "\n");
  }
  return text;
}

template class BasicBrm<BrmUse::kFingerprints>;
template class BasicBrm<BrmUse::kEncodings>;
template class BasicBrm<BrmUse::kFootprints>;

}  // namespace bindery::model
