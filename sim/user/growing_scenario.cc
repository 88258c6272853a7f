#include "sim/user/growing_scenario.h"

#include "sim/user/compiler.h"

namespace bindery::sim {

GrowingScenario::GrowingScenario(const std::string& name)
    : errors_(std::make_unique<Errors>(name)),
      compiler_(std::make_unique<Compiler>(errors_.get(), &out_)) {
  out_.filename = name;
}

GrowingScenario::~GrowingScenario() = default;

absl::StatusOr<std::unique_ptr<GrowingScenario>> GrowingScenario::Create(
    const proto::Scenario& base, const LaterNames& names) {
  std::unique_ptr<GrowingScenario> made(new GrowingScenario(base.name()));
  made->compiler_->Run({base, nullptr, Place{}});
  made->compiler_->DeclareLater(names);
  if (!made->errors_->empty()) return made->errors_->ToStatus();
  return made;
}

absl::StatusOr<uint32_t> GrowingScenario::Append(int process, int thread,
                                                 const proto::Step& step) {
  const uint32_t entry =
      compiler_->LaterStep(process, thread, {step, nullptr, Place{}});
  if (!errors_->empty()) return errors_->ToStatus();
  return entry;
}

}  // namespace bindery::sim
