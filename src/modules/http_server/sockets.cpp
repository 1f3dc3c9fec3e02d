#include "modules/http_server/sockets.h"

#include <utility>
#include <vector>

#include "base/limits_http.h"
#include "modules/http_server/extension_frame.h"
#include "modules/http_server/request_target.h"
#include "msg/json_writer.h"
#include "port/notice.h"

namespace kinode::http_server {

using transport::SocketChannel;

namespace {

constexpr std::size_t kPingBytesMax = 125;

std::string push_event(std::uint32_t channel, FrameKind kind) {
  std::string out;
  msg::write_json_struct(out, "WebSocketPush", [&](auto& o) {
    o.field("channel_id", channel).field("message_type", frame_name(kind));
  });
  return out;
}

msg::BlobRef blob_of(const Bytes& bytes) {
  auto out = std::make_shared<msg::Blob>();
  out->bytes = bytes;
  return out;
}

}  // namespace

std::string socket_path(const msg::ProcessId& owner, std::string_view path) {
  const auto skip_slashes = [&path] {
    while (path.starts_with('/')) path.remove_prefix(1);
  };
  skip_slashes();
  if (const std::string id = owner.text(); path.starts_with(id)) path.remove_prefix(id.size());
  skip_slashes();
  return "/" + std::string(path);
}

/// One socket's events, as messages for its owner.
class Sockets::Handler final : public transport::SocketHandler {
 public:
  Handler(std::shared_ptr<Sockets> all, std::uint32_t channel, const Binding& binding,
          std::string path)
      : all_(std::move(all)),
        channel_(channel),
        owner_(binding.owner),
        is_extension_(binding.extension),
        path_(std::move(path)) {}

  ~Handler() override { all_->forget(channel_); }

  void opened(std::shared_ptr<SocketChannel> socket) override {
    bool is_known = false;
    {
      rt::Lock lock(all_->mutex_);
      const auto it = all_->channels_.find(channel_);
      is_known = it != all_->channels_.end();
      if (is_known) it->second.socket = socket;
    }
    if (!is_known) return socket->cut();  // its program has ended meanwhile
    std::string body;
    msg::write_json_struct(body, "WebSocketOpen",
                           [&](auto& o) { o.field("path", path_).field("channel_id", channel_); });
    if (!all_->tell(owner_, body)) socket->cut();
  }

  bool received(FrameKind kind, const Bytes& payload) override {
    if (is_extension_ && kind == FrameKind::kBinary) {
      if (const auto frame = decode_extension_frame(payload.view())) return answer(*frame);
    }
    return all_->tell(owner_, push_event(channel_, kind), &payload);
  }

  void closed() override {
    // Whoever has ended is not told, nor is its next run.
    if (!all_->forget(channel_)) return;
    std::string body;
    msg::write_json_variant(body, "WebSocketClose", channel_);
    all_->tell(owner_, body);
  }

 private:
  /// A message that the program at the other end makes, mostly the answer to one.
  bool answer(const ExtensionFrame& frame) {
    auto out = std::make_shared<msg::Envelope>();
    out->id = frame.id;
    out->source = all_->self_;
    out->target = msg::share({all_->port_.our_node(), owner_});
    Bytes body = Bytes::copy(push_event(channel_, FrameKind::kBinary));
    if (frame.kind == ReplyKind::kResponse) {
      msg::Response response;
      response.body = std::move(body);
      out->message = std::move(response);
    } else {
      msg::Request request;
      request.body = std::move(body);
      out->message = std::move(request);
    }
    out->blob = blob_of(frame.blob);
    return all_->port_.send(std::move(out)) != port::Routed::kFull;
  }

  const std::shared_ptr<Sockets> all_;
  const std::uint32_t channel_;
  const msg::ProcessId owner_;
  const bool is_extension_;
  const std::string path_;
};

bool Sockets::open(transport::HttpExchange& exchange, const Binding& binding,
                   std::string_view path) {
  std::uint32_t channel = 0;
  {
    rt::Lock lock(mutex_);
    std::size_t& count = counts_[binding.owner];
    if (is_stopping_ || count >= limits::kWebSocketsPerProcessMax) return false;
    ++count;
    do {  // R6: never one that is in use
      channel = static_cast<std::uint32_t>(port_.random().next_u64());
    } while (!channels_.try_emplace(channel, Channel{binding.owner, nullptr}).second);
  }
  exchange.accept_socket(std::make_shared<Handler>(shared_from_this(), channel, binding,
                                                   socket_path(binding.owner, path)));
  return true;
}

bool Sockets::tell(const msg::ProcessId& owner, std::string_view body, const Bytes* payload) {
  return port::send_notice(port_, self_, owner, body,
                           payload != nullptr ? blob_of(*payload) : nullptr) != port::Routed::kFull;
}

std::shared_ptr<SocketChannel> Sockets::find(const msg::ProcessId& owner,
                                             std::uint32_t channel) const {
  rt::Lock lock(mutex_);
  const auto it = channels_.find(channel);
  if (it == channels_.end() || it->second.owner != owner) return nullptr;
  return it->second.socket;
}

Sockets::Sent Sockets::push(const msg::ProcessId& owner, std::uint32_t channel, FrameKind kind,
                            Bytes payload) {
  if ((kind == FrameKind::kPing || kind == FrameKind::kPong) && payload.size() > kPingBytesMax)
    return Sent::kTooLong;
  const auto socket = find(owner, channel);
  if (!socket) return Sent::kNoChannel;
  if (kind == FrameKind::kText && !is_utf8(payload.view()))
    payload = Bytes::copy(with_replacements(payload.text()));
  return socket->send(kind, std::move(payload)) ? Sent::kYes : Sent::kNoChannel;
}

Sockets::Sent Sockets::push_extension(const msg::ProcessId& owner, std::uint32_t channel,
                                      std::uint64_t id, ReplyKind reply, Bytes payload) {
  const auto socket = find(owner, channel);
  if (!socket) return Sent::kNoChannel;
  Bytes frame = encode_extension_frame({id, reply, std::move(payload)});
  return socket->send(FrameKind::kBinary, std::move(frame)) ? Sent::kYes : Sent::kNoChannel;
}

Sockets::Sent Sockets::close(const msg::ProcessId& owner, std::uint32_t channel) {
  std::shared_ptr<SocketChannel> socket;
  {
    rt::Lock lock(mutex_);
    const auto it = channels_.find(channel);
    if (it == channels_.end()) return Sent::kYes;
    if (it->second.owner != owner) return Sent::kNoChannel;
    socket = it->second.socket;
  }
  if (socket) socket->send(FrameKind::kClose, Bytes());
  return Sent::kYes;
}

bool Sockets::forget(std::uint32_t channel) {
  std::shared_ptr<SocketChannel> socket;  // let go of outside the lock
  rt::Lock lock(mutex_);
  const auto it = channels_.find(channel);
  if (it == channels_.end()) return false;
  const auto count = counts_.find(it->second.owner);
  if (--count->second == 0) counts_.erase(count);
  socket = std::move(it->second.socket);
  channels_.erase(it);
  return true;
}

void Sockets::owner_ended(const msg::ProcessId& owner) {
  std::vector<std::shared_ptr<SocketChannel>> ended;
  {
    rt::Lock lock(mutex_);
    if (counts_.erase(owner) == 0) return;
    std::erase_if(channels_, [&](auto& entry) {
      if (entry.second.owner != owner) return false;
      if (entry.second.socket) ended.push_back(std::move(entry.second.socket));
      return true;
    });
  }
  for (const auto& socket : ended)
    socket->send(FrameKind::kClose, Bytes::copy("the program ended"));
}

void Sockets::stop() {
  std::vector<std::shared_ptr<SocketChannel>> all;
  {
    rt::Lock lock(mutex_);
    is_stopping_ = true;
    for (auto& [id, channel] : channels_) {
      if (channel.socket) all.push_back(std::move(channel.socket));
    }
    channels_.clear();
    counts_.clear();
  }
  for (const auto& socket : all) socket->cut();
}

}  // namespace kinode::http_server
