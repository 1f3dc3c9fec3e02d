#include "node/backup_config.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <vector>

namespace kinode::node {

namespace {

using Action = BackupCommand::Action;

constexpr std::string_view kBackupExamples = R"(
Other uses:
  kinode backup list TARGET      the backups in a directory
  kinode backup verify TARGET    reads all of them and says what is damaged
  kinode backup forget TARGET    removes old ones

Examples:
  kinode backup ./home /mnt/disk/node
      asks for a passphrase; the first time it makes the repository and asks twice
  kinode backup ./home /mnt/disk/node --passphrase-file ~/.backup-phrase
      for scripts; or put the passphrase into the variable KINODE_BACKUP_PASSPHRASE
  kinode backup ./home /mnt/disk/node --add-recovery-key
      a second key, printed once: write it down for the day the passphrase is forgotten
  kinode restore /mnt/disk/node ./home-again
      the newest backup, as a home that `kinode ./home-again` starts

Only what is new is stored. Everything is encrypted: without passphrase and recovery key nobody can
read it again, you neither. A home named list, verify or forget is written ./list.

Exit codes: 0 done, 1 it failed or damage was found, 2 a wrong command line,
            3 it could not begin (wrong passphrase, no repository, home in use).
)";

constexpr std::string_view kRestoreExamples = R"(
Examples:
  kinode restore /mnt/disk/node ./home
      the newest backup; ./home must not exist yet, or be empty
  kinode restore /mnt/disk/node ./home --snapshot 4f1c
      that one of `kinode backup list /mnt/disk/node`
  kinode restore /mnt/disk/node ./home --recovery-key
      asks for the recovery key instead of the passphrase

Exit codes as of `kinode backup --help`.
)";

constexpr std::string_view kForgetExamples = R"(
Example:
  kinode backup forget /mnt/disk/node --keep-last 3 --keep-days 7 --keep-weeks 4 --keep-months 12
      removes all others, and what only they needed

Days are those of UTC. Exit codes as of `kinode backup --help`.
)";

void add_secret_flags(CLI::App& app, BackupCommand& c) {
  app.add_option("--passphrase-file", c.passphrase_file,
                 "Read the passphrase (or recovery key) from the first line of this file");
  app.add_flag("--recovery-key", c.recovery_key,
               "Open with the recovery key instead of a passphrase; a new repository gets one");
}

void describe_backup(CLI::App& app, BackupCommand& c) {
  app.add_option("home", c.home, "Home of the node, running or stopped")->required();
  app.add_option("target", c.target, "Directory for the backups; made if missing")->required();
  app.add_flag("--add-recovery-key", c.add_recovery_key,
               "Make a recovery key beside the passphrase, and print it once");
  add_secret_flags(app, c);
  app.footer(std::string(kBackupExamples));
}

void describe_restore(CLI::App& app, BackupCommand& c) {
  app.add_option("target", c.target, "Directory with backups")->required();
  app.add_option("home", c.home, "Home to make")->required();
  app.add_option("--snapshot", c.snapshot, "The beginning of a backup's id; without it the newest");
  add_secret_flags(app, c);
  app.footer(std::string(kRestoreExamples));
}

void describe_look(CLI::App& app, BackupCommand& c) {
  app.add_option("target", c.target, "Directory with backups")->required();
  add_secret_flags(app, c);
}

void describe_verify(CLI::App& app, BackupCommand& c) {
  describe_look(app, c);
  app.add_flag("--repair", c.repair,
               "Throw away what is damaged: the next backup stores it again if the node has it");
}

void describe_forget(CLI::App& app, BackupCommand& c) {
  describe_look(app, c);
  const auto keep = [&](const char* flag, std::size_t& count, const char* what) {
    app.add_option(flag, count, what)->check(CLI::Range(0, 100'000));
  };
  keep("--keep-last", c.keep.last, "So many of the newest of each node");
  keep("--keep-days", c.keep.days, "The newest one of each of the last so many days");
  keep("--keep-weeks", c.keep.weeks, "The same for weeks");
  keep("--keep-months", c.keep.months, "The same for months");
  app.footer(std::string(kForgetExamples));
}

ParsedBackup parse(CLI::App& app, BackupCommand& command, int argc, const char* const* argv) {
  // The command itself, and what follows it as a program's arguments.
  std::vector<const char*> rest(argv, argv + argc);
  try {
    app.parse(static_cast<int>(rest.size()), rest.data());
  } catch (const CLI::CallForHelp&) {
    return {std::nullopt, app.help(), kGraceful};
  } catch (const CLI::ParseError& error) {
    return {std::nullopt,
            fmt::format("kinode: {}\nTry `{} --help`.\n", error.what(), app.get_name()), kUsage};
  }
  if (command.recovery_key && command.add_recovery_key) {
    return {std::nullopt,
            "kinode: --add-recovery-key is for repositories with a passphrase: leave out "
            "--recovery-key\n",
            kUsage};
  }
  return {std::move(command), {}, kGraceful};
}

}  // namespace

bool is_backup_command(int argc, const char* const* argv) {
  if (argc < 2) return false;
  const std::string_view first = argv[1];
  return first == "backup" || first == "restore";
}

ParsedBackup parse_backup_command(int argc, const char* const* argv) {
  BackupCommand command;
  const std::string_view first = argc > 1 ? argv[1] : "";
  const std::string_view second = argc > 2 ? argv[2] : "";
  if (first == "restore") {
    command.action = Action::kRestore;
    CLI::App app("Makes a home from a backup, complete and checked.", "kinode restore");
    describe_restore(app, command);
    return parse(app, command, argc - 1, argv + 1);
  }
  if (second == "list") {
    command.action = Action::kList;
    CLI::App app("Shows the backups in a directory, oldest first.", "kinode backup list");
    describe_look(app, command);
    return parse(app, command, argc - 2, argv + 2);
  }
  if (second == "verify") {
    command.action = Action::kVerify;
    CLI::App app("Reads all backups in a directory and says what is damaged.",
                 "kinode backup verify");
    describe_verify(app, command);
    return parse(app, command, argc - 2, argv + 2);
  }
  if (second == "forget") {
    command.action = Action::kForget;
    CLI::App app("Removes old backups, and what only they needed.", "kinode backup forget");
    describe_forget(app, command);
    return parse(app, command, argc - 2, argv + 2);
  }
  CLI::App app("Backs up a node's home: everything in it at one instant, encrypted.",
               "kinode backup");
  describe_backup(app, command);
  return parse(app, command, argc - 1, argv + 1);
}

}  // namespace kinode::node
