#include "sim/user/parcel.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {
namespace {

using Kind = ParcelPiece::Kind;
using V = proto::Value;

uint32_t TypeOf(Kind kind) {
  switch (kind) {
    case Kind::kNode:
      return kTypeBinder;
    case Kind::kHandle:
      return kTypeHandle;
    case Kind::kFd:
      return kTypeFd;
    case Kind::kMemory:
      return kTypePtr;
    default:
      return kTypeFda;
  }
}

bool SameBytes(const ParcelPiece& piece, absl::string_view bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (((bytes[i] ^ piece.bytes[i]) & piece.mask[i]) != 0) return false;
  }
  return true;
}

// Null, or what is wrong with the memory that came along.
const char* CompareMemory(const ParcelPiece& piece, const BufferView& view,
                          uint64_t index) {
  BufferObject object;
  absl::string_view memory;
  if (!FindMemory(view, index, &object, &memory)) return "memory out of bounds";
  if (memory.size() != piece.bytes.size()) return "memory of another size";
  if (!SameBytes(piece, memory)) return "other memory";
  if (((object.flags & kBufferFlagHasParent) != 0) != piece.has_parent) {
    return piece.has_parent ? "memory that nothing points to"
                            : "memory inside other memory";
  }
  if (!piece.has_parent) return nullptr;
  BufferObject parent;
  absl::string_view pointers;
  if (object.parent != piece.parent ||
      object.parent_offset != piece.parent_offset ||
      !FindMemory(view, piece.parent, &parent, &pointers) ||
      pointers.size() < 8 || piece.parent_offset > pointers.size() - 8 ||
      ReadWord64(pointers, piece.parent_offset) != object.buffer) {
    return "a pointer to something else";
  }
  return nullptr;
}

const char* CompareFdArray(const ParcelPiece& piece,
                           const FdArrayObject& array) {
  if (array.num_fds != piece.num_fds) return "another number of descriptors";
  if (array.parent != piece.parent ||
      array.parent_offset != piece.parent_offset) {
    return "descriptors elsewhere";
  }
  return nullptr;
}

const char* KindOfObject(uint32_t type) {
  switch (type) {
    case kTypeBinder:
      return "a node of the own process";
    case kTypeHandle:
      return "a handle";
    case kTypeFd:
      return "a descriptor";
    case kTypePtr:
      return "memory";
    case kTypeFda:
      return "an array of descriptors";
    default:
      return "another object";
  }
}

// Walks the payload, piece by piece.
class Comparer {
 public:
  Comparer(const ParcelSpec& spec, const BufferView& view)
      : spec_(spec), view_(view) {}

  ParcelMismatch Run() {
    for (const ParcelPiece& piece : spec_.pieces) {
      if (piece.value != found_.value || &piece == spec_.pieces.data()) {
        found_.value = piece.value;
        found_.place = at_;
        found_.object = object_;
      }
      found_.what = piece.kind == Kind::kBytes ? Bytes(piece) : Object(piece);
      if (found_.what != nullptr) return found_;
    }
    if (spec_.more ||
        (at_ == view_.data.size() && object_ == view_.offsets.size() / 8)) {
      return found_;
    }
    found_.value = static_cast<uint32_t>(spec_.values.size());
    found_.what = at_ == view_.data.size() ? "more objects" : "more bytes";
    return found_;
  }

 private:
  const char* Bytes(const ParcelPiece& piece) {
    const size_t size = piece.bytes.size();
    if (view_.data.size() - at_ < size) return "the end of the payload";
    if (!SameBytes(piece, view_.data.substr(at_, size))) return "other bytes";
    at_ += size;
    return nullptr;
  }

  const char* Object(const ParcelPiece& piece) {
    uint64_t place = 0;
    uint32_t type = 0;
    if (!FindObject(view_, object_, &place, &type) || place != at_) {
      return at_ == view_.data.size() ? "the end of the payload" : "no object";
    }
    if (type != TypeOf(piece.kind)) return KindOfObject(type);
    const char* what = nullptr;
    if (piece.kind == Kind::kNode) {
      const FlatObject node = ReadObject(view_.data, place);
      const bool same = node.binder == piece.ptr && node.cookie == piece.cookie;
      what = same ? nullptr : "another node of the own process";
    } else if (piece.kind == Kind::kMemory) {
      what = CompareMemory(piece, view_, object_);
    } else if (piece.kind == Kind::kFdArray) {
      what = CompareFdArray(piece, ReadFdArrayObject(view_.data, place));
    }
    at_ += ObjectSize(type);
    ++object_;
    return what;
  }

  const ParcelSpec& spec_;
  const BufferView& view_;
  ParcelMismatch found_;
  uint64_t at_ = 0;
  uint64_t object_ = 0;
};

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::Utf8SafeCHexEscape(text), "\"");
}

// What is in the payload, if it holds a value of this type there.
class Reader {
 public:
  Reader(const BufferView& view, const ParcelMismatch& mismatch)
      : view_(view), mismatch_(mismatch), bytes_(Behind(view, mismatch)) {}

  std::string Read(V::ValueCase type) const {
    switch (type) {
      case V::kI32:
      case V::kI8:
      case V::kBool:
      case V::kStatus:
      case V::kList:
        return Number<int32_t>();
      case V::kI64:
        return Number<int64_t>();
      case V::kF32:
        return Number<float>();
      case V::kF64:
        return Number<double>();
      case V::kCstring:
        return bytes_.find('\0') == absl::string_view::npos
                   ? ""
                   : Quoted(bytes_.substr(0, bytes_.find('\0')));
      case V::kString8:
        return Counted(1);
      case V::kString16:
        return Counted(2);
      case V::kHidlString:
        return HidlString();
      default:
        return "";
    }
  }

 private:
  static absl::string_view Behind(const BufferView& view,
                                  const ParcelMismatch& mismatch) {
    return view.data.substr(mismatch.place);
  }

  template <typename T>
  std::string Number() const {
    if (bytes_.size() < sizeof(T)) return "";
    return absl::StrCat(LoadNumber<T>(bytes_, 0));
  }

  // A text behind its length, in units of so many bytes.
  std::string Counted(size_t unit) const {
    if (bytes_.size() < 4) return "";
    const int32_t length = LoadNumber<int32_t>(bytes_, 0);
    if (length == -1) return "null";
    const size_t most = (bytes_.size() - 4) / unit;
    if (length < 0 || static_cast<size_t>(length) > most) return "";
    std::string text;
    for (int32_t i = 0; i < length; ++i) {
      const size_t at = 4 + static_cast<size_t>(i) * unit;
      const bool ascii = unit == 1 || bytes_[at + 1] == 0;
      text += ascii ? bytes_[at] : '?';
    }
    return Quoted(text);
  }

  // The text is the memory that follows that of the hidl_string.
  std::string HidlString() const {
    BufferObject object;
    absl::string_view text;
    if (!FindMemory(view_, mismatch_.object + 1, &object, &text)) return "";
    return Quoted(text.substr(0, text.find('\0')));
  }

  const BufferView& view_;
  const ParcelMismatch& mismatch_;
  absl::string_view bytes_;
};

}  // namespace

ParcelMismatch CompareParcel(const ParcelSpec& spec, const BufferView& view) {
  return Comparer(spec, view).Run();
}

std::string DescribeMismatch(const ParcelSpec& spec, const BufferView& view,
                             const ParcelMismatch& mismatch) {
  if (mismatch.value == spec.values.size()) {
    return absl::StrCat(
        "expected the end of the payload behind the last value,"
        " observed ",
        mismatch.what);
  }
  const ParcelValue& value = spec.values[mismatch.value];
  const std::string read = Reader(view, mismatch).Read(value.type);
  return absl::StrCat(value.label, ": expected ", value.expected, ", observed ",
                      read.empty() ? mismatch.what : read.c_str(), " at byte ",
                      mismatch.place);
}

}  // namespace bindery::sim
