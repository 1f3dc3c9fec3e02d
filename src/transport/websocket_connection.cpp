#include "transport/websocket_connection.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/limits_http.h"

namespace kinode::transport {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

namespace {

constexpr Nanos kFirstPause = std::chrono::milliseconds(5);
constexpr Nanos kLongestPause = std::chrono::milliseconds(100);

// What a frame costs beside its payload, so that empty ones are bounded too.
constexpr std::size_t kFrameOverhead = 64;

websocket::ping_data control_payload(std::string_view payload) {
  websocket::ping_data out;
  const std::string_view fits = payload.substr(0, websocket::ping_data::static_capacity);
  out.assign(fits.begin(), fits.end());
  return out;
}

std::string_view text_of(const boost::beast::string_view& text) {
  return {text.data(), text.size()};
}

}  // namespace

WebSocketConnection::WebSocketConnection(TcpSocket socket, std::shared_ptr<SocketHandler> handler,
                                         std::shared_ptr<std::atomic<std::size_t>> open_count)
    : stream_(std::move(socket)),
      handler_(std::move(handler)),
      open_count_(std::move(open_count)),
      again_(stream_.get_executor()) {
  open_count_->fetch_add(1);
}

WebSocketConnection::~WebSocketConnection() { open_count_->fetch_sub(1); }

void WebSocketConnection::start(const Request& upgrade) {
  websocket::stream_base::timeout timeouts{};
  timeouts.handshake_timeout = limits::kHttpHeaderTimeMax;
  timeouts.idle_timeout = limits::kWebSocketIdleTimeMax;
  timeouts.keep_alive_pings = true;
  stream_.set_option(timeouts);
  websocket::permessage_deflate deflate;
  deflate.server_enable = true;
  deflate.server_max_window_bits = 12;
  deflate.memLevel = 4;
  stream_.set_option(deflate);
  stream_.read_message_max(limits::kWebSocketMessageBytesMax);
  stream_.auto_fragment(false);
  stream_.control_callback(
      [self = weak_from_this()](websocket::frame_type kind, boost::beast::string_view payload) {
        if (const auto strong = self.lock()) strong->controlled(kind, text_of(payload));
      });
  stream_.async_accept(upgrade, [self = shared_from_this()](const error_code& error) {
    if (error) return self->finish();
    self->is_open_ = true;
    self->handler_->opened(self);
    self->read();
    self->write_next();
  });
}

void WebSocketConnection::read() {
  if (is_reading_ || is_finished_ || !unread_.empty()) return;
  is_reading_ = true;
  stream_.async_read(incoming_, [self = shared_from_this()](const error_code& error, std::size_t) {
    self->is_reading_ = false;
    if (error) return self->finish();
    const auto data = self->incoming_.cdata();
    Bytes payload =
        Bytes::copy(ByteView(static_cast<const std::uint8_t*>(data.data()), data.size()));
    self->incoming_.consume(data.size());
    // A large message must not keep its room for the rest of the connection.
    if (self->incoming_.capacity() > limits::kWebSocketRoomKept) self->incoming_.shrink_to_fit();
    self->got(self->stream_.got_text() ? FrameKind::kText : FrameKind::kBinary, std::move(payload));
    self->read();
  });
}

void WebSocketConnection::controlled(websocket::frame_type kind, std::string_view payload) {
  switch (kind) {
    case websocket::frame_type::ping:
      return got(FrameKind::kPing, Bytes::copy(payload));
    case websocket::frame_type::pong:
      // Those that answer the pings of this connection itself are nobody's business.
      if (pings_ == 0 && payload.empty()) return;
      if (pings_ > 0) --pings_;
      return got(FrameKind::kPong, Bytes::copy(payload));
    case websocket::frame_type::close: {
      const auto& reason = stream_.reason().reason;
      return got(FrameKind::kClose, Bytes::copy(std::string_view(reason.data(), reason.size())));
    }
  }
}

void WebSocketConnection::got(FrameKind kind, Bytes payload) {
  if (is_finished_) return;
  unread_.push_back({kind, std::move(payload)});
  // Control frames come while a message is awaited; a client that sends nothing else is cut off.
  if (unread_.size() > limits::kWebSocketUnreadMax) return cut();
  if (unread_.size() == 1) {
    waited_ = Nanos{0};
    offer();
  }
}

void WebSocketConnection::offer() {
  while (!unread_.empty()) {
    if (!handler_->received(unread_.front().kind, unread_.front().payload)) break;
    unread_.pop_front();
    waited_ = Nanos{0};
  }
  if (unread_.empty()) return read();
  if (waited_ >= limits::kWebSocketHandlerTimeMax) return cut();
  const Nanos pause = std::clamp(waited_, kFirstPause, kLongestPause);
  waited_ += pause;
  again_.expires_after(pause);
  again_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error && !self->is_finished_) self->offer();
  });
}

bool WebSocketConnection::send(FrameKind kind, Bytes payload) {
  bool is_full = false;
  bool was_idle = false;
  {
    rt::Lock lock(mutex_);
    if (is_closing_) return false;
    queued_bytes_ += payload.size() + kFrameOverhead;
    is_full = queued_bytes_ > limits::kWebSocketQueueBytesMax && !queue_.empty();
    is_closing_ = is_full || kind == FrameKind::kClose;
    was_idle = queue_.empty();
    if (!is_full) queue_.push_back({kind, std::move(payload)});
  }
  if (is_full) {
    cut();
    return false;
  }
  if (was_idle) {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->write_next(); });
  }
  return true;
}

void WebSocketConnection::write_next() {
  if (!is_open_ || is_writing_ || is_finished_) return;
  Outgoing next;
  {
    rt::Lock lock(mutex_);
    if (queue_.empty()) return;
    next = queue_.front();
  }
  is_writing_ = true;
  const std::string_view payload = next.payload.text();
  const auto done = [self = shared_from_this(), kept = next.payload](
                        const error_code& error, std::size_t = 0) { self->written(error); };
  switch (next.kind) {
    case FrameKind::kText:
    case FrameKind::kBinary:
      stream_.text(next.kind == FrameKind::kText);
      return stream_.async_write(asio::buffer(payload.data(), payload.size()), done);
    case FrameKind::kPing:
      ++pings_;
      return stream_.async_ping(control_payload(payload), done);
    case FrameKind::kPong:
      return stream_.async_pong(control_payload(payload), done);
    case FrameKind::kClose: {
      websocket::close_reason reason(websocket::close_code::none);
      if (!payload.empty()) {
        reason.code = websocket::close_code::normal;
        const std::string_view short_enough = payload.substr(0, 123);
        reason.reason.assign(short_enough.data(), short_enough.size());
      }
      return stream_.async_close(reason, done);
    }
  }
}

void WebSocketConnection::written(const error_code& error) {
  is_writing_ = false;
  if (error) return finish();
  {
    rt::Lock lock(mutex_);
    queued_bytes_ -= queue_.front().payload.size() + kFrameOverhead;
    queue_.pop_front();
  }
  write_next();
}

void WebSocketConnection::cut() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] { self->finish(); });
}

void WebSocketConnection::finish() {
  if (is_finished_) return;
  is_finished_ = true;
  {
    rt::Lock lock(mutex_);
    is_closing_ = true;
  }
  again_.cancel();
  error_code ignored;
  std::ignore = stream_.next_layer().shutdown(TcpSocket::shutdown_both, ignored);
  std::ignore = stream_.next_layer().close(ignored);
  if (is_open_) handler_->closed();
}

}  // namespace kinode::transport
