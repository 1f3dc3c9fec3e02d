#include "node/run.h"

#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

#include "node/allocator.h"
#include "node/console.h"
#include "node/login.h"
#include "node/node.h"
#include "node/signals.h"

namespace kinode::node {

namespace {

int cannot_start(const Error& error) {
  fmt::print(stderr, "kinode: {}\n", printable(error.detail));
  return kCannotStart;
}

int refuse(const Error& error) {
  fmt::print(stderr, "kinode: {}\n", printable(error.detail));
  return error.code == Code::kInvalid ? kUsage : kCannotStart;
}

/// One line of JSON for whoever started us.
void report_control(const Config& config, const Node& node) {
  if (config.control_fd < 0) return;
  const std::string line =
      fmt::format("{{\"node\":\"{}\",\"http_port\":{}}}\n", node.name(), node.http_port());
  if (::write(config.control_fd, line.data(), line.size()) < 0) {
    fmt::print(stderr, "kinode: --control-fd {}: nobody reads there\n", config.control_fd);
  }
}

}  // namespace

int run(const Config& config) {
  if (const auto refused = refuse_login(config)) {
    fmt::print(stderr, "kinode: {}\n", refused->text);
    return refused->exit_code;
  }
  tune_allocator();
  Signals signals;
  auto console = Console::open(config);
  if (!console) return refuse(console.error());
  terminal::Terminal& terminal = (*console)->terminal();
  for (const auto& sentence : not_there_yet(config)) terminal.line("kinode: " + sentence + ".");
  auto node = Node::start(config, terminal, [&signals] { signals.wake(); });
  if (!node) {
    terminal.stop({});
    return cannot_start(node.error());
  }
  const std::string url = fmt::format("http://localhost:{}", (*node)->http_port());
  terminal.line("Welcome to Kinode.");
  terminal.line(fmt::format("Serving Kinode at \x1b]8;;{0}\x1b\\{0}\x1b]8;;\x1b\\", url));
  if (config.fake_node_name.empty()) terminal.line(offline_warning((*node)->name()));
  (*console)->connect(**node, [&signals] { signals.wake(); });
  report_control(config, **node);
  const std::string signal = signals.wait();
  terminal.disconnect();
  (*node)->stop();
  const auto failure = (*node)->failure();
  node->reset();
  if (failure) {
    terminal.stop({});
    return cannot_start(*failure);
  }
  terminal.stop(signal.empty() ? "graceful exit" : "exiting due to " + signal);
  return kGraceful;
}

}  // namespace kinode::node
