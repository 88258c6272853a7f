#include "tools/conform/stats.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "sim/kernel/errno.h"
#include "sim/world/value_text.h"
#include "tools/conform/constellation.h"

namespace bindery::conform {
namespace {

// The types of objects that an item becomes.
uint32_t TypeOf(const proto::Item& item) {
  switch (item.item_case()) {
    case proto::Item::kFd:
      return sim::kTypeFd;
    case proto::Item::kPtr:
      return sim::kTypePtr;
    case proto::Item::kFdArray:
      return sim::kTypeFda;
    case proto::Item::kBinder:
      return sim::kTypeBinder;
    case proto::Item::kWeakBinder:
      return sim::kTypeWeakBinder;
    case proto::Item::kHandle:
      return sim::kTypeHandle;
    case proto::Item::kWeakHandle:
      return sim::kTypeWeakHandle;
    default:
      return item.object().type();
  }
}

bool IsObject(const proto::Item& item) { return TypeOf(item) != 0; }

template <typename Row>
void AddWork(const sim::World& world, std::set<std::string>* names) {
  world.ForEach<Row>([&](sim::Id<Row>, const Row& row) {
    if (!row.work.entry.linked()) return;
    names->insert(absl::StrCat("work ", sim::ValueText(row.work.type)));
  });
}

}  // namespace

Stats::Stats() {
  for (size_t i = 0; i < static_cast<size_t>(Group::kCount); ++i) {
    const Group group = static_cast<Group>(i);
    for (const std::string& name : ModelledNames(group)) Of(group)[name] = 0;
  }
  for (const Constellation& one : Constellations()) {
    Of(Group::kStates)[one.name] = 0;
  }
}

void Stats::AddItems(const proto::Transaction& transaction) {
  for (const proto::Item& item : transaction.item()) {
    if (IsObject(item)) ++Of(Group::kObjects)[NameOfType(TypeOf(item))];
  }
}

void Stats::AddStep(const proto::Step& step) {
  for (const proto::Command& command : step.write_read().write()) {
    AddItems(command.transaction());
    AddItems(command.reply());
  }
}

void Stats::AddState(const sim::World& world) {
  std::set<std::string> names;
  world.ForEach<sim::ThreadRow>(
      [&](sim::ThreadId, const sim::ThreadRow& thread) {
        for (uint32_t bit = 1; bit < 256; bit <<= 1) {
          if ((thread.looper & bit) == 0) continue;
          names.insert(
              absl::StrCat("looper ", NameOfLooper(static_cast<uint8_t>(bit))));
        }
      });
  AddWork<sim::TransactionRow>(world, &names);
  AddWork<sim::CompleteRow>(world, &names);
  AddWork<sim::ErrorRow>(world, &names);
  AddWork<sim::NodeRow>(world, &names);
  AddWork<sim::DeathRow>(world, &names);
  AddWork<sim::FreezeRow>(world, &names);
  for (const Constellation& one : Constellations()) {
    if (one.holds(world)) names.insert(one.name);
  }
  for (const std::string& name : names) ++Of(Group::kStates)[name];
}

// A number behind "param" is an error, or no error.
void Stats::AddWord(absl::string_view word, bool after_param) {
  int32_t number = 0;
  if (after_param && absl::SimpleAtoi(word, &number)) {
    if (number < 0) ++Of(Group::kErrors)[sim::ErrnoName(number)];
  } else if (absl::StartsWith(word, "BC_")) {
    ++Of(Group::kCommands)[std::string(word)];
  } else if (absl::StartsWith(word, "BINDER_")) {
    ++Of(Group::kRequests)[std::string(word)];
  } else if (absl::StartsWith(word, "BR_")) {
    ++Of(Group::kReturns)[std::string(word)];
  } else if (sim::ErrnoNumber(std::string(word).c_str()) != 0) {
    ++Of(Group::kErrors)[std::string(word)];
  }
}

void Stats::AddTranscript(const Transcript& transcript) {
  const auto add = [this](absl::string_view line) {
    absl::string_view before;
    for (const absl::string_view word :
         absl::StrSplit(line, absl::ByAnyChar(" ,()"), absl::SkipEmpty())) {
      // The word of an extended error was not read.
      if (before != "command") AddWord(word, before == "param");
      before = word;
    }
  };
  for (const TranscriptStep& step : transcript.steps) {
    add(step.action);
    for (const std::string& line : step.results) add(line);
  }
}

void Stats::Add(const Stats& other) {
  for (size_t i = 0; i < static_cast<size_t>(Group::kCount); ++i) {
    for (const auto& [name, count] : other.counts_[i]) {
      counts_[i][name] += count;
    }
  }
}

std::vector<std::string> Stats::Surprises() const {
  std::vector<std::string> lines;
  for (const Counts& counts : counts_) {
    for (const auto& [name, count] : counts) {
      const bool excused = WhyNever(name) != nullptr;
      if (count == 0 && !excused) {
        lines.push_back(absl::StrCat(name, ": never exercised"));
      } else if (count != 0 && excused) {
        lines.push_back(
            absl::StrCat(name, ": has a reason never to be exercised, but is"));
      }
    }
  }
  return lines;
}

std::string Stats::Report() const {
  std::string out;
  std::string never;
  for (size_t i = 0; i < static_cast<size_t>(Group::kCount); ++i) {
    absl::StrAppend(&out, NameOf(static_cast<Group>(i)), "\n");
    for (const auto& [name, count] : counts_[i]) {
      if (count != 0) {
        absl::StrAppendFormat(&out, "%10u %s\n", count, name);
        continue;
      }
      const char* why = WhyNever(name);
      absl::StrAppend(&never, "  ", name, ": ",
                      why == nullptr ? "no reason known" : why, "\n");
    }
  }
  if (!never.empty()) absl::StrAppend(&out, "never exercised\n", never);
  return out;
}

uint64_t Stats::Count(Group group, const std::string& name) const {
  const Counts& counts = counts_[static_cast<size_t>(group)];
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace bindery::conform
