// The contract between a model and the checker.
//
// A model is a transition system held as one mutable value. The checker drives
// it only through the operations below; `model/` knows nothing else about what
// is modelled. The simulator is bound to it by `adapter/`, the abstract binder
// model BRM-1 by `model/brm/`.
//
// What a model promises:
//  M1 Determinism. Apply(c) in equal states leads to equal states.
//  M2 Enabled() appends the enabled choices in a fixed order that depends on
//     the state alone, without duplicates.
//  M3 Undo() takes back the latest Apply(); after it every observer returns
//     what it returned before. Undo is only called with an Apply outstanding.
//  M4 Equal canonical states have equal fingerprints, whichever path led there.
//  M5 Decode(Encode()) restores the state up to names that Fingerprint() does
//     not see. Decode forgets every outstanding Apply.
//  M6 CanonicalText() is equal for two states exactly if they are the same
//     state; the reference explorer and exact storage rely on it.
//
// A choice is a value, never an index into a list: traces outlive changes of
// the model.
#ifndef BINDERY_MODEL_CONCEPT_H_
#define BINDERY_MODEL_CONCEPT_H_

#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace bindery::model {

// One nondeterministic decision: actor, kind and operands packed by the model.
struct Choice {
  uint64_t value = 0;
  friend auto operator<=>(const Choice&, const Choice&) = default;
};

// Identifies a canonical state. The visited set may store 64 of the bits.
struct Fingerprint {
  uint64_t hi = 0;
  uint64_t lo = 0;
  friend auto operator<=>(const Fingerprint&, const Fingerprint&) = default;
};

// A property that does not hold in the current state.
struct Violation {
  std::string property;  // stable identifier, such as "E2"
  std::string message;   // one sentence: which object, expected, found
};

// What it means that no choice is enabled.
enum class Ending {
  kFinished,      // nothing is left to do: programs ended, loopers idle
  kUserDeadlock,  // programs wait for each other; the driver did its part
  kLostWork,      // work is queued that nobody will ever take
};

template <typename M>
concept Model = requires(M m, const M c, Choice choice, std::string* bytes,
                         absl::string_view encoded,
                         std::vector<Choice>* choices,
                         std::vector<Violation>* violations) {
  // Appends the enabled choices.
  { c.Enabled(choices) } -> std::same_as<void>;
  // Executes an enabled choice and opens one undo level.
  { m.Apply(choice) } -> std::same_as<void>;
  { m.Undo() } -> std::same_as<void>;
  { c.GetFingerprint() } -> std::same_as<Fingerprint>;
  // Replaces *bytes by the packed canonical state.
  { c.Encode(bytes) } -> std::same_as<void>;
  { m.Decode(encoded) } -> std::same_as<void>;
  { c.CanonicalText() } -> std::same_as<std::string>;
  // True if every property holds. Otherwise appends what does not; a caller
  // that only asks passes nullptr. May look only at what the latest Apply
  // changed: every earlier state on the path has been checked.
  { c.Check(violations) } -> std::same_as<bool>;
  // Classifies a state without enabled choices; fills the reason.
  { c.Classify(bytes) } -> std::same_as<Ending>;
  // Bit i: the i-th `sometimes` property holds here. At most 64.
  { c.Sometimes() } -> std::same_as<uint64_t>;
  // True once an answer can no longer be trusted (an abstraction's condition
  // failed); the search ends as inconclusive and InconclusiveReason() says why.
  { c.Inconclusive() } -> std::same_as<bool>;
  { c.InconclusiveReason() } -> std::same_as<std::string>;
};

// A model whose Encode() is equal for two states exactly if they are the same
// state says `static constexpr bool kCanonicalEncoding = true`. Exact storage
// then keeps encodings instead of texts.
template <typename M>
concept EncodesCanonically = Model<M> && M::kCanonicalEncoding;

// A model whose choices have actors.
template <typename M>
concept HasActors = Model<M> &&
    requires(const M c, Choice choice, uint32_t actor) {
  // Who acts; 0: the environment.
  { c.ActorOf(choice) } -> std::same_as<uint32_t>;
  // Whether that actor is in the middle of a command and could go on. Depends
  // on the state alone.
  { c.InsideCommand(actor) } -> std::same_as<bool>;
};

// A model whose choices have an order, the same in every state: for pairs of
// which one comes before the other one (orders.h).
template <typename M>
concept RanksChoices = Model<M> && requires(Choice choice) {
  // The choice's place in the order; several may have the same.
  { M::RankOf(choice) } -> std::same_as<uint64_t>;
};

// What a model knows of a choice without executing it.
struct Foreseen {
  Fingerprint key;       // of the state that it leads to
  uint64_t touched = 0;  // stands for what it touches; 0: nothing is known

  bool known() const { return touched != 0; }
};

// A model that may know what a choice leads to without executing it.
template <typename M>
concept HasForesight = RanksChoices<M> &&
    requires(M m, const M c, Choice choice, uint64_t touched) {
  // Of an enabled choice that breaks no property itself: the same as after
  // Apply(), if it is known.
  { m.Foresee(choice) } -> std::same_as<Foreseen>;
  // Of one that was not known when the state was met, and is about to be tried.
  // A model that does not know may learn it from an Apply() of this choice that
  // comes next; one that is not going to may say that it does not know.
  { m.ForeseeOrLearn(choice) } -> std::same_as<Foreseen>;
  // What the latest Apply() touched, if it was learned; else 0.
  { c.Touched() } -> std::same_as<uint64_t>;
  // Whether two choices touch something in common, or may; true of 0.
  //
  // Let c and d be known choices of the state s, c before d in the order, and c
  // a choice behind d, and let the states behind them violate nothing. If they
  // do not meet, then d is a choice behind c, both orders lead to the same
  // state, and c is known behind d as it is in s.
  { c.Meet(touched, touched) } -> std::same_as<bool>;
};

// Of the number of a resource: it does not matter in which order two choices
// write it.
inline constexpr uint64_t kCommutingResource = uint64_t{1} << 63;

// What a choice read and what it wrote, as numbers of resources; each perhaps
// more than once. Numbers may be used again: what touches one of `makes` behind
// the choice touches what was not there before it.
struct Accesses {
  std::vector<uint64_t> reads;
  std::vector<uint64_t> writes;
  std::vector<uint64_t> makes;
};

// A model whose choices say what they read and wrote. Its choices are made by
// agents, numbered from 0. Two choices of different agents that both are
// enabled, and none of which read or wrote what the other one wrote, lead to
// the same state in either order, each still enabled behind the other one and
// with the same accesses; what is said of a state behind a choice (Check,
// Sometimes) is counted among what the choice read.
template <typename M>
concept HasFootprints = Model<M> &&
    requires(M m, const M c, Choice choice, uint32_t agent,
             std::vector<uint64_t>* reads, Accesses* accesses,
             Fingerprint fingerprint) {
  { c.Agents() } -> std::same_as<uint32_t>;
  { c.AgentOf(choice) } -> std::same_as<uint32_t>;
  // As Apply(); replaces *accesses by those of the choice.
  { m.ApplyNoting(choice, accesses) } -> std::same_as<void>;
  // Replaces *reads by what decides which choices the agent has here.
  { c.Guards(agent, reads) } -> std::same_as<void>;
  // A choice led from the second fingerprint to the third. The fingerprint of
  // the state that it leads to in the one with the first fingerprint, which
  // lies behind the second one's and choices that touch nothing that it
  // touches: they do not conflict, nor do both write what commutes.
  {
    c.Carried(fingerprint, fingerprint, fingerprint)
    } -> std::same_as<Fingerprint>;
  // Where the agent stands, as far as that says what it is about to do. A
  // hint: no answer depends on it.
  { c.PlaceOf(agent) } -> std::same_as<uint64_t>;
};

// Parts that a state consists of, at most 64: bit i is part i.
using Parts = uint64_t;

// What an enabled choice touches, by parts of the state: what decides what it
// does, what it sets, and what it only adds to.
struct Touch {
  Parts reads = 0;
  Parts writes = 0;
  Parts adds = 0;
};

// Whether one changes what the other depends on, or sets.
inline bool Meet(const Touch& a, const Touch& b) {
  return ((a.writes & (b.reads | b.writes | b.adds)) |
          (b.writes & (a.reads | a.adds)) | (a.adds & b.reads) |
          (b.adds & a.reads)) != 0;
}

// A model that tells what a choice touches without executing it.
//
// Let d be a choice of the state s and c one of the state behind it, and let
// both states violate nothing. If what d touches in s and what c touches behind
// it do not meet, then c is a choice of s and d one behind it, both orders lead
// to the same state, and the model is inconclusive behind both or neither.
template <typename M>
concept TellsTouches = RanksChoices<M> && requires(const M c, Choice choice) {
  // Of an enabled choice; what was made for a state tells of that state.
  { typename M::Touches(c).Of(choice) } -> std::same_as<Touch>;
};

// Something that is owed in a state: an object, named the same wherever it is
// owed, to which something has to happen. The upper eight bits of the key
// number the property. `due`: nothing but the system itself holds it up here.
struct Obligation {
  uint64_t key = 0;
  bool due = true;
  int property() const { return static_cast<int>(key >> 56); }
};

// A model that says what it owes. A run breaks its promise if from some state
// on one key is owed for ever, and due again and again.
template <typename M>
concept HasObligations = Model<M> &&
    requires(const M c, Choice choice, std::vector<Obligation>* owed,
             uint64_t key) {
  // Who has to act if it can for ever; 0: nobody has to make this choice.
  { c.FairActorOf(choice) } -> std::same_as<uint32_t>;
  // Appends what is owed here, each key once. Depends on the state alone.
  { c.Obligations(owed) } -> std::same_as<void>;
  // What a key that is owed here means. REQUIRES: it is.
  { c.Describe(key) } -> std::same_as<Violation>;
};

// A model with parts that may be interchanged: a group of permutations under
// which Apply(pi s, pi c) = pi Apply(s, c), properties hold in s exactly if
// they hold in pi s, and the initial state is its own image.
template <typename M>
concept Symmetric = Model<M> && requires(const M c) {
  // A fingerprint that the state shares with its images and with no other
  // state.
  { c.LeastFingerprint() } -> std::same_as<Fingerprint>;
};

// A symmetric model that can become each of its images: for exact storage,
// which keeps the least of their encodings.
template <typename M>
concept HasImages = Symmetric<M> &&
    requires(M m, const M c, int i, Choice choice) {
  // The permutations but for the identity are numbered from 0.
  { c.Permutations() } -> std::same_as<int>;
  // Replaces the state by its image and opens one undo level.
  { m.Permute(i) } -> std::same_as<void>;
  { c.PermuteChoice(i, choice) } -> std::same_as<Choice>;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_CONCEPT_H_
