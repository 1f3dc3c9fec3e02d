#include "transport/http_connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <tuple>
#include <utility>

#include "transport/websocket_connection.h"

namespace kinode::transport {

bool is_upgrade(const HttpRequest& request) {
  return boost::beast::websocket::is_upgrade(request.message) &&
         request.message.method() == boost::beast::http::verb::get &&
         request.header("Sec-WebSocket-Version") == "13" && request.has_header("Sec-WebSocket-Key");
}

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadBytes = 16u << 10;

std::string peer_text(const TcpSocket& socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return {};
  const std::string address = peer.address().to_string();
  return peer.address().is_v6() ? fmt::format("[{}]:{}", address, peer.port())
                                : fmt::format("{}:{}", address, peer.port());
}

bool is_loopback_peer(const TcpSocket& socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  return !error && peer.address().is_loopback();
}

/// A line that ends without CR. The parser would wait for a proper end until the time is over.
bool has_bare_line_feed(std::string_view head) {
  for (std::size_t at = head.find('\n'); at != head.npos; at = head.find('\n', at + 1)) {
    if (at == 0 || head[at - 1] != '\r') return true;
  }
  return false;
}

/// What the parser lets through, but a proxy could read in another way than we do: body lengths by
/// an encoding that we do not know (RFC 9112 6.3), and a host that is missing or said twice (3.2).
std::string_view why_ambiguous(const http::header<true>& head) {
  const auto encodings = head.count(http::field::transfer_encoding);
  if (encodings > 1 ||
      (encodings == 1 && !boost::beast::iequals(head[http::field::transfer_encoding], "chunked"))) {
    return "the only Transfer-Encoding understood here is chunked";
  }
  const auto hosts = head.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && head.version() >= 11)) {
    return "a request needs exactly one Host header";
  }
  return {};
}

}  // namespace

/// Holds the request and the connection until the answer is on its way.
class HttpConnection::Exchange final : public HttpExchange {
 public:
  Exchange(std::shared_ptr<HttpConnection> connection, HttpRequest request)
      : connection_(std::move(connection)), request_(std::move(request)) {}

  ~Exchange() override {
    // A handler that forgot its exchange must not leave the browser waiting.
    if (!answered_.load()) respond({500, {}, Bytes::copy("the program gave no answer\n")});
  }

  const HttpRequest& request() const override { return request_; }

  Bytes take_body() override { return Bytes::adopt(std::move(request_.message.body())); }

  void accept_socket(std::shared_ptr<SocketHandler> handler) override {
    if (answered_.exchange(true)) return;
    std::move(connection_)->become_socket(request_.message, std::move(handler));
  }

  void respond(HttpResponse response) override {
    if (answered_.exchange(true)) return;
    const bool head_only = request_.message.method() == http::verb::head;
    const bool keep_alive = request_.message.keep_alive();
    auto connection = std::move(connection_);
    if (std::this_thread::get_id() == connection->thread_) {
      // The connection's own worker, between handlers: nothing else can touch it now.
      connection->write(std::move(response), head_only, keep_alive);
      return;
    }
    const auto executor = connection->executor();
    boost::asio::dispatch(
        executor,
        [connection = std::move(connection), response = std::move(response), head_only,
         keep_alive]() mutable { connection->write(std::move(response), head_only, keep_alive); });
  }

 private:
  std::shared_ptr<HttpConnection> connection_;
  HttpRequest request_;
  std::atomic<bool> answered_{false};
};

HttpConnection::HttpConnection(TcpSocket socket, HttpHandler& handler, const Clock& clock,
                               HttpLimits limits,
                               std::shared_ptr<std::atomic<std::size_t>> open_count, Way way)
    : socket_(std::move(socket)),
      handler_(handler),
      clock_(clock),
      limits_(limits),
      open_count_(std::move(open_count)),
      peer_(way == Way::kHome ? std::string() : peer_text(socket_)),
      peer_is_loopback_(way == Way::kHome || is_loopback_peer(socket_)),
      way_(way) {
  open_count_->fetch_add(1);
}

HttpConnection::~HttpConnection() { open_count_->fetch_sub(1); }

void HttpConnection::start() {
  thread_ = std::this_thread::get_id();
  begin_request();
  read_more();
}

void HttpConnection::begin_request() {
  parser_.emplace();
  chunked_head_.reset();
  parser_->eager(false);  // stops behind the header, so that it can be looked at alone
  parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes_max));
  parser_->body_limit(limits_.body_bytes_max);
  continued_ = false;
  deadline_ = clock_.now() + limits_.idle_time_max;
}

void HttpConnection::read_more() {
  // What is left is less than one request, so this moves little.
  buffer_.erase(0, begin_);
  begin_ = 0;
  if (buffer_.empty() && buffer_.capacity() > 4 * kReadBytes) buffer_.shrink_to_fit();
  const std::size_t used = buffer_.size();
  buffer_.resize(used + kReadBytes);
  socket_.async_read_some(
      boost::asio::buffer(buffer_.data() + used, kReadBytes),
      [self = shared_from_this(), used](const error_code& error, std::size_t count) {
        self->buffer_.resize(used + count);
        if (error) {
          self->close();
          return;
        }
        self->parse();
      });
}

void HttpConnection::parse() {
  while (!parser_->is_done()) {
    const std::size_t available = buffer_.size() - begin_;
    if (available == 0) break;
    const bool had_header = parser_->is_header_done();
    if (!had_header && !parser_->got_some()) deadline_ = clock_.now() + limits_.header_time_max;
    error_code error;
    const std::size_t used =
        parser_->put(boost::asio::const_buffer(buffer_.data() + begin_, available), error);
    begin_ += used;
    if (!had_header && parser_->is_header_done()) {
      // Before anything about the body counts: it may still be on its way.
      if (const auto why = why_ambiguous(parser_->get()); !why.empty()) return refuse(400, why);
      if (parser_->chunked()) chunked_head_ = parser_->get().base();
      parser_->eager(true);
      deadline_ = clock_.now() + limits_.body_time_max;
    }
    if (error == http::error::need_more) {
      if (!parser_->is_header_done() &&
          has_bare_line_feed(std::string_view(buffer_).substr(begin_))) {
        return refuse(400, "lines of a header end with CR LF");
      }
      break;
    }
    if (error == http::error::body_limit) return refuse(413, "the body is too large for this node");
    if (error == http::error::header_limit) return refuse(431, "the header is too large");
    if (error) return refuse(400, "this is not an HTTP/1.1 request");
  }
  if (parser_->is_done()) {
    hand_over();
    return;
  }
  if (parser_->is_header_done() && !continued_) {
    continued_ = true;
    const auto& message = parser_->get();
    if (boost::beast::iequals(message[http::field::expect], "100-continue")) return send_continue();
  }
  read_more();
}

void HttpConnection::send_continue() {
  head_ = "HTTP/1.1 100 Continue\r\n\r\n";
  boost::asio::async_write(socket_, boost::asio::buffer(head_),
                           [self = shared_from_this()](const error_code& error, std::size_t) {
                             if (error) return self->close();
                             self->read_more();
                           });
}

void HttpConnection::hand_over() {
  // While the answer is made, its maker's own limits count.
  deadline_ = Instant::max();
  HttpRequest request{parser_->release(), peer_, peer_is_loopback_, way_ == Way::kHome};
  // The parser adds the trailer's fields to the header's, where they would pass for checked ones: a
  // Host, an Origin or a cookie (RFC 9110 6.5.1).
  if (chunked_head_) request.message.base() = *std::exchange(chunked_head_, std::nullopt);
  handler_.handle(std::make_shared<Exchange>(shared_from_this(), std::move(request)));
}

void HttpConnection::become_socket(const decltype(HttpRequest::message)& upgrade,
                                   std::shared_ptr<SocketHandler> handler) {
  // Whoever sends before the answer would be read in part by each of the two.
  if (begin_ < buffer_.size()) return refuse(400, "a WebSocket begins after its answer");
  closed_ = true;
  std::make_shared<WebSocketConnection>(std::move(socket_), std::move(handler), open_count_)
      ->start(upgrade);
}

void HttpConnection::refuse(unsigned status, std::string_view why) {
  refused_ = true;
  write(text_response(status, fmt::format("{}\n", why)), false, false);
}

void HttpConnection::write(HttpResponse response, bool head_only, bool keep_alive) {
  if (closed_) return;
  keep_alive_ = keep_alive;
  const auto reason = http::obsolete_reason(static_cast<http::status>(response.status));
  head_.clear();
  fmt::format_to(std::back_inserter(head_), "HTTP/1.1 {} {}\r\n", response.status,
                 std::string_view(reason.data(), reason.size()));
  for (const auto& [name, value] : response.headers) {
    fmt::format_to(std::back_inserter(head_), "{}: {}\r\n", name, value);
  }
  if (!keep_alive) head_ += "Connection: close\r\n";
  // Neither may have a body, and a length would say that one follows (RFC 9110 8.6, 15.4.5).
  if (response.status == 204 || response.status == 304) {
    response.body = Bytes();
    head_ += "\r\n";
  } else {
    fmt::format_to(std::back_inserter(head_), "Content-Length: {}\r\n\r\n", response.body.size());
  }
  body_ = head_only ? Bytes() : std::move(response.body);
  deadline_ = clock_.now() + limits_.body_time_max;
  const std::array<boost::asio::const_buffer, 2> parts{
      boost::asio::buffer(head_), boost::asio::const_buffer(body_.data(), body_.size())};
  boost::asio::async_write(
      socket_, parts,
      [self = shared_from_this()](const error_code& error, std::size_t) { self->written(error); });
}

void HttpConnection::written(const error_code& error) {
  body_ = Bytes();
  if (error) return close();
  if (refused_) return linger();
  if (!keep_alive_) return close();
  begin_request();
  if (begin_ < buffer_.size()) return parse();
  read_more();
}

void HttpConnection::linger() {
  // Closing while the client still sends would reset the connection, and the client would see that
  // instead of the reason (RFC 9112 9.6).
  error_code ignored;
  std::ignore = socket_.shutdown(TcpSocket::shutdown_send, ignored);
  deadline_ = clock_.now() + limits_.header_time_max;
  drop_more();
}

void HttpConnection::drop_more() {
  begin_ = 0;
  buffer_.resize(kReadBytes);
  socket_.async_read_some(boost::asio::buffer(buffer_.data(), buffer_.size()),
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                            if (error) return self->close();
                            self->drop_more();
                          });
}

void HttpConnection::close_if_late(Instant now) {
  if (now >= deadline_) close();
}

void HttpConnection::close() {
  if (closed_) return;
  closed_ = true;
  error_code ignored;
  std::ignore = socket_.shutdown(TcpSocket::shutdown_both, ignored);
  std::ignore = socket_.close(ignored);
}

}  // namespace kinode::transport
