// The items that a typed parcel is made of: where libbinder and libhwbinder put
// the bytes and objects of each value.
//
// Facts of the formats
//  F1 Everything is padded to 4 bytes. A byte and a bool take 4: in libbinder
//  as
//     an int32, in libhwbinder as one byte with padding.
//  F2 libbinder's interface token: strict mode policy (only PENALTY_GATHER),
//     work source (none, -1), "SYST" ("VNDR" in a vendor's), the name as
//     String16. libhwbinder's: the name as a C string.
//  F3 String16: length in UTF-16 units, the units, a zero unit; -1 if null.
//  F4 A binder of libbinder has a word behind it, its stability (12: system, 3:
//     vendor).
//     Objects accept descriptors and have nice value 19; flags of the node in
//     the file come on top. A null binder is an object that the offsets do not
//     name.
//  F5 A descriptor has flags 0x17f, and cookie 0 since its sender keeps it.
//  F6 An argument of a HIDL type is memory; what it points to follows at once,
//     depth first. A vector without elements points to nothing; its object is
//     there, but the offsets do not name it.
//  F7 A native handle is its size, its memory (12, number of descriptors and
//     of numbers, both) and an array of descriptors in it.
//
// Not covered: parcels that hold parcels, Bundles, RPC parcels, references to
// memory that was sent before, null handles of HIDL.
#ifndef BINDERY_SIM_USER_PARCEL_ITEMS_H_
#define BINDERY_SIM_USER_PARCEL_ITEMS_H_

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/user/parcel.h"
#include "sim/user/source.h"

namespace bindery::sim {

// One item and the value that it belongs to.
struct ParcelItem {
  proto::Item item;
  uint32_t value = 0;
  Place place;
  Keep keep = Keep::kNo;
};

// Lays out one parcel. Errors go to `errors`.
class ParcelItems {
 public:
  // The flat object of a node of the process; nothing if it has no such node.
  using Nodes =
      std::function<std::optional<proto::RawObject>(const std::string& name)>;

  // `reading`: the parcel is expected, so that names may be missing.
  ParcelItems(Nodes nodes, bool reading, Errors* errors)
      : nodes_(std::move(nodes)), reading_(reading), errors_(*errors) {}

  void Lay(const Cursor<proto::Parcel>& parcel);

  const std::vector<ParcelItem>& items() const { return items_; }
  const std::vector<ParcelValue>& values() const { return values_; }

 private:
  // Bytes with a C compiler's layout, and the values in them that point to
  // more.
  struct Memory {
    std::string bytes;
    std::vector<std::pair<Cursor<proto::Value>, uint64_t>> pointers;
  };
  struct Parent {
    uint64_t index = 0;
    uint64_t offset = 0;
  };
  using ValueCursor = Cursor<proto::Value>;

  // parcel_items.cc
  void Token(const std::string& interface);
  void Begin(const std::string& label, const std::string& expected,
             proto::Value::ValueCase type);
  void OneValue(const ValueCursor& value, const std::string& label);
  void Number(const ValueCursor& value);
  void Text(const ValueCursor& value);
  void ListOf(const ValueCursor& value, const std::string& label);
  void Binder(const ValueCursor& value);
  void Fd(const std::string& name);
  // True if the name is there, or need not be.
  bool Named(const std::string& name);
  void Status(const proto::ParcelStatus& status);
  void Null(proto::NullValue null);
  void CheckStyle(const ValueCursor& value);
  proto::Item* Object();
  void Bytes(const std::string& bytes);
  void String16(const std::string& utf8);

  // hidl_items.cc
  void Hidl(const ValueCursor& value);
  void Put(const ValueCursor& value, Memory* memory);
  void PutStruct(const ValueCursor& value, Memory* memory);
  const proto::Value& StructOf(const proto::HidlMemory& memory);
  uint64_t Send(const Memory& memory, const std::optional<Parent>& parent);
  void Follow(const ValueCursor& value, const Parent& parent);
  void Elements(const ValueCursor& vec, const Parent& parent);
  void NativeHandle(const ValueCursor& value,
                    const std::optional<Parent>& parent);

  Nodes nodes_;
  bool reading_;
  Errors& errors_;
  bool hidl_ = false;  // the parcel's style
  bool vendor_ = false;
  std::vector<ParcelItem> items_;
  std::vector<ParcelValue> values_;
  uint64_t objects_ = 0;  // entries of the offsets array so far
  Place place_;
  Keep keep_ = Keep::kNo;
  std::deque<proto::Value> made_;  // what a hidl_memory consists of
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_PARCEL_ITEMS_H_
