// Requests that a program answers: HTTP made into messages and back (io.md 3.9, 3.10).
#pragma once

#include <memory>
#include <string>

#include "modules/http_server/binding.h"
#include "modules/http_server/request_target.h"
#include "modules/http_server/route_table.h"
#include "modules/http_server/waiting.h"
#include "msg/envelope.h"
#include "port/port.h"

namespace kinode::http_server {

/// `{"Http":{..}}`: the fields of Kinode 1.0, and after them `raw_target`, `scheme` and `host`,
/// which say what those leave out (Q8).
std::string http_event(const transport::HttpRequest& request, const RequestTarget& target,
                       const RouteMatch& match);

/// What a program's answer says. Garbage is 500. A header may have a list of values (Q7); names and
/// values that could end a header, and headers that frame the message, are left out. Without
/// Content-Type the blob's mime stands for it, and without that it is octets.
transport::HttpResponse app_response(const msg::Envelope& answer);

/// Thread: any.
class AppRequests {
 public:
  AppRequests(port::Port& port, msg::AddressRef self);

  /// Asks the owner of the binding, which may answer, or have another process answer that it passes
  /// the request to, for 15 s. 503 at once: it does not run, or cannot take more.
  void ask(std::shared_ptr<transport::HttpExchange> exchange, const RequestTarget& target,
           const RouteMatch& match);

  /// False: nobody waits here for an answer of that id.
  bool answered(const msg::Envelope& response);

  /// The program has ended without an answer.
  void failed(std::uint64_t id) { waiting_->answer(id, 503); }

  /// A run of the program has ended: nobody waits for its answers any more.
  void owner_ended(const msg::ProcessId& owner) { waiting_->owner_ended(owner); }

  /// Answers everybody who still waits.
  void stop() { waiting_->stop(); }

 private:
  port::Port& port_;
  const msg::AddressRef self_;
  const std::shared_ptr<Waiting> waiting_;
};

}  // namespace kinode::http_server
