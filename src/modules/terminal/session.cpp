#include "modules/terminal/session.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace kinode::terminal {

namespace {

// A batch is drawn, and then the input line once. Large enough that a flood is shown quickly, small
// enough that a key is answered in between.
constexpr std::size_t kBatchCount = 200;
constexpr std::size_t kBatchBytes = 64u << 10;

bool prints_events(const std::optional<ProcessVerbosity>& verbosity) {
  return verbosity && verbosity->level == kEventLevel;
}

}  // namespace

Session::Session(std::string_view node, PrintQueue& queue, SessionHost& host, const TimeZone& zone)
    : queue_(queue), host_(host), zone_(zone), input_(node) {}

void Session::input(std::string_view bytes) {
  std::vector<Key> keys;
  keys_.feed(bytes, keys);
  for (const Key& key : keys) handle(key);
}

void Session::input_paused() {
  std::vector<Key> keys;
  keys_.pause(keys);
  for (const Key& key : keys) handle(key);
}

void Session::handle(const Key& key) {
  if (left_) return;
  if (key.kind == KeyKind::kControl && handle_command(key.letter)) return;
  changed_ = true;
  if (screen_) {
    if (const auto wanted = screen_->handle(key)) change(*wanted);
    return;
  }
  std::string submitted;
  switch (input_.handle(key, submitted)) {
    case InputLine::Outcome::kNothing:
    case InputLine::Outcome::kChanged:
      break;
    case InputLine::Outcome::kBell:
      bell_ = true;
      break;
    case InputLine::Outcome::kSubmit:
      submit(std::move(submitted));
      break;
  }
}

bool Session::handle_command(char letter) {
  switch (letter) {
    case 'C':
    case 'D':
      left_ = true;
      host_.say("exit code received");
      host_.leave();
      return true;
    case 'W':
      if (!input_.searching()) toggle_screen();
      return true;
    default:
      break;
  }
  if (screen_) return false;
  switch (letter) {
    case 'V':
      cycle_verbosity();
      return true;
    case 'J':
      toggle_step_mode();
      return true;
    case 'S':
      if (stepping_) host_.release_one();
      return true;
    case 'L':
      host_.say(fmt::format("logging mode: {}", host_.toggle_logging() ? "on" : "off"));
      return true;
    default:
      return false;
  }
}

void Session::submit(std::string command) {
  queue_.push_plain(input_.prompt() + command);
  if (command.empty()) return;
  if (input_.history().add(command)) host_.remember(command);
  host_.submit(std::move(command));
}

void Session::cycle_verbosity() {
  const bool printed_before = queue_.table().overall() == kEventLevel;
  const std::uint8_t level = queue_.cycle_verbosity();
  const bool prints_now = level == kEventLevel;
  if (prints_now != printed_before) host_.print_events(prints_now);
  host_.say(fmt::format("verbose mode: {}", verbosity_name(level)));
}

void Session::toggle_step_mode() {
  stepping_ = !stepping_;
  host_.step_mode(stepping_);
  host_.say(stepping_ ? "debug mode on: use CTRL+S to step through events" : "debug mode off");
}

void Session::toggle_screen() {
  if (screen_) {
    screen_.reset();
  } else {
    screen_.emplace();
  }
  changed_ = true;
}

void Session::change(const VerbosityChange& wanted) {
  const VerbosityTable before = queue_.table();
  const auto old = before.processes().find(wanted.process);
  const bool printed_before = old != before.processes().end() && prints_events(old->second);
  if (!wanted.verbosity) {
    queue_.remove_process(wanted.process);
  } else if (!queue_.set_process(wanted.process, *wanted.verbosity)) {
    host_.say(
        fmt::format("{} processes have a verbosity of their own, which is the most there can "
                    "be: remove one first",
                    before.processes().size()));
    return;
  }
  const bool prints_now = prints_events(wanted.verbosity);
  if (prints_now != printed_before) host_.print_events_of(wanted.process, prints_now);
}

void Session::hold(PrintQueue::Taken taken) {
  held_dropped_ += taken.dropped;
  for (auto& print : taken.prints) {
    held_.push_back(std::move(print));
    if (held_.size() > limits::kTerminalHeldPrintsMax) {
      held_.pop_front();
      ++held_dropped_;
    }
  }
}

std::string Session::draw_prints(const PrintQueue::Taken& taken) const {
  std::string out;
  if (taken.dropped > 0) {
    out += fmt::format("({} prints were dropped: printed faster than shown)\r\n", taken.dropped);
  }
  for (const ShownPrint& print : taken.prints) out += draw_print(print, zone_);
  return out;
}

std::string Session::draw_screen(Size size) {
  hold(queue_.take(kBatchCount, kBatchBytes));
  if (alternate_drawn_ && !changed_ && size == drawn_size_) return {};
  std::string out;
  if (!alternate_drawn_) out += enter_alternate_screen();
  out += screen_->draw(size, queue_.table());
  alternate_drawn_ = true;
  changed_ = false;
  drawn_size_ = size;
  return out;
}

std::string Session::draw(Size size) {
  if (screen_) return draw_screen(size);
  std::string prints;
  if (alternate_drawn_) {
    if (held_dropped_ > 0) {
      prints += fmt::format("Dropped {} prints while on alternate screen\r\n", held_dropped_);
    }
    for (const ShownPrint& print : held_) prints += draw_print(print, zone_);
    held_.clear();
    held_dropped_ = 0;
  }
  prints += draw_prints(queue_.take(kBatchCount, kBatchBytes));
  const bool resized = drawn_size_ && size != *drawn_size_;
  if (prints.empty() && !changed_ && !bell_ && !resized && drawn_size_) return {};
  std::string out;
  if (alternate_drawn_) out += leave_alternate_screen();
  // The terminal has moved the input row together with the text above it: it is removed where it
  // went before it is drawn on the new bottom row.
  if (resized && !alternate_drawn_) out += "\r\x1b[J";
  if (!prints.empty()) out += go_to_input_row(size) + "\x1b[0m\x1b[2K" + prints;
  if (bell_) out += "\x07";
  out += draw_input_row(size, input_.view(usable_columns(size)));
  alternate_drawn_ = false;
  changed_ = false;
  bell_ = false;
  drawn_size_ = size;
  return out;
}

void Session::stop() {
  left_ = true;
  screen_.reset();
  changed_ = true;
}

std::string Session::end() const {
  std::string out;
  if (alternate_drawn_) out += leave_alternate_screen();
  return out + end_screen();
}

}  // namespace kinode::terminal
