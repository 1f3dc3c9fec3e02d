// Misuses the node without end, in the way that the body of the first message names:
//   prints            lines on the terminal
//   timers            timers of an hour, each asked for without waiting
//   states            a state of a megabyte, saved again and again
//   spawns <path>     children of the component at this path
//   waits             for an answer that never comes, while its mailbox fills up
#include <kinode/process.h>
#include <tuple>

using namespace kinode;
using namespace kinode::literals;

namespace misuses {

static void print_without_end() {
  for (uint64_t i = 0;; ++i) print("line ", std::to_string(i));
}

static Request hour() {
  return Request::to("our@timer:distro:sys"_address).body(R"({"SetTimer":3600000})");
}

static void set_timers() {
  const auto request = hour().expects(3601);
  for (;;) request.send();
}

static void save_states() {
  const std::string state(1 << 20, 's');
  for (;;) set_state(state);
}

static void spawn_without_end(std::string_view path) {
  for (;;) std::ignore = Spawn(std::string(path)).start();
}

static void wait() {
  for (;;) std::ignore = hour().send_and_await(3601);
}

static void init(const Address&) {
  const auto message = receive();
  if (!message) return;
  const std::string_view body = message->body();
  if (body == "prints") print_without_end();
  if (body == "timers") set_timers();
  if (body == "states") save_states();
  if (body == "waits") wait();
  if (body.starts_with("spawns ")) spawn_without_end(body.substr(7));
  print("misuses: unknown: ", body);
}

}  // namespace misuses

KINODE_PROCESS(misuses::init)
