#include "modules/kv/kv_module.h"

#include <fmt/format.h>
#include <utility>

#include "modules/kv/kv_access.h"
#include "modules/kv/kv_operations.h"
#include "msg/json_writer.h"
#include "port/answer.h"
#include "port/database_rights.h"
#include "port/fd_share.h"
#include "port/work_meter.h"

namespace kinode::kv {

namespace {

// What comes while a group is worked off is mostly a small one: not each needs a turn of its own.
constexpr int kGroupsInARow = 8;

}  // namespace

/// Shared with what runs on the pool and with the timer.
struct KvModule::State : std::enable_shared_from_this<State> {
  State(port::Port& p, const KvConfig& config)
      : port(p),
        self(msg::share({p.our_node(), msg::system_process("kv")})),
        engine(&p.log(), config.durability, config.env, config.gate),
        databases(config.root, self, config.gate,
                  [this](KvSlotRef slot) { begin(std::move(slot)); }),
        freezer(databases, config.root, config.scratch),
        services{engine,
                 databases,
                 freezer,
                 p.random(),
                 p.executor().clock(),
                 [this](const msg::Envelope& r, std::string_view body, msg::BlobRef blob) {
                   answer(r, body, std::move(blob));
                 },
                 [this](const msg::Envelope& r, const KvError& error) { refuse(r, error); },
                 [this](const msg::ProcessId& process, const KvSlot& slot) {
                   return port::grant(port, process, slot.rights);
                 },
                 [this] { port::tell_fd_manager(port, self, port::kFdsLimitHit); },
                 [this] { arm(); }} {}

  port::Port& port;
  const msg::AddressRef self;
  KvEngine engine;
  KvDatabases databases;
  KvFreezer freezer;
  KvServices services;
  rt::Mutex mutex;
  bool stopping __attribute__((guarded_by(mutex))) = false;
  rt::TimerId sweep __attribute__((guarded_by(mutex)));

  void begin(KvSlotRef slot);
  void work(const KvSlotRef& slot);
  void arm();
  void swept();
  void request(const msg::EnvelopeRef& envelope, KvRequest request);
  bool answer_now(const msg::Envelope& envelope, const action::Get& get, const KvSlotRef& slot);
  void answer(const msg::Envelope& request, std::string_view body, msg::BlobRef blob) const;
  void refuse(const msg::Envelope& request, const KvError& error) const;
};

void KvModule::State::begin(KvSlotRef slot) {
  const std::string key = "kv " + slot->directory;
  port.executor().blocking().submit(
      key, [self = shared_from_this(), slot = std::move(slot)] { self->work(slot); });
}

void KvModule::State::work(const KvSlotRef& slot) {
  port::WorkMeter meter(port, port.executor().blocking());
  for (int group = 0; group < kGroupsInARow; ++group) {
    auto jobs = slot->lane.take(limits::kDatabaseGroupCountMax, limits::kDatabaseGroupBytesMax);
    for (const KvJob& job : jobs) {
      if (job.request) meter.share(job.request->source);
    }
    KvOperations(services, *slot).run(std::move(jobs));
    meter.bill();
    if (slot->lane.release()) return;
  }
  // Others get their turn before the rest.
  begin(slot);
}

void KvModule::State::arm() {
  rt::Lock lock(mutex);
  if (stopping || sweep != rt::TimerId{}) return;
  sweep =
      port.executor().timers().call_at(port.executor().clock().now() + limits::kDatabaseSweepTime,
                                       [self = shared_from_this()] { self->swept(); });
}

void KvModule::State::swept() {
  {
    rt::Lock lock(mutex);
    sweep = {};
  }
  if (databases.tell_all(KvJob::Kind::kSweep)) arm();
}

void KvModule::State::answer(const msg::Envelope& request, std::string_view body,
                             msg::BlobRef blob) const {
  port::send_done(port, request, self, body, std::move(blob));
}

void KvModule::State::refuse(const msg::Envelope& request, const KvError& error) const {
  msg::BlobRef cause;
  if (!error.cause.empty()) {
    std::string text;
    msg::write_json_variant(text, "kind", error.cause);
    cause = port::json_blob(text);
  }
  port::send_refusal(port, request, self, encode_kv_error(error), std::move(cause));
}

bool KvModule::State::answer_now(const msg::Envelope& envelope, const action::Get& get,
                                 const KvSlotRef& slot) {
  if (!slot->lane.try_own()) return false;
  std::optional<KvValue> value;
  if (slot->db) value = slot->db->find_cached(get.key.view());
  if (value) slot->last_used.store(port.executor().clock().now());
  if (!slot->lane.release()) begin(slot);
  if (!value) return false;
  if (!*value) {
    refuse(envelope, {KvError::Kind::kKeyNotFound, {}, 0, {}, {}});
  } else {
    answer(envelope, encode_kv_get(get.key.view(), get.old_form), value_blob(std::move(**value)));
  }
  return true;
}

void KvModule::State::request(const msg::EnvelopeRef& envelope, KvRequest request) {
  const KvSlotRef slot = databases.find(request.database);
  const auto access = check_access(port, *self, envelope->source->process, request, slot.get());
  if (!access) return refuse(*envelope, access.error());
  if (auto ok = check_shape(request, envelope->blob); !ok) return refuse(*envelope, ok.error());
  const auto* get = std::get_if<action::Get>(&request.action);
  if (get != nullptr && slot && answer_now(*envelope, *get, slot)) return;
  KvJob job;
  job.request = envelope;
  job.action = std::move(request.action);
  job.bytes = envelope->accounted_bytes();
  if (auto ok = databases.submit(request.database, std::move(job)); !ok) {
    refuse(*envelope, ok.error());
  }
}

KvModule::KvModule(KvConfig config) : config_(std::move(config)) {}
KvModule::~KvModule() = default;

port::ModuleInfo KvModule::info() const { return {msg::system_process("kv"), false}; }

Status KvModule::start(port::Port& port) {
  state_ = std::make_shared<State>(port, config_);
  port::tell_fd_manager(port, state_->self, port::kRequestFdsLimit);
  return {};
}

void KvModule::handle(msg::EnvelopeRef envelope) noexcept {
  State& state = *state_;
  {
    rt::Lock lock(state.mutex);
    if (state.stopping) return;
  }
  if (envelope->source->node != state.port.our_node()) {
    state.port.print(
        1, state.self->process,
        fmt::format("kv: ignored a message from {}", printable(envelope->source->node)));
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
  auto decoded = decode_kv_request(request->body.view());
  if (!decoded) {
    state.port.print(
        2, state.self->process,
        fmt::format("kv: {} asked what cannot be understood: {}", envelope->source->process.text(),
                    printable(decoded.error().detail)));
    return state.refuse(*envelope, {KvError::Kind::kMalformedRequest, {}, 0, {}, {}});
  }
  state.request(envelope, std::move(*decoded));
}

port::Freezable& KvModule::freezable() { return state_->freezer; }

void KvModule::process_ended(const msg::ProcessId& process) noexcept {
  if (state_) state_->databases.process_ended(process);
}

void KvModule::stop() {
  {
    rt::Lock lock(state_->mutex);
    if (std::exchange(state_->stopping, true)) return;
    state_->port.executor().timers().cancel(state_->sweep);
  }
  state_->databases.tell_all(KvJob::Kind::kClose);
}

}  // namespace kinode::kv
