// One WebSocket connection (RFC 6455): messages in and out, control frames, bounds.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"

namespace kinode::transport {

enum class FrameKind : std::uint8_t { kText, kBinary, kPing, kPong, kClose };

/// The sending side, as whoever handles the socket sees it. Thread: any.
class SocketChannel {
 public:
  virtual ~SocketChannel() = default;

  /// Queues one message, or a control frame of at most 125 bytes; `kClose` begins to close, with
  /// the payload as the reason. Text has to be UTF-8. False: it is closed, or so much waits because
  /// the client does not read that it is cut off now.
  virtual bool send(FrameKind kind, Bytes payload) = 0;

  /// Ends it without waiting for anybody.
  virtual void cut() = 0;
};

/// Thread: the worker of the socket, one call at a time.
class SocketHandler {
 public:
  virtual ~SocketHandler() = default;

  /// First, once. Nothing has been read yet.
  virtual void opened(std::shared_ptr<SocketChannel> channel) = 0;

  /// A whole message, or a control frame; of a close frame the reason. Pings are answered without
  /// the handler. False: there is no room for it now; it is offered again a little later, and
  /// nothing more is read until then.
  virtual bool received(FrameKind kind, const Bytes& payload) = 0;

  /// Last, once, however it ended.
  virtual void closed() = 0;
};

}  // namespace kinode::transport
