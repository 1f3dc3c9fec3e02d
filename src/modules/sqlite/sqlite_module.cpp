#include "modules/sqlite/sqlite_module.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "modules/sqlite/sqlite_access.h"
#include "modules/sqlite/sqlite_operations.h"
#include "port/answer.h"
#include "port/database_rights.h"
#include "port/fd_share.h"
#include "port/work_meter.h"

namespace kinode::sqlite {

namespace {

// A thread that is awake goes on with what waits for the same database.
constexpr int kJobsInARow = 32;

/// What this thread is handing over: only that may be done on it, and at once.
thread_local const Job* just_asked = nullptr;

/// How long the caller waits, and never longer than anybody may.
Nanos patience_of(const msg::Request& request) {
  const auto most =
      std::chrono::duration_cast<std::chrono::seconds>(limits::kSqliteStatementTimeMax);
  const auto asked = request.expects_response.value_or(static_cast<std::uint64_t>(most.count()));
  return std::chrono::seconds(
      std::min<std::uint64_t>(asked, static_cast<std::uint64_t>(most.count())));
}

}  // namespace

/// Shared with what runs on the pool and with the timer.
struct SqliteModule::State : std::enable_shared_from_this<State> {
  State(port::Port& p, const SqliteConfig& config)
      : port(p),
        self(msg::share({p.our_node(), msg::system_process("sqlite")})),
        pool(config.pool == nullptr ? p.executor().blocking() : *config.pool),
        databases(config.root, self, config.gate,
                  [this](SlotRef slot, JobRef job) { begin(std::move(slot), std::move(job)); }),
        freezer(databases, config.root),
        services{databases,
                 freezer,
                 p.random(),
                 p.executor().clock(),
                 config.old_directory,
                 [this](const msg::Envelope& r, std::string_view body, msg::BlobRef blob) {
                   answer(r, body, std::move(blob));
                 },
                 [this](const msg::Envelope& r, const SqliteError& error) { refuse(r, error); },
                 [this](const msg::ProcessId& process, const Slot& slot) {
                   return port::grant(port, process, slot.rights);
                 },
                 [this] { port::tell_fd_manager(port, self, port::kFdsLimitHit); },
                 [this] { arm(); }} {}

  port::Port& port;
  const msg::AddressRef self;
  rt::BlockingPool& pool;
  Databases databases;
  SqliteFreezer freezer;
  Services services;
  rt::Mutex mutex;
  bool stopping __attribute__((guarded_by(mutex))) = false;
  rt::TimerId sweep __attribute__((guarded_by(mutex)));

  void begin(SlotRef slot, JobRef job);
  bool run_now(const SlotRef& slot, const JobRef& job);
  void work(const SlotRef& slot, JobRef job);
  void arm();
  void swept();
  void request(const msg::EnvelopeRef& envelope, SqliteRequest request);
  void answer(const msg::Envelope& request, std::string_view body, msg::BlobRef blob) const;
  void refuse(const msg::Envelope& request, const SqliteError& error) const;
};

/// The way to the pool and back costs more than a short query.
bool SqliteModule::State::run_now(const SlotRef& slot, const JobRef& job) {
  if (job->needs != Job::Needs::kReader || !slot->worth_trying()) return false;
  const bool done = Operation(services, *slot, *job).run_now();
  slot->tried(done);
  if (!done) return false;
  if (JobRef next = databases.finished(slot, job)) begin(slot, std::move(next));
  return true;
}

void SqliteModule::State::begin(SlotRef slot, JobRef job) {
  if (job.get() == just_asked) {
    just_asked = nullptr;  // what it lets go on is not run here, too
    if (run_now(slot, job)) return;
  }
  // A key of its own: turns have made sure of the order.
  const std::string key = fmt::format("sqlite {}", fmt::ptr(job.get()));
  pool.submit(key, [self = shared_from_this(), slot = std::move(slot), job = std::move(job)] {
    self->work(slot, job);
  });
}

void SqliteModule::State::work(const SlotRef& slot, JobRef job) {
  port::WorkMeter meter(port, pool);
  for (int in_a_row = 1; job; ++in_a_row) {
    if (job->request) meter.only(job->request->source);
    const auto outcome = Operation(services, *slot, *job).run();
    if (outcome == Operation::Outcome::kNeedsAll) return databases.restart_with_all(slot, job);
    if (outcome == Operation::Outcome::kDamaged) {
      auto close = std::make_shared<Job>();
      close->kind = Job::Kind::kClose;
      databases.push_always(slot, std::move(close));
    }
    job = databases.finished(slot, job);
    // Others get their turn before the rest.
    if (job && in_a_row == kJobsInARow) return begin(slot, std::move(job));
  }
}

void SqliteModule::State::arm() {
  rt::Lock lock(mutex);
  if (stopping || sweep != rt::TimerId{}) return;
  sweep =
      port.executor().timers().call_at(port.executor().clock().now() + limits::kDatabaseSweepTime,
                                       [self = shared_from_this()] { self->swept(); });
}

void SqliteModule::State::swept() {
  {
    rt::Lock lock(mutex);
    sweep = {};
  }
  if (databases.tell_all(Job::Kind::kSweep)) arm();
}

void SqliteModule::State::answer(const msg::Envelope& request, std::string_view body,
                                 msg::BlobRef blob) const {
  port::send_done(port, request, self, body, std::move(blob));
}

void SqliteModule::State::refuse(const msg::Envelope& request, const SqliteError& error) const {
  const std::string cause = encode_sqlite_cause(error);
  port::send_refusal(port, request, self, encode_sqlite_error(error),
                     cause.empty() ? nullptr : port::json_blob(cause));
}

void SqliteModule::State::request(const msg::EnvelopeRef& envelope, SqliteRequest request) {
  const SlotRef slot = databases.find(request.database);
  const msg::ProcessId& source = envelope->source->process;
  if (auto ok = check_access(port, *self, source, request, slot.get()); !ok) {
    return refuse(*envelope, ok.error());
  }
  auto job = std::make_shared<Job>();
  job->needs = needs_of(request.action, slot.get());
  job->request = envelope;
  job->process = source;
  job->deadline = port.executor().clock().now() + patience_of(*envelope->request());
  job->bytes = envelope->accounted_bytes();
  // PRAGMA and ANALYZE can write; without the right they stay on a connection that cannot.
  if (job->needs == Job::Needs::kWriter && std::holds_alternative<action::Query>(request.action) &&
      !port::has_right(port, source, msg::DatabaseRight::kWrite, *self, request.database,
                       slot ? &slot->rights : nullptr)) {
    job->needs = Job::Needs::kReader;
  }
  job->on_writer = job->needs == Job::Needs::kWriter;
  job->action = std::move(request.action);
  just_asked = job.get();
  const auto ok = databases.submit(request.database, std::move(job));
  just_asked = nullptr;
  if (!ok) refuse(*envelope, ok.error());
}

SqliteModule::SqliteModule(SqliteConfig config) : config_(std::move(config)) {}
SqliteModule::~SqliteModule() = default;

port::ModuleInfo SqliteModule::info() const { return {msg::system_process("sqlite"), false}; }

Status SqliteModule::start(port::Port& port) {
  state_ = std::make_shared<State>(port, config_);
  port::tell_fd_manager(port, state_->self, port::kRequestFdsLimit);
  return {};
}

void SqliteModule::handle(msg::EnvelopeRef envelope) noexcept {
  State& state = *state_;
  {
    rt::Lock lock(state.mutex);
    if (state.stopping) return;
  }
  if (envelope->source->node != state.port.our_node()) {
    state.port.print(
        1, state.self->process,
        fmt::format("sqlite: ignored a message from {}", printable(envelope->source->node)));
    return;
  }
  const msg::Request* request = envelope->request();
  if (request == nullptr) return;
  if (msg::is_system_process(envelope->source->process, "fd-manager")) {
    if (const auto limit = port::decode_fds_limit(request->body.view())) {
      state.databases.set_descriptors(*limit);
    }
    return;
  }
  auto decoded = decode_sqlite_request(request->body.view());
  if (!decoded) {
    state.port.print(
        2, state.self->process,
        fmt::format("sqlite: {} asked what cannot be understood: {}",
                    envelope->source->process.text(), printable(decoded.error().detail)));
    return state.refuse(*envelope, SqliteError::of(SqliteError::Kind::kMalformedRequest));
  }
  state.request(envelope, std::move(*decoded));
}

port::Freezable& SqliteModule::freezable() { return state_->freezer; }

void SqliteModule::process_ended(const msg::ProcessId& process) noexcept {
  if (state_) state_->databases.process_ended(process);
}

void SqliteModule::stop() {
  {
    rt::Lock lock(state_->mutex);
    if (std::exchange(state_->stopping, true)) return;
    state_->port.executor().timers().cancel(state_->sweep);
  }
  state_->databases.give_up_all();
  state_->databases.tell_all(Job::Kind::kClose);
}

}  // namespace kinode::sqlite
