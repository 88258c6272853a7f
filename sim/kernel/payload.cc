// The middle of binder_transaction: copying the payload into the target's
// buffer, piece by piece, and translating the objects between the pieces.
#include <algorithm>
#include <string>

#include "sim/kernel/object.h"
#include "sim/kernel/op.h"
#include "sim/kernel/scatter_gather.h"
#include "sim/kernel/transaction.h"
#include "sim/kernel/user_memory.h"

namespace bindery::sim {
namespace {

bool Failed(Op& op) { return op.f->return_error != 0; }

void CopyOffsets(Op& op) { op.w.Edit(op.f->buffer).offsets = Tr(op).offsets; }

bool OffsetsReadable(Op& op) {
  return Tr(op).offsets_size == 0 || Tr(op).fault_at != 4;
}

uint64_t OffsetOfObject(Op& op) {
  const BufferRow& buffer = op.w.Get(op.f->buffer);
  op.Takes(Guard::kOffsetsChanged, buffer.offsets != Tr(op).offsets);
  return ReadWord64(op.w.blobs().Bytes(buffer.offsets), uint64_t{op.f->i} * 8);
}

// binder_get_object: as many bytes as the largest object has are read, if there
// are so many. 0 if there is no object of a known type that fits.
uint64_t CheckedObjectSize(Op& op, uint64_t offset, std::string* bytes) {
  const uint64_t data_size = Tr(op).data_size;
  if (offset > data_size || data_size - offset < 4 || offset % 4 != 0) {
    return 0;
  }
  const uint64_t read = std::min(kMaxObjectSize, data_size - offset);
  if (!CopyPayload(op.w, Tr(op), offset, read, bytes)) return 0;
  const uint64_t size = ObjectSize(ReadWord32(*bytes, 0));
  return data_size - offset >= size ? size : 0;
}

// What follows in the target's buffer.
void AppendToData(Op& op, absl::string_view bytes) {
  BufferRow& buffer = op.w.Edit(op.f->buffer);
  std::string data(op.w.blobs().Bytes(buffer.data));
  data.append(bytes.data(), bytes.size());
  buffer.data = op.w.blobs().Intern(data);
}

void TakeObject(Op& op, uint64_t offset, const std::string& bytes) {
  const FlatObject object = ReadObject(bytes, 0);
  op.f->type = object.type;
  op.f->ptr = object.binder;
  op.f->cookie = object.cookie;
  op.f->handle = static_cast<uint32_t>(object.binder);
  op.f->strong = IsStrongType(object.type) ? 1 : 0;
  op.f->offset = offset;
}

// f.offset is where the last piece ended; the gap up to the object is copied,
// and the object as the sender has it now. What the sender writes to it from
// now on is not seen.
void ReadNextObject(Op& op) {
  const uint64_t offset = OffsetOfObject(op);
  std::string gap;
  if (offset != op.f->offset &&
      (offset < op.f->offset || offset > Tr(op).data_size ||
       !CopyPayload(op.w, Tr(op), op.f->offset, offset - op.f->offset, &gap))) {
    op.UserError("got transaction with invalid data ptr");
    op.Fail(Br::kFailedReply, Errno::kEfault);
    return;
  }
  std::string bytes;
  const uint64_t size = CheckedObjectSize(op, offset, &bytes);
  if (size == 0) {
    op.UserError("got transaction with invalid offset or object");
    op.Fail(Br::kFailedReply, Errno::kEinval);
    return;
  }
  bytes.resize(size);
  AppendToData(op, gap + bytes);
  TakeObject(op, offset, bytes);
}

// --- The whole payload at once, with objects translated where they are -------

void CopyData(Op& op) {
  std::string data;
  if (!CopyPayload(op.w, Tr(op), 0, Tr(op).data_size, &data)) {
    op.UserError("got transaction with invalid data ptr");
    op.Fail(Br::kFailedReply, Errno::kEfault);
    return;
  }
  op.w.Edit(op.f->buffer).data = op.w.blobs().Intern(data);
}

// binder_validate_object. f.offset is where the last object ended.
void ValidateNextObject(Op& op) {
  const uint64_t offset = OffsetOfObject(op);
  const absl::string_view data =
      op.w.blobs().Bytes(op.w.Get(op.f->buffer).data);
  const bool fits = offset >= op.f->offset && offset % 4 == 0 &&
                    data.size() >= 4 && offset <= data.size() - 4;
  const uint64_t size = fits ? ObjectSize(ReadWord32(data, offset)) : 0;
  if (size == 0 || data.size() - offset < size) {
    op.UserError("got transaction with invalid offset or object");
    op.Fail(Br::kFailedReply, Errno::kEinval);
    return;
  }
  TakeObject(op, offset, std::string(data.substr(offset, size)));
}

bool IsBinder(Op& op) { return IsBinderType(op.f->type); }
bool IsHandle(Op& op) { return IsHandleType(op.f->type); }

void TranslateArguments(Op& op) {
  FrameRow& callee = op.callee();
  callee.target_proc = op.f->target_proc;
  callee.type = op.f->type;
  callee.ptr = op.f->ptr;
  callee.cookie = op.f->cookie;
  callee.handle = op.f->handle;
  callee.strong = op.f->strong;
  const BlobId data = op.w.Get(op.f->buffer).data;
  callee.i = ReadWord32(op.w.blobs().Bytes(data), op.f->offset + 4);
}

void FdArguments(Op& op) {
  FrameRow& callee = op.callee();
  callee.t = op.f->t;
  callee.in_reply_to = op.f->in_reply_to;
  callee.buffer = op.f->buffer;
  callee.handle = op.f->handle;
  callee.offset = op.f->offset + kFlatHandleOffset;
}

// The object as the target will see it. A descriptor's number is not known yet
// where files are installed later.
void Translate(Op& op, std::string* bytes) {
  const uint64_t at = op.f->offset;
  switch (op.f->type) {
    case kTypeFd:
      return WriteWord64(op.driver.features().fd_deferred ? 0 : op.f->handle,
                         at + kFlatHandleOffset, bytes);
    case kTypePtr:
      return WriteWord64(op.f->ptr, at + kBufferAddressOffset, bytes);
    case kTypeFda:
      return;
    default:
      return WriteObject(
          {op.f->type, ReadWord32(*bytes, at + 4), op.f->ptr, op.f->cookie}, at,
          bytes);
  }
}

void StoreObject(Op& op) {
  BufferRow& buffer = op.w.Edit(op.f->buffer);
  std::string bytes(op.w.blobs().Bytes(buffer.data));
  Translate(op, &bytes);
  buffer.data = op.w.blobs().Intern(bytes);
  ++buffer.objects;
}

void NextObject(Op& op) {
  op.f->offset += ObjectSize(op.f->type);
  ++op.f->i;
  op.f->type = op.f->handle = 0;
  op.f->ptr = op.f->cookie = 0;
  op.f->strong = 0;
}

bool NoObjectLeft(Op& op) {
  return uint64_t{op.f->i} * 8 >= Tr(op).offsets_size;
}

bool TailUnreadable(Op& op) {
  const CommandRow& tr = Tr(op);
  return tr.fault_at == 3 && tr.data_size > op.f->offset &&
         tr.data_size > tr.readable;
}

void CopyTail(Op& op) {
  const CommandRow& tr = Tr(op);
  if (TailUnreadable(op)) {
    op.Fail(Br::kFailedReply, Errno::kEfault);
    return;
  }
  BufferRow& buffer = op.w.Edit(op.f->buffer);
  if (!buffer.data) {
    buffer.data = tr.data;
  } else {
    std::string bytes(op.w.blobs().Bytes(buffer.data));
    const absl::string_view source = op.w.blobs().Bytes(tr.data);
    if (source.size() > bytes.size()) {
      const absl::string_view rest = source.substr(bytes.size());
      bytes.append(rest.data(), rest.size());
    }
    buffer.data = op.w.blobs().Intern(bytes);
  }
  op.f->offset = 0;
  op.f->i = 0;
}

// A security context is behind the memory that objects point to.
void CopyDeferred(Op& op) {
  const ScatterGather sg = DecodeScatterGather(op.w.blobs().Bytes(op.f->sg));
  op.f->sg = {};
  BufferRow& buffer = op.w.Edit(op.f->buffer);
  std::string extra(op.w.blobs().Bytes(buffer.extra));
  // More than there is only after a check that a mutation dropped.
  const uint64_t used = sg.sg_buf_offset - ExtraOffset(buffer);
  if (used <= buffer.extra_buffers_size) {
    extra.resize(std::max<uint64_t>(extra.size(), used));
  }
  for (const PtrFixup& fixup : sg.pf) {
    op.Takes(Guard::kCopySkipped, fixup.skip_size != 0);
  }
  if (DoDeferredCopies(op.w, Tr(op), sg, ExtraOffset(buffer), &extra)) {
    buffer.extra = op.w.blobs().Intern(extra);
    return;
  }
  op.UserError("got transaction with invalid offsets ptr");
  op.Fail(Br::kFailedReply, Errno::kEinval);
}

void AppendTypes(Builder& b) {
  b.Branch("BINDER_TYPE_BINDER or _WEAK_BINDER", IsBinder, "binder")
      .Branch("BINDER_TYPE_HANDLE or _WEAK_HANDLE", IsHandle, "handle")
      .Branch(
          "BINDER_TYPE_PTR", [](Op& op) { return op.f->type == kTypePtr; },
          "ptr")
      .Branch(
          "BINDER_TYPE_FDA", [](Op& op) { return op.f->type == kTypeFda; },
          "fda")
      .Call(OpId::kTranslateFd, FdArguments)
      .Goto("translated")
      .Label("binder")
      .Call(OpId::kTranslateBinder, TranslateArguments)
      .Goto("translated")
      .Label("handle")
      .Call(OpId::kTranslateHandle, TranslateArguments)
      .Label("translated")
      .Check(
          "it could be translated", [](Op& op) { return op.f->ret == 0; },
          "err_translate")
      .Label("store")
      .Do("store the translated object", StoreObject)
      .Local("next", NextObject)
      .Goto("objects");
}

}  // namespace

void AppendPayload(Builder& b, const Features& features) {
  const bool at_once = !features.objects_copied_one_by_one;
  if (at_once) {
    b.Do("copy_from_user(data)", CopyData)
        .Branch("unreadable", Failed, "err_translate_failed");
  }
  b.Check("the offsets array is readable", OffsetsReadable, "err_offsets")
      .Local("copy_from_user(offsets)", CopyOffsets)
      .Check(
          "offsets_size is a multiple of 8",
          [](Op& op) { return Tr(op).offsets_size % 8 == 0; }, "err_bad_offset")
      .Check(
          "buffers_size is a multiple of 8",
          [](Op& op) { return Tr(op).buffers_size % 8 == 0; }, "err_bad_offset")
      .Label("objects")
      .Branch("no object left", NoObjectLeft, "tail")
      .Local("read the object", at_once ? ValidateNextObject : ReadNextObject)
      .Branch("malformed", Failed, "err_translate_failed");
  AppendTypes(b);
  AppendPointer(b, features);
  AppendFdArray(b, features);
  b.Label("tail");
  if (at_once) {
    b.Local("all is there", [](Op& op) {
      op.f->sg = {};
      op.f->offset = 0;
      op.f->i = 0;
    });
    return;
  }
  b.Do("copy the rest of the payload", CopyTail)
      .Branch("unreadable", Failed, "err_translate_failed")
      .Branch(
          "nothing was put off", [](Op& op) { return !op.f->sg; }, "copied")
      .Do("binder_do_deferred_txn_copies", CopyDeferred)
      .Branch("unreadable", Failed, "err_translate_failed")
      .Label("copied");
}

void AppendPayloadErrors(Builder& b, const Features& features) {
  b.Label("err_offsets")
      .Local("-EFAULT",
             [](Op& op) { op.Fail(Br::kFailedReply, Errno::kEfault); })
      .Goto("err_translate_failed")
      .Label("err_bad_offset")
      .Local("-EINVAL",
             [](Op& op) { op.Fail(Br::kFailedReply, Errno::kEinval); })
      .Goto("err_translate_failed")
      .Label("err_translate")
      .Local("the translation's error",
             [](Op& op) {
               op.Fail(Br::kFailedReply, static_cast<Errno>(op.f->ret));
             })
      .Goto("err_translate_failed");
  AppendPointerErrors(b, features);
  AppendFdArrayErrors(b, features);
}

}  // namespace bindery::sim
