// `timer:distro:sys`: answers when a time has passed (kernel.md 7).
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>

#include "port/module.h"
#include "rt/mutex.h"

namespace kinode::timer {

/// Public. Takes `{"SetTimer": millis}` and `"Debug"` from this node; a request that it cannot read
/// is printed at level 1 and not answered. A process has as many timers as `timers_max` says (none:
/// limits::kTimersPerProcessMax): one more is answered at once, with a line on the terminal. Timers
/// end with their process.
class TimerModule final : public port::Module {
 public:
  using TimersMax = std::function<std::size_t(const msg::ProcessId&)>;

  explicit TimerModule(TimersMax timers_max = nullptr);
  ~TimerModule() override;

  port::ModuleInfo info() const override;
  Status start(port::Port& port) override;
  void handle(msg::EnvelopeRef envelope) noexcept override;
  void process_ended(const msg::ProcessId& id) noexcept override;
  void stop() override;

 private:
  struct State;
  void set(const msg::EnvelopeRef& request, std::uint64_t millis);
  void debug();

  std::shared_ptr<State> state_;
};

}  // namespace kinode::timer
