#include "sim/predicate/schema.h"

#include "sim/world/contribution.h"
#include "sim/world/world.h"

namespace bindery::sim {
namespace {

template <typename T>
struct TargetOf {
  static constexpr TableId kTable = TableId::kNone;
};
template <typename Row>
struct TargetOf<Id<Row>> {
  static constexpr TableId kTable = Row::kTable;
};

template <typename T>
constexpr FieldKind KindOf() {
  if constexpr (IsId<T>::value) {
    return FieldKind::kReference;
  } else if constexpr (std::is_same_v<T, ListHead> ||
                       std::is_same_v<T, SetHead> ||
                       std::is_same_v<T, BlobId>) {
    return FieldKind::kSized;
  } else if constexpr (std::is_same_v<T, TaskState>) {
    return FieldKind::kTaskState;
  } else if constexpr (std::is_same_v<T, ActivationKind>) {
    return FieldKind::kActivationKind;
  } else if constexpr (std::is_same_v<T, Work>) {
    return FieldKind::kWorkType;
  } else {
    return FieldKind::kNumber;
  }
}

template <typename Row>
class SchemaBuilder {
 public:
  explicit SchemaBuilder(TableSchema& table) : table_(table) {}

  template <typename T>
  void Field(const char* name, T Row::*member, Meaning = {}) {
    if constexpr (!std::is_same_v<T, Link>) {
      FieldSchema field{name, KindOf<T>(), TargetOf<T>::kTable};
      field.is_blob = std::is_same_v<T, BlobId>;
      field.place.offset = OffsetOf(member);
      field.place.bytes = sizeof(T);
      field.place.is_signed = std::is_signed_v<T>;
      if constexpr (std::is_same_v<T, ListHead>) {
        field.place = {Inside(member, &ListHead::size), 4, false};
      } else if constexpr (std::is_same_v<T, SetHead>) {
        field.place = {Inside(member, &SetHead::size), 4, false};
      } else if constexpr (std::is_same_v<T, Work>) {
        field.place = {Inside(member, &Work::type), 1, false};
      }
      table_.fields.push_back(field);
    }
  }
  template <typename T>
  void Address(const char* name, T Row::*member) {
    Field(name, member);
  }
  template <typename T>
  void Derived(const char* name, T Row::*member, const char*) {
    Field(name, member);
  }
  template <typename T>
  void Skip(const char* name, T Row::*member, const char*) {
    Field(name, member);
  }

 private:
  template <typename T>
  static uint16_t OffsetOf(T Row::*member) {
    static const Row kRow{};
    return Distance(&kRow, &(kRow.*member));
  }
  template <typename T, typename U>
  static uint16_t Inside(T Row::*member, U T::*part) {
    static const T kPart{};
    return static_cast<uint16_t>(OffsetOf(member) +
                                 Distance(&kPart, &(kPart.*part)));
  }
  static uint16_t Distance(const void* from, const void* to) {
    return static_cast<uint16_t>(static_cast<const char*>(to) -
                                 static_cast<const char*>(from));
  }

  TableSchema& table_;
};

// The scenario's name of a row that has one: its number under another type.
void AddName(TableSchema& table, absl::string_view number, FieldKind kind) {
  FieldSchema name = *table.Find(number);
  name.name = "name";
  name.kind = kind;
  table.fields.push_back(name);
}

std::vector<TableSchema> Build() {
  std::vector<TableSchema> tables;
  ForEachRowType([&](auto* type) {
    using Row = std::remove_pointer_t<decltype(type)>;
    TableSchema& table = tables.emplace_back();
    table.name = Row::kName;
    table.id = Row::kTable;
    SchemaBuilder<Row> builder(table);
    Row::Fields(builder);
    if (table.id == TableId::kProcess) {
      AddName(table, "index", FieldKind::kProcessName);
    } else if (table.id == TableId::kTask) {
      AddName(table, "actor", FieldKind::kTaskName);
    } else if (table.id == TableId::kContext) {
      AddName(table, "index", FieldKind::kDeviceName);
    }
  });
  return tables;
}

}  // namespace

const FieldSchema* TableSchema::Find(absl::string_view field) const {
  for (const FieldSchema& f : fields) {
    if (f.name == field) return &f;
  }
  return nullptr;
}

const std::vector<TableSchema>& Schema() {
  static const auto& tables = *new std::vector<TableSchema>(Build());
  return tables;
}

const TableSchema* FindTable(absl::string_view name) {
  for (const TableSchema& table : Schema()) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

const TableSchema& TableOf(TableId id) {
  return Schema()[static_cast<size_t>(id) - 1];
}

}  // namespace bindery::sim
