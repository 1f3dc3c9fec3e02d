#include "modules/fd_manager/fd_manager_module.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "port/answer.h"
#include "port/notice.h"
#include "rt/mutex.h"

namespace kinode::fd_manager {

namespace {

using Kind = FdAction::Kind;

constexpr std::uint64_t kReserve = 30;
constexpr std::uint64_t kLeast = 10;
constexpr std::uint64_t kAtStart = 180;
constexpr std::uint64_t kPercentage = 90;
constexpr std::uint64_t kSeconds = 3600;
// Modules that can register; there are four.
constexpr std::size_t kSharesMax = 64;

bool is_module(const msg::ProcessId& id) { return id.package == "distro" && id.publisher == "sys"; }

bool may_administer(const msg::ProcessId& id) {
  return is_module(id) || id == msg::ProcessId{"terminal", "terminal", "sys"};
}

bool is_update(Kind kind) {
  return kind == Kind::kUpdateMaxFdsFraction || kind == Kind::kUpdateUlimitSecs ||
         kind == Kind::kUpdateCullFraction;
}

}  // namespace

std::uint64_t max_fds(std::uint64_t soft_limit, std::uint64_t percentage) {
  // Unlimited is a number too, and 64 bits of it do not survive a multiplication.
  const std::uint64_t share = soft_limit / 100 * percentage + soft_limit % 100 * percentage / 100;
  return share >= kReserve + kLeast ? share - kReserve : kLeast;
}

void share_out(FdShares& shares, std::uint64_t max) {
  std::uint64_t hits = 0;
  for (const auto& [id, share] : shares) hits += share.hit_count;
  const double half = static_cast<double>(max) / 2;
  const double each = half / static_cast<double>(std::max<std::size_t>(shares.size(), 1));
  const double per_hit = half / static_cast<double>(std::max<std::uint64_t>(hits, 1));
  for (auto& [id, share] : shares) {
    share.limit = static_cast<std::uint64_t>(
        std::floor(each + per_hit * static_cast<double>(share.hit_count)));
  }
}

/// Shared with the timer's callback.
struct FdManagerModule::State : std::enable_shared_from_this<State> {
  port::Port* port = nullptr;
  msg::AddressRef self;
  FdManagerConfig config;
  rt::Mutex mutex;
  bool stopping __attribute__((guarded_by(mutex))) = false;
  rt::TimerId timer __attribute__((guarded_by(mutex)));
  FdShares shares __attribute__((guarded_by(mutex)));
  std::uint64_t max __attribute__((guarded_by(mutex))) = kAtStart;
  std::uint64_t percentage __attribute__((guarded_by(mutex))) = kPercentage;
  std::uint64_t seconds __attribute__((guarded_by(mutex))) = kSeconds;

  void look_again();
  void arm() __attribute__((requires_capability(mutex)));
  void measure() __attribute__((requires_capability(mutex)));
  Status act(const FdAction& action, const msg::ProcessId& source);
  void publish(const FdShares& to);
  FdShares all() {
    rt::Lock lock(mutex);
    return shares;
  }
  /// 0 for whoever has not registered.
  std::uint64_t limit_of(const msg::ProcessId& id) {
    rt::Lock lock(mutex);
    const auto it = shares.find(id);
    return it == shares.end() ? 0 : it->second.limit;
  }
  void answer(const msg::Envelope& request, std::string_view body) {
    if (!port::wants_answer(request)) return;
    port->send(port::answer_to(request, self, {Bytes::copy(body), std::nullopt, nullptr}));
  }
  void print(std::uint8_t verbosity, std::string line) {
    port->print(verbosity, self->process, std::move(line));
  }
};

void FdManagerModule::State::measure() {
  max = config.fixed ? std::max(*config.fixed, kLeast) : max_fds(config.soft_limit(), percentage);
  share_out(shares, max);
}

void FdManagerModule::State::arm() {
  if (stopping || config.fixed) return;
  auto& timers = port->executor().timers();
  timers.cancel(timer);
  timer = timers.call_at(port->executor().clock().now() + std::chrono::seconds(seconds),
                         [self = shared_from_this()] { self->look_again(); });
}

void FdManagerModule::State::look_again() {
  FdShares changed;
  {
    rt::Lock lock(mutex);
    if (stopping) return;
    const std::uint64_t before = max;
    measure();
    arm();
    if (max != before) changed = shares;
  }
  publish(changed);
}

void FdManagerModule::State::publish(const FdShares& to) {
  for (const auto& [id, share] : to) {
    port::send_notice(*port, self, id, encode_fd_action({Kind::kFdsLimit, share.limit, {}}));
  }
}

Status FdManagerModule::State::act(const FdAction& action, const msg::ProcessId& source) {
  FdShares changed;
  {
    rt::Lock lock(mutex);
    switch (action.kind) {
      case Kind::kRequestFdsLimit:
      case Kind::kFdsLimitHit: {
        if (!is_module(source) || (!shares.contains(source) && shares.size() >= kSharesMax)) {
          return fail(Code::kDenied, "descriptors are shared among runtime modules only");
        }
        FdShare& share = shares[source];
        share.hit_count = action.kind == Kind::kRequestFdsLimit ? 1 : share.hit_count + 1;
        break;
      }
      case Kind::kUpdateMaxFdsFraction:
        if (action.number < 1 || action.number > 100) {
          return fail(Code::kInvalid, fmt::format("update_max_fds error: a percentage is from 1 to "
                                                  "100, not {}",
                                                  action.number));
        }
        percentage = action.number;
        break;
      case Kind::kUpdateUlimitSecs:
        if (action.number < 1 || action.number > 366ull * 86'400) {
          return fail(Code::kInvalid,
                      "update_max_fds error: an interval is from a second to a "
                      "year");
        }
        seconds = action.number;
        arm();
        return {};
      default:
        return {};
    }
    measure();
    changed = shares;
  }
  publish(changed);
  return {};
}

FdManagerModule::FdManagerModule(FdManagerConfig config) : state_(std::make_shared<State>()) {
  state_->config = std::move(config);
}
FdManagerModule::~FdManagerModule() = default;

port::ModuleInfo FdManagerModule::info() const {
  return {msg::system_process("fd-manager"), false};
}

Status FdManagerModule::start(port::Port& port) {
  state_->port = &port;
  state_->self = msg::share({port.our_node(), msg::system_process("fd-manager")});
  rt::Lock lock(state_->mutex);
  state_->measure();
  state_->arm();
  return {};
}

void FdManagerModule::stop() {
  rt::Lock lock(state_->mutex);
  state_->stopping = true;
  state_->port->executor().timers().cancel(state_->timer);
}

void FdManagerModule::handle(msg::EnvelopeRef envelope) noexcept {
  const auto complain = [&](std::string_view why) {
    state_->print(1, fmt::format("handle_message error: {}", printable(why)));
  };
  const msg::Request* request = envelope->request();
  if (request == nullptr) return complain("not a request");
  const msg::ProcessId& source = envelope->source->process;
  if (envelope->source->node != state_->port->our_node()) {
    return complain(fmt::format("{} is not of this node", envelope->source->text()));
  }
  const auto action = decode_fd_action(request->body.view());
  if (!action) return complain(action.error().detail);
  if (is_update(action->kind) && !may_administer(source)) {
    return complain(fmt::format("{} may not change how descriptors are shared", source.text()));
  }
  if (auto ok = state_->act(*action, source); !ok) return complain(ok.error().detail);
  if (action->kind == Kind::kFdsLimitHit) {
    state_->print(2, fmt::format("{} hit its fd limit", source.text()));
  } else if (action->kind == Kind::kGetState) {
    const std::string text = encode_fd_state(state_->all());
    state_->print(2, fmt::format("fd-manager: {}", text));
    state_->answer(*envelope, text);
  } else if (action->kind == Kind::kGetProcessFdLimit) {
    state_->answer(*envelope, encode_fd_limit(state_->limit_of(action->process)));
  }
}

}  // namespace kinode::fd_manager
