// Tables and fields by name, with their types and places, from Fields().
#ifndef BINDERY_SIM_PREDICATE_SCHEMA_H_
#define BINDERY_SIM_PREDICATE_SCHEMA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/predicate/predicate.h"
#include "sim/world/id.h"

namespace bindery::sim {

enum class FieldKind : uint8_t {
  kNumber,
  kReference,  // to a row of `target`; kNone: of a table known at run time
  kSized,      // list, set or payload: only size() applies
  kProcessName,
  kTaskName,
  kDeviceName,
  kTaskState,
  kActivationKind,
  kWorkType,
};

struct FieldSchema {
  std::string name;
  FieldKind kind;
  TableId target = TableId::kNone;
  bool is_blob = false;
  Predicate::Place place{};
};

struct TableSchema {
  std::string name;
  TableId id;
  std::vector<FieldSchema> fields;

  const FieldSchema* Find(absl::string_view field) const;
};

// All tables, in the order of TableId.
const std::vector<TableSchema>& Schema();
// Null if there is no such table.
const TableSchema* FindTable(absl::string_view name);
const TableSchema& TableOf(TableId id);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_PREDICATE_SCHEMA_H_
