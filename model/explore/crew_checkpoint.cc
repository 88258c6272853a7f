// What a crew saves and how it finds its way back. All workers have handed over
// what they held: the books, the store and the blocks are the whole search.

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "model/explore/crew.h"
#include "model/explore/strategy.h"

namespace bindery::model {
namespace {

void PutBlocks(const std::vector<Block>& blocks, CheckpointWriter* out) {
  out->Word(blocks.size());
  for (const Block& block : blocks) {
    out->Word(block.waiting);
    out->Bytes(block.bytes);
  }
}

std::string Shortened(const std::string& line) {
  constexpr size_t kShown = 80;
  return line.size() <= kShown ? line : line.substr(0, kShown) + "...";
}

std::string Text(bool value) { return value ? "yes" : "no"; }

}  // namespace

// What has to be the same for a search to go on where another one stopped.
// Budgets, and the number of workers, may differ.
std::string Crew::Identity() const {
  std::string text = options_.checkpoint.identity;
  absl::StrAppend(
      &text, "strategy=", StrategyName(strategy_),
      "\nstore=", StoreKindName(options_.store),
      options_.store == StoreKind::kBits ? absl::StrCat(" ", options_.bit_bytes)
                                         : "",
      "\nbatched=", Text(probing_ == Probing::kBatched),
      "\nsymmetry=", Text(options_.symmetry),
      "\ndeadlocks=", Text(options_.report_deadlocks), "\nmax_depth=",
      options_.max_depth == ExploreOptions::kUnlimited
          ? "none"
          : absl::StrCat(options_.max_depth),
      "\n");
  return text;
}

absl::Status Crew::CheckIdentity(CheckpointReader* in) const {
  const std::string found = in->Bytes();
  const std::vector<std::string> theirs = absl::StrSplit(found, '\n');
  const std::vector<std::string> ours = absl::StrSplit(Identity(), '\n');
  for (size_t i = 0; i < theirs.size() && i < ours.size(); ++i) {
    if (theirs[i] == ours[i]) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        in->path(), ": of another search: it has ", Shortened(theirs[i]),
        ", this one has ", Shortened(ours[i])));
  }
  if (theirs.size() == ours.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(in->path(), ": of another kind of search"));
}

absl::Status Crew::Save() {
  auto out = CheckpointWriter::Create(options_.checkpoint.folder);
  if (!out.ok()) return out.status();
  out->Bytes(Identity());
  const std::array<uint64_t, 7> books = {result_.states,
                                         result_.transitions,
                                         result_.terminal_states,
                                         result_.max_depth,
                                         result_.peak_frontier,
                                         result_.sometimes_seen,
                                         static_cast<uint64_t>(cut_)};
  out->Words(books.data(), books.size());
  store_.Save(&*out);
  PutBlocks(current_, &*out);
  PutBlocks(next_, &*out);
  return out->Commit();
}

absl::Status Crew::Load(CheckpointReader* in) {
  if (absl::Status s = CheckIdentity(in); !s.ok()) return s;
  std::array<uint64_t, 7> books;
  in->Words(books.data(), books.size());
  result_.states = books[0];
  result_.transitions = books[1];
  result_.terminal_states = books[2];
  result_.max_depth = books[3];
  result_.peak_frontier = books[4];
  result_.sometimes_seen = books[5];
  cut_ = books[6] != 0;
  if (absl::Status s = store_.Load(in); !s.ok()) return s;
  for (std::vector<Block>* blocks : {&current_, &next_}) {
    for (uint64_t count = in->Word(); count > 0 && in->ok(); --count) {
      Block block;
      block.waiting = in->Word();
      block.bytes = in->Bytes();
      AddTo(blocks, std::move(block));
    }
  }
  if (in->ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(in->path(), ": it ends too early"));
}

absl::Status Crew::Open() {
  const CheckpointOptions& checkpoint = options_.checkpoint;
  if (checkpoint.folder.empty()) return absl::OkStatus();
  auto in = CheckpointReader::Open(checkpoint.folder);
  if (absl::IsNotFound(in.status())) return absl::OkStatus();
  if (!checkpoint.resume) {
    return absl::InvalidArgumentError(
        absl::StrCat(CheckpointPath(checkpoint.folder),
                     ": there is a checkpoint already; go on from it with "
                     "--resume, or remove it"));
  }
  if (!in.ok()) return in.status();
  resumed_ = true;
  return Load(&*in);
}

}  // namespace bindery::model
