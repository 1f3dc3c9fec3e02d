// Passes requests on: {"to":<address>,"body":T,"expects":N}, with the blob that came along, and
// answers with the body and the blob of what it is answered; or with {"failed":T}.
#include <kinode/json.h>

using namespace kinode;

namespace relay {

struct Order {
  Address to;
  std::string body;
  uint64_t expects;
};
KINODE_JSON(Order, to, body, expects)

struct Failed {
  std::string failed;
};
KINODE_JSON(Failed, failed)

static void init(const Address&) {
  for (;;) {
    const auto message = receive();
    if (!message || !message->is_request()) continue;
    const auto order = from_json<Order>(message->body());
    if (!order) {
      respond(to_json(Failed{order.error()}));
      continue;
    }
    const auto answer =
        Request::to(order->to).body(order->body).blob(get_blob()).send_and_await(order->expects);
    if (!answer) {
      respond(to_json(Failed{std::string(answer.error().name())}));
    } else {
      Response().body(answer->body()).blob(get_blob()).send();
    }
  }
}

}  // namespace relay

KINODE_PROCESS(relay::init)
