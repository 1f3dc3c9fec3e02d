#include "node/listen.h"

#include <fmt/format.h>

namespace kinode::node {

namespace {

constexpr std::uint16_t kFirstPort = 8080;
constexpr std::uint16_t kLastPort = 8998;

}  // namespace

Result<std::unique_ptr<transport::HttpListener>> listen(rt::ThreadExecutor& executor,
                                                        std::optional<std::uint16_t> port) {
  if (port) {
    auto listener = transport::HttpListener::open(executor, {"127.0.0.1", *port});
    if (listener || listener.error().code != Code::kExists) return listener;
    for (std::uint32_t next = *port + 1u; next <= *port + 1000u && next <= 65535; ++next) {
      if (transport::HttpListener::open(executor,
                                        {"127.0.0.1", static_cast<std::uint16_t>(next)})) {
        return fail(Code::kExists, fmt::format("{}; port {} is free: use --port {}",
                                               listener.error().detail, next, next));
      }
    }
    return listener;
  }
  for (std::uint16_t next = kFirstPort; next <= kLastPort; ++next) {
    auto listener = transport::HttpListener::open(executor, {"127.0.0.1", next});
    if (listener || listener.error().code != Code::kExists) return listener;
  }
  return fail(Code::kExists, fmt::format("no port from {} to {} is free: choose one with --port",
                                         kFirstPort, kLastPort));
}

}  // namespace kinode::node
