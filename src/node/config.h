// The command line, checked (kernel.md 5.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kinode::node {

struct Config {
  std::string home;
  std::optional<std::uint16_t> port;  // 0: any free one
  std::optional<std::uint16_t> ws_port;
  std::optional<std::uint16_t> tcp_port;
  unsigned verbosity = 0;
  bool logging_off = false;
  bool reveal_ip = true;
  bool detached = false;
  std::string rpc;
  std::optional<std::string> password;
  std::uint64_t max_log_size = 16'000'000;
  std::uint64_t number_log_files = 4;
  std::uint64_t max_peers = 32;
  std::uint64_t max_passthroughs = 0;
  std::optional<std::uint64_t> soft_ulimit;
  std::string process_verbosity;
  std::string fake_node_name;
  std::uint16_t fakechain_port = 8545;
  std::vector<std::string> packages;
  bool power_durability = false;
  int control_fd = -1;
  std::size_t workers = 0;  // 0: one per processor
};

/// What the command line asks for.
struct Parsed {
  std::optional<Config> config;  // none: `text` was all that was asked for, or an error
  std::string text;              // for stdout, or for stderr when exit_code is not 0
  int exit_code = 0;
};

/// Never exits and never prints. Errors say which flag is wrong and what it takes.
Parsed parse_command_line(int argc, const char* const* argv);

/// The exact text of `--version`.
std::string version_text();

/// Flags that are understood but whose part does not exist yet, with a sentence for each that was
/// used.
std::vector<std::string> not_there_yet(const Config& config);

/// Exit codes, so that a supervisor can tell what happened.
enum ExitCode : int { kGraceful = 0, kRuntimeError = 1, kUsage = 2, kCannotStart = 3 };

}  // namespace kinode::node
