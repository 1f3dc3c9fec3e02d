// Where printouts go (kernel.md 1.9, 3.13). Not a log: these are lines for the owner's terminal.
#pragma once

#include <string>

#include "msg/kernel_types.h"

namespace kinode::port {

/// Thread: any. Never blocks on a terminal and never fails; what cannot be shown is dropped and
/// counted by the receiver.
class PrintSink {
 public:
  virtual ~PrintSink() = default;
  virtual void print(msg::Printout printout) = 0;
};

/// Drops everything.
class NullPrint final : public PrintSink {
 public:
  void print(msg::Printout) override {}
};

}  // namespace kinode::port
