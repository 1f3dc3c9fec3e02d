#include "transport/http_listener.h"

#include <fmt/format.h>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "transport/http_client_test.h"

namespace kinode::transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr HttpLimits kLimits{.header_bytes_max = 4096,
                             .body_bytes_max = 10'000,
                             .header_time_max = 1h,
                             .body_time_max = 1h,
                             .idle_time_max = 1h};

/// Answers with what it got: "METHOD target body".
class Echo : public HttpHandler {
 public:
  void handle(std::shared_ptr<HttpExchange> exchange) override {
    const auto& message = exchange->request().message;
    const auto method = message.method_string();
    exchange->respond(
        {200,
         {{"Content-Type", "text/plain"}},
         Bytes::copy(fmt::format("{} {} {}", std::string_view(method.data(), method.size()),
                                 exchange->request().target(), exchange->request().body()))});
  }
};

/// Keeps what it gets until the test wants it.
class Keeper : public HttpHandler {
 public:
  void handle(std::shared_ptr<HttpExchange> exchange) override {
    kept_.set_value(std::move(exchange));
  }
  std::shared_ptr<HttpExchange> next() {
    auto out = kept_.get_future().get();
    kept_ = {};
    return out;
  }

 private:
  std::promise<std::shared_ptr<HttpExchange>> kept_;
};

class Forgetful : public HttpHandler {
 public:
  void handle(std::shared_ptr<HttpExchange>) override {}
};

/// A server with two workers on a free port.
class HttpListenerTest : public testing::Test {
 protected:
  HttpListenerTest() { executor.start(); }
  ~HttpListenerTest() override {
    if (listener) listener->stop();
    executor.stop();
  }

  std::uint16_t serve(HttpHandler& handler) {
    auto opened = HttpListener::open(executor, {"127.0.0.1", 0});
    if (!opened) {
      ADD_FAILURE() << opened.error().detail;
      return 0;
    }
    listener = std::move(*opened);
    listener->start(handler, kLimits);
    return listener->port();
  }

  OsClock clock;
  rt::ThreadExecutor executor{clock, {.workers = 2, .tick = {}}};
  std::unique_ptr<HttpListener> listener;
  Echo echo;
};

TEST_F(HttpListenerTest, AnswersARequestWithItsLength) {
  HttpClient client(serve(echo));
  const Answer answer = client.ask("GET /a?b=c HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "GET /a?b=c ");
  EXPECT_EQ(answer.headers.at("content-length"), "11");
  EXPECT_EQ(answer.headers.at("content-type"), "text/plain");
}

TEST_F(HttpListenerTest, KeepsTheConnectionForTheNextRequest) {
  HttpClient client(serve(echo));
  for (int i = 0; i < 3; ++i) {
    const Answer answer = client.ask(fmt::format("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", i));
    EXPECT_EQ(answer.body, fmt::format("GET /{} ", i));
    EXPECT_FALSE(answer.headers.contains("connection"));
  }
}

TEST_F(HttpListenerTest, ClosesWhenTheClientAsksForIt) {
  HttpClient client(serve(echo));
  const Answer answer = client.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpListenerTest, ClosesAfterAnswerToHttp10) {
  HttpClient client(serve(echo));
  EXPECT_EQ(client.ask("GET / HTTP/1.0\r\nHost: x\r\n\r\n").status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpListenerTest, AnswersPipelinedRequestsInOrder) {
  HttpClient client(serve(echo));
  std::string all;
  for (int i = 0; i < 50; ++i) {
    all += fmt::format("POST /{} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{:02}", i, i);
  }
  client.send(all);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.read().body, fmt::format("POST /{} {:02}", i, i));
}

TEST_F(HttpListenerTest, KeepsPartsOfPipelinedRequestsTogether) {
  HttpClient client(serve(echo));
  const std::string body(3000, 'b');
  const std::string one =
      fmt::format("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
  std::string all;
  for (int i = 0; i < 300; ++i) all += one;
  std::jthread sender([&] { client.send(all); });
  for (int i = 0; i < 300; ++i) ASSERT_EQ(client.read().body, "POST / " + body);
}

TEST_F(HttpListenerTest, WaitsForARequestThatArrivesByteByByte) {
  HttpClient client(serve(echo));
  for (const char c : std::string("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")) {
    client.send({&c, 1});
  }
  EXPECT_EQ(client.read().body, "POST /x abc");
}

TEST_F(HttpListenerTest, AnswersHeadWithoutABody) {
  HttpClient client(serve(echo));
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer answer = client.read(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-length"), "8");
  EXPECT_EQ(client.ask("GET /b HTTP/1.1\r\nHost: x\r\n\r\n").body, "GET /b ");
}

TEST_F(HttpListenerTest, SaysContinueToAClientThatWaitsForIt) {
  HttpClient client(serve(echo));
  client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  EXPECT_EQ(client.ask("data").body, "PUT / data");
}

TEST_F(HttpListenerTest, DoesNotSayContinueForABodyThatIsTooLarge) {
  HttpClient client(serve(echo));
  const Answer answer = client.ask(
      "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10001\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(answer.status, 413);
}

TEST_F(HttpListenerTest, JoinsAChunkedBody) {
  HttpClient client(serve(echo));
  const Answer answer = client.ask(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n4;name=value\r\ndefg\r\n0\r\n\r\n");
  EXPECT_EQ(answer.body, "POST / abcdefg");
}

TEST_F(HttpListenerTest, RefusesAHeaderThatIsTooLarge) {
  HttpClient client(serve(echo));
  const Answer answer =
      client.ask("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(5000, 'x') + "\r\n\r\n");
  EXPECT_EQ(answer.status, 431);
  EXPECT_THAT(answer.body, HasSubstr("header is too large"));
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpListenerTest, RefusesABodyThatIsTooLargeByItsLength) {
  HttpClient client(serve(echo));
  const Answer answer = client.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10001\r\n\r\n");
  EXPECT_EQ(answer.status, 413);
  EXPECT_THAT(answer.body, HasSubstr("body is too large"));
}

TEST_F(HttpListenerTest, RefusesABodyThatGrowsTooLargeInChunks) {
  HttpClient client(serve(echo));
  const std::string chunk = "7d0\r\n" + std::string(2000, 'x') + "\r\n";
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 6; ++i) client.send(chunk);
  EXPECT_EQ(client.read().status, 413);
}

TEST_F(HttpListenerTest, ARefusalReachesAClientThatStillSends) {
  HttpClient client(serve(echo));
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n");
  client.send(std::string(8'000'000, 'x'));
  EXPECT_EQ(client.read().status, 413);
}

TEST_F(HttpListenerTest, AnswersA500WhenTheHandlerDropsTheExchange) {
  Forgetful forgetful;
  HttpClient client(serve(forgetful));
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 500);
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 500) << "and is kept alive";
}

TEST_F(HttpListenerTest, TakesAnAnswerFromAnotherThread) {
  Keeper keeper;
  HttpClient client(serve(keeper));
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  keeper.next()->respond({202, {}, Bytes::copy("later")});
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, "later");
}

TEST_F(HttpListenerTest, TakesOneAnswerOnly) {
  Keeper keeper;
  HttpClient client(serve(keeper));
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto exchange = keeper.next();
  exchange->respond({200, {}, Bytes::copy("first")});
  exchange->respond({200, {}, Bytes::copy("second")});
  EXPECT_EQ(client.read().body, "first");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpListenerTest, OutlivesAClientThatLeavesBeforeItsAnswer) {
  Keeper keeper;
  const std::uint16_t port = serve(keeper);
  std::shared_ptr<HttpExchange> exchange;
  {
    HttpClient client(port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    exchange = keeper.next();
  }
  exchange->respond({200, {}, Bytes::copy(std::string(1'000'000, 'x'))});
  HttpClient next(port);
  next.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  keeper.next()->respond({200, {}, Bytes::copy("alive")});
  EXPECT_EQ(next.read().body, "alive");
}

TEST_F(HttpListenerTest, SendsALargeAnswerWhole) {
  Keeper keeper;
  HttpClient client(serve(keeper));
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string large;
  large.resize(20'000'000, 'x');
  keeper.next()->respond({200, {}, Bytes::copy(large)});
  EXPECT_EQ(client.read().body.size(), large.size());
}

TEST_F(HttpListenerTest, StopEndsOpenConnections) {
  Keeper keeper;
  const std::uint16_t port = serve(keeper);
  HttpClient waiting(port);
  waiting.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto exchange = keeper.next();
  HttpClient half(port);
  half.send("GET / HTT");
  listener->stop();
  EXPECT_TRUE(waiting.is_closed());
  exchange->respond({200, {}, {}});  // too late, and harmless
}

TEST_F(HttpListenerTest, SpreadsConnectionsOverTheWorkers) {
  class Threads : public HttpHandler {
   public:
    void handle(std::shared_ptr<HttpExchange> exchange) override {
      exchange->respond({200,
                         {},
                         Bytes::copy(fmt::format(
                             "{}", std::hash<std::thread::id>()(std::this_thread::get_id())))});
    }
  } threads;
  const std::uint16_t port = serve(threads);
  HttpClient a(port);
  HttpClient b(port);
  constexpr std::string_view kAsk = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  EXPECT_NE(a.ask(kAsk).body, b.ask(kAsk).body);
}

TEST_F(HttpListenerTest, NamesThePortThatIsTaken) {
  const std::uint16_t port = serve(echo);
  const auto second = HttpListener::open(executor, {"127.0.0.1", port});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kExists);
  EXPECT_THAT(second.error().detail, HasSubstr(fmt::format("port {} on 127.0.0.1 is taken", port)));
}

TEST_F(HttpListenerTest, NamesAnAddressThatIsNone) {
  const auto opened = HttpListener::open(executor, {"localhost:80", 0});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().detail, HasSubstr("localhost:80 is not an IP address"));
}

/// What must not be taken for a request: each ends with 400 and the end of the connection, so that
/// nothing behind it is taken for another one (RFC 9112 sections 2.2, 3.2, 6.1, 6.3).
class HttpRefusalTest : public HttpListenerTest, public testing::WithParamInterface<const char*> {};

TEST_P(HttpRefusalTest, EndsWith400) {
  HttpClient client(serve(echo));
  client.send(GetParam());
  EXPECT_EQ(client.read().status, 400);
  EXPECT_TRUE(client.is_closed());
}

INSTANTIATE_TEST_SUITE_P(Garbage, HttpRefusalTest,
                         testing::Values("\x16\x03\x01 hello\r\n\r\n", "GET\r\n\r\n",
                                         "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
                                         "GET / HTTP/1.1\r\nno colon\r\n\r\n",
                                         "GET / HTTP/1.1\r\nX Y: z\r\n\r\n",
                                         "GET / HTTP/1.1\r\nHost: x\r\nX: a\x01\x62\r\n\r\n"));
INSTANTIATE_TEST_SUITE_P(
    Smuggling, HttpRefusalTest,
    testing::Values(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: "
        "5\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\nabcdef",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nabcde",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nabcde",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\nabcde",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nabcde",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: "
        "5\r\n\r\nabcde",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "ffffffffffffffffff\r\nabc\r\n0\r\n\r\n",
        "GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"));

}  // namespace
}  // namespace kinode::transport
