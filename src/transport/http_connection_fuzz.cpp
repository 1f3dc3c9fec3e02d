// What a browser or somebody worse sends. However the bytes are cut into packets, the same requests
// reach the handler and the same answers come back; a request that two readers could read in two
// ways reaches nobody.
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdio>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "transport/http_connection.h"

namespace {

using namespace kinode;
using namespace kinode::transport;
using namespace std::chrono_literals;

// Small, so that inputs reach them.
constexpr HttpLimits kLimits{.header_bytes_max = 1024,
                             .body_bytes_max = 2000,
                             .header_time_max = 10s,
                             .body_time_max = 60s,
                             .idle_time_max = 75s};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// Answers with all that it was told.
class Echo final : public HttpHandler {
 public:
  void handle(std::shared_ptr<HttpExchange> exchange) override {
    namespace http = boost::beast::http;
    const HttpRequest& request = exchange->request();
    const auto& message = request.message;
    KINODE_ASSERT(message.count(http::field::host) == 1 || message.version() < 11);
    KINODE_ASSERT(message.count(http::field::transfer_encoding) <= 1);
    KINODE_ASSERT(message.body().size() <= kLimits.body_bytes_max);
    std::string text(message.method_string());
    text += ' ';
    text += request.target();
    for (const auto& field : message) {
      text += '\n';
      text += field.name_string();
      text += ": ";
      text += field.value();
    }
    text += "\n\n";
    text += as_text(message.body());
    exchange->respond({200, {}, Bytes::copy(text)});
  }
};

/// One connection whose other end is in this thread's hands.
class Conversation {
 public:
  Conversation() {
    int ends[2];
    KINODE_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    peer_ = ends[0];
    TcpSocket socket(io_);
    socket.assign(boost::asio::ip::tcp::v4(), ends[1]);
    connection_ = std::make_shared<HttpConnection>(std::move(socket), echo_, clock_, kLimits,
                                                   std::make_shared<std::atomic<std::size_t>>(0));
    connection_->start();
    turn();
  }
  ~Conversation() {
    connection_->close();
    turn();
    connection_.reset();
    ::close(peer_);
  }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  void send(ByteView bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) break;
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
      turn();
    }
  }

  /// All answers, without those that only ask for the rest, up to a refusal. Which of two things
  /// that are wrong is seen first depends on when they arrive.
  std::string answers() {
    for (auto at = heard_.find(kContinue); at != heard_.npos; at = heard_.find(kContinue)) {
      heard_.erase(at, kContinue.size());
    }
    const auto refusal = heard_.find("HTTP/1.1 4");
    return refusal == heard_.npos ? heard_ : heard_.substr(0, refusal) + "refused";
  }

 private:
  void turn() {
    do {
      io_.restart();
      while (io_.poll() > 0) {
      }
    } while (listen());
  }

  bool listen() {
    char chunk[16384];
    const auto count = ::recv(peer_, chunk, sizeof chunk, MSG_DONTWAIT);
    if (count > 0) heard_.append(chunk, static_cast<std::size_t>(count));
    return count > 0;
  }

  boost::asio::io_context io_;
  Echo echo_;
  ManualClock clock_;
  int peer_ = -1;
  std::shared_ptr<HttpConnection> connection_;
  std::string heard_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 20'000) return 0;
  // The parser may wait for the end of a head before it says what is wrong with it.
  const std::string text = std::string(as_text({data + 2, size - 2})) + "\r\n\r\n";
  const ByteView bytes = as_bytes(text);
  Conversation whole;
  whole.send(bytes);

  // Pieces as long as the first two bytes say, in turns.
  Conversation pieces;
  const std::size_t lengths[] = {1u + data[0], 1u + data[1]};
  std::size_t turn = 0;
  for (ByteView rest = bytes; !rest.empty(); ++turn) {
    const auto piece = rest.first(std::min(rest.size(), lengths[turn % 2]));
    pieces.send(piece);
    rest = rest.subspan(piece.size());
  }
  if (whole.answers() != pieces.answers()) {
    std::fprintf(stderr, "at once: %s\nin pieces: %s\n", printable(whole.answers()).c_str(),
                 printable(pieces.answers()).c_str());
  }
  KINODE_ASSERT(whole.answers() == pieces.answers());
  return 0;
}
