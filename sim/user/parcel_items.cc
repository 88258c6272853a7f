#include "sim/user/parcel_items.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {
namespace {

using V = proto::Value;

constexpr uint32_t kStrictModePenaltyGather = 1u << 31;
constexpr int32_t kNoWorkSource = -1;
constexpr uint32_t kSystemHeader = 0x53595354;  // "SYST"
constexpr uint32_t kVendorHeader = 0x564e4452;  // "VNDR"
constexpr int32_t kSystemStability = 12;
constexpr int32_t kVendorStability = 3;
// Descriptors are welcome, nice value 19.
constexpr uint32_t kBinderFlags = kFlatAcceptsFds | 19;
constexpr uint32_t kFdFlags = 0x17f;
constexpr int32_t kServiceSpecific = -8;

std::string Padded(std::string bytes) {
  bytes.resize((bytes.size() + 3) & ~size_t{3}, '\0');
  return bytes;
}

// The code point at `at`, and `at` behind it; U+FFFD for a byte that is no
// UTF-8.
uint32_t NextCodePoint(const std::string& utf8, size_t* at) {
  const uint8_t lead = static_cast<uint8_t>(utf8[(*at)++]);
  const int size = std::max(1, std::countl_one(lead));
  const int more = size - 1;
  const bool continuation = (lead & 0xc0) == 0x80;
  if (continuation || size > 4 ||
      utf8.size() - *at < static_cast<size_t>(more)) {
    return 0xfffd;
  }
  uint32_t point = lead & (more == 0 ? 0x7fu : 0x3fu >> more);
  for (int i = 0; i < more; ++i) {
    point = point << 6 | (static_cast<uint8_t>(utf8[(*at)++]) & 0x3fu);
  }
  return point;
}

// UTF-16, little endian.
std::string ToUtf16(const std::string& utf8) {
  std::string units;
  for (size_t at = 0; at < utf8.size();) {
    uint32_t point = NextCodePoint(utf8, &at);
    if (point >= 0x10000) {
      point -= 0x10000;
      AppendNumber<uint16_t>(&units,
                             static_cast<uint16_t>(0xd800 + (point >> 10)));
      point = 0xdc00 + (point & 0x3ff);
    }
    AppendNumber<uint16_t>(&units, static_cast<uint16_t>(point));
  }
  return units;
}

template <typename T>
std::string Encoded(T number) {
  std::string bytes;
  AppendNumber<T>(&bytes, number);
  return bytes;
}

bool IsHidl(const proto::Value& value) {
  return value.has_hidl_string() || value.has_hidl_vec() ||
         value.has_hidl_handle() || value.has_hidl_memory() ||
         value.has_hidl_struct();
}

}  // namespace

void ParcelItems::Lay(const Cursor<proto::Parcel>& parcel) {
  hidl_ = parcel->style() == proto::LIBHWBINDER;
  vendor_ = parcel->style() == proto::LIBBINDER_VENDOR;
  place_ = parcel.At("interface");
  if (!parcel->interface().empty()) Token(parcel->interface());
  for (int i = 0; i < parcel->value_size(); ++i) {
    OneValue(parcel.Sub(parcel->value(i), "value", i),
             absl::StrCat("value ", i));
  }
}

void ParcelItems::Begin(const std::string& label, const std::string& expected,
                        V::ValueCase type) {
  ParcelValue value;
  value.label = label;
  value.expected = expected;
  value.type = type;
  values_.push_back(value);
}

void ParcelItems::Token(const std::string& interface) {
  const std::string expected = absl::StrCat("\"", interface, "\"");
  if (hidl_) {
    Begin("interface", expected, V::kCstring);
    return Bytes(Padded(interface + '\0'));
  }
  Begin("headers of the interface token", "libbinder's", V::kByteArray);
  Bytes(Encoded(kStrictModePenaltyGather));
  Bytes(Encoded(kNoWorkSource));
  Bytes(Encoded(vendor_ ? kVendorHeader : kSystemHeader));
  Begin("interface", expected, V::kString16);
  String16(interface);
}

void ParcelItems::Bytes(const std::string& bytes) {
  const uint32_t value = static_cast<uint32_t>(values_.size()) - 1;
  if (items_.empty() || items_.back().value != value ||
      !items_.back().item.has_raw()) {
    items_.push_back({{}, value, place_, Keep::kNo});
  }
  *items_.back().item.mutable_raw() += bytes;
}

proto::Item* ParcelItems::Object() {
  ++objects_;
  const uint32_t value = static_cast<uint32_t>(values_.size()) - 1;
  items_.push_back({{}, value, place_, keep_});
  return &items_.back().item;
}

void ParcelItems::CheckStyle(const ValueCursor& value) {
  if (IsHidl(*value) && !hidl_) {
    errors_.Add(value.place(),
                "HIDL's types are memory that only libhwbinder sends; add "
                "style: LIBHWBINDER to the parcel");
  }
  if ((value->has_list() || value->has_parcel_fd()) && hidl_) {
    errors_.Add(value.place(),
                "libhwbinder has no such type; use hidl_vec or hidl_handle, or "
                "style: LIBBINDER");
  }
  const int ways =
      int{value->acquire()} + int{value->proxy()} + int{value->same()};
  if (ways != 0 && !(reading_ && value->has_binder())) {
    errors_.Add(value.place(),
                "only a binder that is read is held or compared; remove "
                "acquire, proxy and same");
  } else if (ways > 1) {
    errors_.Add(value.place(), "keep one of acquire, proxy and same");
  }
}

void ParcelItems::OneValue(const ValueCursor& value, const std::string& label) {
  place_ = value.place();
  keep_ = value->same()      ? Keep::kSame
          : value->proxy()   ? Keep::kProxy
          : value->acquire() ? Keep::kAcquire
                             : Keep::kNo;
  CheckStyle(value);
  Begin(label, value->ShortDebugString(), value->value_case());
  if (IsHidl(*value)) return Hidl(value);
  switch (value->value_case()) {
    case V::kBinder:
      return Binder(value);
    case V::kFd:
      return Fd(value->fd());
    case V::kParcelFd:
      Bytes(Encoded<int32_t>(1));  // it is there
      Bytes(Encoded<int32_t>(0));  // without a channel for status
      return Fd(value->parcel_fd());
    case V::kNull:
      return Null(value->null());
    case V::kStatus:
      return Status(value->status());
    case V::kList:
      return ListOf(value, label);
    case V::VALUE_NOT_SET:
      errors_.Add(value.place(),
                  "the value is empty; add i32, string16, binder, fd, ...");
      return;
    default:
      return Text(value);
  }
}

void ParcelItems::Text(const ValueCursor& value) {
  switch (value->value_case()) {
    case V::kString16:
      return String16(value->string16());
    case V::kString8:
      Bytes(Encoded(static_cast<int32_t>(value->string8().size())));
      return Bytes(Padded(value->string8() + '\0'));
    case V::kCstring:
      if (value->cstring().find('\0') != std::string::npos) {
        errors_.Add(value.At("cstring"),
                    "a cstring ends at its first zero byte; use string8 or "
                    "byte_array");
      }
      return Bytes(Padded(value->cstring() + '\0'));
    case V::kByteArray:
      Bytes(Encoded(static_cast<int32_t>(value->byte_array().size())));
      return Bytes(Padded(value->byte_array()));
    default:
      return Number(value);
  }
}

void ParcelItems::Number(const ValueCursor& value) {
  switch (value->value_case()) {
    case V::kI8: {
      const int8_t byte = static_cast<int8_t>(value->i8());
      if (byte != value->i8()) {
        errors_.Add(value.At("i8"), "an i8 is a number from -128 to 127");
      }
      return Bytes(hidl_ ? Padded(Encoded(byte)) : Encoded<int32_t>(byte));
    }
    case V::kBool:
      return Bytes(Encoded<int32_t>(value->bool_() ? 1 : 0));
    case V::kI32:
      return Bytes(Encoded(value->i32()));
    case V::kI64:
      return Bytes(Encoded(value->i64()));
    case V::kF32:
      return Bytes(Encoded(value->f32()));
    default:
      return Bytes(Encoded(value->f64()));
  }
}

void ParcelItems::ListOf(const ValueCursor& value, const std::string& label) {
  const auto list = value.Sub(value->list(), "list");
  Bytes(Encoded<int32_t>(list->value_size()));
  for (int i = 0; i < list->value_size(); ++i) {
    OneValue(list.Sub(list->value(i), "value", i),
             absl::StrCat(label, "[", i, "]"));
  }
}

void ParcelItems::String16(const std::string& utf8) {
  const std::string units = ToUtf16(utf8);
  Bytes(Encoded(static_cast<int32_t>(units.size() / 2)));
  Bytes(Padded(units + std::string(2, '\0')));
}

bool ParcelItems::Named(const std::string& name) {
  if (!name.empty() || reading_) return true;
  errors_.Add(place_,
              "which one? Only a parcel that is read can leave the "
              "name out");
  return false;
}

void ParcelItems::Binder(const ValueCursor& value) {
  const std::string& name = value->binder();
  if (!Named(name)) return;
  const std::optional<proto::RawObject> node = nodes_(name);
  proto::Item* const item = Object();
  if (node) {
    *item->mutable_object() = *node;
    item->mutable_object()->set_flags(kBinderFlags | node->flags());
  } else {
    item->mutable_handle()->set_name(name);
  }
  if (!hidl_) Bytes(Encoded(vendor_ ? kVendorStability : kSystemStability));
}

void ParcelItems::Fd(const std::string& name) {
  if (!Named(name)) return;
  proto::FdItem* const fd = Object()->mutable_fd();
  fd->set_name(name);
  fd->set_flags(kFdFlags);
}

void ParcelItems::Null(proto::NullValue null) {
  if (null == proto::NULL_STRING16) return Bytes(Encoded<int32_t>(-1));
  std::string bytes;
  AppendObject(FlatObject{kTypeBinder, kBinderFlags, 0, 0}, &bytes);
  Bytes(bytes);
  if (!hidl_) Bytes(Encoded<int32_t>(0));
}

void ParcelItems::Status(const proto::ParcelStatus& status) {
  Bytes(Encoded(status.exception()));
  if (status.exception() == 0) return;
  String16(status.message());
  if (hidl_) return;
  Bytes(Encoded<int32_t>(0));  // no stack trace
  if (status.exception() == kServiceSpecific) {
    Bytes(Encoded(status.service_specific()));
  }
}

}  // namespace bindery::sim
