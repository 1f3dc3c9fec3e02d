#include "node/backup_command.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

#include "base/limits.h"
#include "crypto/identity.h"
#include "modules/backup/directory_part.h"
#include "modules/backup/directory_target.h"
#include "node/allocator.h"
#include "node/backup_text.h"
#include "node/live_backup.h"
#include "node/secret_prompt.h"
#include "store/files.h"
#include "store/home_lock.h"

namespace kinode::node {

namespace {

namespace fs = std::filesystem;
using Action = BackupCommand::Action;

constexpr auto kProgressTime = std::chrono::milliseconds(100);

int refuse(const Error& error) {
  fmt::print(stderr, "kinode: {}\n", printable(error.detail));
  switch (error.code) {
    case Code::kDenied:
    case Code::kNotFound:
    case Code::kExists:
    case Code::kUnavailable:
      return kCannotStart;
    case Code::kInvalid:
      return kUsage;
    default:
      return kRuntimeError;
  }
}

/// Shows how far it is, on a terminal, and notices Ctrl-C. One thread.
class Watch {
 public:
  Watch() : shown_(::isatty(STDERR_FILENO) == 1) {
    ::sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals_, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  ~Watch() { clear(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  const std::atomic<bool>* stop() const { return &stop_; }

  template <class Text>
  void look(const Text& text) {
    const Instant now = clock_.now();
    if (now < next_) return;
    next_ = now + kProgressTime;
    const timespec at_once{};
    if (::sigtimedwait(&signals_, nullptr, &at_once) > 0) stop_ = true;
    if (shown_) fmt::print(stderr, "\r\x1b[K{}", text());
    dirty_ = shown_;
  }

  void clear() {
    if (dirty_) fmt::print(stderr, "\r\x1b[K");
    dirty_ = false;
  }

 private:
  const bool shown_;
  bool dirty_ = false;
  sigset_t signals_{};
  OsClock clock_;
  Instant next_{};
  std::atomic<bool> stop_ = false;
};

/// From the file, the environment, or the person. `twice`: a new one, typed again.
Result<std::string> secret_text(const BackupCommand& command, bool twice) {
  if (!command.passphrase_file.empty()) {
    auto file = store::read_file(command.passphrase_file, 2 * limits::kBackupPassphraseBytesMax);
    if (!file) return std::unexpected(std::move(file.error()));
    const std::string_view text = file->text();
    std::string line(text.substr(0, text.find('\n')));
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }
  if (const char* set = std::getenv("KINODE_BACKUP_PASSPHRASE"); set != nullptr) return set;
  auto typed = ask_secret(command.recovery_key ? "Recovery key: "
                          : twice              ? "New passphrase for the backups: "
                                               : "Passphrase of the backups: ");
  if (!typed && typed.error().code == Code::kNotFound) {
    return fail(Code::kInvalid, typed.error().detail +
                                    ": give the passphrase with --passphrase-file FILE or in the "
                                    "variable KINODE_BACKUP_PASSPHRASE");
  }
  if (!typed || !twice) return typed;
  auto again = ask_secret("The same again: ");
  if (again && *again != *typed) {
    return fail(Code::kInvalid, "the two passphrases differ: nothing was done");
  }
  return again;
}

Result<backup::Secret> ask_for_secret(const BackupCommand& command, bool twice) {
  auto text = secret_text(command, twice);
  if (!text) return std::unexpected(std::move(text.error()));
  auto secret = command.recovery_key ? backup::Secret::recovery_key(*text)
                                     : backup::Secret::passphrase(*text);
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text->data()), text->size()});
  return secret;
}

void show_recovery_key(const backup::Secret& key) {
  fmt::print(
      "Recovery key, shown this once; write it down:\n\n    {}\n\n"
      "With it the backups can be read when the passphrase is lost; so can whoever finds it.\n",
      key.recovery_text());
  std::fflush(stdout);
}

struct Opened {
  std::unique_ptr<backup::Repository> repository;
  backup::Secret secret;
};

Result<Opened> open_repository(backup::Target& target, const BackupCommand& command) {
  auto secret = ask_for_secret(command, false);
  if (!secret) return std::unexpected(std::move(secret.error()));
  auto repository = backup::Repository::open(target, *secret);
  if (!repository) return std::unexpected(std::move(repository.error()));
  return Opened{std::move(*repository), std::move(*secret)};
}

Result<Opened> open_or_make_repository(backup::Target& target, const BackupCommand& command,
                                       Random& random) {
  auto there = backup::Repository::is_there(target);
  if (!there) return std::unexpected(std::move(there.error()));
  if (*there) return open_repository(target, command);
  auto secret = command.recovery_key
                    ? Result<backup::Secret>(backup::Secret::fresh_recovery_key(random))
                    : ask_for_secret(command, true);
  if (!secret) return std::unexpected(std::move(secret.error()));
  auto repository = backup::Repository::create(target, *secret, random);
  if (!repository) return std::unexpected(std::move(repository.error()));
  if (command.recovery_key) show_recovery_key(*secret);
  return Opened{std::move(*repository), std::move(*secret)};
}

/// The path without links, as far as it exists.
fs::path real_path(const std::string& path) {
  std::error_code error;
  fs::path out = fs::weakly_canonical(fs::absolute(path, error), error);
  return error ? fs::path(path) : out;
}

Status check_home(const std::string& home, const std::string& target) {
  std::error_code error;
  if (!fs::is_directory(home, error)) {
    return fail(Code::kNotFound, home + " is not there: name the home of a node");
  }
  if (!fs::exists(home + "/kernel", error) && !fs::exists(home + "/.keys", error)) {
    return fail(Code::kNotFound, home + " is no home of a node: it has neither keys nor state");
  }
  const fs::path below = real_path(target).lexically_relative(real_path(home));
  if (!below.empty() && *below.begin() != "..") {
    return fail(Code::kInvalid,
                target + " is in the home: choose a place elsewhere, best on another disk");
  }
  return {};
}

Result<std::string> node_name(const std::string& home) {
  auto keys = crypto::peek_identity(home);
  if (!keys) return std::unexpected(std::move(keys.error()));
  if (*keys) return (*keys)->username;
  return real_path(home).filename().string();
}

std::string progress_text(const backup::BackupProgress& progress) {
  return fmt::format("{} entries, {}; {} stored", count_text(progress.entries),
                     size_text(progress.bytes), size_text(progress.bytes_stored));
}

Result<backup::BackupReport> backup_stopped_home(const BackupCommand& command, Opened& opened,
                                                 const backup::BackupOptions& options) {
  auto part = backup::DirectoryPart::open(command.home);
  if (!part) return std::unexpected(std::move(part.error()));
  port::FrozenPart* parts[] = {part->get()};
  return backup::write_backup(*opened.repository, parts, options);
}

int back_up(const BackupCommand& command) {
  if (auto ok = check_home(command.home, command.target); !ok) return refuse(ok.error());
  OsRandom random;
  const OsClock clock;
  backup::DirectoryTarget target(real_path(command.target).string());
  auto opened = open_or_make_repository(target, command, random);
  if (!opened) return refuse(opened.error());
  if (command.add_recovery_key) {
    const auto key = backup::Secret::fresh_recovery_key(random);
    if (auto ok = opened->repository->add_key(key, random); !ok) return refuse(ok.error());
    show_recovery_key(key);
  }
  auto name = node_name(command.home);
  if (!name) return refuse(name.error());
  Watch watch;
  const auto progress = [&](const backup::BackupProgress& so_far) {
    watch.look([&] { return progress_text(so_far); });
  };
  const auto lock = store::HomeLock::take(command.home);
  if (!lock && lock.error().code != Code::kUnavailable) return refuse(lock.error());
  Result<backup::BackupReport> report = fail(Code::kInternal, "no backup was made");
  if (lock) {
    backup::BackupOptions options;
    options.clock = &clock;
    options.random = &random;
    options.node = *name;
    options.progress = progress;
    options.stop = watch.stop();
    options.gentle = false;
    report = backup_stopped_home(command, *opened, options);
  } else {
    report = run_live_backup(command.home,
                             {target.place(), std::move(opened->secret), progress, watch.stop()});
  }
  watch.clear();
  if (!report) return refuse(report.error());
  fmt::print("{}", backup_text(*report));
  return kGraceful;
}

int list(const BackupCommand& command) {
  backup::DirectoryTarget target(command.target);
  auto opened = open_repository(target, command);
  if (!opened) return refuse(opened.error());
  auto snapshots = opened->repository->snapshots();
  if (!snapshots) return refuse(snapshots.error());
  fmt::print("{}", list_text(*snapshots));
  return kGraceful;
}

/// Options of what rewrites packs, shown by `watch`. All outlive the result.
backup::RepackOptions repack_options(Watch& watch, const Clock& clock, Random& random) {
  backup::RepackOptions options;
  options.clock = &clock;
  options.random = &random;
  options.stop = watch.stop();
  options.progress = [&watch](std::uint64_t done, std::uint64_t all) {
    watch.look([&] { return fmt::format("{} of {} packs", done, all); });
  };
  return options;
}

int forget(const BackupCommand& command) {
  backup::DirectoryTarget target(command.target);
  auto opened = open_repository(target, command);
  if (!opened) return refuse(opened.error());
  const OsClock clock;
  OsRandom random;
  Watch watch;
  auto report =
      backup::forget(*opened->repository, command.keep, repack_options(watch, clock, random));
  watch.clear();
  if (!report) return refuse(report.error());
  fmt::print("{}", forget_text(*report));
  return kGraceful;
}

int repair(backup::Repository& repository, Watch& watch) {
  const OsClock clock;
  OsRandom random;
  auto report = backup::repair(repository, repack_options(watch, clock, random));
  watch.clear();
  if (!report) return refuse(report.error());
  fmt::print("{}", repair_text(*report));
  return kRuntimeError;  // there was damage
}

int verify(const BackupCommand& command) {
  backup::DirectoryTarget target(command.target);
  auto opened = open_repository(target, command);
  if (!opened) return refuse(opened.error());
  Watch watch;
  backup::VerifyOptions options;
  options.stop = watch.stop();
  options.progress = [&](const backup::VerifyProgress& so_far) {
    watch.look([&] { return fmt::format("{} of {} packs", so_far.packs, so_far.packs_all); });
  };
  auto report = backup::verify(*opened->repository, options);
  watch.clear();
  if (!report) return refuse(report.error());
  fmt::print("{}", verify_text(*report));
  if (report->findings.empty()) return kGraceful;
  return command.repair ? repair(*opened->repository, watch) : kRuntimeError;
}

int restore(const BackupCommand& command) {
  backup::DirectoryTarget target(command.target);
  auto opened = open_repository(target, command);
  if (!opened) return refuse(opened.error());
  auto snapshots = opened->repository->snapshots();
  if (!snapshots) return refuse(snapshots.error());
  auto chosen = choose_snapshot(*snapshots, command.snapshot);
  if (!chosen) return refuse(chosen.error());
  const OsClock clock;
  Watch watch;
  backup::RestoreOptions options;
  options.clock = &clock;
  options.stop = watch.stop();
  options.progress = [&](const backup::RestoreProgress& so_far) {
    watch.look([&] {
      return fmt::format("{} entries, {} of {}", count_text(so_far.entries),
                         size_text(so_far.bytes), size_text(chosen->bytes));
    });
  };
  auto report = backup::restore(*opened->repository, *chosen, command.home, options);
  watch.clear();
  if (!report) return refuse(report.error());
  fmt::print("{}", restore_text(*report, command.home));
  return kGraceful;
}

}  // namespace

int run_backup(const BackupCommand& command) {
  tune_allocator();
  switch (command.action) {
    case Action::kBackup:
      return back_up(command);
    case Action::kList:
      return list(command);
    case Action::kVerify:
      return verify(command);
    case Action::kForget:
      return forget(command);
    case Action::kRestore:
      break;
  }
  return restore(command);
}

}  // namespace kinode::node
