// A WebSocket over Beast's stream.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <memory>

#include "rt/mutex.h"
#include "transport/http_connection.h"
#include "transport/websocket.h"

namespace kinode::transport {

/// Thread: everything on the worker of its socket, but what SocketChannel has. Lives as long as it
/// reads or writes.
class WebSocketConnection final : public SocketChannel,
                                  public std::enable_shared_from_this<WebSocketConnection> {
 public:
  using Request = decltype(HttpRequest::message);

  WebSocketConnection(TcpSocket socket, std::shared_ptr<SocketHandler> handler,
                      std::shared_ptr<std::atomic<std::size_t>> open_count);
  ~WebSocketConnection() override;

  /// Answers the upgrade and begins. Call on the socket's worker.
  void start(const Request& upgrade);

  bool send(FrameKind kind, Bytes payload) override;
  void cut() override;

 private:
  struct Outgoing {
    FrameKind kind;
    Bytes payload;
  };

  void read();
  void got(FrameKind kind, Bytes payload);
  void offer();
  void write_next();
  void written(const boost::system::error_code& error);
  void controlled(boost::beast::websocket::frame_type kind, std::string_view payload);
  void finish();

  boost::beast::websocket::stream<TcpSocket> stream_;
  const std::shared_ptr<SocketHandler> handler_;
  const std::shared_ptr<std::atomic<std::size_t>> open_count_;
  boost::asio::steady_timer again_;
  boost::beast::flat_buffer incoming_;
  std::deque<Outgoing> unread_;  // received, but the handler has no room
  Nanos waited_{0};
  bool is_reading_ = false;
  bool is_writing_ = false;
  bool is_open_ = false;
  bool is_finished_ = false;
  unsigned pings_ = 0;  // sent by the handler and not answered yet

  rt::Mutex mutex_;
  std::deque<Outgoing> queue_ __attribute__((guarded_by(mutex_)));
  std::size_t queued_bytes_ __attribute__((guarded_by(mutex_))) = 0;
  bool is_closing_ __attribute__((guarded_by(mutex_))) = false;
};

}  // namespace kinode::transport
