// The terminal of this process, as the command line wants it (kernel.md 9.1).
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "modules/terminal/terminal.h"
#include "node/config.h"
#include "node/node.h"

namespace kinode::node {

/// Built before the node and stopped after it: what both have to say is shown. One thread.
class Console {
 public:
  /// Starts to show printouts on standard output. Build `Signals` before. Errors: kInvalid, the
  /// text of --process-verbosity; kIo, no descriptors are left.
  static Result<std::unique_ptr<Console>> open(const Config& config);

  terminal::Terminal& terminal() { return *terminal_; }

  /// The node is up: logs and history go to its home, event printing is set, and, unless it is
  /// detached or has no terminal, its keyboard is read. `on_leave` as Terminal::interact.
  void connect(Node& node, std::function<void()> on_leave);

 private:
  explicit Console(const Config& config) : config_(config) {}

  const Config& config_;
  OsClock clock_;
  terminal::OsTimeZone zone_;
  bool interactive_ = false;
  std::unique_ptr<terminal::Terminal> terminal_;
};

}  // namespace kinode::node
