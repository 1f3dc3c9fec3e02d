// The terminal as the node uses it, on a device that a test holds in its hands.
#include "modules/terminal/terminal.h"

#include <../tests/support/fake_port.h>
#include <../tests/support/scratch.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "base/limits.h"
#include "modules/terminal/fake_tty_test.h"
#include "modules/terminal/os_tty.h"

namespace kinode::terminal {
namespace {

using support::Scratch;

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RecordingTap final : public port::EventTap {
 public:
  void print_events(bool on) override { calls.emplace_back(on ? "all on" : "all off"); }
  void print_events_of(const msg::ProcessId& process, bool on) override {
    calls.push_back(process.text() + (on ? " on" : " off"));
  }
  void step_mode(bool on) override { calls.emplace_back(on ? "step on" : "step off"); }
  void release_one() override { calls.emplace_back("step"); }
  std::vector<std::string> calls;
};

class TerminalTest : public testing::Test {
 protected:
  explicit TerminalTest(TerminalOptions options = {}) {
    auto device = std::make_unique<FakeTty>(Size{120, 10}, clock);
    tty = device.get();
    terminal = std::make_unique<Terminal>(std::move(options), std::move(device), clock, zone);
  }

  /// Until it would wait for somebody.
  void settle() {
    for (int i = 0; i < 10'000 && terminal->run_once() && !tty->waits_for_ever; ++i) {
    }
  }
  void type(std::string_view keys) {
    tty->keys += keys;
    settle();
  }
  void print(std::string content, std::uint8_t level = 0, std::string_view source = "p:k:sys") {
    terminal->print({level, msg::ProcessId::parse(source).value(), std::move(content)});
  }
  void boot() {
    terminal->open_home(scratch.path());
    terminal->connect(port, tap);
    ASSERT_TRUE(
        terminal->interact({"a.os", true, "1.0.0", "", "/home/a", "", false}, [this] { ++left; }));
    settle();
  }
  std::string logs() const { return scratch.read_all(".terminal_logs"); }

  const Scratch scratch;
  ManualClock clock;
  const FixedZone zone{0};
  support::FakePort port;
  RecordingTap tap;
  int left = 0;
  FakeTty* tty = nullptr;
  std::unique_ptr<Terminal> terminal;
};

TEST_F(TerminalTest, ShowsPlainLinesUntilItHasTheKeyboard) {
  terminal->line("Welcome to Kinode.");
  print("booting");
  print("not shown", 1);
  settle();
  EXPECT_EQ(tty->written, "Welcome to Kinode.\nMon 01:00 booting\n");
  EXPECT_FALSE(tty->raw);
}

TEST_F(TerminalTest, BeginsWithTitleSplashAndPrompt) {
  boot();
  EXPECT_TRUE(tty->raw);
  EXPECT_TRUE(tty->screen.bracketed_paste);
  EXPECT_EQ(tty->screen.title, "kinode a.os");
  EXPECT_TRUE(tty->screen.shows("a.os (direct)"));
  EXPECT_EQ(tty->screen.style_of("version 1.0.0"), "35");
  EXPECT_EQ(tty->screen.bottom(), "a.os >");
}

TEST_F(TerminalTest, ACommandBecomesARequestOfTheTerminalToItself) {
  boot();
  type("m our@p:k:sys '1'\r");
  ASSERT_EQ(port.sent.size(), 1u);
  const msg::Envelope& sent = *port.sent[0];
  EXPECT_EQ(sent.source->text(), "a.os@terminal:terminal:sys");
  EXPECT_EQ(sent.target->text(), "a.os@terminal:terminal:sys");
  ASSERT_NE(sent.request(), nullptr);
  EXPECT_EQ(sent.request()->body.text(), "m our@p:k:sys '1'");
  EXPECT_FALSE(sent.request()->inherit);
  EXPECT_FALSE(sent.request()->expects_response);
  EXPECT_EQ(sent.rsvp, nullptr);
  EXPECT_EQ(sent.blob, nullptr);
}

TEST_F(TerminalTest, ACommandThatNobodyTakesIsExplained) {
  boot();
  port.answer_to_send = port::Routed::kDenied;
  type("top\r");
  EXPECT_TRUE(tty->screen.shows("nobody took this command"));
  port.answer_to_send = port::Routed::kFull;
  type("top\r");
  EXPECT_TRUE(tty->screen.shows("is busy and did not get this command"));
}

TEST_F(TerminalTest, LeavingIsAskedForOnce) {
  boot();
  type("\x03\x03");
  EXPECT_EQ(left, 1);
  EXPECT_TRUE(tty->screen.shows("exit code received"));
}

TEST_F(TerminalTest, StopGivesTheTerminalBack) {
  boot();
  print("last words");
  terminal->stop("graceful exit");
  EXPECT_FALSE(tty->raw);
  EXPECT_FALSE(tty->screen.bracketed_paste);
  EXPECT_EQ(tty->screen.title, "");
  EXPECT_TRUE(tty->screen.shows("last words"));
  EXPECT_EQ(tty->screen.style_of("graceful exit"), "31");
  EXPECT_TRUE(tty->screen.unknown.empty());
}

TEST_F(TerminalTest, StopFromTheVerbosityScreenShowsWhatWasHeldBack) {
  boot();
  type("\x17");
  print("held back");
  settle();
  terminal->stop("exiting due to SIGTERM");
  EXPECT_FALSE(tty->screen.alternate);
  EXPECT_TRUE(tty->screen.shows("held back"));
  EXPECT_TRUE(tty->screen.shows("exiting due to SIGTERM"));
}

TEST_F(TerminalTest, StopWithoutKeyboardEndsWithThePlainMessage) {
  print("printed");
  terminal->stop("exiting due to SIGTERM");
  EXPECT_EQ(tty->written, "Mon 01:00 printed\nexiting due to SIGTERM\n");
}

TEST_F(TerminalTest, HistoryIsThereAgainTheNextTime) {
  scratch.write(".terminal_history", "of last time\n");
  boot();
  type("\x1b[A");
  EXPECT_EQ(tty->screen.bottom(), "a.os > of last time");
  type("\x15\rtop\rtop\r");
  terminal->stop({});
  EXPECT_EQ(scratch.read(".terminal_history"), "of last time\ntop\n");
}

TEST_F(TerminalTest, LogsHaveWhatWasPrintedWhateverItsLevel) {
  print("before the home was open", 3);
  boot();
  print("quiet", 2);
  type("\x0c");
  print("while logging was off");
  type("\x0c");
  print("on again");
  terminal->stop({});
  EXPECT_THAT(logs(), HasSubstr("[Mon, 1 Jan 2024 01:00:00 +0000] before the home was open\n"));
  EXPECT_THAT(logs(), HasSubstr("] quiet\n"));
  EXPECT_THAT(logs(), HasSubstr("] on again\n"));
  EXPECT_THAT(logs(), HasSubstr("] logging mode: on\n"));
  EXPECT_THAT(logs(), Not(HasSubstr("while logging was off")));
}

class SilentTerminal : public TerminalTest {
 protected:
  SilentTerminal()
      : TerminalTest({.verbosity = 3,
                      .processes = {{msg::ProcessId::parse("mute:k:sys").value(), {}},
                                    {msg::ProcessId::parse("loud:k:sys").value(), {3}},
                                    {msg::ProcessId::parse("four:k:sys").value(), {4}}},
                      .logging = false}) {}
};

TEST_F(SilentTerminal, StartsWithoutLogs) {
  boot();
  print("printed");
  terminal->stop({});
  EXPECT_TRUE(scratch.names(".terminal_logs").empty());
}

TEST_F(SilentTerminal, SwitchesEventPrintingAsTheVerbositySays) {
  boot();
  EXPECT_THAT(tap.calls, ElementsAre("all on", "loud:k:sys on"));
  type("\x16");
  EXPECT_EQ(tap.calls.back(), "all off");
}

TEST_F(TerminalTest, AtOtherLevelsEventPrintingStaysOff) {
  boot();
  EXPECT_TRUE(tap.calls.empty());
}

TEST_F(SilentTerminal, MutedProcessesAreLoggedAndNotShown) {
  boot();
  type("\x0c");
  print("psst", 0, "mute:k:sys");
  settle();
  terminal->stop({});
  EXPECT_FALSE(tty->screen.shows("psst"));
  EXPECT_THAT(logs(), HasSubstr("psst"));
}

TEST_F(TerminalTest, DisconnectEndsStepModeAndUsesTheNodeNoMore) {
  boot();
  type("\n\x13");
  terminal->disconnect();
  EXPECT_THAT(tap.calls, ElementsAre("step on", "step", "step off", "all off"));
  type("top\r\x13\x16\x16\x16");
  EXPECT_TRUE(port.sent.empty());
  EXPECT_EQ(tap.calls.size(), 4u);
}

TEST_F(TerminalTest, Fault23_ATerminalThatTakesNothingHoldsUpNobody) {
  boot();
  tty->room = 0;
  for (int i = 0; i < 50'000; ++i) print("flood " + std::to_string(i));
  for (int i = 0; i < 10; ++i) terminal->run_once();
  type("\x16\x0c\n\ntop\r");
  EXPECT_EQ(port.sent.size(), 1u);
  tty->room = FakeTty::kEndless;
  settle();
  EXPECT_TRUE(tty->screen.shows("prints were dropped"));
  EXPECT_TRUE(tty->screen.shows("verbose mode: debug"));
}

TEST_F(TerminalTest, ATerminalThatTakesNothingDoesNotKeepTheNodeFromEnding) {
  boot();
  tty->room = 0;
  print("never shown");
  const Instant before = clock.now();
  terminal->stop("graceful exit");
  EXPECT_LE(clock.now() - before, 2 * limits::kTerminalStopTimeMax);
  EXPECT_THAT(logs(), HasSubstr("never shown"));
}

TEST_F(TerminalTest, ATerminalThatTakesAByteAtATimeIsShownTheSame) {
  tty->room = 1;
  boot();
  type("typed");
  print("printed");
  for (int i = 0; i < 5000; ++i) {
    tty->room = 1;
    terminal->run_once();
  }
  EXPECT_EQ(tty->screen.bottom(), "a.os > typed");
  EXPECT_TRUE(tty->screen.shows("printed"));
}

TEST_F(TerminalTest, ATerminalThatGoesAwayHarmsNobody) {
  boot();
  tty->unplugged = true;
  print("into the void");
  settle();
  print("and again");
  settle();
  terminal->stop("exiting due to SIGHUP");
  EXPECT_THAT(logs(), HasSubstr("and again"));
}

TEST_F(TerminalTest, WithoutAKeyboardEverythingElseGoesOn) {
  tty->has_keyboard = false;
  const Status status = terminal->interact({}, [] {});
  ASSERT_FALSE(status);
  print("printed");
  settle();
  EXPECT_EQ(tty->written, "Mon 01:00 printed\n");
}

TEST_F(TerminalTest, APrintoutIsBounded) {
  print(std::string(1'000'000, 'a'));
  settle();
  EXPECT_LT(tty->written.size(), limits::kPrintoutBytesMax + 100);
  EXPECT_THAT(tty->written, HasSubstr("... and 934464 more bytes"));
}

TEST_F(TerminalTest, ALoneEscapeDoesNotSwallowTheNextKey) {
  boot();
  tty->keys = "\x1b";
  for (int i = 0; i < 5; ++i) terminal->run_once();
  type("a");
  EXPECT_EQ(tty->screen.bottom(), "a.os > a");
}

TEST_F(TerminalTest, FollowsTheWindow) {
  boot();
  type("typed");
  tty->resize({30, 4});
  tty->woken = true;
  settle();
  EXPECT_EQ(tty->screen.bottom(), "a.os > typed");
}

/// Both ends of a pipe, which hold about 64 KB.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_, O_CLOEXEC | O_NONBLOCK), 0); }
  ~Pipe() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int write_end() const { return ends_[1]; }
  /// What is in it now.
  std::string read() const {
    std::string out(100'000, '\0');
    const ssize_t got = ::read(ends_[0], out.data(), out.size());
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
  }

 private:
  int ends_[2] = {-1, -1};
};

class OnThreads : public testing::Test {
 protected:
  void SetUp() override {
    auto tty = open_os_tty(-1, pipe.write_end());
    ASSERT_TRUE(tty);
    terminal = std::make_unique<Terminal>(TerminalOptions(), std::move(*tty), clock, zone);
    terminal->open_home(scratch.path());
    terminal->start();
  }
  void print_from_four_threads(const std::string& content) {
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) terminal->print({0, msg::terminal_process(), content});
      });
    }
    for (auto& thread : threads) thread.join();
  }

  const Scratch scratch;
  const OsClock clock;
  const FixedZone zone{0};
  const Pipe pipe;
  std::unique_ptr<Terminal> terminal;
};

TEST_F(OnThreads, EverythingIsShownAndLogged) {
  print_from_four_threads("x");
  terminal->stop("graceful exit");
  const std::string shown = pipe.read();
  EXPECT_EQ(std::ranges::count(shown, '\n'), 2001);
  EXPECT_TRUE(shown.ends_with("graceful exit\n"));
  EXPECT_EQ(std::ranges::count(scratch.read_all(".terminal_logs"), '\n'), 2000);
}

TEST_F(OnThreads, Fault23_APipeThatNobodyReadsHoldsUpNobody) {
  print_from_four_threads(std::string(1000, 'x'));  // two megabytes into 64 KB
  terminal->stop("graceful exit");
  EXPECT_EQ(std::ranges::count(scratch.read_all(".terminal_logs"), '\n'), 2000);
}

}  // namespace
}  // namespace kinode::terminal
