// WebSockets of programs, from the upgrade to the end (io.md 4).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits_http.h"
#include "modules/http_server/extension_frame.h"
#include "modules/http_server/http_fixture_test.h"
#include "modules/http_server/http_server_module.h"

namespace kinode::http_server {
namespace {

namespace http = boost::beast::http;
using testing::HasSubstr;

const msg::ProcessId kChess{"chess", "chess", "sys"};

/// A client that keeps what it is sent.
class FakeSocket final : public transport::SocketChannel {
 public:
  bool send(FrameKind kind, Bytes payload) override {
    if (is_gone) return false;
    sent.emplace_back(kind, std::string(payload.text()));
    return true;
  }
  void cut() override { is_cut = true; }

  std::vector<std::pair<FrameKind, std::string>> sent;
  bool is_gone = false;
  bool is_cut = false;
};

class SocketsTest : public testing::Test {
 protected:
  SocketsTest() {
    EXPECT_TRUE(module.start(port));
    module.open_sessions({crypto::SecretBytes(32), crypto::sha256(as_bytes("0x00ff"))});
  }

  std::string tell(std::string_view body, std::optional<std::string_view> blob = std::nullopt,
                   const msg::ProcessId& who = kChess) {
    return http_server::tell(module, port, "me.os@" + who.text(), body, blob);
  }
  void bind(bool authenticated = false, bool extension = false) {
    EXPECT_EQ(tell(R"({"WebSocketBind":{"path":"/sub","authenticated":)" +
                   std::string(authenticated ? "true" : "false") + R"(,"extension":)" +
                   (extension ? "true" : "false") + "}}"),
              R"({"Ok":null})");
  }

  static transport::HttpRequest upgrade(const std::string& path = "/chess:chess:sys/sub") {
    auto request = request_to(path);
    request.message.set(http::field::connection, "keep-alive, Upgrade");
    request.message.set(http::field::upgrade, "websocket");
    request.message.set(http::field::sec_websocket_version, "13");
    request.message.set(http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
    return request;
  }
  FakeExchange send(transport::HttpRequest request) { return serve(module, std::move(request)); }

  /// Opens a socket; its channel's number.
  std::uint32_t open() {
    handler = send(upgrade()).socket;
    EXPECT_TRUE(handler);
    handler->opened(client);
    const std::string body(port.sent.back()->request()->body.text());
    EXPECT_THAT(body, HasSubstr(R"({"WebSocketOpen":{"path":"/sub","channel_id":)"));
    port.sent.pop_back();
    return static_cast<std::uint32_t>(std::stoul(body.substr(body.rfind(':') + 1)));
  }
  std::string push(std::uint32_t channel, const std::string& kind, std::string_view payload,
                   const msg::ProcessId& who = kChess) {
    return tell(R"({"WebSocketPush":{"channel_id":)" + std::to_string(channel) +
                    R"(,"message_type":")" + kind + R"("}})",
                payload, who);
  }
  std::string last_body() const {
    return port.sent.empty() ? "nothing" : std::string(port.sent.back()->request()->body.text());
  }

  support::FakePort port{"me.os"};
  HttpServerModule module;
  std::shared_ptr<FakeSocket> client = std::make_shared<FakeSocket>();
  std::shared_ptr<transport::SocketHandler> handler;
};

TEST(SocketPath, IsWithoutTheOwner) {
  EXPECT_EQ(socket_path(kChess, "/chess:chess:sys/sub"), "/sub");
  EXPECT_EQ(socket_path(kChess, "/chess:chess:sys"), "/");
  EXPECT_EQ(socket_path(kChess, "//chess:chess:sys//a/b"), "/a/b");
  EXPECT_EQ(socket_path({"homepage", "homepage", "sys"}, "/apps"), "/apps") << "Q13";
}

TEST_F(SocketsTest, FramesGoBothWays) {
  bind();
  const std::uint32_t channel = open();
  EXPECT_TRUE(handler->received(FrameKind::kText, Bytes::copy("hello")));
  EXPECT_EQ(last_body(), R"({"WebSocketPush":{"channel_id":)" + std::to_string(channel) +
                             R"(,"message_type":"Text"}})");
  EXPECT_EQ(port.sent.back()->blob->bytes.text(), "hello");
  EXPECT_FALSE(port.sent.back()->blob->mime);
  EXPECT_FALSE(port.sent.back()->request()->expects_response);
  EXPECT_EQ(push(channel, "Text", "a"), R"({"Ok":null})");
  EXPECT_EQ(push(channel, "Binary", "b"), R"({"Ok":null})");
  EXPECT_EQ(push(channel, "Ping", std::string(125, 'p')), R"({"Ok":null})");
  EXPECT_EQ(push(channel, "Text", "caf\xe9"), R"({"Ok":null})");
  using Sent = std::vector<std::pair<FrameKind, std::string>>;
  EXPECT_EQ(client->sent, (Sent{{FrameKind::kText, "a"},
                                {FrameKind::kBinary, "b"},
                                {FrameKind::kPing, std::string(125, 'p')},
                                {FrameKind::kText, "caf\xEF\xBF\xBD"}}));
}

TEST_F(SocketsTest, WhatCannotBeSentIsSaid) {
  bind();
  const std::uint32_t channel = open();
  EXPECT_EQ(push(channel, "Ping", std::string(126, 'p')), R"({"Err":"WsPingPongTooLong"})");
  EXPECT_EQ(push(channel + 1, "Text", "a"), R"({"Err":"WsChannelNotFound"})");
  EXPECT_EQ(push(channel, "Text", "a", {"other", "other", "sys"}),
            R"({"Err":"WsChannelNotFound"})");
  EXPECT_EQ(tell(R"({"WebSocketPush":{"channel_id":)" + std::to_string(channel) +
                 R"(,"message_type":"Text"}})"),
            R"({"Err":"NoBlob"})");
  client->is_gone = true;
  EXPECT_EQ(push(channel, "Text", "a"), R"({"Err":"WsChannelNotFound"})");
}

TEST_F(SocketsTest, D1_ClosingAChannelStopsNobody) {
  bind();
  const std::uint32_t channel = open();
  const std::string close = R"({"WebSocketClose":)" + std::to_string(channel) + "}";
  EXPECT_EQ(tell(close, std::nullopt, {"other", "other", "sys"}), R"({"Err":"WsChannelNotFound"})");
  EXPECT_EQ(tell(close), R"({"Ok":null})");
  EXPECT_EQ(client->sent.back().first, FrameKind::kClose);
  handler->received(FrameKind::kClose, Bytes());
  EXPECT_THAT(last_body(), HasSubstr(R"("message_type":"Close")"));
  handler->closed();
  EXPECT_EQ(last_body(), close);
  EXPECT_EQ(tell(close), R"({"Ok":null})") << "nobody has it any more";
  EXPECT_EQ(push(channel, "Text", "a"), R"({"Err":"WsChannelNotFound"})");
}

TEST_F(SocketsTest, D2_APushOfTypeCloseCloses) {
  bind();
  EXPECT_EQ(push(open(), "Close", "bye"), R"({"Ok":null})");
  EXPECT_EQ(client->sent.back(), (std::pair{FrameKind::kClose, std::string("bye")}));
}

TEST_F(SocketsTest, D5_AProgramWithoutRoomHoldsBackItsOwnClients) {
  bind();
  open();
  port.answer_to_send = port::Routed::kFull;
  EXPECT_FALSE(handler->received(FrameKind::kText, Bytes::copy("later")));
  port.answer_to_send = port::Routed::kDelivered;
  EXPECT_TRUE(handler->received(FrameKind::kText, Bytes::copy("later")));
}

TEST_F(SocketsTest, AProgramThatEndsTakesItsChannelsAlong) {
  bind();
  const std::uint32_t channel = open();
  module.process_ended(kChess);
  EXPECT_EQ(client->sent.back().first, FrameKind::kClose);
  const std::size_t before = port.sent.size();
  handler->closed();
  EXPECT_EQ(port.sent.size(), before) << "its next run hears nothing of it";
  EXPECT_EQ(push(channel, "Text", "a"), R"({"Err":"WsChannelNotFound"})");
}

TEST_F(SocketsTest, AProgramThatEndsWhileASocketOpensGetsNone) {
  bind();
  handler = send(upgrade()).socket;
  module.process_ended(kChess);
  handler->opened(client);
  EXPECT_TRUE(client->is_cut);
}

TEST_F(SocketsTest, WhatIsNotLetInGoesOnAsAPage) {
  EXPECT_EQ(send(upgrade()).status(), 404u) << "nothing bound";
  bind();
  EXPECT_EQ(send(upgrade("/chess:chess:sys/sub/more")).status(), 404u) << "no more than the path";
  for (const auto field : {http::field::sec_websocket_key, http::field::sec_websocket_version,
                           http::field::upgrade, http::field::connection}) {
    auto request = upgrade();
    request.message.erase(field);
    EXPECT_EQ(send(std::move(request)).status(), 404u);
  }
  EXPECT_EQ(tell(R"({"WebSocketUnbind":{"path":"/sub"}})"), R"({"Ok":null})");
  EXPECT_EQ(send(upgrade()).status(), 404u);
}

TEST_F(SocketsTest, S10_APageOfAnotherSiteGetsNoSocketOfTheOwner) {
  bind(true);
  EXPECT_EQ(send(upgrade()).status(), 404u) << "without a session";
  const auto login = send(request_to("/login", "POST", R"({"password_hash":"0x00ff"})"));
  const std::string cookie = login.header("Set-Cookie");
  const auto with_origin = [&](const char* origin) {
    auto request = upgrade();
    request.message.set(http::field::cookie, cookie.substr(0, cookie.find(';')));
    if (origin != nullptr) request.message.set(http::field::origin, origin);
    return send(std::move(request)).socket != nullptr;
  };
  EXPECT_TRUE(with_origin(nullptr));
  EXPECT_TRUE(with_origin("http://localhost"));
  EXPECT_FALSE(with_origin("http://evil.com"));
  EXPECT_FALSE(with_origin("null"));
}

TEST_F(SocketsTest, D11_OneProgramDoesNotHaveThemAll) {
  bind();
  std::vector<std::shared_ptr<transport::SocketHandler>> all;
  for (std::size_t i = 0; i < limits::kWebSocketsPerProcessMax; ++i) {
    all.push_back(send(upgrade()).socket);
    ASSERT_TRUE(all.back());
  }
  EXPECT_EQ(send(upgrade()).status(), 404u);
  all.pop_back();
  EXPECT_TRUE(send(upgrade()).socket);
}

TEST_F(SocketsTest, AnExtensionAnswersMessages) {
  bind(false, true);
  const std::uint32_t channel = open();
  const std::string out = R"({"WebSocketExtPushOutgoing":{"channel_id":)" +
                          std::to_string(channel) + R"(,"message_type":")";
  const std::string reply = R"(","desired_reply_type":"Response"}})";
  EXPECT_EQ(tell(out + "Text" + reply, "hi"), R"({"Err":"NoBlob"})");
  EXPECT_EQ(tell(out + "Binary" + reply), R"({"Err":"NoBlob"})");
  EXPECT_EQ(tell(out + "Binary" + reply, "\x68\x69\xff"), "nothing") << "the extension answers";
  ASSERT_EQ(client->sent.size(), 1u);
  const auto frame = decode_extension_frame(as_bytes(client->sent[0].second));
  ASSERT_TRUE(frame);
  EXPECT_EQ(*frame, (ExtensionFrame{7, ReplyKind::kResponse, Bytes::copy("\x68\x69\xff")}));
  EXPECT_TRUE(handler->received(FrameKind::kBinary, encode_extension_frame(*frame)));
  const msg::Envelope& answer = *port.sent.back();
  ASSERT_TRUE(answer.response());
  EXPECT_EQ(answer.id, 7u);
  EXPECT_EQ(answer.target->text(), "me.os@chess:chess:sys");
  EXPECT_THAT(std::string(answer.response()->body.text()), HasSubstr(R"("message_type":"Binary")"));
  EXPECT_EQ(answer.blob->bytes.text(), "\x68\x69\xff");
  EXPECT_TRUE(handler->received(FrameKind::kBinary, Bytes::copy("plain")));
  EXPECT_EQ(port.sent.back()->blob->bytes.text(), "plain") << "a push like any other";
}

TEST_F(SocketsTest, ExtensionsAreOnThisMachine) {
  bind(false, true);
  auto request = upgrade();
  request.peer_is_loopback = false;
  EXPECT_EQ(send(std::move(request)).status(), 404u);
}

TEST_F(SocketsTest, StopCutsThemAll) {
  bind();
  open();
  module.stop();
  EXPECT_TRUE(client->is_cut);
  EXPECT_EQ(send(upgrade()).socket, nullptr);
}

}  // namespace
}  // namespace kinode::http_server
