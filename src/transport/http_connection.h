// One HTTP/1.1 connection: read, parse, hand over, answer, again (RFC 9112).
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "transport/http_message.h"

namespace kinode::transport {

using TcpSocket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

struct HttpLimits {
  std::size_t header_bytes_max;
  std::size_t body_bytes_max;
  Nanos header_time_max;
  Nanos body_time_max;
  Nanos idle_time_max;
};

/// Thread: everything on the worker of its socket; HttpExchange::respond from any.
/// Requests on one connection are answered one after the other, in order; a pipelined request waits
/// in the read buffer. Lives as long as it reads, writes or owes an answer.
class HttpConnection final : public std::enable_shared_from_this<HttpConnection> {
 public:
  /// How the peer came: the socket may also be a local one that is read and written alike.
  enum class Way : bool { kNetwork, kHome };

  HttpConnection(TcpSocket socket, HttpHandler& handler, const Clock& clock, HttpLimits limits,
                 std::shared_ptr<std::atomic<std::size_t>> open_count, Way way = Way::kNetwork);
  ~HttpConnection();

  /// Begins. Call on the socket's worker.
  void start();

  /// Ends it if its present step takes longer than its limit allows. On the socket's worker.
  void close_if_late(Instant now);

  /// Ends it. On the socket's worker.
  void close();

  boost::asio::io_context::executor_type executor() { return socket_.get_executor(); }

 private:
  class Exchange;
  using Parser = boost::beast::http::request_parser<boost::beast::http::vector_body<std::uint8_t>>;

  void begin_request();
  void read_more();
  void parse();
  void hand_over();
  void become_socket(const decltype(HttpRequest::message)& upgrade,
                     std::shared_ptr<SocketHandler> handler);
  void refuse(unsigned status, std::string_view why);
  void write(HttpResponse response, bool head_only, bool keep_alive);
  void written(const boost::system::error_code& error);
  void send_continue();
  void linger();
  void drop_more();

  TcpSocket socket_;
  HttpHandler& handler_;
  const Clock& clock_;
  const HttpLimits limits_;
  const std::shared_ptr<std::atomic<std::size_t>> open_count_;
  const std::string peer_;
  const bool peer_is_loopback_;
  const Way way_;
  std::thread::id thread_;

  std::string buffer_;  // unparsed bytes are [begin_, buffer_.size())
  std::size_t begin_ = 0;
  std::optional<Parser> parser_;
  std::optional<Parser::value_type::header_type> chunked_head_;  // before its trailer
  std::string head_;                                             // of the response being written
  Bytes body_;
  bool keep_alive_ = false;
  bool continued_ = false;
  bool refused_ = false;
  bool closed_ = false;
  Instant deadline_ = Instant::max();
};

}  // namespace kinode::transport
