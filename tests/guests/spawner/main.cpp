// A request {"path":T,"name":T,"count":N} spawns N children of the component at this path, named
// "<name>-0", "<name>-1" and so on, or "<name>" alone if N is 1; without a name the node chooses.
// The answer is {"spawned":N} or {"spawned":k,"error":T} with the number that had been spawned.
#include <kinode/json.h>

using namespace kinode;

namespace spawner {

struct Order {
  std::string path;
  std::optional<std::string> name;
  std::optional<uint64_t> count;
};
KINODE_JSON(Order, path, name, count)

struct Done {
  uint64_t spawned = 0;
};
KINODE_JSON(Done, spawned)

struct Failed {
  uint64_t spawned = 0;
  std::string error;
};
KINODE_JSON(Failed, spawned, error)

static std::string spawn_all(const Order& order) {
  const uint64_t count = order.count.value_or(1);
  for (uint64_t i = 0; i < count; ++i) {
    Spawn spawn(order.path);
    if (order.name) spawn.name(count == 1 ? *order.name : *order.name + "-" + std::to_string(i));
    const auto child = spawn.start();
    if (!child) return to_json(Failed{i, std::string(describe(child.error()))});
  }
  return to_json(Done{count});
}

static void init(const Address&) {
  for (;;) {
    const auto message = receive();
    if (!message || !message->is_request()) continue;
    const auto order = json_body<Order>(*message);
    respond(order ? spawn_all(*order) : to_json(Failed{0, order.error()}));
  }
}

}  // namespace spawner

KINODE_PROCESS(spawner::init)
