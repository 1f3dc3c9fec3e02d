// The test guest in C++. It answers the requests described at the top of ../python_echo/app.py,
// byte for byte like the guests of other languages.
#include <kinode/process.h>

#include "operations.h"

using namespace kinode;

namespace cpp_echo {

struct ResponseEntry {
  std::string kind = "response";
  std::string body;
  std::optional<std::string> context;
};
KINODE_JSON(ResponseEntry, kind, body, context)

struct ErrorEntry {
  std::string kind = "error";
  std::string error;
  Address target;
  std::optional<std::string> context;
};
KINODE_JSON(ErrorEntry, kind, error, target, context)

static void init(const Address&) {
  Log log;
  for (;;) {
    const auto message = receive();
    if (!message) {
      const auto& error = message.error();
      log.push_back({to_json(ErrorEntry{.error = std::string(error.name()),
                                        .target = error.target(),
                                        .context = error.context().transform(lossy_utf8)})});
    } else if (message->is_response()) {
      log.push_back({to_json(ResponseEntry{.body = lossy_utf8(message->body()),
                                           .context = message->context().transform(lossy_utf8)})});
    } else if (answer(message->body(), log) == Next::kLeave) {
      return;
    }
  }
}

}  // namespace cpp_echo

KINODE_PROCESS(cpp_echo::init)
