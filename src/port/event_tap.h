// What the owner's terminal may watch of the messages (kernel.md 3.3, 9.7).
#pragma once

#include "msg/address.h"

namespace kinode::port {

/// Thread: any, for every function; none of them waits.
class EventTap {
 public:
  virtual ~EventTap() = default;

  /// Prints every message at level 3, in the kernel's name. Off at first.
  virtual void print_events(bool on) = 0;

  /// Prints the messages from and to one local process at level 3, in its name, while not all are
  /// printed.
  virtual void print_events_of(const msg::ProcessId& process, bool on) = 0;

  /// Holds back every message that may be delivered, until it is stepped over. Timers run on, so
  /// who waits for an answer may be told that it did not come. Off lets go of all, in order.
  virtual void step_mode(bool on) = 0;

  /// Lets the oldest held message through; nothing outside step mode.
  virtual void release_one() = 0;
};

}  // namespace kinode::port
