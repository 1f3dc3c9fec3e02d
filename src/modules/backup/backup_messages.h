// What one asks `backup:distro:sys` and what it answers, as JSON. All of it is ours.
#pragma once

#include <string>
#include <vector>

#include "modules/backup/backup_writer.h"
#include "modules/backup/verify.h"

namespace kinode::backup {

/// `{"Backup":{"target":"/mnt/disk/node","passphrase":"..","recovery_key":null,"wait":true}}`;
/// `List` and `Verify` with the same fields; `"Progress"`, `"Stop"`. One secret is needed. The
/// target's repository has to be there. Without `wait` a backup is answered when it has begun.
struct BackupAction {
  enum class Kind : std::uint8_t { kBackup, kList, kVerify, kProgress, kStop };

  Kind kind = Kind::kProgress;
  std::string target;
  std::optional<std::string> passphrase;
  std::optional<std::string> recovery_key;
  bool wait = true;

  bool operator==(const BackupAction&) const = default;
};

/// Errors name the field and what was expected.
Result<BackupAction> decode_backup_action(ByteView body);
std::string encode_backup_action(const BackupAction& action);

/// A finished backup, as the answer to `Backup` and in the progress.
struct BackupDone {
  std::string snapshot;  // its id
  std::string node;
  std::int64_t unix_ms = 0;
  std::uint64_t files = 0;
  std::uint64_t directories = 0;
  std::uint64_t links = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_stored = 0;
  std::uint64_t chunks_new = 0;
  std::uint64_t took_ms = 0;
  std::uint64_t paused_us = 0;  // how long writers were held up

  bool operator==(const BackupDone&) const = default;
};
BackupDone done_of(const BackupReport& report, Nanos paused);
Result<BackupReport> report_of(const BackupDone& done);

struct BackupFailed {
  std::string kind;  // the code's name
  std::string text;
  bool operator==(const BackupFailed&) const = default;
};
BackupFailed failed_of(const Error& error);
Error error_of(const BackupFailed& failed);

/// The answer to `"Progress"`: what runs, and how the last backup of this run of the node ended.
struct BackupState {
  bool running = false;
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_stored = 0;
  std::uint64_t number = 0;  // of the backup that runs or ended last; counts up
  std::optional<BackupDone> done;
  std::optional<BackupFailed> failed;

  bool operator==(const BackupState&) const = default;
};

/// `{"Started":{"number":1}}`
std::string encode_backup_started(std::uint64_t number);
/// `{"Done":{..}}`
std::string encode_backup_done(const BackupDone& done);
/// `{"Progress":{..}}`
std::string encode_backup_state(const BackupState& state);
/// `{"List":[{"id":"..","node":"..","unix_ms":1,"files":1,"bytes":1},..]}`
std::string encode_backup_list(const std::vector<Snapshot>& snapshots);
/// `{"Verify":{"packs":1,"bytes":1,"snapshots":1,"findings":[".."]}}`
std::string encode_backup_verified(const VerifyReport& report);
/// `{"Err":{"kind":"Denied","text":".."}}`
std::string encode_backup_error(const BackupFailed& failed);

/// An answer as the tool reads it: one of the three, or the error.
struct BackupAnswer {
  std::optional<std::uint64_t> started;
  std::optional<BackupState> state;
};
Result<BackupAnswer> decode_backup_answer(ByteView body);

}  // namespace kinode::backup
