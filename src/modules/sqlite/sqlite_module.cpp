#include "modules/sqlite/sqlite_module.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "modules/sqlite/sqlite_access.h"
#include "modules/sqlite/sqlite_operations.h"
#include "msg/json_reader.h"
#include "port/answer.h"

namespace kinode::sqlite {

namespace {

// A thread that is awake goes on with what waits for the same database.
constexpr int kJobsInARow = 32;

/// `{"FdsLimit":60}` from the descriptor manager (io.md 11).
std::optional<std::uint64_t> descriptors_in(ByteView body) {
  const auto tree = msg::Json::parse(body);
  if (!tree) return std::nullopt;
  const auto variant = msg::read_json_variant(*tree, "a limit");
  if (!variant || variant->name != "FdsLimit" || variant->value == nullptr) return std::nullopt;
  std::uint64_t limit = 0;
  if (!msg::read_json(*variant->value, limit)) return std::nullopt;
  return limit;
}

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
        databases(config.root, self,
                  [this](SlotRef slot, JobRef job) { begin(std::move(slot), std::move(job)); }),
        services{databases,
                 p.random(),
                 p.executor().clock(),
                 config.old_directory,
                 [this](const msg::Envelope& r, std::string_view body, msg::BlobRef blob) {
                   answer(r, body, std::move(blob));
                 },
                 [this](const msg::Envelope& r, const SqliteError& error) { refuse(r, error); },
                 [this](const msg::ProcessId& process, const Slot& slot) {
                   const Status read = port.grant(process, slot.read);
                   return read ? port.grant(process, slot.write) : read;
                 },
                 [this] { tell_fd_manager("\"FdsLimitHit\""); },
                 [this] { arm(); }} {}

  port::Port& port;
  const msg::AddressRef self;
  rt::BlockingPool& pool;
  Databases databases;
  Services services;
  rt::Mutex mutex;
  bool stopping __attribute__((guarded_by(mutex))) = false;
  rt::TimerId sweep __attribute__((guarded_by(mutex)));

  void begin(SlotRef slot, JobRef job);
  void work(const SlotRef& slot, JobRef job);
  void arm();
  void swept();
  void request(const msg::EnvelopeRef& envelope, SqliteRequest request);
  void answer(const msg::Envelope& request, std::string_view body, msg::BlobRef blob) const;
  void refuse(const msg::Envelope& request, const SqliteError& error) const;
  void tell_fd_manager(std::string_view body) const;
};

void SqliteModule::State::begin(SlotRef slot, JobRef job) {
  // A key of its own: turns have made sure of the order.
  const std::string key = fmt::format("sqlite {}", fmt::ptr(job.get()));
  pool.submit(key, [self = shared_from_this(), slot = std::move(slot), job = std::move(job)] {
    self->work(slot, job);
  });
}

void SqliteModule::State::work(const SlotRef& slot, JobRef job) {
  for (int in_a_row = 1; job; ++in_a_row) {
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
  if (!port::wants_answer(request)) return;
  port.send(port::answer_to(request, self,
                            {Bytes::copy(body), request.request()->metadata, std::move(blob)}));
}

void SqliteModule::State::refuse(const msg::Envelope& request, const SqliteError& error) const {
  msg::BlobRef cause;
  if (const std::string text = encode_sqlite_cause(error); !text.empty()) {
    auto blob = std::make_shared<msg::Blob>();
    blob->mime = "application/json";
    blob->bytes = Bytes::copy(text);
    cause = std::move(blob);
  }
  port.send(port::answer_to(
      request, self, {Bytes::copy(encode_sqlite_error(error)), std::nullopt, std::move(cause)}));
}

void SqliteModule::State::tell_fd_manager(std::string_view body) const {
  auto e = std::make_shared<msg::Envelope>();
  e->id = port.random().next_u64();
  e->source = self;
  e->target = msg::share({port.our_node(), msg::system_process("fd-manager")});
  msg::Request request;
  request.body = Bytes::copy(body);
  e->message = std::move(request);
  port.send(std::move(e));
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
      !port.has_capability(
          source, msg::database_capability(*self, msg::DatabaseRight::kWrite, request.database))) {
    job->needs = Job::Needs::kReader;
  }
  job->on_writer = job->needs == Job::Needs::kWriter;
  job->action = std::move(request.action);
  if (auto ok = databases.submit(request.database, std::move(job)); !ok) {
    refuse(*envelope, ok.error());
  }
}

SqliteModule::SqliteModule(SqliteConfig config) : config_(std::move(config)) {}
SqliteModule::~SqliteModule() = default;

port::ModuleInfo SqliteModule::info() const { return {msg::system_process("sqlite"), false}; }

Status SqliteModule::start(port::Port& port) {
  state_ = std::make_shared<State>(port, config_);
  state_->tell_fd_manager("\"RequestFdsLimit\"");
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
    if (const auto limit = descriptors_in(request->body.view())) {
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
