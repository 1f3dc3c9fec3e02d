// All that a module can ask of the node.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/random.h"
#include "msg/envelope.h"
#include "port/print.h"
#include "rt/executor.h"

namespace kinode::port {

/// What became of a message.
enum class Routed : std::uint8_t {
  kDelivered,  // it is in the target's mailbox
  kNoTarget,   // nobody of that name runs here
  kDenied,     // the source lacks the capability
  kFull,       // the target's mailbox is full; nothing was queued
};

/// Thread: any, for every function. Outlives every module.
class Port {
 public:
  virtual ~Port() = default;

  virtual const std::string& our_node() const = 0;

  /// Sends on behalf of the module whose id is the envelope's source. Targets with the node `our`
  /// are understood. Never blocks.
  virtual Routed send(msg::EnvelopeRef envelope) = 0;

  /// Whether a run of this process, or a module, is there to be messaged.
  virtual bool is_alive(const msg::ProcessId& id) const = 0;

  virtual bool has_capability(const msg::ProcessId& holder, const msg::Capability& cap) const = 0;

  /// Gives `holder` a capability that the module issues, and stores it with what `holder` keeps.
  /// Done when the call returns, which may take a write to the disk. Nothing happens for a holder
  /// that is not there or has it already. Errors: it holds too many, it could not be stored.
  virtual Status grant(const msg::ProcessId& holder, const msg::Capability& cap) = 0;

  /// `used` of a processor went into work for this process, from `begun` on: it counts like a slice
  /// of its own (rt::Actor::bill). Nothing happens for a module, or who is not there.
  virtual void bill(const msg::ProcessId& /*who*/, Instant /*begun*/, Nanos /*used*/) {}

  virtual void print(std::uint8_t verbosity, const msg::ProcessId& source, std::string content) = 0;

  virtual rt::Executor& executor() = 0;
  virtual Random& random() = 0;
  virtual Log& log() = 0;
};

}  // namespace kinode::port
