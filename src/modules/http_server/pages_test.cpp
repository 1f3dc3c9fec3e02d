// Programs' pages from the binding to the answer (io.md 3.3 to 3.8).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "modules/http_server/http_fixture_test.h"
#include "modules/http_server/http_server_module.h"

namespace kinode::http_server {
namespace {

namespace http = boost::beast::http;
using testing::HasSubstr;

const msg::ProcessId kChess{"chess", "chess", "sys"};
const msg::ProcessId kHome{"homepage", "homepage", "sys"};

class PagesTest : public testing::Test {
 protected:
  PagesTest() {
    EXPECT_TRUE(module.start(port));
    module.open_sessions({crypto::SecretBytes(32), crypto::sha256(as_bytes("0x00ff"))});
  }

  /// What the module answers to a program.
  std::string tell(std::string_view body, const msg::ProcessId& who = kChess,
                   std::optional<std::string_view> content = std::nullopt,
                   const std::string& node = "me.os") {
    return http_server::tell(module, port, node + "@" + who.text(), body, content);
  }
  std::string bind(const std::string& path, bool authenticated = false, bool local = false,
                   const msg::ProcessId& who = kChess) {
    return tell(R"({"Bind":{"path":")" + path + R"(","authenticated":)" +
                    (authenticated ? "true" : "false") + R"(,"local_only":)" +
                    (local ? "true" : "false") + R"(,"cache":false}})",
                who);
  }
  std::string serve(const std::string& path, std::string_view content) {
    return tell(R"({"Bind":{"path":")" + path +
                    R"(","authenticated":false,"local_only":false,"cache":true}})",
                kChess, content);
  }

  FakeExchange send(transport::HttpRequest request) {
    return http_server::serve(module, std::move(request));
  }
  FakeExchange get(const std::string& path, const std::string& cookie = {},
                   const std::string& host = "localhost:8080") {
    auto request = request_to(path);
    request.message.set(http::field::host, host);
    if (!cookie.empty()) request.message.set(http::field::cookie, cookie);
    return send(std::move(request));
  }
  std::string logged_in(const std::string& subdomain = {}) {
    const auto exchange = send(request_to(
        "/login", "POST", R"({"password_hash":"0x00ff","subdomain":")" + subdomain + R"("})"));
    const std::string cookie = exchange.header("Set-Cookie");
    return cookie.substr(0, cookie.find(';'));
  }

  support::FakePort port{"me.os"};
  HttpServerModule module;
};

TEST_F(PagesTest, ExchangeOfTheSpecification_StaticBind) {
  EXPECT_EQ(serve("/logo.svg", "<svg/>"), R"({"Ok":null})");
  const auto exchange = get("/chess:chess:sys/logo.svg");
  EXPECT_EQ(exchange.status(), 200u);
  EXPECT_EQ(exchange.body(), "<svg/>");
  EXPECT_TRUE(port.sent.empty()) << "nobody is asked";
}

TEST_F(PagesTest, OtherMethodsOnStaticContentGoToTheProgram) {
  serve("/", "page");
  EXPECT_EQ(send(request_to("/chess:chess:sys", "HEAD")).status(), 200u) << "Q10";
  EXPECT_TRUE(port.sent.empty());
  EXPECT_EQ(send(request_to("/chess:chess:sys", "POST")).status(), 0u);
  EXPECT_EQ(port.sent.size(), 1u);
}

TEST_F(PagesTest, ADynamicPathAsksItsProgram) {
  EXPECT_EQ(bind("/games/:id"), R"({"Ok":null})");
  EXPECT_EQ(get("/chess:chess:sys/games/42").status(), 0u);
  ASSERT_EQ(port.sent.size(), 1u);
  EXPECT_THAT(std::string(port.sent[0]->request()->body.text()),
              HasSubstr(R"("url_params":{"id":"42"})"));
  EXPECT_EQ(get("/chess:chess:sys/other").status(), 404u);
}

TEST_F(PagesTest, StaticContentNeedsABlob) {
  EXPECT_EQ(tell(R"({"Bind":{"path":"/","authenticated":false,"local_only":false,"cache":true}})"),
            R"({"Err":"NoBlob"})");
  EXPECT_EQ(tell(R"({"SecureBind":{"path":"/","cache":true}})"), R"({"Err":"NoBlob"})");
}

TEST_F(PagesTest, WhatIsNoActionIsSaid) {
  EXPECT_EQ(tell("nonsense"), R"({"Err":"MalformedRequest"})");
  EXPECT_EQ(tell(R"({"WebSocketOpen":{"path":"/","channel_id":7}})"),
            R"({"Err":"MalformedRequest"})");
  EXPECT_EQ(tell(R"({"WebSocketPush":{"channel_id":7,"message_type":"Text"}})", kChess, "x"),
            R"({"Err":"WsChannelNotFound"})");
  EXPECT_EQ(tell(R"({"WebSocketClose":7})"), R"({"Ok":null})");
}

TEST_F(PagesTest, NamesThatNoPathCanHaveBindNothing) {
  EXPECT_EQ(bind("/", false, false, {"UPPER", "chess", "sys"}),
            R"({"Err":"InvalidSourceProcess"})");
}

TEST_F(PagesTest, S2_AnotherNodeBindsNothing) {
  EXPECT_EQ(tell(R"({"Unbind":{"path":"/"}})", kChess, std::nullopt, "evil.os"), "nothing");
  bind("/");
  tell(R"({"Unbind":{"path":"/"}})", kChess, std::nullopt, "evil.os");
  EXPECT_EQ(get("/chess:chess:sys").status(), 0u);
}

TEST_F(PagesTest, S16_TheHomePageDoesNotGetTheWayOfOthers) {
  EXPECT_EQ(bind("/apps", false, false, kHome), R"({"Ok":null})");
  for (const char* path : {"/chess:chess:sys", "/rpc:distro:sys/message", "/login"}) {
    EXPECT_EQ(bind(path, false, false, kHome), R"({"Err":"InvalidSourceProcess"})") << path;
  }
}

TEST_F(PagesTest, WhatIsUnboundIsGone) {
  bind("/");
  bind("/games");
  EXPECT_EQ(tell(R"({"Unbind":{"path":"/games"}})"), R"({"Ok":null})");
  EXPECT_EQ(get("/chess:chess:sys/games").status(), 404u);
  EXPECT_EQ(get("/chess:chess:sys/others").status(), 0u);
}

TEST_F(PagesTest, D12_AProgramThatEndedIs503AtOnce) {
  bind("/");
  module.process_ended(kChess);
  const auto exchange = get("/chess:chess:sys/x");
  EXPECT_EQ(exchange.status(), 503u);
  EXPECT_EQ(exchange.header("Retry-After"), "1");
  bind("/");
  EXPECT_EQ(get("/chess:chess:sys/x").status(), 0u);
}

TEST_F(PagesTest, WhatIsTheOwnersIsShownToTheOwner) {
  bind("/", true);
  EXPECT_THAT(get("/chess:chess:sys").body(), HasSubstr("<form id=\"login\""));
  EXPECT_TRUE(port.sent.empty());
  EXPECT_EQ(send(request_to("/chess:chess:sys", "POST")).status(), 401u);
  EXPECT_EQ(get("/chess:chess:sys", logged_in()).status(), 0u);
  EXPECT_EQ(port.sent.size(), 1u);
  EXPECT_EQ(get("/chess:chess:sys", logged_in("chess:chess:sys")).status(), 200u)
      << "the session of a program is for its own host name";
}

TEST_F(PagesTest, LocalPathsAreForThisMachine) {
  bind("/", false, true);
  auto request = request_to("/chess:chess:sys");
  request.peer_is_loopback = false;
  EXPECT_EQ(send(std::move(request)).status(), 403u);
  EXPECT_EQ(get("/chess:chess:sys").status(), 0u);
}

TEST_F(PagesTest, S10_APageOfAnotherSiteChangesNothing) {
  bind("/", true);
  const std::string cookie = logged_in();
  const auto post = [&](const char* origin) {
    auto request = request_to("/chess:chess:sys", "POST");
    request.message.set(http::field::cookie, cookie);
    if (origin != nullptr) request.message.set(http::field::origin, origin);
    return send(std::move(request)).status();
  };
  EXPECT_EQ(post("http://evil.com"), 403u);
  EXPECT_EQ(post("null"), 403u);
  EXPECT_EQ(post("http://localhost.evil.com"), 403u);
  EXPECT_EQ(post("http://localhost:9999"), 403u);
  EXPECT_EQ(post("http://localhost"), 0u);
  EXPECT_EQ(post(nullptr), 0u);
}

TEST_F(PagesTest, ASecurePathHasAHostNameOfItsOwn) {
  tell(R"({"SecureBind":{"path":"/","cache":false}})");
  const auto moved = get("/chess:chess:sys/a?b=c%20d");
  EXPECT_EQ(moved.status(), 307u);
  EXPECT_EQ(moved.header("Location"), "http://chess-sys.localhost:8080/chess:chess:sys/a?b=c%20d");
  const std::string host = "chess-sys.localhost:8080";
  EXPECT_EQ(get("/chess:chess:sys", logged_in(), host).status(), 200u) << "the login page";
  EXPECT_TRUE(port.sent.empty());
  EXPECT_EQ(get("/chess:chess:sys", logged_in("chess:chess:sys"), host).status(), 0u);
  EXPECT_EQ(get("/chess:chess:sys", "", ".localhost").status(), 401u);
}

TEST_F(PagesTest, S14_AHostNameOfAProgramServesThatProgramOnly) {
  tell(R"({"SecureBind":{"path":"/","cache":false}})");
  bind("/", false, false, {"other", "other", "sys"});
  const auto refused = get("/other:other:sys", "", "chess-sys.localhost");
  EXPECT_EQ(refused.status(), 403u);
  EXPECT_THAT(refused.body(), HasSubstr("secure subdomain can only serve its associated package"));
  module.process_ended(kChess);
  EXPECT_EQ(get("/other:other:sys", "", "chess-sys.localhost").status(), 0u);
}

TEST_F(PagesTest, S11_AHostThatIsNoneIsRefused) {
  bind("/");
  for (const char* host : {"a b", "evil\".com", "a/b", "user@host", "[::1", "[x]", "a:b", "a:1:2",
                           "localhost:123456", "\xc3\xa9"}) {
    EXPECT_EQ(get("/chess:chess:sys", "", host).status(), 400u) << host;
  }
  for (const char* host : {"localhost", "127.0.0.1:80", "[::1]:8080", "[::1]", "a_b.example"}) {
    EXPECT_EQ(get("/chess:chess:sys", "", host).status(), 0u) << host;
  }
}

TEST_F(PagesTest, AnAbsoluteTargetNamesItsHost) {
  bind("/");
  EXPECT_EQ(get("http://example.com:81/chess:chess:sys/?x=1").status(), 0u);
  const std::string event(port.sent[0]->request()->body.text());
  EXPECT_THAT(event, HasSubstr(R"("url":"http://example.com/chess:chess:sys")"));
  EXPECT_EQ(get("http://e/").status(), 404u);
}

}  // namespace
}  // namespace kinode::http_server
