// The open WebSockets of programs (io.md 4).
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "modules/http_server/binding.h"
#include "modules/http_server/http_actions.h"
#include "msg/envelope.h"
#include "port/port.h"
#include "rt/mutex.h"
#include "transport/http_message.h"
#include "transport/websocket.h"

namespace kinode::http_server {

/// Thread: any.
class Sockets : public std::enable_shared_from_this<Sockets> {
 public:
  Sockets(port::Port& port, msg::AddressRef self) : port_(port), self_(std::move(self)) {}

  /// Opens a socket for the owner of the binding, who is told. `path` as the request has it. False:
  /// the owner has too many, and the request is not answered.
  bool open(transport::HttpExchange& exchange, const Binding& binding, std::string_view path);

  enum class Sent : std::uint8_t { kYes, kNoChannel, kTooLong };

  /// What `owner` sends to a channel of its own. Text that is not UTF-8 gets replacements.
  Sent push(const msg::ProcessId& owner, std::uint32_t channel, FrameKind kind, Bytes payload);

  /// An envelope for the native program at the other end; it may answer the message `id`.
  Sent push_extension(const msg::ProcessId& owner, std::uint32_t channel, std::uint64_t id,
                      ReplyKind reply, Bytes payload);

  /// Nothing happens for a channel that nobody has.
  Sent close(const msg::ProcessId& owner, std::uint32_t channel);

  /// A run of the program has ended: its channels are closed.
  void owner_ended(const msg::ProcessId& owner);

  /// Ends all; none is opened any more.
  void stop();

 private:
  class Handler;
  struct Channel {
    msg::ProcessId owner;
    std::shared_ptr<transport::SocketChannel> socket;  // null until it is open
  };

  std::shared_ptr<transport::SocketChannel> find(const msg::ProcessId& owner,
                                                 std::uint32_t channel) const;
  bool tell(const msg::ProcessId& owner, std::string_view body, const Bytes* payload = nullptr);
  bool forget(std::uint32_t channel);

  port::Port& port_;
  const msg::AddressRef self_;
  mutable rt::Mutex mutex_;
  std::unordered_map<std::uint32_t, Channel> channels_ __attribute__((guarded_by(mutex_)));
  std::unordered_map<msg::ProcessId, std::size_t> counts_ __attribute__((guarded_by(mutex_)));
  bool is_stopping_ __attribute__((guarded_by(mutex_))) = false;
};

/// The path that a program is told: without its own id in front.
std::string socket_path(const msg::ProcessId& owner, std::string_view path);

}  // namespace kinode::http_server
