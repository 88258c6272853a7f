#include "adapter/explain.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace bindery {
namespace {

// More are no explanation.
constexpr size_t kMostInterruptions = 4;
constexpr size_t kMostChanges = 3;
constexpr size_t kMostTurns = 12;

// What only one thread has.
constexpr const char* kPrivate[] = {"task ",   "frame ",   "variable ",
                                    "return ", "command ", "activation "};

bool IsShared(const std::string& object) {
  return std::none_of(
      std::begin(kPrivate), std::end(kPrivate),
      [&](const char* prefix) { return absl::StartsWith(object, prefix); });
}

// Where an actor stands in the driver.
struct Place {
  std::string function;
  std::string lock;  // that it let go of last; "" if it took none
};

Place PlaceOf(const BinderModel& model, uint32_t actor) {
  const sim::World& w = model.simulation().world();
  Place place;
  bool innermost = true;
  for (sim::FrameId at = model.FrameOf(actor); at && place.lock.empty();
       at = w.Peek(at).caller, innermost = false) {
    const sim::FrameRow& frame = w.Peek(at);
    const sim::Operation& op =
        model.simulation().driver().operation(static_cast<sim::OpId>(frame.op));
    if (innermost) place.function = op.function;
    for (size_t pc = std::min<size_t>(frame.pc, op.atoms.size()); pc > 0;
         --pc) {
      if (op.atoms[pc - 1].kind != sim::AtomKind::kUnlock) continue;
      place.lock = op.atoms[pc - 1].name;
      break;
    }
  }
  return place;
}

// What becomes of a field, or of an object, in several steps.
struct Effect {
  std::string object;
  std::string field;
  std::string before;  // "" if there was no such object
  std::string after;   // "" if there is none any more
  std::string actor;   // of the last step
  int step = 0;        // the last, from 1

  bool ends() const { return after.empty(); }
  std::string Text() const {
    const std::string where = absl::StrCat(" (step ", step, ")");
    if (before.empty()) return absl::StrCat(actor, " makes ", object, where);
    if (ends()) return absl::StrCat(actor, " frees ", object, where);
    return absl::StrCat(actor, " changes ", field, " of ", object, " from ",
                        before, " to ", after, where);
  }
};

// Effects by object and field; what is undone in the end is none.
class Effects {
 public:
  void Add(const proto::Change& change, const std::string& actor, int step) {
    Effect& effect = all_[{change.object(), change.field()}];
    if (effect.step == 0) effect.before = change.before();
    effect.object = change.object();
    effect.field = change.field();
    effect.after = change.after();
    effect.actor = actor;
    effect.step = step;
  }

  // What is freed stands first, then what changed last.
  std::vector<Effect> List() const {
    std::vector<Effect> list;
    for (const auto& [key, effect] : all_) {
      if (effect.before != effect.after) list.push_back(effect);
    }
    std::stable_sort(list.begin(), list.end(),
                     [](const Effect& a, const Effect& b) {
                       if (a.ends() != b.ends()) return a.ends();
                       return a.step > b.step;
                     });
    return list;
  }

 private:
  std::map<std::pair<std::string, std::string>, Effect> all_;
};

class Explainer {
 public:
  Explainer(BinderModel& model, const proto::Trace& trace)
      : model_(model), trace_(trace) {}

  std::vector<std::string> Run() {
    const int count = trace_.step_size();
    for (int i = 0; i < count; ++i) {
      if (i > 0 && ActorAt(i) != ActorAt(i - 1)) LookAtSwitch(i);
      model_.Apply({trace_.step(i).choice()});
    }
    for (int i = 0; i < count; ++i) model_.Undo();
    if (interruptions_ == 0) SayOrder();
    return std::move(sentences_);
  }

 private:
  uint32_t ActorAt(int i) const {
    return model_.ActorOf({trace_.step(i).choice()});
  }
  const std::string& NameAt(int i) const { return trace_.step(i).actor(); }

  // Before step i, whose actor is another one than before.
  void LookAtSwitch(int i) {
    const uint32_t actor = ActorAt(i - 1);
    if (actor == 0 || !model_.InsideCommand(actor)) return;
    if (++interruptions_ > kMostInterruptions) return;
    const Place place = PlaceOf(model_, actor);
    int resumed = i;
    while (resumed < trace_.step_size() && ActorAt(resumed) != actor) ++resumed;
    sentences_.push_back(absl::StrCat(
        "Behind step ", i, " ", NameAt(i - 1), " is interrupted in ",
        place.function,
        place.lock.empty()
            ? ", where it has held no lock yet."
            : absl::StrCat(", where it has let go of ", place.lock, ".")));
    SayChanges(i, resumed);
    SayResumed(i, resumed);
  }

  // What the others do in [i, resumed), first to what the actor goes on to
  // change.
  void SayChanges(int i, int resumed) {
    std::set<std::string> later;
    for (int j = resumed; j < trace_.step_size(); ++j) {
      if (ActorAt(j) != ActorAt(i - 1)) break;
      for (const proto::Change& change : trace_.step(j).change()) {
        later.insert(change.object());
      }
    }
    Effects both;
    Effects others;
    for (int j = i; j < resumed; ++j) {
      for (const proto::Change& change : trace_.step(j).change()) {
        if (!IsShared(change.object())) continue;
        Effects& where = later.count(change.object()) != 0 ? both : others;
        where.Add(change, NameAt(j), j + 1);
      }
    }
    const bool used = !both.List().empty();
    std::vector<std::string> said;
    for (const Effect& effect : used ? both.List() : others.List()) {
      said.push_back(effect.Text());
    }
    if (said.empty()) return;
    const size_t left = said.size() - std::min(said.size(), kMostChanges);
    said.resize(said.size() - left);
    sentences_.push_back(absl::StrCat(
        used ? "Meanwhile, of what it goes on to use, " : "Meanwhile ",
        absl::StrJoin(said, ", "),
        left == 0 ? "." : absl::StrCat(", and ", left, " more.")));
  }

  void SayResumed(int i, int resumed) {
    if (resumed == trace_.step_size()) return;
    sentences_.push_back(absl::StrCat(
        NameAt(i - 1), " goes on at step ", resumed + 1,
        " with what it found before. Without that switch, and all else as it "
        "is, the property holds."));
  }

  void SayOrder() {
    std::vector<std::string> turns;
    for (int i = 0; i < trace_.step_size();) {
      int end = i;
      while (end < trace_.step_size() && ActorAt(end) == ActorAt(i)) ++end;
      turns.push_back(absl::StrCat(
          NameAt(i), end - i == 1
                         ? absl::StrCat(" (step ", i + 1, ")")
                         : absl::StrCat(" (steps ", i + 1, " to ", end, ")")));
      i = end;
    }
    const size_t left = turns.size() - std::min(turns.size(), kMostTurns);
    turns.erase(turns.begin(),
                turns.begin() + static_cast<std::ptrdiff_t>(left));
    sentences_.push_back(absl::StrCat(
        "Nobody is interrupted inside of a command: the order of what they do "
        "is enough, ",
        left == 0 ? "" : absl::StrCat("behind ", left, " turns before, "),
        absl::StrJoin(turns, ", "), "."));
  }

  BinderModel& model_;
  const proto::Trace& trace_;
  size_t interruptions_ = 0;
  std::vector<std::string> sentences_;
};

}  // namespace

std::vector<std::string> Explain(BinderModel& model,
                                 const proto::Trace& trace) {
  return Explainer(model, trace).Run();
}

}  // namespace bindery
