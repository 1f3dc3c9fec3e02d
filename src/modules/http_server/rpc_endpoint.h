// Messages injected by tools on this machine, such as kit (io.md 5).
#pragma once

#include <memory>
#include <string>

#include "modules/http_server/waiting.h"
#include "msg/envelope.h"
#include "port/port.h"
#include "transport/http_message.h"

namespace kinode::http_server {

/// What a tool asks for.
struct RpcCall {
  msg::Address target;
  Bytes body;
  std::optional<std::uint64_t> expects_response;
  std::optional<std::string> metadata;
  msg::BlobRef blob;
};

/// The body of a call. Data that is not base64 counts as no blob, as io.md 5 says.
Result<RpcCall> parse_rpc_call(std::string_view text, const std::string& our_node);

/// The JSON of an answer (io.md 5: the blob is base64 whose characters stand there as numbers).
std::string rpc_answer(const msg::Envelope& response);

/// Why a request may not come in (design 7): only from this machine, for a loopback Host, without
/// Origin or proxy headers, as application/json. Empty when it may.
struct RpcRefusal {
  unsigned status = 0;
  std::string why;
};
std::optional<RpcRefusal> refuse_rpc(const transport::HttpRequest& request);

/// Whoever reaches this endpoint may do anything on the node: it speaks with http-server's rights.
/// Thread: any.
class RpcEndpoint {
 public:
  RpcEndpoint(port::Port& port, msg::AddressRef self);

  void handle(std::shared_ptr<transport::HttpExchange> exchange);

  /// False: nobody waits here for an answer of that id.
  bool answered(const msg::Envelope& response);
  void failed(std::uint64_t id) { waiting_->answer(id, 408); }

  /// Answers everybody who still waits.
  void stop() { waiting_->stop(); }

 private:
  port::Port& port_;
  const msg::AddressRef self_;
  const std::shared_ptr<Waiting> waiting_;
};

}  // namespace kinode::http_server
