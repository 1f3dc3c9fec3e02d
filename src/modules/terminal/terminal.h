// The node's terminal: printouts, keyboard, logs (kernel.md 9).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "modules/terminal/disk_writer.h"
#include "modules/terminal/print_queue.h"
#include "modules/terminal/session.h"
#include "modules/terminal/splash.h"
#include "modules/terminal/tty.h"
#include "port/port.h"

namespace kinode::terminal {

struct TerminalOptions {
  std::uint8_t verbosity = 0;
  ProcessVerbosities processes = {};
  bool logging = true;
  LogLimits log_limits = {};
};

/// Shows printouts as plain lines until interact(), with an input line below them afterwards. Not a
/// module that can be messaged: commands go out in the name of the program `terminal:terminal:sys`
/// and to it.
///
/// Order:  start or run_once, open_home, connect, interact (not when detached), disconnect, stop.
/// Thread: print and line from any; run_once from one, which is the terminal's own after start; the
///         rest from the thread that owns this. Nobody who prints ever waits, neither for the
///         terminal nor for the disk.
class Terminal final : public port::PrintSink, private SessionHost {
 public:
  /// `clock` and `zone` outlive this.
  Terminal(TerminalOptions options, std::unique_ptr<Tty> tty, const Clock& clock,
           const TimeZone& zone);
  ~Terminal() override;

  void print(msg::Printout printout) override;

  /// A line of the node itself, without time, at any verbosity. Not logged.
  void line(std::string text);

  /// Runs run_once() on a thread of the terminal's own.
  void start();

  /// Logs and history go to this home from now on, what was printed before too. The caller holds
  /// the home's lock. A history that cannot be read is reported as a printout.
  void open_home(const std::string& home);

  /// Commands and debug switches go there from now on; event printing is set as the verbosity asks.
  void connect(port::Port& port, port::EventTap& events);

  /// Takes the keyboard, in the name of `splash.node`. `on_leave` is called once, on the terminal's
  /// thread, when a person asks for the end. Error: there is no keyboard; everything goes on
  /// without one.
  Status interact(const SplashInfo& splash, std::function<void()> on_leave);

  /// The port and the events are not used after this. Step mode ends.
  void disconnect();

  /// Shows and logs what waits, says `message` and gives the terminal back. A terminal that takes
  /// nothing is given limits::kTerminalStopTimeMax.
  void stop(std::string_view message);

  /// Waits for something to do and does it. False: it has stopped.
  bool run_once();

 private:
  struct Node {
    port::Port* port = nullptr;
    port::EventTap* events = nullptr;
  };
  // What the owner's thread has asked of the terminal's thread.
  struct Orders {
    std::function<void()> on_leave;
    std::unique_ptr<Session> session;
    std::string node;
    std::optional<std::string> quit;
    Instant quit_deadline;
  };

  // --- SessionHost ---
  void say(std::string text) override;
  void submit(std::string command) override;
  void remember(std::string command) override;
  bool toggle_logging() override;
  void leave() override;
  void print_events(bool on) override;
  void print_events_of(const msg::ProcessId& process, bool on) override;
  void step_mode(bool on) override;
  void release_one() override;

  void take_orders();
  std::optional<Nanos> wait_at_most() const;
  void read_keys(bool ready);
  void render();
  void write_out();
  bool finished();

  const TerminalOptions options_;
  const std::unique_ptr<Tty> tty_;
  const Clock& clock_;
  const TimeZone& zone_;
  PrintQueue queue_;
  DiskWriter disk_;
  std::atomic<bool> logging_;
  std::vector<std::string> loaded_history_;  // until interact

  // Held while the node is called, so that disconnect() returns when nothing of it is in use.
  rt::Mutex node_mutex_;
  Node node_ __attribute__((guarded_by(node_mutex_)));

  rt::Mutex orders_mutex_;
  Orders orders_ __attribute__((guarded_by(orders_mutex_)));

  // The terminal's thread.
  std::unique_ptr<Session> session_;
  std::function<void()> on_leave_;
  std::optional<std::string> quit_;
  Instant quit_deadline_;
  bool said_goodbye_ = false;
  bool keyboard_ = false;
  bool gone_ = false;  // nobody looks any more
  Instant last_input_;
  std::string output_;
  std::size_t written_ = 0;

  std::thread thread_;
};

}  // namespace kinode::terminal
