// A terminal device that a test holds in its hands.
#pragma once

#include <string>
#include <vector>

#include "modules/terminal/screen_model_test.h"
#include "modules/terminal/tty.h"

namespace kinode::terminal {

/// Waiting with a limit moves the clock by that much when nothing is there. One thread.
class FakeTty final : public Tty {
 public:
  FakeTty(Size size, ManualClock& clock) : screen(size), size_(size), clock_(clock) {}

  void resize(Size size) {
    size_ = size;
    screen.resize(size);
  }

  Size size() const override { return size_; }

  Status set_raw(bool on) override {
    if (on && !has_keyboard) return fail(Code::kUnsupported, "no keyboard");
    raw = on;
    return {};
  }

  Ready wait(bool for_input, bool for_output, std::optional<Nanos> at_most) override {
    const Ready ready{for_input && (!keys.empty() || unplugged), for_output && room > 0};
    if (!ready.input && !ready.output && at_most && !woken) clock_.advance(*at_most);
    waits_for_ever = !ready.input && !ready.output && !at_most && !woken;
    woken = false;
    return ready;
  }

  Result<std::size_t> read(std::span<char> into) override {
    if (keys.empty() && unplugged) return fail(Code::kIo, "unplugged");
    const std::size_t n = std::min(into.size(), keys.size());
    keys.copy(into.data(), n);
    keys.erase(0, n);
    return n;
  }

  Result<std::size_t> write(std::string_view bytes) override {
    if (unplugged) return fail(Code::kIo, "unplugged");
    const std::size_t n = std::min(room, bytes.size());
    if (room != kEndless) room -= n;
    screen.write(bytes.substr(0, n));
    written += bytes.substr(0, n);
    return n;
  }

  void wake() override { woken = true; }

  static constexpr std::size_t kEndless = ~std::size_t{0};

  ScreenModel screen;
  std::string keys;     // typed and not yet read
  std::string written;  // everything
  std::size_t room = kEndless;
  bool raw = false;
  bool has_keyboard = true;
  bool unplugged = false;
  bool woken = false;
  bool waits_for_ever = false;  // the last wait had nothing to end it

 private:
  Size size_;
  ManualClock& clock_;
};

}  // namespace kinode::terminal
