// Has pages: binds them at its start, and answers what comes with what it was told.
//
//   /            anybody: the event as JSON
//   /body        the body of the request, as text
//   /private     the same as /, for the owner
//   /secure      the same as /, under a host name of its own
//   /style.css   static content
//   /late        no answer
//   /leave       ends
//
// Its WebSocket /ws says back what it is told; a text "close" closes it.
#include <kinode/json.h>

using namespace kinode;
using namespace kinode::literals;

namespace web {

struct Answer {
  uint16_t status = 200;
  std::map<std::string, std::string> headers;
};
KINODE_JSON(Answer, status, headers)

struct Event {
  std::string bound_path;
};
KINODE_JSON(Event, bound_path)

struct Push {
  uint32_t channel_id;
  std::string message_type;
};
KINODE_JSON(Push, channel_id, message_type)

struct Incoming {
  std::optional<Event> Http;
  std::optional<Push> WebSocketPush;
};
KINODE_JSON(Incoming, Http, WebSocketPush)

struct Saying {
  Push WebSocketPush;
};
KINODE_JSON(Saying, WebSocketPush)

struct Closing {
  uint32_t WebSocketClose;
};
KINODE_JSON(Closing, WebSocketClose)

static void ask_server(std::string_view action, std::string_view content = {}) {
  auto request = Request::to("our@http-server:distro:sys"_address).body(action);
  if (!content.empty()) request.blob(content, "text/css");
  const auto answer = request.send_and_await(5);
  if (!answer || answer->body() != R"({"Ok":null})") print("could not do ", action);
}

static void bind(std::string_view path, bool authenticated) {
  ask_server(std::string(R"({"Bind":{"path":")").append(path) + R"(","authenticated":)" +
             (authenticated ? "true" : "false") + R"(,"local_only":false,"cache":false}})");
}

static void answer(std::string_view event, bool with_body) {
  Answer out;
  out.headers = {{"X-Guest", "web"},
                 {"Content-Type", with_body ? "text/plain" : "application/json"}};
  Response response;
  response.body(to_json(out));
  if (with_body) {
    response.blob(get_blob());
  } else {
    response.blob(event);
  }
  response.send();
}

static void say_back(const Push& push) {
  if (push.message_type != "Text" && push.message_type != "Binary") return;
  auto blob = get_blob();
  auto request = Request::to("our@http-server:distro:sys"_address);
  if (blob && blob->bytes() == "close") {
    request.body(to_json(Closing{push.channel_id})).send();
  } else {
    request.body(to_json(Saying{push})).blob(std::move(blob)).send();
  }
}

static void init(const Address&) {
  ask_server(R"({"WebSocketBind":{"path":"/ws","authenticated":false,"extension":false}})");
  for (const char* path : {"/", "/body", "/late", "/leave"}) bind(path, false);
  bind("/private", true);
  ask_server(R"({"SecureBind":{"path":"/secure","cache":false}})");
  ask_server(
      R"({"Bind":{"path":"/style.css","authenticated":false,"local_only":false,"cache":true}})",
      "body { color: red }");
  for (;;) {
    const auto message = receive();
    if (!message || !message->is_request()) continue;
    const auto incoming = from_json<Incoming>(message->body());
    if (incoming && incoming->WebSocketPush) {
      say_back(*incoming->WebSocketPush);
      continue;
    }
    if (message->body().starts_with("{\"WebSocket")) continue;
    if (!incoming || !incoming->Http) {
      respond("ready");
      continue;
    }
    const std::string_view path = incoming->Http->bound_path;
    if (path.ends_with("/late")) continue;
    if (path.ends_with("/leave")) return;
    answer(message->body(), path.ends_with("/body"));
  }
}

}  // namespace web

KINODE_PROCESS(web::init)
