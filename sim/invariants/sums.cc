#include "sim/invariants/sums.h"

#include "sim/kernel/object.h"
#include "sim/kernel/uapi.h"

namespace bindery::sim {

void Sums::Update() {
  const uint64_t epoch = w_.epoch();
  const bool next = built_ && epoch == epoch_ + 1;
  if (built_ && epoch == epoch_) return;
  epoch_ = epoch;
  built_ = true;
  if (!next) return Rebuild();
  for (const World::Changed& changed : w_.changed()) Refresh(changed.id);
  for (const AnyId id : w_.pinned()) Refresh(id);
}

void Sums::Rebuild() {
  nodes_.clear();
  procs_.clear();
  files_.clear();
  objects_.clear();
  const auto refresh = [this](auto* type, auto* shares) {
    using Row = std::remove_pointer_t<decltype(type)>;
    shares->clear();
    w_.ForEach<Row>(
        [&](Id<Row> id, const Row&) { Replace<Row>(*shares, id.any()); });
  };
  refresh(static_cast<RefRow*>(nullptr), &refs_);
  refresh(static_cast<BufferRow*>(nullptr), &buffers_);
  refresh(static_cast<ChunkRow*>(nullptr), &chunks_);
  refresh(static_cast<TransactionRow*>(nullptr), &transactions_);
  refresh(static_cast<FdRow*>(nullptr), &fds_);
  refresh(static_cast<FixupRow*>(nullptr), &fixups_);
  refresh(static_cast<FrameRow*>(nullptr), &frames_);
  refresh(static_cast<InFlightRow*>(nullptr), &in_flight_);
}

void Sums::Refresh(AnyId id) {
  switch (id.table()) {
    case TableId::kRef:
      return Replace<RefRow>(refs_, id);
    case TableId::kBuffer:
      return Replace<BufferRow>(buffers_, id);
    case TableId::kChunk:
      return Replace<ChunkRow>(chunks_, id);
    case TableId::kTransaction:
      return Replace<TransactionRow>(transactions_, id);
    case TableId::kFd:
      return Replace<FdRow>(fds_, id);
    case TableId::kFixup:
      return Replace<FixupRow>(fixups_, id);
    case TableId::kFrame:
      return Replace<FrameRow>(frames_, id);
    case TableId::kInFlight:
      return Replace<InFlightRow>(in_flight_, id);
    default:
      return;
  }
}

template <typename Row, typename Share>
void Sums::Replace(std::vector<Share>& shares, AnyId any) {
  const Id<Row> id{any.value};
  Share& share = At(shares, any);
  Add(share, -1);
  share = w_.Alive(id) ? ShareOf(id) : Share{};
  Add(share, 1);
}

Sums::RefShare Sums::ShareOf(RefId id) const {
  const RefRow& ref = w_.Peek(id);
  if (ref.node_entry.head != Head::kNodeRefs) return {};
  return {NodeId{ref.node_entry.owner.value}, ref.strong > 0,
          !w_.Quiescent(id.any())};
}

Sums::BufferShare Sums::ShareOf(BufferId id) const {
  const BufferRow& buffer = w_.Peek(id);
  if (!buffer.entry.linked()) return {};
  return {ProcId{buffer.entry.owner.value},
          buffer.target_node,
          buffer.size,
          buffer.async_transaction != 0,
          !w_.Quiescent(id.any()),
          buffer.objects,
          buffer.data,
          buffer.offsets};
}

Sums::ChunkShare Sums::ShareOf(ChunkId id) const {
  const ChunkRow& chunk = w_.Peek(id);
  if (!chunk.entry.linked()) return {};
  return {ProcId{chunk.entry.owner.value}, chunk.size};
}

Sums::TransactionShare Sums::ShareOf(TransactionId id) const {
  const TransactionRow& t = w_.Peek(id);
  return {t.to_proc, t.committed != 0, !w_.Quiescent(id.any())};
}

void Sums::Add(const RefShare& share, int sign) {
  if (!share.node) return;
  NodeSums& node = At(nodes_, share.node.any());
  node.strong_refs += sign * (share.strong ? 1 : 0);
  node.moving_refs += sign * (share.moving ? 1 : 0);
}

void Sums::Add(const BufferShare& share, int sign) {
  if (!share.proc) return;
  ProcSums& proc = At(procs_, share.proc.any());
  proc.buffers += sign;
  proc.moving_buffers += sign * (share.moving ? 1 : 0);
  if (share.one_way) {
    proc.one_way_bytes += static_cast<uint64_t>(sign) * share.size;
  }
  if (share.objects != 0) AddObjects(share, sign);
  if (!share.target) return;
  NodeSums& node = At(nodes_, share.target.any());
  node.buffers += sign;
  node.one_way_buffers += sign * (share.one_way ? 1 : 0);
}

void Sums::AddObjects(const BufferShare& share, int sign) {
  for (uint32_t i = 0; i < share.objects; ++i) {
    const uint64_t offset =
        ReadWord64(w_.blobs().Bytes(share.offsets), uint64_t{i} * 8);
    const FlatObject object = ReadObject(w_.blobs().Bytes(share.data), offset);
    const bool strong = object.type == kTypeBinder;
    if (!strong && object.type != kTypeWeakBinder) continue;
    const auto at = objects_.try_emplace({share.proc, object.binder}).first;
    (strong ? at->second.strong : at->second.weak) += sign;
    if (at->second.strong == 0 && at->second.weak == 0) objects_.erase(at);
  }
}

void Sums::Add(const ChunkShare& share, int sign) {
  if (!share.proc) return;
  At(procs_, share.proc.any()).free_bytes +=
      static_cast<uint64_t>(sign) * share.size;
}

void Sums::Add(const TransactionShare& share, int sign) {
  if (!share.to) return;
  ProcSums& proc = At(procs_, share.to.any());
  proc.committed += sign * (share.committed ? 1 : 0);
  proc.moving_transactions += sign * (share.moving ? 1 : 0);
}

void Sums::Add(const FileShare& share, int sign) {
  if (share.file) At(files_, share.file.any()) += static_cast<uint32_t>(sign);
}

ObjectSums Sums::objects(ProcId proc, uint64_t ptr) const {
  const auto at = objects_.find({proc, ptr});
  return at != objects_.end() ? at->second : ObjectSums{};
}

}  // namespace bindery::sim
