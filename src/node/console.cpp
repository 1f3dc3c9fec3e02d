#include "node/console.h"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

#include "modules/terminal/os_tty.h"

namespace kinode::node {

namespace {

constexpr std::string_view kVersion = "1.0.0";

}  // namespace

Result<std::unique_ptr<Console>> Console::open(const Config& config) {
  auto processes = terminal::parse_process_verbosities(config.process_verbosity);
  if (!processes) return fail_in("--process-verbosity", std::move(processes.error()));
  std::unique_ptr<Console> console(new Console(config));
  console->interactive_ = !config.detached && terminal::is_interactive(STDIN_FILENO, STDOUT_FILENO);
  auto tty = terminal::open_os_tty(console->interactive_ ? STDIN_FILENO : -1, STDOUT_FILENO);
  if (!tty) return std::unexpected(std::move(tty.error()));
  terminal::TerminalOptions options;
  options.verbosity = static_cast<std::uint8_t>(std::min(config.verbosity, 255u));
  options.processes = std::move(*processes);
  options.logging = !config.logging_off;
  options.log_limits = {config.max_log_size, config.number_log_files};
  console->terminal_ = std::make_unique<terminal::Terminal>(std::move(options), std::move(*tty),
                                                            console->clock_, console->zone_);
  console->terminal_->start();
  return console;
}

void Console::connect(Node& node, std::function<void()> on_leave) {
  terminal_->open_home(node.home());
  terminal_->connect(node.port(), node.events());
  terminal::SplashInfo splash;
  splash.node = node.name();
  splash.direct = node.is_direct();
  splash.version = kVersion;
  splash.home = node.home();
  splash.networking_key = node.networking_key();
  splash.detached = config_.detached;
  if (interactive_) {
    if (auto ok = terminal_->interact(splash, std::move(on_leave)); !ok) {
      terminal_->line("kinode: " + ok.error().detail);
    }
  } else if (config_.detached && ::isatty(STDOUT_FILENO) == 1) {
    terminal_->line(terminal::splash_text(splash, 0));
  }
}

}  // namespace kinode::node
