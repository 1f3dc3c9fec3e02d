#include "kernel/process.h"

#include <algorithm>
#include <fmt/format.h>

#include "kernel/old_world.h"
#include "kernel/prices.h"

namespace kinode::kernel {

namespace {

/// Unmapping a touched megabyte takes about 0.1 ms.
constexpr std::size_t kMemoryFreedHere = 4u << 20;

/// Wakes the process of an instance, for as long as it exists.
class ProcessWaker final : public wasm::Waker {
 public:
  ProcessWaker(std::weak_ptr<rt::Actor> actor, rt::Executor& executor)
      : actor_(std::move(actor)), executor_(executor) {}
  void wake() noexcept override {
    if (const auto actor = actor_.lock()) executor_.schedule(*actor);
  }

 private:
  const std::weak_ptr<rt::Actor> actor_;
  rt::Executor& executor_;
};

}  // namespace

Process::Process(RecordRef record, Services& services)
    : Endpoint(*record, {record->budget.mailbox_count, record->budget.mailbox_bytes}),
      record_(std::move(record)),
      services_(services),
      ids_(services.random()) {
  set_weight(record_->budget.cpu_weight);
}

Process::~Process() = default;

void Process::start() {
  if (!started_.exchange(true)) services_.executor().schedule(*this);
}

void Process::kill() {
  killed_.store(true);
  services_.executor().schedule(*this);
}

std::function<void()> Process::waker() const {
  return
      [weak = std::weak_ptr<const rt::Actor>(weak_from_this()), &executor = services_.executor()] {
        if (const auto actor = weak.lock()) executor.schedule(const_cast<rt::Actor&>(*actor));
      };
}

bool Process::make_instance() {
  std::shared_ptr<const wasm::Program> program;
  {
    rt::Lock lock(record_->mutex);
    program = record_->program;
  }
  if (!program) {
    if (compiling_) return false;
    compiling_ = true;
    services_.compile(record_,
                      [self = std::static_pointer_cast<Process>(shared_from_this()),
                       record = record_](Result<std::shared_ptr<const wasm::Program>> result) {
                        if (result) {
                          rt::Lock lock(record->mutex);
                          record->program = std::move(*result);
                          record->wasm = Bytes();
                        } else {
                          self->compile_error_ = std::move(result.error().detail);
                        }
                        self->compiled_.store(true, std::memory_order_release);
                        self->services_.executor().schedule(*self);
                      });
    return false;
  }
  auto setup = services_.instance_setup(*record_);
  setup.our = record_->address->text();
  setup.host = this;
  errors_keep_blob_ = errors_keep_blob(program->world());
  if (is_old(program->world())) {
    old_names_ = with_old_names(*this);
    setup.host = old_names_.get();
  }
  setup.waker = std::make_shared<ProcessWaker>(weak_from_this(), services_.executor());
  auto instance = program->instantiate(std::move(setup));
  if (!instance) {
    compile_error_ = std::move(instance.error().detail);
    return false;
  }
  instance_ = std::move(*instance);
  return true;
}

void Process::account(Instant begun, Nanos used) noexcept {
  count(counters_.cpu_ns, static_cast<std::uint64_t>(used.count()));
  if (!spawner_pays_) return;
  spawner_pays_ = false;
  std::shared_ptr<Endpoint> spawner;
  {
    rt::Lock lock(record_->mutex);
    spawner = record_->spawner.lock();
  }
  if (spawner) spawner->bill(begun, used);
}

bool Process::must_rest() {
  if (!is_paced()) return false;
  if (resting_ && !rest_over_.exchange(false)) return true;
  const auto until = rest_until(services_.executor().clock().now());
  resting_ = until.has_value();
  if (!resting_) return false;
  auto weak = std::weak_ptr<Process>(std::static_pointer_cast<Process>(shared_from_this()));
  services_.executor().timers().call_at(*until, [weak] {
    if (const auto self = weak.lock()) {
      self->rest_over_.store(true);
      self->services_.executor().schedule(*self);
    }
  });
  return true;
}

bool Process::ready_to_poll() {
  if (timer_fired_.exchange(false)) {
    armed_.reset();
    expire_contexts();
  }
  if (!outgoing_.empty() && !flush_outgoing()) return false;
  return true;
}

rt::Slice Process::run_slice() noexcept {
  if (ended_) return rt::Slice::kWaiting;
  if (killed_.load()) {
    give_back(dismantle());
    return rt::Slice::kWaiting;
  }
  if (!started_.load()) return rt::Slice::kWaiting;
  if (must_rest()) return rt::Slice::kWaiting;
  if (!instance_) {
    spawner_pays_ = true;
    if (compiling_ && !compiled_.load(std::memory_order_acquire)) return rt::Slice::kWaiting;
    if (born_ == Instant{}) born_ = services_.executor().clock().now();
    if (compile_error_.empty() && !make_instance() && compile_error_.empty()) {
      return rt::Slice::kWaiting;
    }
    if (!compile_error_.empty()) {
      print(0, fmt::format("kernel: process {} failed to instantiate: {}", record_->id().text(),
                           printable(compile_error_)));
      return end({true, {}, Nanos{0}});
    }
  }
  if (!ready_to_poll()) return rt::Slice::kWaiting;
  const wasm::Polled polled = instance_->poll();
  counters_.memory_bytes.store(instance_->memory_bytes(), std::memory_order_relaxed);
  switch (polled) {
    case wasm::Polled::kPending:
      // Waiting for a message, or interrupted: then the waker has scheduled the next slice.
      return rt::Slice::kWaiting;
    case wasm::Polled::kDone:
      return end({false, {}, services_.executor().clock().now() - born_});
    case wasm::Polled::kTrapped: {
      std::string detail = instance_->stderr_tail();
      const std::string failure = instance_->failure();
      if (detail.empty()) {
        detail = failure;
      } else if (!failure.empty()) {
        detail += "\n" + failure;
      }
      return end({true, std::move(detail), services_.executor().clock().now() - born_});
    }
  }
  return rt::Slice::kWaiting;
}

std::vector<msg::EnvelopeRef> Process::dismantle() {
  ended_ = true;
  // A large memory takes long to give back; whoever is on this worker should not wait for it.
  if (instance_ && instance_->memory_bytes() > kMemoryFreedHere) {
    services_.executor().blocking().submit(
        "free", [instance = std::shared_ptr<wasm::Instance>(std::move(instance_))]() mutable {
          instance.reset();
        });
  }
  instance_.reset();
  parked.store(false);
  routes_ = RouteCache();
  outgoing_.clear();
  outgoing_bytes_ = 0;
  taken_in_.clear();
  if (armed_) services_.executor().timers().cancel(timer_);
  return mailbox().close(services_.executor());
}

void Process::give_back(const std::vector<msg::EnvelopeRef>& unread) {
  for (const auto& envelope : unread) {
    const msg::Request* request = envelope->request();
    if (request == nullptr || !request->expects_response ||
        envelope->source->node != record_->address->node) {
      continue;
    }
    auto error = std::make_shared<msg::Envelope>();
    error->id = envelope->id;
    error->source = record_->address;
    error->target = envelope->source;
    error->message = msg::SendError{msg::SendErrorKind::kTimeout, envelope};
    const Route route = services_.router().resolve(*record_, target_view(*envelope->source));
    msg::EnvelopeRef out = std::move(error);
    if (route.endpoint) services_.router().deliver(*route.endpoint, out);
  }
}

rt::Slice Process::end(EndReport report) {
  spawner_pays_ = true;
  give_back(dismantle());
  services_.ended(record_, *this, std::move(report));
  return rt::Slice::kWaiting;
}

void Process::wake_at(Instant when) { services_.executor().timers().call_at(when, waker()); }

void Process::arm(Instant when) {
  if (armed_ && *armed_ <= when) return;
  if (armed_) services_.executor().timers().cancel(timer_);
  armed_ = when;
  auto weak = std::weak_ptr<Process>(std::static_pointer_cast<Process>(shared_from_this()));
  timer_ = services_.executor().timers().call_at(when, [weak] {
    if (const auto self = weak.lock()) {
      self->timer_fired_.store(true);
      self->services_.executor().schedule(*self);
    }
  });
}

void Process::note_outstanding() {
  answers_expected.store(contexts_.size(), std::memory_order_relaxed);
}

void Process::print(std::uint8_t verbosity, std::string content) {
  // The kernel's remarks are not shown unless somebody asks for them.
  if (verbosity == 0) {
    bill(services_.executor().clock().now(), price_of_print(content.size()));
  }
  services_.print().print({verbosity, msg::system_process("kernel"), std::move(content)});
}

}  // namespace kinode::kernel
