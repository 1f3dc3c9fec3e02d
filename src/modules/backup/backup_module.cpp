#include "modules/backup/backup_module.h"

#include <filesystem>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "modules/backup/backup_messages.h"
#include "modules/backup/directory_target.h"
#include "port/answer.h"
#include "rt/mutex.h"
#include "store/safe_path.h"

namespace kinode::backup {

namespace {

using Kind = BackupAction::Kind;
namespace fs = std::filesystem;

/// Lists and verifications that wait or run.
constexpr std::size_t kReadingsMax = 8;

/// The thread gives way to everything else, on the processor and on the disk.
void be_modest() {
  constexpr int kNice = 10;
  constexpr int kLowestOfBestEffort = (2 << 13) | 7;  // ioprio_set(2)
  const auto thread = static_cast<id_t>(::syscall(SYS_gettid));
  ::setpriority(PRIO_PROCESS, thread, kNice);
  ::syscall(SYS_ioprio_set, 1, 0, kLowestOfBestEffort);
}

Result<Secret> secret_of(const BackupAction& action) {
  if (action.passphrase.has_value() == action.recovery_key.has_value()) {
    return fail(Code::kInvalid, "give one of passphrase and recovery_key");
  }
  return action.passphrase ? Secret::passphrase(*action.passphrase)
                           : Secret::recovery_key(*action.recovery_key);
}

}  // namespace

struct BackupModule::State : std::enable_shared_from_this<State> {
  State(port::Port& p, const BackupConfig& c)
      : port(p), self(msg::share({p.our_node(), msg::system_process("backup")})), config(c) {}

  port::Port& port;
  const msg::AddressRef self;
  const BackupConfig& config;
  std::atomic<bool> stop = false;
  rt::Mutex mutex;
  bool stopping __attribute__((guarded_by(mutex))) = false;
  BackupState state __attribute__((guarded_by(mutex)));
  std::size_t readings __attribute__((guarded_by(mutex))) = 0;

  bool is_owner(const msg::ProcessId& who) const {
    return msg::is_system_process(who, "http-server");
  }
  void take(const msg::EnvelopeRef& envelope, BackupAction action);
  Result<std::string> target_of(const msg::ProcessId& who, const std::string& target) const;
  bool queue_reading();
  std::uint64_t enter();
  void begin(const msg::EnvelopeRef& envelope, BackupAction action);
  void work(const msg::EnvelopeRef& envelope, const BackupAction& action);
  Result<BackupDone> back_up(Repository& repository);
  void finish(const msg::EnvelopeRef& envelope, Result<BackupDone> done, bool wait);
  void read(const msg::EnvelopeRef& envelope, const BackupAction& action);
  void answer(const msg::Envelope& request, const std::string& body) const {
    port::send_done(port, request, self, body);
  }
  void refuse(const msg::Envelope& request, const Error& error) const {
    port::send_refusal(port, request, self, encode_backup_error(failed_of(error)));
  }
};

/// Where an action reads or writes.
Result<std::string> BackupModule::State::target_of(const msg::ProcessId& who,
                                                   const std::string& target) const {
  if (is_owner(who)) {
    if (target.starts_with('/')) return target;
    return fail(Code::kInvalid, "the target is a directory, from / on");
  }
  const std::string drive = "/" + who.package_id().text() + "/tmp/";
  const auto refused =
      fail(Code::kDenied, "a program's target is a directory in its drive " + drive);
  if (!target.starts_with(drive)) return refused;
  auto below = store::SafePath::parse(std::string_view(target).substr(drive.size()));
  if (!below) return std::unexpected(std::move(below.error()));
  std::string path = config.home + "/vfs" + drive;
  std::error_code error;
  for (const auto& part : fs::path(below->text())) {
    path += part.string();
    if (fs::is_symlink(path, error)) return refused;
    path += "/";
  }
  for (const char* part : {"packs", "index", "snapshots", "keys"}) {
    if (fs::is_symlink(path + part, error)) return refused;
  }
  return path;
}

void BackupModule::State::take(const msg::EnvelopeRef& envelope, BackupAction action) {
  const msg::ProcessId& who = envelope->source->process;
  if (!is_owner(who) && !port.has_capability(who, msg::Capability(*self, "\"backup\""))) {
    return refuse(*envelope, fail(Code::kDenied,
                                  "backups need the capability \"backup\" of "
                                  "backup:distro:sys: have the owner grant it")
                                 .error());
  }
  if (action.kind == Kind::kProgress) {
    rt::Lock lock(mutex);
    return answer(*envelope, encode_backup_state(state));
  }
  if (action.kind == Kind::kStop) {
    stop.store(true);
    return answer(*envelope, "\"Ok\"");
  }
  auto target = target_of(who, action.target);
  if (!target) return refuse(*envelope, target.error());
  action.target = std::move(*target);
  if (action.kind == Kind::kBackup) return begin(envelope, std::move(action));
  if (!queue_reading()) {
    return refuse(*envelope, fail(Code::kOverloaded, "too much waits: ask one by one").error());
  }
  config.pool->submit("backup", [self = shared_from_this(), envelope, action = std::move(action)] {
    be_modest();
    self->read(envelope, action);
    rt::Lock lock(self->mutex);
    --self->readings;
  });
}

bool BackupModule::State::queue_reading() {
  rt::Lock lock(mutex);
  if (stopping || readings == kReadingsMax) return false;
  // An earlier wish to stop was not about this one.
  if (readings++ == 0 && !state.running) stop.store(false);
  return true;
}

/// The number of the backup that begins; 0: none may.
std::uint64_t BackupModule::State::enter() {
  rt::Lock lock(mutex);
  if (state.running || stopping) return 0;
  const std::uint64_t number = state.number + 1;
  state = BackupState{};
  state.running = true;
  state.number = number;
  stop.store(false);
  return number;
}

void BackupModule::State::begin(const msg::EnvelopeRef& envelope, BackupAction action) {
  const std::uint64_t number = enter();
  if (number == 0) {
    return refuse(*envelope,
                  fail(Code::kUnavailable, "a backup is running: wait for its end").error());
  }
  if (!action.wait) answer(*envelope, encode_backup_started(number));
  config.pool->submit("backup", [self = shared_from_this(), envelope, action = std::move(action)] {
    be_modest();
    self->work(envelope, action);
  });
}

Result<BackupDone> BackupModule::State::back_up(Repository& repository) {
  const Clock& clock = port.executor().clock();
  auto home = take_instant(*config.gate, config.parts, clock, stop);
  if (!home) return std::unexpected(std::move(home.error()));
  std::vector<port::FrozenPart*> parts;
  for (const auto& part : home->parts) parts.push_back(part.get());
  BackupOptions options;
  options.clock = &clock;
  options.random = &port.random();
  options.node = config.node;
  options.stop = &stop;
  options.workers = 1;
  options.progress = [this](const BackupProgress& so_far) {
    rt::Lock lock(mutex);
    state.entries = so_far.entries;
    state.bytes = so_far.bytes;
    state.bytes_stored = so_far.bytes_stored;
  };
  auto report = write_backup(repository, parts, options);
  if (!report) return std::unexpected(std::move(report.error()));
  return done_of(*report, home->paused);
}

void BackupModule::State::work(const msg::EnvelopeRef& envelope, const BackupAction& action) {
  DirectoryTarget target(action.target);
  Result<BackupDone> done = fail(Code::kInternal, "no backup was made");
  if (auto secret = secret_of(action); !secret) {
    done = std::unexpected(std::move(secret.error()));
  } else if (auto repository = Repository::open(target, *secret); !repository) {
    done = std::unexpected(std::move(repository.error()));
  } else {
    done = back_up(**repository);
  }
  finish(envelope, std::move(done), action.wait);
}

void BackupModule::State::finish(const msg::EnvelopeRef& envelope, Result<BackupDone> done,
                                 bool wait) {
  {
    rt::Lock lock(mutex);
    state.running = false;
    if (done) {
      state.done = *done;
    } else {
      state.failed = failed_of(done.error());
    }
  }
  if (!done) {
    port.print(1, self->process, fmt::format("backup: {}", printable(done.error().detail)));
  } else {
    port.print(1, self->process,
               fmt::format("backup: {} files, {} bytes, {} stored; writers were held up for {} ms",
                           done->files, done->bytes, done->bytes_stored, done->paused_us / 1000));
  }
  if (!wait) return;
  if (!done) return refuse(*envelope, done.error());
  answer(*envelope, encode_backup_done(*done));
}

void BackupModule::State::read(const msg::EnvelopeRef& envelope, const BackupAction& action) {
  DirectoryTarget target(action.target);
  auto secret = secret_of(action);
  if (!secret) return refuse(*envelope, secret.error());
  auto repository = Repository::open(target, *secret);
  if (!repository) return refuse(*envelope, repository.error());
  if (action.kind == Kind::kList) {
    auto snapshots = (*repository)->snapshots();
    if (!snapshots) return refuse(*envelope, snapshots.error());
    return answer(*envelope, encode_backup_list(*snapshots));
  }
  VerifyOptions options;
  options.stop = &stop;
  options.workers = 1;
  auto report = verify(**repository, options);
  if (!report) return refuse(*envelope, report.error());
  answer(*envelope, encode_backup_verified(*report));
}

BackupModule::BackupModule(BackupConfig config) : config_(std::move(config)) {}
BackupModule::~BackupModule() = default;

port::ModuleInfo BackupModule::info() const { return {msg::system_process("backup"), false}; }

Status BackupModule::start(port::Port& port) {
  state_ = std::make_shared<State>(port, config_);
  return {};
}

void BackupModule::handle(msg::EnvelopeRef envelope) noexcept {
  if (envelope->source->node != state_->port.our_node()) return;
  const msg::Request* request = envelope->request();
  if (request == nullptr) return;
  auto action = decode_backup_action(request->body.view());
  if (!action) return state_->refuse(*envelope, action.error());
  state_->take(envelope, std::move(*action));
}

void BackupModule::stop() {
  {
    rt::Lock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->stop.store(true);
}

}  // namespace kinode::backup
