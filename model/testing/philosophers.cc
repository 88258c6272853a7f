#include "model/testing/philosophers.h"

#include "base/check.h"

namespace bindery::model {

static_assert(HasActors<Philosophers>);

// The fork to the left of i is taken by i, or as right fork by i - 1.
bool Philosophers::MayMove(size_t i) const {
  const size_t n = hands_.size();
  if (hands_[i] == kNone) return hands_[(i + n - 1) % n] != kBoth;
  if (hands_[i] == kLeft) return hands_[(i + 1) % n] == kNone;
  return true;
}

void Philosophers::Enabled(std::vector<Choice>* choices) const {
  for (size_t i = 0; i < hands_.size(); ++i) {
    if (MayMove(i)) choices->push_back({i});
  }
}

void Philosophers::Apply(Choice choice) {
  BINDERY_CHECK(MayMove(choice.value));
  history_.push_back(hands_);
  char& hand = hands_[choice.value];
  hand = hand == kBoth ? kNone : static_cast<char>(hand + 1);
}

void Philosophers::Undo() {
  BINDERY_CHECK(!history_.empty());
  hands_ = history_.back();
  history_.pop_back();
}

Fingerprint Philosophers::GetFingerprint() const {
  uint64_t value = 0;
  for (const char hand : hands_) value = value * 3 + (hand - kNone);
  return {0, value};
}

void Philosophers::Decode(absl::string_view encoded) {
  hands_.assign(encoded.data(), encoded.size());
  history_.clear();
}

Ending Philosophers::Classify(std::string* reason) const {
  *reason = "everybody waits for the right fork";
  return Ending::kUserDeadlock;
}

uint64_t Philosophers::Sometimes() const {
  uint64_t eating = 0;
  for (size_t i = 0; i < hands_.size(); ++i) {
    if (hands_[i] == kBoth) eating |= uint64_t{1} << i;
  }
  return eating;
}

}  // namespace bindery::model
