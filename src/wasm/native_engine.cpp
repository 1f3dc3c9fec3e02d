#include "wasm/native_engine.h"

#include <exception>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ranges>
#include <utility>

namespace kinode::wasm {
namespace {

constexpr std::string_view kPrefix = "native:";

class NativeInstance final : public Instance {
 public:
  NativeInstance(std::shared_ptr<const NativeMain> main, InstanceSetup setup)
      : main_(std::move(main)),
        our_(std::move(setup.our)),
        run_(*setup.host, std::move(setup.waker)) {}

  Polled poll() override {
    if (ended_) return *ended_;
    if (!task_) task_ = (*main_)(NativeGuest(run_, our_));
    run_.resume(task_.frame());
    if (!task_.done()) return Polled::kPending;
    ended_ = end();
    task_ = {};
    return *ended_;
  }

  std::string failure() const override { return failure_; }
  std::string stderr_tail() const override { return run_.stderr_tail; }
  std::size_t memory_bytes() const override { return 0; }

 private:
  Polled end() {
    try {
      task_.result();
      return Polled::kDone;
    } catch (const native::Trap& trap) {
      failure_ = trap.reason;
    } catch (const std::exception& problem) {
      failure_ = fmt::format("the guest threw: {}", problem.what());
    } catch (...) {
      failure_ = "the guest threw something that is no std::exception";
    }
    return Polled::kTrapped;
  }

  std::shared_ptr<const NativeMain> main_;
  std::string our_;
  native::Run run_;
  std::string failure_;
  std::optional<Polled> ended_;
  NativeTask<> task_;  // last: its frame uses all of the above
};

class NativeProgram final : public Program {
 public:
  NativeProgram(NativeMain main, World world)
      : main_(std::make_shared<const NativeMain>(std::move(main))), world_(world) {}

  World world() const override { return world_; }

  Result<std::unique_ptr<Instance>> instantiate(InstanceSetup setup) const override {
    return std::make_unique<NativeInstance>(main_, std::move(setup));
  }

 private:
  std::shared_ptr<const NativeMain> main_;
  const World world_;
};

}  // namespace

void NativeEngine::add(std::string name, NativeMain main, World world) {
  programs_[std::move(name)] = std::make_shared<const NativeProgram>(std::move(main), world);
}

Result<std::shared_ptr<const Program>> NativeEngine::compile(ByteView component) {
  const auto text = as_text(component);
  if (!text.starts_with(kPrefix)) {
    return fail(Code::kInvalid,
                fmt::format("this engine runs components named '{}NAME', not a file of {} bytes",
                            kPrefix, component.size()));
  }
  const auto found = programs_.find(text.substr(kPrefix.size()));
  if (found == programs_.end()) {
    return fail(Code::kNotFound, fmt::format("there is no native guest '{}'; there are: {}",
                                             printable(text.substr(kPrefix.size(), 100)),
                                             fmt::join(std::views::keys(programs_), ", ")));
  }
  return found->second;
}

}  // namespace kinode::wasm
