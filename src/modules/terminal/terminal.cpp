#include "modules/terminal/terminal.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <tuple>

#include "base/limits.h"
#include "modules/terminal/history_file.h"
#include "modules/terminal/text.h"

namespace kinode::terminal {

namespace {

constexpr std::size_t kPlainBatchCount = 200;
constexpr std::size_t kPlainBatchBytes = 64u << 10;

/// Cuts what nobody would read to its end.
void bound(std::string& content) {
  if (content.size() <= limits::kPrintoutBytesMax) return;
  const std::size_t all = content.size();
  content.resize(head_bytes(content, limits::kPrintoutBytesMax).size());
  content += fmt::format("... and {} more bytes", all - content.size());
}

}  // namespace

Terminal::Terminal(TerminalOptions options, std::unique_ptr<Tty> tty, const Clock& clock,
                   const TimeZone& zone)
    : options_(std::move(options)),
      tty_(std::move(tty)),
      clock_(clock),
      zone_(zone),
      queue_(VerbosityTable(options_.verbosity, options_.processes)),
      disk_(zone, [this](std::string text) { say(std::move(text)); }),
      logging_(options_.logging) {}

Terminal::~Terminal() {
  if (thread_.joinable()) stop({});
}

void Terminal::print(msg::Printout printout) {
  bound(printout.content);
  const std::int64_t now = clock_.unix_ms();
  if (logging_.load(std::memory_order_relaxed)) disk_.log(now, printout.content);
  if (queue_.push(printout.source, {now, printout.verbosity, std::move(printout.content)})) {
    tty_->wake();
  }
}

void Terminal::line(std::string text) {
  if (queue_.push_plain(std::move(text))) tty_->wake();
}

void Terminal::start() {
  thread_ = std::thread([this] {
    while (run_once()) {
    }
  });
}

void Terminal::open_home(const std::string& home) {
  const std::string history_file = home + "/.terminal_history";
  disk_.open({home + "/.terminal_logs", options_.log_limits, history_file});
  auto history = load_history(history_file);
  if (history) {
    loaded_history_ = std::move(*history);
  } else {
    say("terminal: earlier commands are not there: " + history.error().detail);
  }
}

void Terminal::connect(port::Port& port, port::EventTap& events) {
  rt::Lock lock(node_mutex_);
  node_ = {&port, &events};
  const VerbosityTable table = queue_.table();
  if (table.overall() == kEventLevel) events.print_events(true);
  for (const auto& [process, verbosity] : table.processes()) {
    if (verbosity.level == kEventLevel) events.print_events_of(process, true);
  }
}

Status Terminal::interact(const SplashInfo& splash, std::function<void()> on_leave) {
  if (auto raw = tty_->set_raw(true); !raw) return raw;
  const std::string node = printable(splash.node);
  SessionHost& host = *this;
  auto session = std::make_unique<Session>(node, queue_, host, zone_);
  session->history().load(loaded_history_);
  queue_.push_plain(splash_text(splash, tty_->size().columns), 2);
  {
    rt::Lock lock(orders_mutex_);
    orders_.session = std::move(session);
    orders_.node = node;
    orders_.on_leave = std::move(on_leave);
  }
  tty_->wake();
  return {};
}

void Terminal::disconnect() {
  rt::Lock lock(node_mutex_);
  if (node_.events != nullptr) {
    node_.events->step_mode(false);
    node_.events->print_events(false);
  }
  node_ = {};
}

void Terminal::stop(std::string_view message) {
  {
    rt::Lock lock(orders_mutex_);
    orders_.quit = std::string(message);
    orders_.quit_deadline = clock_.now() + limits::kTerminalStopTimeMax;
  }
  tty_->wake();
  if (thread_.joinable()) {
    thread_.join();
  } else {
    while (run_once()) {
    }
  }
  disk_.stop();
}

// --- what the session asks for ---

void Terminal::say(std::string text) { print({0, msg::terminal_process(), std::move(text)}); }

void Terminal::submit(std::string command) {
  rt::Lock lock(node_mutex_);
  if (node_.port == nullptr) return;
  auto envelope = std::make_shared<msg::Envelope>();
  envelope->id = node_.port->random().next_u64();
  envelope->source = msg::share({node_.port->our_node(), msg::terminal_process()});
  envelope->target = envelope->source;
  msg::Request request;
  request.body = Bytes::copy(command);
  envelope->message = std::move(request);
  switch (node_.port->send(std::move(envelope))) {
    case port::Routed::kDelivered:
      return;
    case port::Routed::kFull:
      return say("terminal: terminal:terminal:sys is busy and did not get this command: try again");
    case port::Routed::kNoTarget:
    case port::Routed::kDenied:
      return say(
          "terminal: nobody took this command: terminal:terminal:sys, the program that "
          "understands commands, does not run here (its package is called terminal)");
  }
}

void Terminal::remember(std::string command) { disk_.remember(std::move(command)); }

bool Terminal::toggle_logging() {
  const bool on = !logging_.load();  // nobody else changes it
  logging_.store(on);
  return on;
}

void Terminal::leave() {
  if (on_leave_) on_leave_();
}

void Terminal::print_events(bool on) {
  rt::Lock lock(node_mutex_);
  if (node_.events != nullptr) node_.events->print_events(on);
}

void Terminal::print_events_of(const msg::ProcessId& process, bool on) {
  rt::Lock lock(node_mutex_);
  if (node_.events != nullptr) node_.events->print_events_of(process, on);
}

void Terminal::step_mode(bool on) {
  rt::Lock lock(node_mutex_);
  if (node_.events != nullptr) node_.events->step_mode(on);
}

void Terminal::release_one() {
  rt::Lock lock(node_mutex_);
  if (node_.events != nullptr) node_.events->release_one();
}

// --- the terminal's thread ---

void Terminal::take_orders() {
  Orders orders;
  {
    rt::Lock lock(orders_mutex_);
    orders = std::exchange(orders_, {});
  }
  if (orders.session) {
    session_ = std::move(orders.session);
    on_leave_ = std::move(orders.on_leave);
    keyboard_ = true;
    output_ += begin_screen(orders.node);
  }
  if (orders.quit) {
    quit_ = std::move(orders.quit);
    quit_deadline_ = orders.quit_deadline;
    keyboard_ = false;
    if (session_) session_->stop();
  }
}

std::optional<Nanos> Terminal::wait_at_most() const {
  const bool news = session_ ? session_->has_news() : !queue_.empty();
  if (output_.empty() && (news || quit_)) return Nanos{0};
  const Instant now = clock_.now();
  std::optional<Instant> until;
  if (quit_) until = quit_deadline_;
  if (session_ && session_->input_patience()) {
    const Instant pause = last_input_ + *session_->input_patience();
    until = until ? std::min(*until, pause) : pause;
  }
  if (!until) return std::nullopt;
  return std::max(*until - now, Nanos{0});
}

void Terminal::read_keys(bool ready) {
  if (!session_ || !keyboard_) return;
  const Instant now = clock_.now();
  if (ready) {
    std::array<char, 4096> buffer{};
    const auto got = tty_->read(buffer);
    if (!got) {
      keyboard_ = false;
    } else if (*got > 0) {
      last_input_ = now;
      session_->input({buffer.data(), *got});
      return;
    }
  }
  const auto patience = session_->input_patience();
  if (patience && now >= last_input_ + *patience) session_->input_paused();
}

void Terminal::render() {
  if (!output_.empty()) return;
  if (session_) {
    output_ = session_->draw(tty_->size());
    return;
  }
  const PrintQueue::Taken taken = queue_.take(kPlainBatchCount, kPlainBatchBytes);
  if (taken.dropped > 0) {
    output_ += fmt::format("({} lines were dropped: printed faster than shown)\n", taken.dropped);
  }
  for (const ShownPrint& print : taken.prints) output_ += plain_print(print, zone_);
}

void Terminal::write_out() {
  while (!output_.empty() && !gone_) {
    const auto put = tty_->write(std::string_view(output_).substr(written_));
    if (!put) {
      gone_ = true;
      break;
    }
    if (*put == 0) return;
    written_ += *put;
    if (written_ < output_.size()) continue;
    output_.clear();
    written_ = 0;
  }
  if (gone_) output_.clear();
}

bool Terminal::finished() {
  if (!quit_) return false;
  if (gone_ || clock_.now() >= quit_deadline_) return true;
  if (!output_.empty() || !queue_.empty() || (session_ && session_->has_news())) return false;
  if (said_goodbye_) return true;
  said_goodbye_ = true;
  if (session_) {
    output_ = session_->end() + (quit_->empty() ? "\r\n" : quit_text(*quit_));
  } else if (!quit_->empty()) {
    output_ = *quit_ + "\n";
  }
  write_out();
  return output_.empty();
}

bool Terminal::run_once() {
  const Tty::Ready ready = tty_->wait(keyboard_, !output_.empty(), wait_at_most());
  take_orders();
  read_keys(ready.input);
  render();
  write_out();
  if (!finished()) return true;
  std::ignore = tty_->set_raw(false);
  return false;
}

}  // namespace kinode::terminal
