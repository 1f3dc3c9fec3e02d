// What the benchmarks of the bare guest border run, without a kernel: the text that init gets says
// what to do, and the peer is the process "peer".
//   i     returns at once                    h:<n>  asks n times whether there is a blob
//   f:<n> sends n requests of 32 bytes       b:<n>  saves n states of 1 MiB
//   r     receives for ever                  g:<n>  loads its state n times
//   e     sends each message back            c      sends one, then the same
// e and c end at a message whose body is not of 32 bytes.
#include <charconv>
#include <kinode/process.h>
#include <tuple>

using namespace kinode;

namespace border_bench {

constexpr std::string_view kBody = "0123456789abcdef0123456789abcdef";

static void send_back() {
  for (;;) {
    const auto message = receive();
    if (!message || message->body().size() != kBody.size()) return;
    Request::to(message->source()).body(kBody).send();
  }
}

static void run(std::string_view order) {
  const AddressView peer("node.os", {"peer", "bench", "template.os"});
  const auto request = Request::to(peer).body(kBody);
  const char kind = order.empty() ? 'i' : order.front();
  uint64_t count = 0;
  if (order.size() > 2) std::from_chars(order.data() + 2, order.data() + order.size(), count);
  const std::string large(kind == 'b' ? 1 << 20 : 0, 'x');
  for (uint64_t i = 0; i < count; ++i) {
    switch (kind) {
      case 'h':
        has_blob();
        break;
      case 'f':
        request.send();
        break;
      case 'b':
        set_state(large);
        break;
      case 'g':
        get_state();
        break;
      default:
        return;
    }
  }
  if (kind == 'c') request.send();
  if (kind == 'c' || kind == 'e') send_back();
  while (kind == 'r') std::ignore = receive();
}

}  // namespace border_bench

// Not by KINODE_PROCESS, which does not pass the text on.
extern "C" void exports_process_v1_init(process_v1_string_t* our) {
  const std::string order(detail::text(*our));
  std::ignore = detail::Arena::take();
  border_bench::run(order);
}
