#include "modules/timer/timer_module.h"

#include <expected>
#include <fmt/format.h>
#include <map>
#include <utility>

#include "base/limits.h"
#include "msg/json_state.h"
#include "port/answer.h"

namespace kinode::timer {

/// Shared with the callbacks that are set, so that a late one finds it whole.
struct TimerModule::State {
  struct Timer {
    std::int64_t expiry = 0;  // unix ms
    rt::TimerId id;           // none until the executor has said it
  };
  using Timers = std::unordered_map<std::uint64_t, Timer>;

  port::Port* port = nullptr;
  msg::AddressRef self;
  TimersMax timers_max;
  rt::Mutex mutex;
  bool stopping __attribute__((guarded_by(mutex))) = false;
  std::uint64_t next_key __attribute__((guarded_by(mutex))) = 1;
  std::unordered_map<msg::ProcessId, Timers> active __attribute__((guarded_by(mutex)));

  void pop(const msg::Envelope& request) { port->send(port::answer_to(request, self, {})); }

  enum class Refused : std::uint8_t { kStopping, kTooMany };

  /// Its key.
  std::expected<std::uint64_t, Refused> add(const msg::ProcessId& owner, std::int64_t expiry,
                                            std::size_t most) {
    rt::Lock lock(mutex);
    if (stopping) return std::unexpected(Refused::kStopping);
    if (most == 0) return std::unexpected(Refused::kTooMany);
    Timers& timers = active[owner];
    if (timers.size() >= most) return std::unexpected(Refused::kTooMany);
    timers.emplace(next_key, Timer{expiry, {}});
    return next_key++;
  }

  /// False: it has gone already.
  bool remove(const msg::ProcessId& owner, std::uint64_t key) {
    rt::Lock lock(mutex);
    const auto it = active.find(owner);
    if (it == active.end() || it->second.erase(key) == 0) return false;
    if (it->second.empty()) active.erase(it);
    return true;
  }

  /// So that it can be cancelled. False: it has gone already.
  bool note(const msg::ProcessId& owner, std::uint64_t key, rt::TimerId id) {
    rt::Lock lock(mutex);
    const auto it = active.find(owner);
    if (it == active.end()) return false;
    const auto timer = it->second.find(key);
    if (timer == it->second.end()) return false;
    timer->second.id = id;
    return true;
  }

  void cancel_all(const msg::ProcessId& owner) {
    Timers timers;
    {
      rt::Lock lock(mutex);
      const auto it = active.find(owner);
      if (it == active.end()) return;
      timers = std::move(it->second);
      active.erase(it);
    }
    for (const auto& [key, timer] : timers) port->executor().timers().cancel(timer.id);
  }
};

TimerModule::TimerModule(TimersMax timers_max) : state_(std::make_shared<State>()) {
  state_->timers_max = std::move(timers_max);
}
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

void TimerModule::process_ended(const msg::ProcessId& id) noexcept { state_->cancel_all(id); }

void TimerModule::set(const msg::EnvelopeRef& request, std::uint64_t millis) {
  if (millis == 0) return state_->pop(*request);
  millis = std::min(millis, limits::kTimerMsMax);
  const msg::ProcessId& owner = request->source->process;
  const auto span = std::chrono::milliseconds(static_cast<std::int64_t>(millis));
  rt::Executor& executor = state_->port->executor();
  const std::int64_t expiry = executor.clock().unix_ms() + static_cast<std::int64_t>(millis);
  const std::size_t most =
      state_->timers_max ? state_->timers_max(owner) : limits::kTimersPerProcessMax;
  const auto key = state_->add(owner, expiry, most);
  if (!key && key.error() == State::Refused::kStopping) return;
  if (!key) {
    state_->port->print(0, state_->self->process,
                        fmt::format("timer: {} has {} timers already; this one popped at once",
                                    owner.text(), most));
    return state_->pop(*request);
  }
  state_->port->print(3, state_->self->process, fmt::format("set timer to pop in {}ms", millis));
  // Whom to answer is all that is kept: the request's blob may be large.
  auto kept = std::make_shared<msg::Envelope>();
  kept->id = request->id;
  kept->source = request->source;
  kept->rsvp = request->rsvp;
  const rt::TimerId id =
      executor.timers().call_at(executor.clock().now() + span, [state = state_, kept, key = *key] {
        if (state->remove(kept->source->process, key)) state->pop(*kept);
      });
  if (!state_->note(owner, *key, id)) executor.timers().cancel(id);
  // Its end may have been told before this timer was there.
  if (!state_->port->is_alive(owner)) state_->cancel_all(owner);
}

void TimerModule::debug() {
  std::multimap<std::int64_t, msg::ProcessId> expiries;
  {
    rt::Lock lock(state_->mutex);
    for (const auto& [owner, timers] : state_->active) {
      for (const auto& [key, timer] : timers) expiries.emplace(timer.expiry, owner);
    }
  }
  std::string text = fmt::format("timer service active timers ({}):", expiries.size());
  for (const auto& [expiry, owner] : expiries) text += fmt::format("\n{} {}", expiry, owner.text());
  state_->port->print(0, state_->self->process, std::move(text));
}

}  // namespace kinode::timer
