// The whole node, built by name in one place and stopped in reverse (design 3).
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/error.h"
#include "node/config.h"
#include "port/event_tap.h"
#include "port/port.h"
#include "port/print.h"

namespace kinode::node {

/// Thread: start, stop and destruction on one thread.
class Node {
 public:
  /// Boots. `on_shutdown` is called, on some worker, when a program tells the kernel to shut down.
  /// Errors name what is in the way: the home, the port, the data.
  static Result<std::unique_ptr<Node>> start(const Config& config, port::PrintSink& print,
                                             std::function<void()> on_shutdown);
  ~Node();

  /// From the keyfile, or as the command line wants it.
  const std::string& name() const;
  const std::string& home() const;
  std::uint16_t http_port() const;

  /// Whether other nodes reach it without a router.
  bool is_direct() const;

  /// In hex; empty until the identity is open.
  std::string networking_key() const;

  /// For the terminal. Both live as long as the node.
  port::Port& port();
  port::EventTap& events();

  /// Why the node asked to be stopped, if it was not a program's wish: its identity could not be
  /// opened.
  std::optional<Error> failure() const;

  /// Ordered: no new requests, modules answer who waits, processes end, stores are synced.
  void stop();

 private:
  struct Parts;
  explicit Node(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace kinode::node
