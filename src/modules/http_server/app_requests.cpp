#include "modules/http_server/app_requests.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/limits_http.h"
#include "msg/json_reader.h"
#include "msg/json_writer.h"

namespace kinode::http_server {

using transport::HttpResponse;

namespace {

using Pairs = std::map<std::string, std::string>;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_visible(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
}

bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c <= '~' &&
           std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
  });
}

/// Headers that say where the message ends, or what becomes of the connection: ours to say.
bool is_framing(std::string_view name) {
  constexpr std::array kNames = {
      "connection", "content-length", "keep-alive",        "proxy-connection",
      "te",         "trailer",        "transfer-encoding", "upgrade"};
  return std::ranges::find(kNames, name) != kNames.end();
}

void write_pairs(std::string& out, const Pairs& pairs) {
  msg::JsonObject object(out);
  for (const auto& [name, value] : pairs) object.field(name, value);
  object.close();
}

/// One value per name: of several the last (Q7 is about the other direction).
Pairs headers_of(const transport::HttpRequest& request) {
  Pairs out;
  for (const auto& field : request.message) {
    const std::string_view value(field.value().data(), field.value().size());
    out.insert_or_assign(lower({field.name_string().data(), field.name_string().size()}),
                         is_visible(value) ? value : std::string_view());
  }
  return out;
}

Pairs query_of(const RequestTarget& target) {
  Pairs out;
  for (auto& [name, value] : decode_query(target.query))
    out.insert_or_assign(std::move(name), std::move(value));
  return out;
}

HttpResponse empty(unsigned status) { return {status, {}, {}}; }

/// What of the answer is not the body.
struct Head {
  std::uint16_t status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
};

Status read_values(const std::string& name, const msg::Json& value, Head& out) {
  std::vector<std::string> values;
  if (value.is_array()) {
    if (auto ok = msg::read_json_list(value, values, limits::kHttpHeadersMax); !ok) return ok;
  } else {
    if (auto ok = msg::read_json(value, values.emplace_back()); !ok) return ok;
  }
  if (!is_token(name) || is_framing(lower(name))) return {};
  for (std::string& text : values) {
    if (is_visible(text)) out.headers.emplace_back(name, std::move(text));
  }
  return {};
}

Status read_json(const msg::Json& value, Head& out) {
  msg::StructReader in(value, "HttpResponse", 2);
  in.field("status", out.status);
  in.field_with("headers", [&](const msg::Json& headers) -> Status {
    const auto* members = headers.members();
    if (members == nullptr) return msg::json_mismatch("a map", headers);
    if (members->size() > limits::kHttpHeadersMax) return fail(Code::kInvalid, "too many headers");
    for (const auto& [name, text] : *members) {
      if (auto ok = read_values(name, text, out); !ok) return ok;
    }
    return {};
  });
  return std::move(in).finish();
}

Result<Head> read_head(const msg::Json& value) {
  Head out;
  if (auto ok = read_json(value, out); !ok) return std::unexpected(std::move(ok.error()));
  return out;
}

}  // namespace

std::string http_event(const transport::HttpRequest& request, const RequestTarget& target,
                       const RouteMatch& match) {
  const auto method = request.message.method_string();
  std::string out;
  msg::write_json_struct(out, "Http", [&](auto& o) {
    if (request.peer.empty()) {
      o.key("source_socket_addr") += "null";
    } else {
      o.field("source_socket_addr", std::string_view(request.peer));
    }
    o.field("method", std::string_view(method.data(), method.size()));
    o.field("url", "http://" + std::string(target.host) + std::string(target.path));
    o.field("bound_path", match.binding->pattern);
    write_pairs(o.key("headers"), headers_of(request));
    write_pairs(o.key("url_params"), match.parameters);
    write_pairs(o.key("query_params"), query_of(target));
    o.field("raw_target", request.target());
    o.field("scheme", std::string_view("http"));
    o.field("host", target.authority);
  });
  return out;
}

HttpResponse app_response(const msg::Envelope& answer) {
  auto head = msg::decode_json<Head>(answer.response()->body.view(), "an answer", read_head);
  if (!head || head->status < 200 || head->status > 999) return empty(500);
  HttpResponse out{head->status, std::move(head->headers), {}};
  const bool has_type = std::ranges::any_of(
      out.headers, [](const auto& header) { return lower(header.first) == "content-type"; });
  if (!has_type) {
    const bool has_mime = answer.blob && answer.blob->mime && is_visible(*answer.blob->mime);
    out.headers.emplace_back("content-type",
                             has_mime ? *answer.blob->mime : "application/octet-stream");
  }
  if (answer.blob) out.body = answer.blob->bytes;
  return out;
}

AppRequests::AppRequests(port::Port& port, msg::AddressRef self)
    : port_(port),
      self_(std::move(self)),
      waiting_(std::make_shared<Waiting>(port, limits::kHttpWaitingPerProcessMax)) {}

void AppRequests::ask(std::shared_ptr<transport::HttpExchange> exchange,
                      const RequestTarget& target, const RouteMatch& match) {
  const transport::HttpRequest& request = exchange->request();
  auto envelope = std::make_shared<msg::Envelope>();
  envelope->id = waiting_->next_id();
  envelope->source = self_;
  envelope->rsvp = self_;
  envelope->target = msg::share({port_.our_node(), match.binding->owner});
  msg::Request message;
  message.expects_response =
      static_cast<std::uint64_t>(std::chrono::seconds(limits::kHttpAnswerTimeMax).count());
  message.body = Bytes::copy(http_event(request, target, match));
  envelope->message = std::move(message);
  auto blob = std::make_shared<msg::Blob>();
  blob->bytes = exchange->take_body();
  envelope->blob = std::move(blob);
  const std::uint64_t id = envelope->id;
  if (!waiting_->add(id, exchange, match.binding->owner, limits::kHttpAnswerTimeMax)) {
    return exchange->respond(empty(503));
  }
  if (port_.send(std::move(envelope)) != port::Routed::kDelivered) waiting_->answer(id, 503);
}

bool AppRequests::answered(const msg::Envelope& response) {
  const auto taken = waiting_->take(response.id);
  if (!taken) return false;
  taken->exchange->respond(app_response(response));
  return true;
}

}  // namespace kinode::http_server
