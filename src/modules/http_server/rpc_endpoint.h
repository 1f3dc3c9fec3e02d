// Messages injected by tools on this machine, such as kit (io.md 5).
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/random.h"
#include "msg/envelope.h"
#include "port/port.h"
#include "rt/mutex.h"
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
class RpcEndpoint : public std::enable_shared_from_this<RpcEndpoint> {
 public:
  RpcEndpoint(port::Port& port, msg::AddressRef self);

  void handle(std::shared_ptr<transport::HttpExchange> exchange);
  void answered(const msg::EnvelopeRef& response);
  void failed(std::uint64_t id);

  /// Answers everybody who still waits.
  void stop();

 private:
  struct Waiting {
    std::shared_ptr<transport::HttpExchange> exchange;
    rt::TimerId timer;
  };

  bool wait(std::uint64_t id, std::shared_ptr<transport::HttpExchange> exchange);
  std::shared_ptr<transport::HttpExchange> take(std::uint64_t id);
  std::uint64_t next_id();

  port::Port& port_;
  const msg::AddressRef self_;
  rt::Mutex mutex_;
  IdStream ids_ __attribute__((guarded_by(mutex_)));
  std::unordered_map<std::uint64_t, Waiting> waiting_ __attribute__((guarded_by(mutex_)));
  bool stopping_ __attribute__((guarded_by(mutex_))) = false;
};

}  // namespace kinode::http_server
