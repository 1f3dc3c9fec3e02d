// Who pays for what a module has done on threads of a pool.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "port/port.h"

namespace kinode::port {

/// Measures the processor time of the thread it stands on and bills it (Port::bill) when it is told
/// to, and at its end. Costs about half a microsecond per bill.
/// Thread: the one that made it. Lifetime: within one piece of work of the pool.
class WorkMeter {
 public:
  WorkMeter(Port& port, const rt::BlockingPool& pool) : port_(port), pool_(pool) { begin(); }
  ~WorkMeter() { bill(); }
  WorkMeter(const WorkMeter&) = delete;
  WorkMeter& operator=(const WorkMeter&) = delete;

  /// One piece of what is done until the next bill is for `who`: all pieces pay alike.
  void share(const msg::AddressRef& who);

  /// What is done from now on is for `who` alone.
  void only(const msg::AddressRef& who);

  /// Without anybody to pay, what was done is nobody's.
  void bill();

 private:
  void begin();

  Port& port_;
  const rt::BlockingPool& pool_;
  Instant begun_{};
  Nanos before_{0};
  std::vector<std::pair<msg::AddressRef, std::size_t>> pieces_;  // by payer
  std::size_t count_ = 0;
};

}  // namespace kinode::port
