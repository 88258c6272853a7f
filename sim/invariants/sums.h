// What objects add up to: the sums that invariants compare with what the driver
// counts. A run keeps them from step to step, so that checking a step costs
// what it changed; a search, whose worlds are small and go back and forth,
// walks.
//
// Each row has a share in the sums of others. When it changes its old share is
// taken out and the new one put in.
#ifndef BINDERY_SIM_INVARIANTS_SUMS_H_
#define BINDERY_SIM_INVARIANTS_SUMS_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sim/world/world.h"

namespace bindery::sim {

// "Moving" is what an activation of the driver holds.
struct NodeSums {
  int32_t strong_refs = 0;
  int32_t moving_refs = 0;
  int32_t buffers = 0;  // whose target it is
  int32_t one_way_buffers = 0;
};

struct ProcSums {
  uint64_t one_way_bytes = 0;
  uint64_t free_bytes = 0;
  int32_t buffers = 0;
  int32_t moving_buffers = 0;
  int32_t committed = 0;  // transactions to it
  int32_t moving_transactions = 0;
};

// Objects in a proc's buffers that name one pointer.
struct ObjectSums {
  int32_t strong = 0;
  int32_t weak = 0;
};

class Sums {
 public:
  explicit Sums(const World& w) : w_(w) {}
  Sums(const Sums&) = delete;
  Sums& operator=(const Sums&) = delete;

  // Looks at what changed since the latest call; at everything if that was not
  // exactly one step ago. REQUIRES: a journal.
  void Update();

  NodeSums node(NodeId id) const { return Of(nodes_, id.any()); }
  ProcSums proc(ProcId id) const { return Of(procs_, id.any()); }
  ObjectSums objects(ProcId proc, uint64_t ptr) const;
  // Rows that hold the file.
  uint32_t holders(FileId id) const { return Of(files_, id.any()); }

 private:
  struct RefShare {
    NodeId node;
    bool strong = false;
    bool moving = false;
  };
  struct BufferShare {
    ProcId proc;
    NodeId target;
    uint64_t size = 0;
    bool one_way = false;
    bool moving = false;
    uint32_t objects = 0;
    BlobId data;
    BlobId offsets;
  };
  struct ChunkShare {
    ProcId proc;
    uint64_t size = 0;
  };
  struct TransactionShare {
    ProcId to;
    bool committed = false;
    bool moving = false;
  };
  struct FileShare {
    FileId file;
  };

  // By slot; ids of slots that are not there yet have no sum.
  template <typename T>
  static T Of(const std::vector<T>& sums, AnyId id) {
    return id.slot() < sums.size() ? sums[id.slot()] : T{};
  }
  template <typename T>
  static T& At(std::vector<T>& sums, AnyId id) {
    if (id.slot() >= sums.size()) sums.resize(id.slot() + 1);
    return sums[id.slot()];
  }

  void Rebuild();
  void Refresh(AnyId id);
  template <typename Row, typename Share>
  void Replace(std::vector<Share>& shares, AnyId id);
  RefShare ShareOf(RefId id) const;
  BufferShare ShareOf(BufferId id) const;
  ChunkShare ShareOf(ChunkId id) const;
  TransactionShare ShareOf(TransactionId id) const;
  FileShare ShareOf(FdId id) const { return {w_.Peek(id).file}; }
  FileShare ShareOf(FixupId id) const { return {w_.Peek(id).file}; }
  FileShare ShareOf(FrameId id) const { return {w_.Peek(id).file}; }
  FileShare ShareOf(InFlightId id) const { return {w_.Peek(id).file}; }
  void Add(const RefShare& share, int sign);
  void Add(const BufferShare& share, int sign);
  void Add(const ChunkShare& share, int sign);
  void Add(const TransactionShare& share, int sign);
  void Add(const FileShare& share, int sign);
  void AddObjects(const BufferShare& share, int sign);

  const World& w_;
  bool built_ = false;
  uint64_t epoch_ = 0;
  std::vector<NodeSums> nodes_;
  std::vector<ProcSums> procs_;
  std::vector<uint32_t> files_;
  std::map<std::pair<ProcId, uint64_t>, ObjectSums> objects_;
  std::vector<RefShare> refs_;
  std::vector<BufferShare> buffers_;
  std::vector<ChunkShare> chunks_;
  std::vector<TransactionShare> transactions_;
  std::vector<FileShare> fds_;
  std::vector<FileShare> fixups_;
  std::vector<FileShare> frames_;
  std::vector<FileShare> in_flight_;
};

}  // namespace bindery::sim

#endif  // BINDERY_SIM_INVARIANTS_SUMS_H_
