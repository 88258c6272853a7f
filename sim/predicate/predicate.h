// Typed expressions over the rows of the world: what a scenario says must hold
// always, or somewhere.
//
//   expr    = and { "or" and }
//   and     = not { "and" not }
//   not     = "not" not | compare
//   compare = sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum ]
//   sum     = product { ("+" | "-") product }
//   product = factor { "*" factor }
//   factor  = "-" factor | number | string | "true" | "false" | "none"
//           | "(" expr ")" | rows | "size" "(" path ")" | path
//   rows    = "count" "(" TABLE [ "where" expr ] ")"
//           | ( "any" | "all" ) "(" TABLE "where" expr ")"
//           | "sum" "(" TABLE "." path [ "where" expr ] ")"
//   path    = FIELD { "." FIELD }
//
// Tables and fields are those of the state dump. A path starts at the row that
// the innermost count, any, all or sum looks at and follows references by dots;
// a reference that names nothing leads to a row of zeros. Numbers are signed
// and 64 bits wide, and wrap around. Where a condition is expected, a number or
// reference means that it is not zero. Strings are compared with `name` of a
// process, task or context, which is the scenario's name, and with fields whose
// values have names (`state`, `kind`, `work`). Freed rows are not counted.
//
// Compiled once; evaluating allocates nothing and never counts as a use by the
// modelled driver. Immutable, hence safe to share between threads.
#ifndef BINDERY_SIM_PREDICATE_PREDICATE_H_
#define BINDERY_SIM_PREDICATE_PREDICATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/world/world.h"

namespace bindery::sim {

// Numbers of a scenario's names; the default knows none.
class NameNumbers {
 public:
  virtual ~NameNumbers() = default;
  // ProcessRow::index, TaskRow::actor ("server.main"), ContextRow::index.
  virtual std::optional<uint32_t> Process(absl::string_view name) const;
  virtual std::optional<uint32_t> Task(absl::string_view name) const;
  virtual std::optional<uint32_t> Device(absl::string_view name) const;
};

class Predicate {
 public:
  // An InvalidArgument error says "column N: what is wrong; what to do".
  static absl::StatusOr<Predicate> Compile(absl::string_view text,
                                           const NameNumbers& names);

  bool Holds(const World& world) const;

  enum class Op : uint8_t {
    kConstant,
    kField,  // of the current row
    kSize,
    kNot,
    kNegate,
    kAnd,
    kOr,
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kAdd,
    kSubtract,
    kMultiply,
    kCount,
    kAny,
    kAll,
    kSum,
  };
  // How a field lies in its row.
  struct Place {
    uint16_t offset = 0;
    uint8_t bytes = 0;
    bool is_signed = false;
  };
  // From one row to another: the reference's place and the table it leads to.
  struct Hop {
    uint16_t offset;
    TableId table;
  };
  struct Node {
    Op op = Op::kConstant;
    TableId table = TableId::kNone;  // kCount, kAny, kAll, kSum
    int32_t left = -1;               // operand; value of kSum
    int32_t right = -1;              // operand; condition of kCount...kSum
    int64_t constant = 0;
    Place place{};           // kField, kSize
    uint32_t first_hop = 0;  // kField, kSize: hops_[first_hop ...]
    uint32_t hop_count = 0;
  };

 private:
  friend class PredicateCompiler;

  int64_t Evaluate(const World& world, int32_t node, const char* row) const;
  int64_t EvaluateRows(const World& world, const Node& node) const;
  int64_t Load(const World& world, const Node& node, const char* row) const;

  std::vector<Node> nodes_;
  std::vector<Hop> hops_;
  int32_t root_ = -1;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_PREDICATE_PREDICATE_H_
