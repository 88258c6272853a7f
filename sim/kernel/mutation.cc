#include "sim/kernel/mutation.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"

namespace bindery::sim {

// Finds and applies the mutations of one driver. Atoms are named by operation
// and place; a mutation that needs several atoms keeps them all.
class Mutator {
 public:
  struct Site {
    Mutation mutation;
    OpId op = OpId::kNone;
    std::vector<uint16_t> atoms;
    Guard guard = Guard::kCount;  // a guard of a helper instead
  };

  explicit Mutator(Driver* driver) : driver_(driver) {
    for (size_t i = 1; i < driver_->operations_.size(); ++i) {
      Collect(driver_->operations_[i]);
    }
    for (size_t i = 0; i < static_cast<size_t>(Guard::kCount); ++i) {
      CollectGuard(static_cast<Guard>(i));
    }
  }

  const std::vector<Site>& sites() const { return sites_; }

  absl::Status Apply(const std::vector<std::string>& ids) {
    std::vector<Site> chosen;
    for (const std::string& id : ids) {
      const Site* site = Find(id);
      if (site == nullptr) return Unknown(id);
      for (const Site& other : chosen) {
        if (Overlap(other, *site)) {
          return absl::InvalidArgumentError(
              absl::StrCat("mutations ", other.mutation.id, " and ", id,
                           " change the same atom; apply one of them"));
        }
      }
      chosen.push_back(*site);
    }
    // From the back, so that places stay right while atoms are inserted.
    std::stable_sort(chosen.begin(), chosen.end(),
                     [](const Site& a, const Site& b) {
                       return !a.atoms.empty() && !b.atoms.empty() &&
                              a.atoms.front() > b.atoms.front();
                     });
    for (const Site& site : chosen) Change(site);
    driver_->mutations_ = ids;
    return absl::OkStatus();
  }

 private:
  // Atoms that only run and that others could notice.
  static bool Simple(AtomKind kind) {
    return kind <= AtomKind::kUndo && Visible(kind);
  }
  static bool Jumps(AtomKind kind) {
    return kind == AtomKind::kCheck || kind == AtomKind::kBranch ||
           kind == AtomKind::kGoto;
  }

  void Add(const char* kind, const Operation& operation, std::string what,
           std::vector<uint16_t> atoms) {
    std::string name = absl::AsciiStrToLower(what);
    std::string slug;
    for (const char c : name) {
      if (absl::ascii_isalnum(c) || c == '_') {
        slug += c;
      } else if (!slug.empty() && slug.back() != '-') {
        slug += '-';
      }
    }
    while (!slug.empty() && slug.back() == '-') slug.pop_back();
    Site site;
    site.mutation = {absl::StrCat(kind, ":", operation.function, ":", slug),
                     kind, operation.function, std::move(what)};
    site.op = operation.id;
    site.atoms = std::move(atoms);
    Push(std::move(site));
  }

  void Push(Site site) {
    const int count = ++seen_[site.mutation.id];
    if (count > 1) absl::StrAppend(&site.mutation.id, "#", count);
    sites_.push_back(std::move(site));
  }

  void Collect(const Operation& operation) {
    const std::vector<Atom>& atoms = operation.atoms;
    const std::set<uint16_t> targets = Targets(operation);
    for (uint16_t i = 0; i < atoms.size(); ++i) {
      const Atom& atom = atoms[i];
      if (atom.kind == AtomKind::kCheck) {
        Add("drop-check", operation, atom.name, {i});
      }
      if (atom.kind == AtomKind::kDequeue || atom.kind == AtomKind::kWake ||
          atom.kind == AtomKind::kUndo) {
        Add("drop", operation, atom.name, {i});
      }
      if (i == 0) continue;
      const Atom& previous = atoms[i - 1];
      if (atom.kind == AtomKind::kUnlock && Simple(previous.kind)) {
        Add("early-unlock", operation,
            absl::StrCat(atom.name, " before ", previous.name), {i});
      }
      if (Simple(atom.kind) && Simple(previous.kind) && targets.count(i) == 0) {
        Add("swap", operation, absl::StrCat(previous.name, " and ", atom.name),
            {static_cast<uint16_t>(i - 1), i});
      }
    }
    CollectSections(operation);
    CollectPins(operation);
  }

  static std::set<uint16_t> Targets(const Operation& operation) {
    std::set<uint16_t> targets;
    for (const Atom& atom : operation.atoms) {
      if (Jumps(atom.kind)) targets.insert(atom.target);
    }
    return targets;
  }

  // The unlocks that end the section which the lock at `start` begins.
  static std::set<uint16_t> UnlocksOf(const Operation& operation,
                                      uint16_t start) {
    std::set<uint16_t> unlocks;
    std::set<std::pair<uint16_t, int>> visited;
    std::vector<std::pair<uint16_t, int>> pending = {{start + 1, 0}};
    while (!pending.empty()) {
      const auto [place, depth] = pending.back();
      pending.pop_back();
      if (!visited.insert({place, depth}).second) continue;
      const Atom& atom = operation.atoms[place];
      if (atom.kind == AtomKind::kReturn) continue;
      int below = depth;
      if (atom.kind == AtomKind::kLock) ++below;
      if (atom.kind == AtomKind::kUnlock && below-- == 0) {
        unlocks.insert(place);
        continue;
      }
      if (Jumps(atom.kind)) pending.push_back({atom.target, below});
      if (atom.kind != AtomKind::kGoto) pending.push_back({place + 1, below});
    }
    return unlocks;
  }

  // Sections that share an unlock are one: neither can go alone.
  void CollectSections(const Operation& operation) {
    std::vector<std::set<uint16_t>> sections;
    for (uint16_t i = 0; i < operation.atoms.size(); ++i) {
      if (operation.atoms[i].kind != AtomKind::kLock) continue;
      std::set<uint16_t> section = UnlocksOf(operation, i);
      section.insert(i);
      for (auto it = sections.begin(); it != sections.end();) {
        const bool shared = std::any_of(
            it->begin(), it->end(),
            [&](uint16_t place) { return section.count(place) != 0; });
        if (shared) section.insert(it->begin(), it->end());
        it = shared ? sections.erase(it) : it + 1;
      }
      sections.push_back(std::move(section));
    }
    for (const std::set<uint16_t>& section : sections) {
      const Atom& first = operation.atoms[*section.begin()];
      const Atom& inside = operation.atoms[*section.begin() + 1];
      Add("drop-section", operation,
          absl::StrCat(first.name, " around ", inside.name),
          {section.begin(), section.end()});
    }
  }

  void CollectPins(const Operation& operation) {
    std::map<std::string, std::vector<uint16_t>> pins;
    for (uint16_t i = 0; i < operation.atoms.size(); ++i) {
      const Atom& atom = operation.atoms[i];
      if (atom.kind == AtomKind::kPin || atom.kind == AtomKind::kUnpin) {
        pins[atom.name].push_back(i);
      }
    }
    for (const auto& [name, places] : pins) {
      Add("drop-pin", operation, name, places);
    }
  }

  void CollectGuard(Guard guard) {
    const GuardInfo& info = InfoOf(guard);
    if (absl::string_view(info.kind) == "branch") return;
    Operation helper;
    helper.function = info.function;
    const size_t before = sites_.size();
    Add(absl::string_view(info.kind) == "check" ? "drop-check" : "drop", helper,
        info.name, {});
    sites_[before].guard = guard;
  }

  const Site* Find(const std::string& id) const {
    for (const Site& site : sites_) {
      if (site.mutation.id == id) return &site;
    }
    return nullptr;
  }

  absl::Status Unknown(const std::string& id) const {
    std::vector<std::string> near;
    const std::string last = id.substr(id.rfind(':') + 1);
    for (const Site& site : sites_) {
      const bool alike = absl::StrContains(site.mutation.id, last) ||
                         absl::StrContains(site.mutation.function, last);
      if (alike && near.size() < 5) near.push_back(site.mutation.id);
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "unknown mutation \"", id, "\"",
        near.empty() ? ""
                     : absl::StrCat("; similar: ", absl::StrJoin(near, ", ")),
        "; `bindery list mutations` shows all"));
  }

  static bool Overlap(const Site& a, const Site& b) {
    if (a.guard != Guard::kCount || b.guard != Guard::kCount) {
      return a.guard == b.guard;
    }
    if (a.op != b.op) return false;
    return std::any_of(a.atoms.begin(), a.atoms.end(), [&](uint16_t place) {
      return std::find(b.atoms.begin(), b.atoms.end(), place) != b.atoms.end();
    });
  }

  void Change(const Site& site) {
    if (site.guard != Guard::kCount) {
      driver_->dropped_.set(static_cast<size_t>(site.guard));
      return;
    }
    Operation& operation = driver_->operations_[static_cast<size_t>(site.op)];
    if (site.mutation.kind == "early-unlock") {
      UnlockEarlier(operation, site.atoms[0]);
    } else if (site.mutation.kind == "swap") {
      std::swap(operation.atoms[site.atoms[0]], operation.atoms[site.atoms[1]]);
    } else {
      for (const uint16_t place : site.atoms) {
        Atom& atom = operation.atoms[place];
        atom.kind = AtomKind::kLocal;
        atom.visible = false;
        atom.run = [](Op&) {};
      }
    }
  }

  // ..., X, unlock, ... becomes ..., unlock, X, goto behind, unlock, ...: who
  // jumps to the old unlock still finds it.
  static void UnlockEarlier(Operation& operation, uint16_t place) {
    std::vector<Atom>& atoms = operation.atoms;
    for (Atom& atom : atoms) {
      if (Jumps(atom.kind) && atom.target >= place) atom.target += 2;
    }
    Atom over;
    over.kind = AtomKind::kGoto;
    over.target = static_cast<uint16_t>(place + 3);
    const Atom unlock = atoms[place];
    atoms.insert(atoms.begin() + place, over);
    atoms.insert(atoms.begin() + place - 1, unlock);
  }

  Driver* driver_;
  std::vector<Site> sites_;
  std::map<std::string, int> seen_;
};

absl::StatusOr<std::vector<Mutation>> ListMutations(absl::string_view profile) {
  absl::StatusOr<Driver> driver = Driver::Create(profile);
  if (!driver.ok()) return driver.status();
  const Mutator mutator(&*driver);
  std::vector<Mutation> mutations;
  for (const Mutator::Site& site : mutator.sites()) {
    mutations.push_back(site.mutation);
  }
  return mutations;
}

absl::Status Mutate(const std::vector<std::string>& ids, Driver* driver) {
  if (ids.empty()) return absl::OkStatus();
  return Mutator(driver).Apply(ids);
}

}  // namespace bindery::sim
