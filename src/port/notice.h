// A request that nobody waits for.
#pragma once

#include <memory>
#include <string_view>

#include "port/port.h"

namespace kinode::port {

/// From the module `self` to a process or module of this node.
inline Routed send_notice(Port& port, const msg::AddressRef& self, const msg::ProcessId& to,
                          std::string_view body, msg::BlobRef blob = nullptr) {
  auto out = std::make_shared<msg::Envelope>();
  out->id = port.random().next_u64();
  out->source = self;
  out->target = msg::share({port.our_node(), to});
  msg::Request request;
  request.body = Bytes::copy(body);
  out->message = std::move(request);
  out->blob = std::move(blob);
  return port.send(std::move(out));
}

}  // namespace kinode::port
