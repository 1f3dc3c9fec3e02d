// What benchmarks run, as either end of a pair. The first message says which:
//
//   serve                       from then on, answers each request that expects an answer with the
//                               number of messages so far; loads the blob of a request "blob"
//   burst <target> <n>          sends n requests of 32 bytes one way, then awaits the answer to one
//   await <target> <n>          sends n requests of 32 bytes, awaiting the answer to each
//   blob <target> <n> <bytes>   the same with body "blob" and a blob of that size
//   state <n> <bytes>           saves n states of that size
//
// When it is done it answers "done", or "bad order" and what it was, and takes the next order.
#include <charconv>
#include <kinode/process.h>

using namespace kinode;

namespace pingpong_bench {

constexpr std::string_view kBody = "0123456789abcdef0123456789abcdef";
constexpr uint64_t kSeconds = 600;

/// The words of an order.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  std::string_view word() {
    const size_t space = rest_.find(' ');
    const auto word = rest_.substr(0, space);
    rest_.remove_prefix(space == rest_.npos ? rest_.size() : space + 1);
    return word;
  }
  std::optional<uint64_t> number() {
    const auto text = word();
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
  }

 private:
  std::string_view rest_;
};

[[noreturn]] static void serve() {
  uint64_t count = 0;
  for (;;) {
    const auto message = receive();
    if (!message) continue;
    ++count;
    if (message->body() == "blob") {
      const auto blob = get_blob();
      if (blob && !blob->bytes().empty() && blob->bytes().back() != 'x') print("a broken blob");
    }
    if (message->expects_response()) respond(std::to_string(count));
  }
}

static bool await_many(const Request& request, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    if (!request.send_and_await(kSeconds)) return false;
  }
  return true;
}

static bool save_states(uint64_t count, uint64_t size) {
  std::string state(size, 's');
  for (uint64_t i = 0; i < count; ++i) {
    if (size > 0) state[i % size] = static_cast<char>('a' + i % 26);
    set_state(state);
  }
  return true;
}

/// Whether the order was understood and carried out.
static bool carry_out(std::string_view order) {
  Words words(order);
  const auto mode = words.word();
  if (mode == "serve") {
    respond("done");
    serve();
  }
  if (mode == "state") {
    const auto count = words.number(), size = words.number();
    return count && size && save_states(*count, *size);
  }
  const auto target = AddressView::parse(words.word());
  const auto count = words.number();
  if (!target || !count) return false;
  const auto request = Request::to(*target).body(kBody);
  if (mode == "await") return await_many(request, *count);
  if (mode == "blob") {
    const auto size = words.number();
    if (!size) return false;
    const std::string bytes(*size, 'x');
    return await_many(Request::to(*target).body("blob").blob(bytes), *count);
  }
  if (mode != "burst") return false;
  for (uint64_t i = 0; i < *count; ++i) request.send();
  return await_many(request, 1);
}

static void init(const Address&) {
  for (;;) {
    const auto message = receive();
    if (!message || !message->is_request()) continue;
    if (carry_out(message->body())) {
      respond("done");
    } else {
      respond("bad order: " + std::string(message->body()));
    }
  }
}

}  // namespace pingpong_bench

KINODE_PROCESS(pingpong_bench::init)
