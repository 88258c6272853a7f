#include "sim/history/step.h"

#include <type_traits>

namespace bindery::sim {
namespace {

template <typename Row, typename Tuple>
struct Holds;
template <typename Row, typename... Rows>
struct Holds<Row, std::tuple<std::vector<Change<Rows>>...>>
    : std::bool_constant<(std::is_same_v<Row, Rows> || ...)> {};

OpId OpOf(const FrameRow& frame) { return static_cast<OpId>(frame.op); }

}  // namespace

bool Step::sends() const {
  switch (bc()) {
    case Bc::kTransaction:
    case Bc::kReply:
    case Bc::kTransactionSg:
    case Bc::kReplySg:
      return true;
    default:
      return false;
  }
}

void Step::Read(const World& world) {
  world_ = &world;
  std::apply([](auto&... lists) { (lists.clear(), ...); }, changes_);
  world.ForEachTouched(
      [this](auto id, const auto* before, const auto& last, bool live) {
        using Row = std::remove_cvref_t<decltype(last)>;
        if constexpr (Holds<Row, decltype(changes_)>::value) {
          std::get<std::vector<Change<Row>>>(changes_).push_back(
              {id, before == nullptr, !live,
               before == nullptr ? Row{} : *before, last});
        }
      });
  actor_ = world.actor();
  FindActing();
  FindCommand();
  FindWords();
}

// The first activation that was touched is where the step began. Callers
// outlive it, and what freed frames held is there until the commit.
void Step::FindActing() {
  task_ = {};
  proc_ = {};
  thread_ = {};
  operation_ = OpId::kNone;
  if (changes<FrameRow>().empty()) return;
  const FrameRow* frame = &changes<FrameRow>().front().after;
  task_ = frame->task;
  if (!task_) return;
  if (const FrameId top = world_->Peek(task_).frame) {
    operation_ = OpOf(world_->Peek(top));
  }
  while (frame->caller) frame = &Outliving(frame->caller);
  proc_ = frame->proc;
  thread_ = frame->thread;
}

// The activation that had this place when the step began.
const FrameRow& Step::Outliving(FrameId caller) const {
  for (const Change<FrameRow>& frame : changes<FrameRow>()) {
    if (frame.id == caller) return frame.after;
  }
  return world_->Peek(caller);
}

// Operations that execute a command know it; the loop that takes commands
// forgets one when it counts it as consumed.
void Step::FindCommand() {
  command_ = CommandRow{};
  command_.bc = static_cast<uint32_t>(Bc::kUnknown);
  consumed_ = false;
  if (!task_) return;
  CommandId id;
  CommandId taken;
  for (const Change<FrameRow>& frame : changes<FrameRow>()) {
    if (frame.after.task != task_) continue;
    if (OpOf(frame.after) == OpId::kThreadWrite) {
      taken = frame.after.command;
    } else if (!id) {
      id = frame.after.command;
    }
  }
  if (!id) return;
  command_ = world_->Peek(id);
  consumed_ = !world_->Alive(id) && taken != id;
}

void Step::FindWords() {
  words_.clear();
  constexpr uint32_t kSpawn = static_cast<uint32_t>(Br::kSpawnLooper);
  for (const Change<ReturnRow>& word : changes<ReturnRow>()) {
    if (word.after.task != task_) continue;
    if (word.created || (word.after.br == kSpawn && word.before.br != kSpawn)) {
      words_.push_back(word.after);
    }
  }
}

}  // namespace bindery::sim
