#include "sim/kernel/atom.h"

#include <cstring>
#include <utility>

#include "base/check.h"

namespace bindery::sim {

bool Visible(AtomKind kind) {
  switch (kind) {
    case AtomKind::kDo:
    case AtomKind::kLock:
    case AtomKind::kPin:
    case AtomKind::kUnpin:
    case AtomKind::kDequeue:
    case AtomKind::kWake:
    case AtomKind::kUndo:
      return true;
    default:
      return false;
  }
}

std::vector<Atom> WithoutLocks(const std::vector<Atom>& atoms) {
  const auto is_lock = [](const Atom& atom) {
    return atom.kind == AtomKind::kLock || atom.kind == AtomKind::kUnlock;
  };
  std::vector<uint16_t> place(atoms.size());
  std::vector<Atom> kept;
  for (size_t i = 0; i < atoms.size(); ++i) {
    place[i] = static_cast<uint16_t>(kept.size());
    if (!is_lock(atoms[i])) kept.push_back(atoms[i]);
  }
  for (Atom& atom : kept) atom.target = place[atom.target];
  return kept;
}

void JoinAtoms(std::vector<Atom>& atoms) {
  const auto at = [&atoms](size_t place) -> const Atom* {
    if (place >= atoms.size()) return nullptr;  // behind kReturn or kGoto
    while (atoms[place].kind == AtomKind::kGoto &&
           atoms[place].target > place) {
      place = atoms[place].target;
    }
    return &atoms[place];
  };
  for (size_t i = 0; i < atoms.size(); ++i) {
    Atom& atom = atoms[i];
    const Atom* const behind = at(i + 1);
    const Atom* const target = at(atom.target);
    const bool check = atom.kind == AtomKind::kCheck;
    const bool branch = atom.kind == AtomKind::kBranch;
    const bool go = atom.kind == AtomKind::kGoto;
    atom.next[0] = check || go ? target : behind;
    atom.next[1] = branch ? target : behind;
  }
}

Builder::Builder(OpId id, const char* function) {
  op_.id = id;
  op_.function = function;
}

Builder& Builder::Add(AtomKind kind, const char* name, void (*run)(Op&)) {
  Atom atom;
  atom.kind = kind;
  atom.visible = Visible(kind);
  atom.run = run;
  atom.name = name;
  op_.atoms.push_back(atom);
  return *this;
}

Builder& Builder::AddTest(AtomKind kind, const char* name, bool (*test)(Op&),
                          const char* label) {
  Atom atom;
  atom.kind = kind;
  atom.test = test;
  atom.name = name;
  atom.label = label;
  op_.atoms.push_back(atom);
  return *this;
}

Builder& Builder::Do(const char* name, void (*run)(Op&)) {
  return Add(AtomKind::kDo, name, run);
}
Builder& Builder::Local(const char* name, void (*run)(Op&)) {
  return Add(AtomKind::kLocal, name, run);
}
Builder& Builder::Check(const char* name, bool (*test)(Op&),
                        const char* otherwise) {
  return AddTest(AtomKind::kCheck, name, test, otherwise);
}
Builder& Builder::Branch(const char* name, bool (*test)(Op&),
                         const char* label) {
  return AddTest(AtomKind::kBranch, name, test, label);
}
Builder& Builder::Goto(const char* label) {
  return AddTest(AtomKind::kGoto, label, nullptr, label);
}
Builder& Builder::Lock(const char* lock) {
  return Add(AtomKind::kLock, lock, nullptr);
}
Builder& Builder::Unlock(const char* lock) {
  return Add(AtomKind::kUnlock, lock, nullptr);
}
Builder& Builder::Pin(const char* name, void (*run)(Op&)) {
  return Add(AtomKind::kPin, name, run);
}
Builder& Builder::Unpin(const char* name, void (*run)(Op&)) {
  return Add(AtomKind::kUnpin, name, run);
}
Builder& Builder::Dequeue(const char* name, void (*run)(Op&)) {
  return Add(AtomKind::kDequeue, name, run);
}
Builder& Builder::Wake(const char* name, void (*run)(Op&)) {
  return Add(AtomKind::kWake, name, run);
}
Builder& Builder::Undo(const char* name, void (*run)(Op&)) {
  return Add(AtomKind::kUndo, name, run);
}
Builder& Builder::Call(OpId callee, void (*arguments)(Op&)) {
  Add(AtomKind::kCall, "call", arguments);
  op_.atoms.back().callee = callee;
  return *this;
}
Builder& Builder::CallSelected(const char* name, OpId (*select)(Op&)) {
  Add(AtomKind::kCall, name, nullptr);
  op_.atoms.back().select = select;
  return *this;
}
Builder& Builder::Return(void (*results)(Op&)) {
  return Add(AtomKind::kReturn, "return", results);
}
Builder& Builder::Step() { return Add(AtomKind::kStep, "step", nullptr); }
Builder& Builder::Sleep() { return Add(AtomKind::kSleep, "sleep", nullptr); }

Builder& Builder::Label(const char* label) {
  labels_.push_back({label, static_cast<uint16_t>(op_.atoms.size())});
  return *this;
}

Operation Builder::Finish() {
  BINDERY_CHECK_MSG(op_.atoms.back().kind == AtomKind::kReturn ||
                        op_.atoms.back().kind == AtomKind::kGoto,
                    "a table must not end in the middle");
  for (Atom& atom : op_.atoms) {
    if (atom.label[0] == '\0') continue;
    bool found = false;
    for (const auto& [label, place] : labels_) {
      if (std::strcmp(label, atom.label) != 0) continue;
      atom.target = place;
      found = true;
    }
    BINDERY_CHECK_MSG(found, atom.label);
  }
  LeadBackwardsByGoto();
  return std::move(op_);
}

void Builder::LeadBackwardsByGoto() {
  const size_t size = op_.atoms.size();
  for (size_t i = 0; i < size; ++i) {
    const Atom& atom = op_.atoms[i];
    if (atom.test == nullptr || atom.target > i) continue;
    Goto(atom.label);
    op_.atoms.back().target = op_.atoms[i].target;
    op_.atoms[i].target = static_cast<uint16_t>(op_.atoms.size() - 1);
  }
}

}  // namespace bindery::sim
