// One runtime module: an addressed service inside the node (timer, state, http-server).
#pragma once

#include "base/error.h"
#include "msg/envelope.h"
#include "port/port.h"

namespace kinode::port {

struct ModuleInfo {
  msg::ProcessId id;
  bool is_public = false;  // may be messaged without a capability
};

/// Order:    start() once, then handle() any number of times, one at a time, then stop() once.
/// Thread:   start and stop on the thread that owns the node; handle() on the worker that pushed.
///           Successive calls see each other's effects. Slow work goes to the blocking pool.
/// Lifetime: the node owns modules and stops the newest first; the port outlives them.
class Module {
 public:
  virtual ~Module() = default;
  virtual ModuleInfo info() const = 0;
  virtual Status start(Port& port) = 0;

  /// A request, a response or a send error for this module. Answers leave through the port.
  virtual void handle(msg::EnvelopeRef envelope) noexcept = 0;

  /// A run of this process has ended, also one that begins again: what belongs to it can go. Its
  /// last messages may still come. Thread: any, also beside handle().
  virtual void process_ended(const msg::ProcessId&) noexcept {}

  /// Accepts nothing new; returns when nothing of the module's runs any more.
  virtual void stop() = 0;
};

}  // namespace kinode::port
