#include "sim/engine/touches.h"

#include <algorithm>

#include "base/check.h"

namespace bindery::sim {

void Touches::AddTo(Places* places, Resource resource) {
  uint32_t place = place_of_.Get(resource);
  if (place == 0) {
    place = next_place_ + 1;
    next_place_ = place % kMostPlaces;
    place_of_.Set(resource, place);
  }
  (*places)[(place - 1) / 64] |= uint64_t{1} << (place - 1) % 64;
}

// What is made is written as well: it may have the name of what was there.
void Touches::Add(uint32_t number, const FootprintLog& log) {
  BINDERY_CHECK(number < kMostNumbers);
  if (number >= sets_.size()) sets_.resize(number + 1);
  Sets& sets = sets_[number];
  const Sets before = sets;
  for (const Resource one : log.reads()) AddTo(&sets.reads, one);
  for (const Resource one : log.makes()) AddTo(&sets.writes, one);
  for (const Resource one : log.writes()) {
    AddTo((one & kCommutes) != 0 ? &sets.adds : &sets.writes, one);
  }
  if (!(sets == before)) ForgetAnswers();
}

// An age has 31 bits beside a pair.
void Touches::ForgetAnswers() {
  age_ = (age_ + 1) % (uint64_t{1} << 31);
  if (age_ != 0) return;
  std::fill(answers_.begin(), answers_.end(), 0);
  age_ = 1;
}

bool Touches::FindMeeting(const Sets& a, const Sets& b) {
  uint64_t met = 0;
  for (size_t i = 0; i < a.reads.size(); ++i) {
    met |= a.writes[i] & (b.reads[i] | b.writes[i] | b.adds[i]);
    met |= b.writes[i] & (a.reads[i] | a.adds[i]);
    met |= (a.adds[i] & b.reads[i]) | (b.adds[i] & a.reads[i]);
  }
  return met != 0;
}

void Touches::Clear() {
  sets_.clear();
  place_of_.Clear();
  next_place_ = 0;
  ForgetAnswers();
}

}  // namespace bindery::sim
