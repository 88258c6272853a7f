// What objects mean on the way from sender to receiver.
//
// E25 When a message is delivered, an object in it names, for the receiver, the
//     node that it named for the sender, and is strong or weak as it was.
// E26 The owner of the node gets it as a binder with its pointer and cookie,
//     anybody else as a handle that exists. For handles E25 and E26 are about
//     well-behaved receivers only: one that gives back more than it took may
//     lose the handle of a message that is on its way.
// E27 A ref's strong count grows only by a BC_ACQUIRE of its proc on a ref that
//     is strong already or on handle 0, or by a strong object whose sender owns
//     the node or has a strong ref to it. Weak objects never grow it.
// E29 What is stored in the buffer is the translated object: a binder exactly
//     if the receiver owns the node, with the owner's pointer and cookie; else
//     a handle without pointer or cookie.
//
// What an object names is looked up here, in the step in which the driver looks
// it up, and remembered until it is delivered.
#include <optional>

#include "sim/history/watch.h"

namespace bindery::sim {
namespace {

struct Meaning {
  NodeId node;
  bool strong = false;
  bool entitled = false;
};

Meaning MeaningOf(const Watch& h, ProcId proc, const FlatObject& object) {
  Meaning meaning;
  meaning.strong = IsStrong(object);
  const uint64_t name = h.w.NameOf(proc);
  if (IsBinder(object)) {
    meaning.node = h.w.FindOn(&NodeRow::rb_node, name, object.binder);
    meaning.entitled = true;
  } else if (IsHandle(object)) {
    const RefId ref = h.w.FindOn(&RefRow::rb_node, name,
                                 static_cast<uint32_t>(object.binder));
    if (!ref) return meaning;
    meaning.node = h.w.Peek(ref).node;
    meaning.entitled = h.w.Peek(ref).strong > 0;
  }
  return meaning;
}

// The buffer that the actor is filling.
BufferId Filling(const Watch& h) {
  if (!h.s.task()) return {};
  for (FrameId id = h.w.Peek(h.s.task()).frame; id; id = h.w.Peek(id).caller) {
    const FrameRow& frame = h.w.Peek(id);
    if (static_cast<OpId>(frame.op) == OpId::kTransaction) return frame.buffer;
  }
  return {};
}

// As the driver goes by it: the sender may have written to its memory since
// the offsets, and the object that is being translated, were read.
FlatObject Sent(const Watch& h, uint32_t index) {
  const CommandRow& command = h.s.command();
  const BufferId id = Filling(h);
  if (!id || !h.w.Alive(id) || !h.w.Peek(id).offsets) {
    return ObjectAt(h.w, command.data, command.offsets, index);
  }
  const BufferRow& buffer = h.w.Peek(id);
  const BlobId data = index == buffer.objects ? buffer.data : command.data;
  return ObjectAt(h.w, data, buffer.offsets, index);
}

// The object that the actor is translating, noted in an earlier step.
HistoryObjectId Underway(const Watch& h) {
  return h.w.Find<HistoryObjectRow>(h.s.actor(), 0);
}

void Fill(Watch& h, HistoryObjectId id, BufferId buffer, uint32_t index,
          const Meaning& meaning) {
  HistoryObjectRow& row = h.w.Edit(id);
  row.buffer = buffer;
  row.index = index;
  row.node = meaning.node;
  row.strong = meaning.strong ? 1 : 0;
  row.entitled = meaning.entitled ? 1 : 0;
}

// --- Growing counts ----------------------------------------------------------

bool AcquiredByUser(const Watch& h, const Change<RefRow>& ref) {
  const RefRow& before = ref.before;
  if (h.s.bc() != Bc::kAcquire || h.s.proc() != ref.after.proc ||
      ref.after.strong != before.strong + 1) {
    return false;
  }
  const NodeId manager = h.w.Peek(h.w.Peek(h.s.proc()).context).mgr_node;
  return (before.strong > 0 && h.s.command().handle == ref.after.desc) ||
         (h.s.command().handle == 0 && ref.after.node == manager);
}

int32_t EntitledObjects(const Watch& h, NodeId node) {
  int32_t count = 0;
  const uint64_t size = h.s.command().offsets_size;
  for (uint32_t i = 0; uint64_t{i} * 8 < size; ++i) {
    const Meaning meaning = MeaningOf(h, h.s.proc(), Sent(h, i));
    count += meaning.node == node && meaning.strong && meaning.entitled;
  }
  return count;
}

bool GrantedBySender(const Watch& h, const Change<RefRow>& ref) {
  if (!h.s.sends()) return false;
  const int32_t growth = ref.after.strong - ref.before.strong;
  const HistoryObjectId id = Underway(h);
  if (!id) return growth <= EntitledObjects(h, ref.after.node);
  const HistoryObjectRow& object = h.w.Peek(id);
  return growth == 1 && object.node == ref.after.node && object.strong != 0 &&
         object.entitled != 0;
}

void CheckGrowth(Watch& h) {
  for (const Change<RefRow>& ref : h.s.changes<RefRow>()) {
    if (ref.freed || ref.after.strong <= ref.before.strong) continue;
    h.Expect(AcquiredByUser(h, ref) || GrantedBySender(h, ref), "E27",
             ref.id.any(), [&] {
               return absl::StrCat("its strong count grows from ",
                                   ref.before.strong, " to ", ref.after.strong,
                                   " although nobody granted it");
             });
  }
}

// --- Translation -------------------------------------------------------------

bool Translates(OpId op) {
  return op == OpId::kTranslateBinder || op == OpId::kTranslateHandle;
}

// Notes the object that the driver has just looked up, if it will store it in a
// later step.
void NoteLookup(Watch& h) {
  if (!h.s.sends()) return;
  for (const Change<FrameRow>& frame : h.s.changes<FrameRow>()) {
    if (frame.freed || frame.after.task != h.s.task() || !frame.after.node ||
        !Translates(static_cast<OpId>(frame.after.op)) || frame.before.node) {
      continue;
    }
    const uint32_t index = h.w.Peek(frame.after.caller).i;
    HistoryObjectId id = Underway(h);
    if (!id) {
      id = h.w.Create<HistoryObjectRow>(h.s.actor(), 0);
    }
    Fill(h, id, {}, index, MeaningOf(h, h.s.proc(), Sent(h, index)));
  }
}

Meaning TakeMeaning(Watch& h, uint32_t index) {
  const HistoryObjectId id = Underway(h);
  if (!id || h.w.Peek(id).index != index) {
    return MeaningOf(h, h.s.proc(), Sent(h, index));
  }
  const HistoryObjectRow row = h.w.Peek(id);
  h.w.Free(id);
  return {row.node, row.strong != 0, row.entitled != 0};
}

bool IsTranslated(const Watch& h, const FlatObject& object, ProcId target,
                  const Meaning& meaning) {
  if (!meaning.node || IsStrong(object) != meaning.strong) return false;
  const NodeRow& node = h.w.Peek(meaning.node);
  if (node.owner == target && h.w.Peek(target).is_dead == 0) {
    return IsBinder(object) && object.binder == node.ptr &&
           object.cookie == node.cookie;
  }
  return node.owner == target ||
         (IsHandle(object) && object.binder >> 32 == 0 && object.cookie == 0);
}

// Objects that name no node: a descriptor's number is not known yet, and memory
// is in the target's buffer.
void StoredOther(Watch& h, const Change<BufferRow>& buffer, uint32_t index,
                 const FlatObject& object) {
  const uint64_t extra = ExtraOffset(buffer.after);
  const bool translated =
      object.type == kTypeFd ? object.binder == 0
      : object.type == kTypePtr
          ? object.binder >= extra &&
                object.binder <= extra + buffer.after.extra_buffers_size
          : object.type == kTypeFda;
  h.Expect(translated, "E29", buffer.id.any(), [&] {
    return absl::StrCat("object ", index, " of type 0x", absl::Hex(object.type),
                        " is stored with value 0x", absl::Hex(object.binder));
  });
}

void Stored(Watch& h, const Change<BufferRow>& buffer, uint32_t index) {
  const BufferRow& row = buffer.after;
  const FlatObject object = ObjectAt(h.w, row.data, row.offsets, index);
  if (!IsBinder(object) && !IsHandle(object)) {
    return StoredOther(h, buffer, index, object);
  }
  const Meaning meaning = TakeMeaning(h, index);
  h.Expect(IsTranslated(h, object, row.proc, meaning), "E29", buffer.id.any(),
           [&] {
             return absl::StrCat("object ", index, " is stored as type 0x",
                                 absl::Hex(object.type), ", value 0x",
                                 absl::Hex(object.binder), ", but means ",
                                 h.Name(meaning.node.any()));
           });
  const HistoryObjectId id =
      h.w.Create<HistoryObjectRow>(h.w.NameOf(buffer.id), index);
  Fill(h, id, buffer.id, index, meaning);
}

void NoteStored(Watch& h) {
  if (!h.s.sends()) return;
  for (const Change<BufferRow>& buffer : h.s.changes<BufferRow>()) {
    // What its objects named may be gone too.
    if (buffer.freed) continue;
    for (uint32_t i = buffer.before.objects; i < buffer.after.objects; ++i) {
      Stored(h, buffer, i);
    }
  }
}

// The send went on without the object that was being translated.
void ForgetUnderway(Watch& h) {
  const HistoryObjectId id = Underway(h);
  if (!id) return;
  bool sending = false;
  h.w.ForEach<FrameRow>([&](FrameId, const FrameRow& frame) {
    sending |= frame.task == h.s.task() &&
               static_cast<OpId>(frame.op) == OpId::kTransaction;
  });
  if (!sending) h.w.Free(id);
}

// --- Delivery ----------------------------------------------------------------

std::string Received(const Watch& h, const HistoryObjectRow& sent) {
  return absl::StrCat("object ", sent.index, ", which means ",
                      h.Name(sent.node.any()));
}

void DeliverBinder(Watch& h, const HistoryObjectRow& sent,
                   const FlatObject& object) {
  const NodeRow& node = h.w.Peek(sent.node);
  h.Expect(node.owner == h.s.proc(), "E26", sent.buffer.any(), [&] {
    return absl::StrCat(Received(h, sent),
                        ", comes as a binder to a proc that does not own it");
  });
  h.Expect(object.binder == node.ptr && object.cookie == node.cookie, "E26",
           sent.buffer.any(), [&] {
             return absl::StrCat(Received(h, sent),
                                 ", comes with another pointer or cookie");
           });
}

void DeliverHandle(Watch& h, const HistoryObjectRow& sent,
                   const FlatObject& object) {
  if (!WellBehaved(h, h.s.proc())) return;
  h.Expect(h.w.Peek(sent.node).owner != h.s.proc(), "E26", sent.buffer.any(),
           [&] {
             return absl::StrCat(Received(h, sent),
                                 ", comes to its owner as a handle");
           });
  const uint32_t desc = static_cast<uint32_t>(object.binder);
  const RefId ref = h.w.FindOn(&RefRow::rb_node, h.w.NameOf(h.s.proc()), desc);
  h.Expect(bool(ref), "E26", sent.buffer.any(), [&] {
    return absl::StrCat(Received(h, sent), ", comes as handle ", desc,
                        ", which does not exist");
  });
  h.Expect(
      !ref || h.w.Peek(ref).node == sent.node, "E25", sent.buffer.any(), [&] {
        return absl::StrCat(Received(h, sent), ", comes as handle ", desc,
                            ", which means ", h.Name(h.w.Peek(ref).node.any()));
      });
}

void Deliver(Watch& h, const HistoryObjectRow& sent) {
  const BufferRow& buffer = h.w.Peek(sent.buffer);
  const FlatObject object =
      ObjectAt(h.w, buffer.data, buffer.offsets, sent.index);
  h.Expect(IsStrong(object) == (sent.strong != 0), "E25", sent.buffer.any(),
           [&] {
             return absl::StrCat(Received(h, sent), ", is ",
                                 sent.strong != 0 ? "weak now" : "strong now");
           });
  if (IsBinder(object)) {
    DeliverBinder(h, sent, object);
  } else {
    DeliverHandle(h, sent, object);
  }
}

void NoteDelivered(Watch& h) {
  for (const ReturnRow& word : h.s.words()) {
    if (!word.buffer) continue;
    h.w.ForEach<HistoryObjectRow>(
        [&](HistoryObjectId id, const HistoryObjectRow& sent) {
          if (sent.buffer != word.buffer) return;
          Deliver(h, sent);
          h.w.Free(id);
        });
  }
}

}  // namespace

void WatchTranslation(Watch& h) {
  CheckGrowth(h);
  NoteLookup(h);
  NoteStored(h);
  NoteDelivered(h);
  for (const Change<BufferRow>& buffer : h.s.changes<BufferRow>()) {
    if (!buffer.freed) continue;
    h.FreeWhere<HistoryObjectRow>([&](const HistoryObjectRow& object) {
      return object.buffer == buffer.id;
    });
  }
  if (h.s.task()) ForgetUnderway(h);
}

}  // namespace bindery::sim
