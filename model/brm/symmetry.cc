#include "model/brm/symmetry.h"

#include <algorithm>
#include <numeric>

namespace bindery::model {
namespace {

using Order = std::array<uint8_t, BrmParams::kMaxProcesses>;

bool Interchangeable(const BrmParams& params, int p, int q) {
  const bool owns_p = p < params.nodes, owns_q = q < params.nodes;
  return p != 0 && q != 0 && owns_p == owns_q &&
         (params.mortal >> p & 1) == (params.mortal >> q & 1);
}

bool IsSymmetry(const BrmParams& params, const Order& of) {
  for (int p = 0; p < params.processes; ++p) {
    if (of[p] != p && !Interchangeable(params, p, of[p])) return false;
  }
  return true;
}

// Where the values of cells go.
class ImageMaker {
 public:
  ImageMaker(const BrmParams& params, const BrmLayout& layout, const Order& of)
      : params_(params), layout_(layout), of_(of) {}

  BrmImage Make() {
    for (int p = 0; p < params_.processes; ++p) MoveProcess(p);
    for (int n = 0; n < params_.nodes; ++n) MoveNode(n);
    for (int v = 0; v < BrmImage::kValues; ++v) MapValue(v);
    return image_;
  }

 private:
  void Move(int from, int to, BrmImage::Kind kind) {
    image_.to[from] = static_cast<uint8_t>(to);
    image_.kind[from] = kind;
  }

  void MoveProcess(int p) {
    const int q = of_[p];
    Move(layout_.Life(p), layout_.Life(q), BrmImage::kSame);
    Move(layout_.Served(p), layout_.Served(q), BrmImage::kServed);
    Move(layout_.Reply(p), layout_.Reply(q), BrmImage::kObject);
    Move(layout_.Buffer(p), layout_.Buffer(q), BrmImage::kObject);
    Move(layout_.ReplyBuffer(p), layout_.ReplyBuffer(q), BrmImage::kObject);
    for (int i = 0; i < params_.inbox_capacity; ++i) {
      Move(layout_.Inbox(p, i), layout_.Inbox(q, i), BrmImage::kInbox);
    }
    for (int n = 0; n < params_.nodes; ++n) {
      Move(layout_.Ref(p, n), layout_.Ref(q, of_[n]), BrmImage::kSame);
    }
  }

  void MoveNode(int n) {
    for (int i = 0; i < 4; ++i) {
      Move(layout_.Flags(n) + i, layout_.Flags(of_[n]) + i, BrmImage::kSame);
    }
  }

  // A process, or the one beyond that stands for a dead one.
  int Process(int p) const { return p < params_.processes ? of_[p] : p; }
  // An object, or the one beyond that stands for a dead reply.
  int Object(int o) const {
    return o >= 1 && o <= params_.nodes ? 1 + of_[o - 1] : o;
  }
  void MapValue(int v) {
    auto& values = image_.values;
    values[BrmImage::kSame][v] = static_cast<uint8_t>(v);
    values[BrmImage::kServed][v] =
        static_cast<uint8_t>(v == 0 ? 0 : 1 + Process(v - 1));
    values[BrmImage::kObject][v] =
        static_cast<uint8_t>(v == 0 ? 0 : 1 + Object(v - 1));
    values[BrmImage::kInbox][v] = static_cast<uint8_t>(
        v < 16 ? v
               : brm::SlotOf(Process(brm::SenderOf(v)), v & brm::kOneWay,
                             Object(brm::ObjectOf(v))));
  }

  const BrmParams& params_;
  const BrmLayout& layout_;
  const Order& of_;
  BrmImage image_;
};

}  // namespace

std::vector<BrmPermutation> BrmSymmetry(const BrmParams& params,
                                        const BrmLayout& layout) {
  std::vector<BrmPermutation> all;
  Order of;
  std::iota(of.begin(), of.end(), uint8_t{0});
  while (std::next_permutation(of.begin(), of.begin() + params.processes)) {
    if (!IsSymmetry(params, of)) continue;
    all.push_back({of, ImageMaker(params, layout, of).Make()});
  }
  return all;
}

}  // namespace bindery::model
