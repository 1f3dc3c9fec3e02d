#include "modules/timer/timer_module.h"

#include <fmt/format.h>
#include <map>

#include "base/limits.h"
#include "msg/json_state.h"
#include "port/answer.h"

namespace kinode::timer {

/// Shared with the callbacks that are set, so that a late one finds it whole.
struct TimerModule::State {
  port::Port* port = nullptr;
  msg::AddressRef self;
  rt::Mutex mutex;
  bool stopping __attribute__((guarded_by(mutex))) = false;
  std::unordered_map<msg::ProcessId, std::size_t> active __attribute__((guarded_by(mutex)));
  std::multimap<std::int64_t, msg::ProcessId> expiries
      __attribute__((guarded_by(mutex)));  // unix ms

  void pop(const msg::Envelope& request) { port->send(port::answer_to(request, self, {})); }

  void forget(std::int64_t expiry, const msg::ProcessId& owner) {
    rt::Lock lock(mutex);
    for (auto [it, end] = expiries.equal_range(expiry); it != end; ++it) {
      if (it->second == owner) {
        expiries.erase(it);
        break;
      }
    }
    if (const auto it = active.find(owner); it != active.end() && --it->second == 0)
      active.erase(it);
  }
};

TimerModule::TimerModule() : state_(std::make_shared<State>()) {}
TimerModule::~TimerModule() = default;

port::ModuleInfo TimerModule::info() const { return {msg::system_process("timer"), true}; }

Status TimerModule::start(port::Port& port) {
  state_->port = &port;
  state_->self = msg::share({port.our_node(), msg::system_process("timer")});
  return {};
}

void TimerModule::stop() {
  rt::Lock lock(state_->mutex);
  state_->stopping = true;
}

void TimerModule::handle(msg::EnvelopeRef envelope) noexcept {
  const msg::Request* request = envelope->request();
  if (request == nullptr || envelope->source->node != state_->port->our_node()) return;
  const auto action = msg::decode_timer_action(request->body.view());
  if (!action) {
    state_->port->print(1, state_->self->process,
                        "timer service received a request with an invalid body");
    return;
  }
  if (action->kind == msg::TimerAction::Kind::kDebug) {
    debug();
  } else {
    set(envelope, action->millis);
  }
}

void TimerModule::set(const msg::EnvelopeRef& request, std::uint64_t millis) {
  if (millis == 0) return state_->pop(*request);
  millis = std::min(millis, limits::kTimerMsMax);
  const msg::ProcessId& owner = request->source->process;
  const auto span = std::chrono::milliseconds(static_cast<std::int64_t>(millis));
  rt::Executor& executor = state_->port->executor();
  const std::int64_t expiry = executor.clock().unix_ms() + static_cast<std::int64_t>(millis);
  bool too_many = false;
  {
    rt::Lock lock(state_->mutex);
    if (state_->stopping) return;
    std::size_t& count = state_->active[owner];
    too_many = count >= limits::kTimersPerProcessMax;
    if (!too_many) {
      ++count;
      state_->expiries.emplace(expiry, owner);
    }
  }
  if (too_many) {
    state_->port->print(0, state_->self->process,
                        fmt::format("timer: {} has {} timers already; this one popped at once",
                                    owner.text(), limits::kTimersPerProcessMax));
    return state_->pop(*request);
  }
  state_->port->print(3, state_->self->process, fmt::format("set timer to pop in {}ms", millis));
  executor.timers().call_at(executor.clock().now() + span, [state = state_, request, expiry] {
    state->forget(expiry, request->source->process);
    state->pop(*request);
  });
}

void TimerModule::debug() {
  std::string text;
  {
    rt::Lock lock(state_->mutex);
    text = fmt::format("timer service active timers ({}):", state_->expiries.size());
    for (const auto& [expiry, owner] : state_->expiries)
      text += fmt::format("\n{} {}", expiry, owner.text());
  }
  state_->port->print(0, state_->self->process, std::move(text));
}

}  // namespace kinode::timer
