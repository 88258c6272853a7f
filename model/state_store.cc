#include "model/state_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace bindery::model {
namespace {

// A shared table is filled beyond 65 % until all threads have noticed.
constexpr size_t kFirstSharedBytes = size_t{2} << 20;

constexpr size_t kWord = sizeof(uint64_t);

absl::Status NoRoom(absl::string_view path) {
  return absl::InvalidArgumentError(absl::StrCat(
      path, ": the system has no memory for the states that it holds"));
}

}  // namespace

absl::string_view StoreKindName(StoreKind kind) {
  switch (kind) {
    case StoreKind::kFingerprints64:
      return "fingerprints";
    case StoreKind::kFingerprints128:
      return "wide";
    case StoreKind::kExact:
      return "exact";
    case StoreKind::kBits:
      return "bitstate";
  }
  return "unknown";
}

StateStore::StateStore(StoreKind kind, size_t max_bytes, size_t bit_bytes)
    : kind_(kind),
      max_bytes_(max_bytes),
      visited_(kind == StoreKind::kFingerprints128 ? VisitedSet::Width::k128
                                                   : VisitedSet::Width::k64,
               max_bytes) {
  if (kind == StoreKind::kExact) names_ = std::make_unique<ExactNames>();
  if (kind == StoreKind::kBits) bits_ = std::make_unique<BitFilter>(bit_bytes);
}

StateStore::Outcome StateStore::InsertBits(Fingerprint key, Share* share) {
  if (!bits_->ok()) return Outcome::kFull;
  if (!bits_->Insert(key)) return Outcome::kPresent;
  ++share->inserted;
  return Outcome::kInserted;
}

void StateStore::HandIn(Share* share) {
  if (bits_ == nullptr) return visited_.HandIn(share);
  bits_size_ += share->inserted;
  *share = {};
}

bool StateStore::GrowthIsDue() const {
  if (bits_ != nullptr) return false;
  return visited_.GrowthIsDue() || (names_ != nullptr && names_->GrowthIsDue());
}

bool StateStore::GrowIfDue(int threads) {
  if (bits_ != nullptr) return true;
  if (names_ != nullptr && !names_->GrowIfDue()) return false;
  return visited_.GrowIfDue(threads);
}

void StateStore::PrepareSharing() {
  if (bits_ == nullptr) visited_.Reserve(kFirstSharedBytes);
}

void StateStore::SetBytesElsewhere(size_t bytes) {
  if (names_ != nullptr) bytes += names_->bytes();
  visited_.SetMaxBytes(max_bytes_ - std::min(max_bytes_, bytes));
}

size_t StateStore::bytes() const {
  if (bits_ != nullptr) return bits_->bytes();
  return visited_.bytes() + (names_ == nullptr ? 0 : names_->bytes());
}

uint64_t StateStore::size() const {
  return bits_ == nullptr ? visited_.size() : bits_size_ + alone_.inserted;
}

void StateStore::Save(CheckpointWriter* out) const {
  if (bits_ != nullptr) {
    out->Word(bits_size_);
    return out->Words(bits_->words(), bits_->bytes() / kWord);
  }
  const VisitedSet::Shape shape = visited_.shape();
  for (const uint64_t word :
       {shape.bytes, shape.size, shape.max_distance, shape.has_zero}) {
    out->Word(word);
  }
  out->Words(visited_.words(), shape.bytes / kWord);
  if (names_ == nullptr) return;
  out->Word(names_->next_number());
  for (int i = 0; i < ExactNames::kTables; ++i) {
    const NumberTable& table = names_->table(i);
    out->Word(table.bytes());
    out->Word(table.size());
    out->Words(table.words(), table.bytes() / kWord);
  }
}

absl::Status StateStore::Load(CheckpointReader* in) {
  if (bits_ != nullptr) {
    if (!bits_->ok()) return NoRoom(in->path());
    bits_size_ = in->Word();
    in->Words(bits_->words(), bits_->bytes() / kWord);
    return absl::OkStatus();
  }
  VisitedSet::Shape shape;
  for (uint64_t* word :
       {&shape.bytes, &shape.size, &shape.max_distance, &shape.has_zero}) {
    *word = in->Word();
  }
  if (!visited_.Restore(shape)) return NoRoom(in->path());
  in->Words(visited_.words(), shape.bytes / kWord);
  if (names_ == nullptr) return absl::OkStatus();
  names_->set_next_number(in->Word());
  for (int i = 0; i < ExactNames::kTables; ++i) {
    NumberTable& table = names_->table(i);
    const uint64_t bytes = in->Word();
    if (!table.Restore(bytes, in->Word())) return NoRoom(in->path());
    in->Words(table.words(), bytes / kWord);
  }
  return absl::OkStatus();
}

double StateStore::CollisionBound() const {
  if (kind_ == StoreKind::kExact) return 0;
  if (bits_ == nullptr) return visited_.CollisionBound();
  return std::min(1.0,
                  static_cast<double>(size()) * bits_->FalsePositiveRate());
}

}  // namespace bindery::model
