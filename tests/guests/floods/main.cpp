// Takes one message, whose body is "<address>" or "<address> <count>", and sends that many requests
// of 32 bytes there, without end if there is no count. Then it waits for messages, and ignores
// them.
#include <charconv>
#include <kinode/process.h>
#include <tuple>

using namespace kinode;

static void flood(std::string_view order) {
  const size_t space = order.find(' ');
  const auto target = Address::parse(order.substr(0, space));
  if (!target) return print("floods: ", order, ": ", describe(target.error()));
  uint64_t count = UINT64_MAX;
  if (space != order.npos) {
    const auto digits = order.substr(space + 1);
    const auto* end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, count).ptr != end) {
      return print("floods: not a count: ", digits);
    }
  }
  const auto request = Request::to(*target).body("0123456789abcdef0123456789abcdef");
  for (; count > 0; --count) request.send();
}

static void init(const Address&) {
  if (const auto message = receive()) flood(message->body());
  for (;;) std::ignore = receive();
}
KINODE_PROCESS(init)
