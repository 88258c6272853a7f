#include <cstring>

#include "sim/predicate/predicate.h"

namespace bindery::sim {
namespace {

template <typename T>
T At(const char* row, uint16_t offset) {
  T value;
  std::memcpy(&value, row + offset, sizeof(T));
  return value;
}

int64_t LoadNumber(const char* row, Predicate::Place place) {
  switch (place.bytes) {
    case 1:
      return place.is_signed ? At<int8_t>(row, place.offset)
                             : At<uint8_t>(row, place.offset);
    case 2:
      return place.is_signed ? At<int16_t>(row, place.offset)
                             : At<uint16_t>(row, place.offset);
    case 4:
      return place.is_signed ? int64_t{At<int32_t>(row, place.offset)}
                             : int64_t{At<uint32_t>(row, place.offset)};
    default:
      return At<int64_t>(row, place.offset);
  }
}

const char* RowOf(const World& world, TableId table, uint32_t id) {
  return World::Dispatch(table, [&](auto* type) {
    using Row = std::remove_pointer_t<decltype(type)>;
    return reinterpret_cast<const char*>(&world.Peek(Id<Row>{id}));
  });
}

int64_t Wrap(uint64_t value) { return static_cast<int64_t>(value); }

}  // namespace

bool Predicate::Holds(const World& world) const {
  return Evaluate(world, root_, nullptr) != 0;
}

int64_t Predicate::Load(const World& world, const Node& node,
                        const char* row) const {
  for (uint32_t i = 0; i < node.hop_count; ++i) {
    const Hop& hop = hops_[node.first_hop + i];
    row = RowOf(world, hop.table, At<uint32_t>(row, hop.offset));
  }
  const int64_t value = LoadNumber(row, node.place);
  if (node.op != Op::kSize || node.constant == 0) return value;
  const BlobId blob{static_cast<uint32_t>(value)};
  return static_cast<int64_t>(world.blobs().Bytes(blob).size());
}

int64_t Predicate::EvaluateRows(const World& world, const Node& node) const {
  return World::Dispatch(node.table, [&](auto* type) {
    using Row = std::remove_pointer_t<decltype(type)>;
    if (world.footprint() != nullptr) world.NoteTable<Row>();
    const Table<Row>& table = world.table<Row>();
    uint64_t sum = 0;
    for (uint32_t i = 1; i < table.end(); ++i) {
      if (table.at(i).meta.state != SlotState::kLive) continue;
      const char* row = reinterpret_cast<const char*>(&table.at(i).row);
      const bool holds =
          node.right < 0 || Evaluate(world, node.right, row) != 0;
      if (node.op == Op::kAny && holds) return int64_t{1};
      if (node.op == Op::kAll && !holds) return int64_t{0};
      if (!holds) continue;
      sum += node.op == Op::kSum
                 ? static_cast<uint64_t>(Evaluate(world, node.left, row))
                 : 1;
    }
    if (node.op == Op::kAny) return int64_t{0};
    return node.op == Op::kAll ? int64_t{1} : Wrap(sum);
  });
}

int64_t Predicate::Evaluate(const World& world, int32_t index,
                            const char* row) const {
  const Node& node = nodes_[static_cast<size_t>(index)];
  const auto left = [&] { return Evaluate(world, node.left, row); };
  const auto right = [&] { return Evaluate(world, node.right, row); };
  const auto raw = [](int64_t value) { return static_cast<uint64_t>(value); };
  switch (node.op) {
    case Op::kConstant:
      return node.constant;
    case Op::kField:
    case Op::kSize:
      return Load(world, node, row);
    case Op::kNot:
      return left() == 0;
    case Op::kNegate:
      return Wrap(-raw(left()));
    case Op::kAnd:
      return left() != 0 && right() != 0;
    case Op::kOr:
      return left() != 0 || right() != 0;
    case Op::kEqual:
      return left() == right();
    case Op::kNotEqual:
      return left() != right();
    case Op::kLess:
      return left() < right();
    case Op::kLessEqual:
      return left() <= right();
    case Op::kAdd:
      return Wrap(raw(left()) + raw(right()));
    case Op::kSubtract:
      return Wrap(raw(left()) - raw(right()));
    case Op::kMultiply:
      return Wrap(raw(left()) * raw(right()));
    case Op::kCount:
    case Op::kAny:
    case Op::kAll:
    case Op::kSum:
      return EvaluateRows(world, node);
  }
  return 0;
}

}  // namespace bindery::sim
