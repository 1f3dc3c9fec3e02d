// May this message go there, and where is that? (kernel.md 3.4)
#pragma once

#include <array>
#include <memory>
#include <string>

#include "kernel/process_table.h"
#include "kernel/tap.h"
#include "port/port.h"

namespace kinode::kernel {

/// A target as the sender names it.
struct TargetView {
  std::string_view node;
  IdView id;
};

inline TargetView target_view(const msg::Address& a) {
  return {a.node, {a.process.process, a.process.package, a.process.publisher}};
}

struct Route {
  std::shared_ptr<Endpoint> endpoint;  // set when the verdict is kDelivered
  port::Routed verdict = port::Routed::kNoTarget;
  bool remote = false;
};

/// Remembers a sender's last routes, so that a message on a known way costs a comparison and two
/// loads. One thread at a time.
class RouteCache {
 public:
  /// The endpoint, if the way is known and the sender's capabilities have not changed since.
  std::shared_ptr<Endpoint> find(const TargetView& target, std::uint64_t caps_version) const;
  void put(const TargetView& target, std::uint64_t caps_version,
           std::shared_ptr<Endpoint> endpoint);
  void forget(const Endpoint* endpoint);

 private:
  struct Entry {
    std::string node, process, package, publisher;  // as the sender wrote them
    std::uint64_t caps_version = 0;
    std::shared_ptr<Endpoint> endpoint;
  };
  static constexpr std::size_t kEntries = 4;
  std::array<Entry, kEntries> entries_;
  std::size_t next_ = 0;
};

/// Runs on the sender's thread. There is no central loop and no queue between sender and target.
/// Thread: any.
class Router {
 public:
  Router(std::string our_node, ProcessTable& table, rt::Executor& executor, port::PrintSink& print);

  const std::string& our_node() const { return our_node_; }

  bool is_ours(std::string_view node) const { return node == our_node_ || node == msg::kOurNode; }

  /// Checks `sender`'s right to send to `target` as it is now, and finds the target. The verdict
  /// kDelivered means that it may be delivered to `endpoint`.
  Route resolve(const ProcessRecord& sender, const TargetView& target) const;

  /// Prints why a message went nowhere, as kernel.md 3.13 says.
  void explain(const ProcessRecord& sender, const TargetView& target, const Route& route) const;

  /// Puts the message into the mailbox and makes sure that somebody looks, unless the tap holds it
  /// back. `envelope` is moved from only when it was delivered.
  port::Routed deliver(Endpoint& to, msg::EnvelopeRef& envelope,
                       Tap::Attempt attempt = Tap::Attempt::kFirst) {
    return tap_.is_open() ? tap_.pass(to, envelope, attempt) : put(to, envelope);
  }

  Tap& tap() { return tap_; }
  const Tap& tap() const { return tap_; }

 private:
  friend class Tap;

  port::Routed put(Endpoint& to, msg::EnvelopeRef& envelope) const;
  void give_up(const msg::EnvelopeRef& envelope, port::Routed why) const;
  Route resolve_remote(const ProcessRecord& sender) const;
  void print(std::uint8_t verbosity, std::string text) const;

  const std::string our_node_;
  const Key our_key_;
  const msg::Capability network_;
  ProcessTable& table_;
  rt::Executor& executor_;
  port::PrintSink& print_;
  Tap tap_;
};

/// Whether the id belongs to the node's own package: no program may have it (fault 2).
bool is_reserved(const msg::ProcessId& id);

}  // namespace kinode::kernel
