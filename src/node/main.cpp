// kinode: one node. See README.md, or run `kinode --help`.
#include <cstdio>

#include "node/backup_command.h"
#include "node/config.h"
#include "node/run.h"

namespace {

int run_backup_command(int argc, char** argv) {
  const auto parsed = kinode::node::parse_backup_command(argc, argv);
  if (parsed.command) return kinode::node::run_backup(*parsed.command);
  std::fputs(parsed.text.c_str(), parsed.exit_code == 0 ? stdout : stderr);
  return parsed.exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  if (kinode::node::is_backup_command(argc, argv)) return run_backup_command(argc, argv);
  auto parsed = kinode::node::parse_command_line(argc, argv);
  if (!parsed.config) {
    std::fputs(parsed.text.c_str(), parsed.exit_code == 0 ? stdout : stderr);
    return parsed.exit_code;
  }
  return kinode::node::run(*parsed.config);
}
