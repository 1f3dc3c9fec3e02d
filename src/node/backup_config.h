// The command lines of `kinode backup` and `kinode restore`, checked.
#pragma once

#include <optional>
#include <string>

#include "modules/backup/forget.h"
#include "node/config.h"

namespace kinode::node {

struct BackupCommand {
  enum class Action { kBackup, kList, kVerify, kForget, kRestore };

  Action action = Action::kBackup;
  std::string home;
  std::string target;
  std::string snapshot;         // the beginning of an id; empty: the newest
  std::string passphrase_file;  // empty: not from a file
  bool recovery_key = false;    // opened with, or made with, a recovery key instead of a passphrase
  bool add_recovery_key = false;
  bool repair = false;     // verify: throw away what is damaged
  backup::KeepRules keep;  // forget: what stays
};

struct ParsedBackup {
  std::optional<BackupCommand> command;  // none: `text` was all that was asked for, or an error
  std::string text;                      // for stdout, or for stderr when exit_code is not 0
  int exit_code = 0;
};

/// The first argument is `backup` or `restore`; a home of such a name is written ./backup.
bool is_backup_command(int argc, const char* const* argv);

/// Never exits and never prints.
ParsedBackup parse_backup_command(int argc, const char* const* argv);

}  // namespace kinode::node
