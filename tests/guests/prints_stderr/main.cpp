// Writes 10 MB to stderr at start, then answers every request with the number of bytes that it
// could write. Linked with WASI.
#include <kinode/process.h>
#include <unistd.h>

using namespace kinode;

static void init(const Address&) {
  constexpr size_t kTotal = 10'000'000;
  constexpr std::string_view kLine =
      "0123456789012345678901234567890123456789012345678901234567890\n";
  size_t written = 0;
  while (written < kTotal) {
    const ssize_t part = write(STDERR_FILENO, kLine.data(), kLine.size());
    if (part <= 0) break;
    written += static_cast<size_t>(part);
  }
  for (;;) {
    const auto message = receive();
    if (message && message->is_request()) respond(std::to_string(written));
  }
}
KINODE_PROCESS(init)
