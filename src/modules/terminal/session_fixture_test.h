// A session in front of a screen: a test types, and reads what is seen.
#pragma once

#include <gmock/gmock.h>

#include "modules/terminal/screen_model_test.h"
#include "modules/terminal/session.h"

namespace kinode::terminal {

/// Writes down what it is asked for; what is said comes back through the queue, as it should.
class RecordingHost final : public SessionHost {
 public:
  explicit RecordingHost(PrintQueue& queue) : queue_(queue) {}

  void say(std::string text) override {
    queue_.push(msg::terminal_process(), {kFriday, 0, std::move(text)});
  }
  void submit(std::string command) override { submitted.push_back(std::move(command)); }
  void remember(std::string command) override { remembered.push_back(std::move(command)); }
  bool toggle_logging() override { return logging = !logging; }
  void leave() override { ++left; }
  void print_events(bool on) override { events.emplace_back(on ? "all on" : "all off"); }
  void print_events_of(const msg::ProcessId& process, bool on) override {
    events.push_back(process.text() + (on ? " on" : " off"));
  }
  void step_mode(bool on) override { events.emplace_back(on ? "step on" : "step off"); }
  void release_one() override { events.emplace_back("step"); }

  static constexpr std::int64_t kFriday = 1738328709'000;  // 2025-01-31 14:05:09 +0100

  std::vector<std::string> submitted;
  std::vector<std::string> remembered;
  std::vector<std::string> events;
  bool logging = true;
  int left = 0;

 private:
  PrintQueue& queue_;
};

class SessionTest : public testing::Test {
 protected:
  explicit SessionTest(Size size = {60, 8}, std::uint8_t verbosity = 0)
      : queue(VerbosityTable(verbosity, {})), window(size), screen(size) {
    draw();
  }

  void draw() {
    while (session.has_news()) screen.write(session.draw(window));
  }
  void type(std::string_view keys) {
    session.input(keys);
    draw();
  }
  void print(std::string content, std::uint8_t level = 0, std::string_view source = "p:chess:sys") {
    queue.push(msg::ProcessId::parse(source).value(),
               {RecordingHost::kFriday, level, std::move(content)});
    draw();
  }
  void resize(Size size) {
    window = size;
    screen.resize(size);
    screen.write(session.draw(size));
  }
  std::string above() const { return screen.row(screen.rows() - 2); }

  static constexpr const char* kUp = "\x1b[A";
  static constexpr const char* kDown = "\x1b[B";
  static constexpr const char* kRight = "\x1b[C";
  static constexpr const char* kLeft = "\x1b[D";

  PrintQueue queue;
  RecordingHost host{queue};
  const FixedZone zone{60};
  Session session{"a.os", queue, host, zone};
  Size window;
  ScreenModel screen;
};

}  // namespace kinode::terminal
