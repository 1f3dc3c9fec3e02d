// A person at a terminal who does anything, while programs print anything and the window changes:
// what reaches the terminal is only what it may be told.
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "modules/terminal/screen_model_test.h"
#include "modules/terminal/session.h"

namespace {

using kinode::terminal::PrintQueue;
using kinode::terminal::ScreenModel;
using kinode::terminal::Size;

class Host final : public kinode::terminal::SessionHost {
 public:
  explicit Host(PrintQueue& queue) : queue_(queue) {}
  void say(std::string text) override {
    queue_.push(kinode::msg::terminal_process(), {0, 0, std::move(text)});
  }
  void submit(std::string command) override {
    KINODE_ASSERT(kinode::is_utf8(kinode::as_bytes(command)));
    KINODE_ASSERT(kinode::printable(command) == command);
    KINODE_ASSERT(command.find('\n') == std::string::npos);
  }
  void remember(std::string command) override { submit(std::move(command)); }
  bool toggle_logging() override { return false; }
  void leave() override {}
  void print_events(bool) override {}
  void print_events_of(const kinode::msg::ProcessId&, bool) override {}
  void step_mode(bool) override {}
  void release_one() override {}

 private:
  PrintQueue& queue_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  PrintQueue queue(kinode::terminal::VerbosityTable(0, {}));
  Host host(queue);
  const kinode::terminal::FixedZone zone(0);
  kinode::terminal::Session session("a.os", queue, host, zone);
  Size window{data != nullptr && size > 0 ? data[0] % 100u : 0u, 5};
  ScreenModel screen(window);

  // Pieces of up to 16 bytes: the first byte of each says what happens and how long it is.
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const auto order = static_cast<unsigned char>(rest[0]);
    const std::string_view piece = rest.substr(1, order % 16);
    rest.remove_prefix(1 + piece.size());
    switch (order / 16 % 4) {
      case 0:
        window = {piece.size() * 11 % 90, order % 16u * 3};
        screen.resize(window);
        break;
      case 1:
        queue.push(kinode::msg::terminal_process(), {order, 0, std::string(piece)});
        break;
      case 2:
        session.input_paused();
        [[fallthrough]];
      default:
        session.input(piece);
    }
    const std::string bytes = session.draw(window);
    KINODE_ASSERT(kinode::is_utf8(kinode::as_bytes(bytes)));
    screen.write(bytes);
    KINODE_ASSERT(screen.unknown.empty());
  }
  session.stop();
  while (session.has_news()) screen.write(session.draw(window));
  screen.write(session.end());
  KINODE_ASSERT(!screen.alternate && screen.cursor_shown && !screen.bracketed_paste);
  return 0;
}
