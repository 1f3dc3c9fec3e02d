// What happens to connections in time; what they answer is in http_listener_test.cpp.
#include "transport/http_connection.h"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "rt/thread_executor.h"
#include "transport/http_client_test.h"

namespace kinode::transport {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

constexpr HttpLimits kLimits{.header_bytes_max = 4096,
                             .body_bytes_max = 10'000,
                             .header_time_max = 10s,
                             .body_time_max = 60s,
                             .idle_time_max = 75s};

class Ok : public HttpHandler {
 public:
  void handle(std::shared_ptr<HttpExchange> exchange) override { exchange->respond({200, {}, {}}); }
};

class Keeper : public HttpHandler {
 public:
  void handle(std::shared_ptr<HttpExchange> exchange) override { kept = std::move(exchange); }
  std::shared_ptr<HttpExchange> kept;
};

/// A connection on an event loop that this thread turns, with a clock that this thread moves.
class HttpConnectionTest : public testing::Test {
 protected:
  void connect(HttpHandler& handler) {
    boost::asio::basic_socket_acceptor<tcp, boost::asio::io_context::executor_type> acceptor(
        io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    client = std::make_unique<HttpClient>(acceptor.local_endpoint().port());
    connection =
        std::make_shared<HttpConnection>(acceptor.accept(), handler, clock, kLimits, open_count);
    connection->start();
  }

  /// Runs what is ready.
  void turn() {
    io.restart();
    while (io.poll() > 0) {
    }
  }

  /// Sends, and lets the connection take all of it.
  void send(std::string_view bytes) {
    client->send(bytes);
    // Loopback delivers at once: the bytes are in the socket's buffer when send returns.
    turn();
  }

  /// Moves the clock and lets the connection look at it; whether it is still open.
  bool open_after(Nanos time) {
    clock.advance(time);
    connection->close_if_late(clock.now());
    turn();
    if (connection.use_count() > 1) return true;
    connection.reset();
    return false;
  }

  boost::asio::io_context io;
  ManualClock clock;
  std::shared_ptr<std::atomic<std::size_t>> open_count =
      std::make_shared<std::atomic<std::size_t>>(0);
  Ok ok;
  Keeper keeper;
  std::unique_ptr<HttpClient> client;
  std::shared_ptr<HttpConnection> connection;
};

TEST_F(HttpConnectionTest, FieldsBehindABodyAreNotThoseInFrontOfIt) {
  connect(keeper);
  send(
      "POST / HTTP/1.1\r\nHost: a\r\nX-Front: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n0\r\nHost: b\r\nCookie: c\r\nX-Front: 2\r\nOrigin: http://a\r\n\r\n");
  ASSERT_TRUE(keeper.kept);
  const HttpRequest& request = keeper.kept->request();
  EXPECT_EQ(request.body(), "abc");
  EXPECT_EQ(request.header("Host"), "a");
  EXPECT_EQ(request.message.count("X-Front"), 1u);
  EXPECT_EQ(request.header("X-Front"), "1");
  EXPECT_FALSE(request.has_header("Cookie"));
  EXPECT_FALSE(request.has_header("Origin"));
  keeper.kept->respond({200, {}, {}});
  keeper.kept.reset();
  turn();
  EXPECT_EQ(client->read().status, 200);
}

TEST_F(HttpConnectionTest, EndsWhenItIsIdleTooLong) {
  connect(ok);
  EXPECT_TRUE(open_after(74s));
  EXPECT_FALSE(open_after(1s));
  EXPECT_TRUE(client->is_closed());
  EXPECT_EQ(open_count->load(), 0u);
}

TEST_F(HttpConnectionTest, EndsWhenHalfAHeaderIsAllThatComes) {
  connect(ok);
  send("GET / HTTP/1.1\r\nHo");
  EXPECT_TRUE(open_after(9s));
  EXPECT_FALSE(open_after(1s));
  EXPECT_TRUE(client->is_closed());
}

TEST_F(HttpConnectionTest, ByteAfterByteDoesNotExtendTheTimeForTheHeader) {
  connect(ok);
  send("GET / HTTP/1.1\r\nHost: ");
  for (int i = 0; i < 9; ++i) {
    ASSERT_TRUE(open_after(1s));
    send("x");
  }
  EXPECT_FALSE(open_after(1s));
}

TEST_F(HttpConnectionTest, WhatIsAmbiguousIsRefusedHoweverItArrives) {
  for (const std::string_view head :
       {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nHost: y\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n"}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, head.size()}) {
      connect(keeper);
      for (std::size_t at = 0; at < head.size(); at += piece) send(head.substr(at, piece));
      send("0\r\n\r\n");
      EXPECT_EQ(client->read().status, 400) << piece << head;
      EXPECT_EQ(keeper.kept, nullptr) << piece << head;
    }
  }
}

TEST_F(HttpConnectionTest, EndsWhenHalfABodyIsAllThatComes) {
  connect(ok);
  send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
  EXPECT_TRUE(open_after(59s));
  EXPECT_FALSE(open_after(1s));
  EXPECT_TRUE(client->is_closed());
}

TEST_F(HttpConnectionTest, LeavesTheHandlerItsTime) {
  connect(keeper);
  send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(open_after(24h));
  ASSERT_TRUE(keeper.kept);
  keeper.kept->respond({200, {}, {}});
  keeper.kept.reset();
  turn();
  EXPECT_EQ(client->read().status, 200);
  EXPECT_TRUE(open_after(74s)) << "the time to wait for the next request begins with the answer";
  EXPECT_FALSE(open_after(1s));
}

TEST_F(HttpConnectionTest, EndsWhenTheClientDoesNotReadItsAnswer) {
  connect(keeper);
  send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(keeper.kept);
  keeper.kept->respond({200, {}, Bytes::adopt(ByteVector(64u << 20))});
  keeper.kept.reset();
  EXPECT_TRUE(open_after(59s));
  EXPECT_FALSE(open_after(1s));
}

TEST_F(HttpConnectionTest, ARefusalWaitsForTheClientOnlyAShortTime) {
  connect(ok);
  send("garbage\r\n\r\n");
  EXPECT_EQ(client->read().status, 400);
  EXPECT_FALSE(open_after(10s));
}

TEST_F(HttpConnectionTest, EndsWhenTheClientLeaves) {
  connect(ok);
  client.reset();
  turn();
  EXPECT_EQ(connection.use_count(), 1);
}

}  // namespace
}  // namespace kinode::transport
