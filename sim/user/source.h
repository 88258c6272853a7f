// Places in a scenario file, and the errors that point at them.
//
// A Cursor is a message of the scenario together with what the parser knows
// about where its fields stand. Messages that the loader made up itself
// (expand.h) have an Origin: where the field is that asked for them, or what
// they are copies of.
#ifndef BINDERY_SIM_USER_SOURCE_H_
#define BINDERY_SIM_USER_SOURCE_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "sim/user/program.h"

namespace bindery::sim {

using ParseTree = google::protobuf::TextFormat::ParseInfoTree;

// The place of `field`, or `fallback` if the tree does not know.
Place PlaceOf(const google::protobuf::Message& message, const ParseTree* tree,
              absl::string_view field, int index, Place fallback);
// The subtree of `field`, or null. For the chosen field of a oneof too.
const ParseTree* TreeOf(const google::protobuf::Message& message,
                        const ParseTree* tree, absl::string_view field,
                        int index);

struct Origin {
  const ParseTree* tree = nullptr;
  Place place;
};

// Where messages that were made up come from.
class Origins {
 public:
  void Set(const google::protobuf::Message& made, const Origin& origin) {
    origins_[&made] = origin;
  }
  // Null: from where the message stands.
  const Origin* Find(const google::protobuf::Message& message) const {
    const auto found = origins_.find(&message);
    return found == origins_.end() ? nullptr : &found->second;
  }

 private:
  // Never walked: its order is that of addresses.
  std::map<const google::protobuf::Message*, Origin> origins_;
};

template <typename M>
class Cursor {
 public:
  Cursor(const M& message, const ParseTree* tree, Place place,
         const Origins* origins = nullptr)
      : message_(&message), tree_(tree), place_(place), origins_(origins) {}

  const M& operator*() const { return *message_; }
  const M* operator->() const { return message_; }
  Place place() const { return place_; }
  // The place of a field; `index` counts the elements of a repeated one.
  Place At(absl::string_view field, int index = -1) const {
    return PlaceOf(*message_, tree_, field, index, place_);
  }
  // REQUIRES: `child` is that field of the message.
  template <typename Child>
  Cursor<Child> Sub(const Child& child, absl::string_view field,
                    int index = -1) const {
    const Origin* const origin =
        origins_ == nullptr ? nullptr : origins_->Find(child);
    if (origin != nullptr) {
      return Cursor<Child>(child, origin->tree, origin->place, origins_);
    }
    return Cursor<Child>(child, TreeOf(*message_, tree_, field, index),
                         At(field, index), origins_);
  }
  Origin origin() const { return {tree_, place_}; }

 private:
  const M* message_;
  const ParseTree* tree_;
  Place place_;
  const Origins* origins_;
};

// Collects errors; each says what is wrong, why, and what to do.
class Errors {
 public:
  explicit Errors(absl::string_view filename) : filename_(filename) {}

  void Add(Place place, absl::string_view message);
  bool empty() const { return lines_.empty(); }
  size_t size() const { return lines_.size(); }
  // InvalidArgument with a line for each of the first twenty; ok if there is
  // none.
  absl::Status ToStatus() const;

 private:
  std::string filename_;
  std::vector<std::string> lines_;
  std::set<std::string> seen_;  // copies of a process make the same mistakes
};

// "; did you mean X?" and "; known: ..." for a name that nothing has, or
// `nothing` if there is no name to suggest.
std::string Suggest(absl::string_view name,
                    const std::vector<std::string>& known,
                    absl::string_view nothing);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_SOURCE_H_
