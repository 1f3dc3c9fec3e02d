// What happens on the screen: keys come in, bytes for the terminal go out (kernel.md 9.2 to 9.4).
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "modules/terminal/input_line.h"
#include "modules/terminal/key_decoder.h"
#include "modules/terminal/print_queue.h"
#include "modules/terminal/screen.h"
#include "modules/terminal/verbosity_screen.h"
#include "port/event_tap.h"

namespace kinode::terminal {

/// What the session asks of the node around it. Nothing here waits.
class SessionHost : public port::EventTap {
 public:
  /// A line of the terminal itself, at level 0; it comes back through the queue.
  virtual void say(std::string text) = 0;
  virtual void submit(std::string command) = 0;
  virtual void remember(std::string command) = 0;
  /// Whether printouts are logged from now on.
  virtual bool toggle_logging() = 0;
  virtual void leave() = 0;
};

/// One thread. Input changes state; what is to be seen is asked for by draw(), so that a slow
/// terminal is shown the newest state and not every one on the way. `queue`, `host` and `zone`
/// outlive this.
class Session {
 public:
  Session(std::string_view node, PrintQueue& queue, SessionHost& host, const TimeZone& zone);

  History& history() { return input_.history(); }

  void input(std::string_view bytes);

  /// How long to wait for the rest of a key before input_paused(); none: nothing has begun.
  std::optional<Nanos> input_patience() const { return keys_.patience(); }
  void input_paused();

  /// Bytes that bring a terminal of this size from what was drawn last to what is to be seen;
  /// empty: nothing has changed. Takes a batch of printouts from the queue.
  std::string draw(Size size);

  /// Whether draw() of the same size would have something.
  bool has_news() const { return changed_ || bell_ || !queue_.empty(); }

  /// Takes no more keys; what was held back while another screen was open is drawn next.
  void stop();

  /// The last bytes: what was changed about the terminal is undone.
  std::string end() const;

 private:
  void handle(const Key& key);
  bool handle_command(char letter);
  void submit(std::string command);
  void cycle_verbosity();
  void toggle_step_mode();
  void toggle_screen();
  void change(const VerbosityChange& change);
  std::string draw_screen(Size size);
  void hold(PrintQueue::Taken taken);
  std::string draw_prints(const PrintQueue::Taken& taken) const;

  PrintQueue& queue_;
  SessionHost& host_;
  const TimeZone& zone_;
  KeyDecoder keys_;
  InputLine input_;
  std::optional<VerbosityScreen> screen_;  // while it is open
  std::deque<ShownPrint> held_;            // printed while it was open
  std::size_t held_dropped_ = 0;
  bool stepping_ = false;
  bool left_ = false;

  // What was drawn, and what differs.
  std::optional<Size> drawn_size_;
  bool alternate_drawn_ = false;
  bool changed_ = true;
  bool bell_ = false;
};

}  // namespace kinode::terminal
