// The key under which a search looks up the state that a model is in: what of
// it the state store keeps, and of which of its symmetric images.
//
// One for each thread; any number may share one store. Not thread-safe.
#ifndef BINDERY_MODEL_EXPLORE_NAMER_H_
#define BINDERY_MODEL_EXPLORE_NAMER_H_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "model/concept.h"
#include "model/state_store.h"

namespace bindery::model {

class Namer {
 public:
  // `store` outlives the namer. `symmetry`: states that are images of each
  // other have one key; the models must be Symmetric then, and have images if
  // the store is kExact.
  Namer(StateStore* store, bool symmetry)
      : store_(store), symmetry_(symmetry) {}

  // Nothing if the store is kExact and has no more names.
  template <Model M>
  std::optional<Fingerprint> KeyOf(M& model) {
    if (store_->names() == nullptr) return FingerprintOf(model);
    BytesOf(model, &least_);
    if (symmetry_) TryImages(model);
    const std::optional<uint64_t> name =
        store_->names()->NameOf(least_, &scratch_);
    if (!name.has_value()) return std::nullopt;
    return Fingerprint{0, *name};
  }

 private:
  template <Model M>
  Fingerprint FingerprintOf(const M& model) const {
    if constexpr (Symmetric<M>) {
      if (symmetry_) return model.LeastFingerprint();
    }
    return model.GetFingerprint();
  }

  template <Model M>
  static void BytesOf(const M& model, std::string* bytes) {
    if constexpr (EncodesCanonically<M>) {
      model.Encode(bytes);
    } else {
      *bytes = model.CanonicalText();
    }
  }

  template <Model M>
  void TryImages(M& model) {
    if constexpr (HasImages<M>) {
      for (int i = 0; i < model.Permutations(); ++i) {
        model.Permute(i);
        BytesOf(model, &image_);
        model.Undo();
        if (image_ < least_) std::swap(image_, least_);
      }
    } else {
      BINDERY_CHECK_MSG(false, "this model has no images");
    }
  }

  StateStore* const store_;
  const bool symmetry_;
  ExactNames::Scratch scratch_;
  std::string least_;
  std::string image_;
};

}  // namespace bindery::model

#endif  // BINDERY_MODEL_EXPLORE_NAMER_H_
