// Signals as something to wait for.
#pragma once

#include <pthread.h>
#include <string>

namespace kinode::node {

/// Build before any thread starts: the signals of kernel.md 9.8 then reach only wait(). SIGPIPE is
/// ignored, SIGXFSZ too, and SIGWINCH blocked for the terminal.
class Signals {
 public:
  Signals();

  /// Waits for one of them; its name, or empty when wake() was called.
  std::string wait();

  /// Ends the wait of the thread that built this. Thread: any.
  void wake();

 private:
  const pthread_t waiter_;
};

}  // namespace kinode::node
