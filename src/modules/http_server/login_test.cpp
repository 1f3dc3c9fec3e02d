// Logging in: cookies, passwords, and how often they may be tried (io.md 3.12, 3.13).
#include "modules/http_server/login.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits_http.h"
#include "crypto/session_token.h"
#include "modules/http_server/http_fixture_test.h"
#include "modules/http_server/login_page.h"

namespace kinode::http_server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kRight = "0x00ff";

class LoginTest : public testing::Test {
 protected:
  LoginTest() { sessions.open(keys()); }

  static LoginKeys keys() { return {crypto::SecretBytes(32), crypto::sha256(as_bytes(kRight))}; }

  FakeExchange ask(const std::string& method, std::string_view body = {},
                   const std::string& path = "/login", std::string_view peer = "10.0.0.1:1") {
    auto request = request_to(path, method, body);
    request.peer = peer;
    auto exchange = std::make_shared<FakeExchange>(std::move(request));
    login.handle(exchange, read_target(exchange->request()).value());
    return std::move(*exchange);
  }
  FakeExchange post(std::string_view hash, std::string_view peer = "10.0.0.1:1") {
    return ask("POST", R"({"password_hash":")" + std::string(hash) + R"("})", "/login", peer);
  }

  /// What the browser sends back of a Set-Cookie.
  static std::string sent_back(const FakeExchange& exchange) {
    const std::string cookie = exchange.header("Set-Cookie");
    return cookie.substr(0, cookie.find(';'));
  }

  support::FakePort port{"me.os"};
  Sessions sessions{"me.os", port.executor().clock()};
  Login login{port, sessions};
};

TEST_F(LoginTest, TheRightPasswordOpensASession) {
  const auto exchange = post(kRight);
  EXPECT_EQ(exchange.status(), 200u);
  EXPECT_THAT(exchange.header("Set-Cookie"), StartsWith("kinode-auth_me.os="));
  EXPECT_TRUE(sessions.is_logged_in(sent_back(exchange), std::nullopt));
  EXPECT_FALSE(sessions.is_logged_in(sent_back(exchange), "chess:chess:sys"));
  EXPECT_FALSE(sessions.is_logged_in("", std::nullopt));
}

TEST_F(LoginTest, S9_TheCookieIsKeptFromScriptsAndOtherSites) {
  EXPECT_THAT(post(kRight).header("Set-Cookie"),
              HasSubstr("; Path=/; Max-Age=15724800; HttpOnly; SameSite=Lax"));
  EXPECT_THAT(sessions.new_cookie(std::nullopt, true), HasSubstr("; Secure"));
}

TEST_F(LoginTest, ASessionOfOneProgramIsOfThatProgramOnly) {
  const auto exchange = ask("POST", R"({"password_hash":"0x00ff","subdomain":"chess:chess:sys"})");
  EXPECT_THAT(exchange.header("Set-Cookie"), StartsWith("kinode-auth_me.os@chess:chess:sys="));
  EXPECT_TRUE(sessions.is_logged_in(sent_back(exchange), "chess:chess:sys"));
  EXPECT_FALSE(sessions.is_logged_in(sent_back(exchange), std::nullopt));
  EXPECT_THAT(ask("POST", R"({"password_hash":"0x00ff","subdomain":""})").header("Set-Cookie"),
              StartsWith("kinode-auth_me.os="));
}

TEST_F(LoginTest, S13_AWrongPasswordIsA401ThatSaysNothingElse) {
  const auto exchange = post("0x00fe");
  EXPECT_EQ(exchange.status(), 401u);
  EXPECT_EQ(exchange.body(), R"("wrong password")");
  EXPECT_EQ(exchange.header("Set-Cookie"), "-");
}

TEST_F(LoginTest, WhatIsNoLoginIsA400) {
  for (const char* body : {"", "{}", "[]", "0x00ff", R"({"password_hash":1})"}) {
    EXPECT_EQ(ask("POST", body).status(), 400u) << body;
    EXPECT_EQ(ask("POST", body).body(), R"("Failed to parse login info")");
  }
  EXPECT_EQ(ask("POST", std::string(limits::kLoginBodyBytesMax + 1, ' ')).status(), 413u);
}

TEST_F(LoginTest, S12_WhoTriesPasswordsHasToWaitLongerAndLonger) {
  for (unsigned i = 0; i < limits::kLoginFreeTries; ++i) EXPECT_EQ(post("0x").status(), 401u);
  const auto refused = post(kRight);
  EXPECT_EQ(refused.status(), 429u) << "even the right one";
  EXPECT_EQ(refused.header("Retry-After"), "1");
  port.executor().advance(1s);
  EXPECT_EQ(post("0x").status(), 401u);
  EXPECT_EQ(post("0x").header("Retry-After"), "2");
  port.executor().advance(2s);
  EXPECT_EQ(post(kRight).status(), 200u);
  EXPECT_EQ(post("0x").status(), 401u) << "and begins anew";
}

TEST_F(LoginTest, S12_TheOwnerElsewhereIsNotKeptOut) {
  for (int i = 0; i < 10'000; ++i) post("0x", "10.0.0.1:1");
  EXPECT_EQ(post(kRight, "10.0.0.2:1").status(), 200u);
  for (int i = 0; i < 10; ++i) post("0x", "[2001:db8:1:2:3::4]:5");
  EXPECT_EQ(post("0x", "[2001:db8:1:2:ffff::9]:5").status(), 429u) << "one customer's network";
  EXPECT_EQ(post("0x", "[2001:db8:1:3::4]:5").status(), 401u);
}

TEST_F(LoginTest, S12_ClientsAreRememberedUpToALimit) {
  for (unsigned i = 0; i < limits::kLoginFreeTries; ++i) post("0x", "10.0.0.1:1");
  for (std::size_t i = 0; i < limits::kLoginClientsMax; ++i) {
    post("0x", "11." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
                   std::to_string(i % 256) + ":1");
  }
  EXPECT_EQ(post("0x", "10.0.0.1:1").status(), 401u) << "the one quiet for longest";
}

TEST_F(LoginTest, S11_ARedirectStaysOnThisSite) {
  const auto redirected = ask("POST", R"({"password_hash":"0x00ff"})",
                              "/login?redirect=%2Fchess%3Achess%3Asys%2F%3Fa%3D1");
  EXPECT_EQ(redirected.status(), 303u);
  EXPECT_EQ(redirected.header("Location"), "/chess:chess:sys/?a=1");
  EXPECT_THAT(redirected.header("Set-Cookie"), StartsWith("kinode-auth_"));
  for (const char* bad : {"//evil.com", "http://evil.com", "/\\evil.com", "/a\r\nX: y", "evil",
                          "/a b", "/\t/evil.com", "/caf\xc3\xa9"}) {
    EXPECT_EQ(safe_redirect(bad), "/") << bad;
  }
}

TEST_F(LoginTest, LoggingOutEndsTheCookie) {
  const auto exchange = ask("DELETE");
  EXPECT_EQ(exchange.status(), 200u);
  EXPECT_THAT(exchange.header("Set-Cookie"), HasSubstr("kinode-auth_me.os=; Path=/; Max-Age=0"));
}

TEST_F(LoginTest, S21_ThePageIsWholeAndClosedToOthers) {
  const auto exchange = ask("GET");
  EXPECT_EQ(exchange.status(), 200u);
  EXPECT_EQ(exchange.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(exchange.header("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
  EXPECT_EQ(exchange.header("X-Frame-Options"), "DENY");
  const std::string body = exchange.body();
  EXPECT_THAT(body, HasSubstr("<h1>me.os</h1>"));
  EXPECT_THAT(body, Not(HasSubstr("src=")));
  EXPECT_THAT(body, Not(HasSubstr("{{")));
  EXPECT_THAT(body, HasSubstr(std::string(login_script())));
  EXPECT_THAT(exchange.header("Content-Security-Policy"),
              HasSubstr(base64_encode(crypto::sha256(as_bytes(login_script())))));
}

TEST(LoginPage, ANameIsTextWhateverItIs) {
  EXPECT_THAT(login_page("<b>\"&"), HasSubstr("<h1>&lt;b&gt;&quot;&amp;</h1>"));
}

TEST_F(LoginTest, Q9_ProgramsAreToldInsteadOfShownAPage) {
  const auto status = [&](const std::string& method, const char* accept) {
    auto request = request_to("/x", method);
    if (accept != nullptr) request.message.set(boost::beast::http::field::accept, accept);
    return login.instead_of(request).status;
  };
  EXPECT_EQ(status("GET", nullptr), 200u);
  EXPECT_EQ(status("GET", "text/html,application/xhtml+xml"), 200u);
  EXPECT_EQ(status("GET", "*/*"), 200u);
  EXPECT_EQ(status("GET", "application/json"), 401u);
  EXPECT_EQ(status("POST", "text/html"), 401u);
}

TEST_F(LoginTest, BeforeTheKeyfileIsOpenNobodyGetsIn) {
  Sessions closed("me.os", port.executor().clock());
  Login early(port, closed);
  auto exchange =
      std::make_shared<FakeExchange>(request_to("/login", "POST", R"({"password_hash":"0x00ff"})"));
  early.handle(exchange, read_target(exchange->request()).value());
  EXPECT_EQ(exchange->status(), 503u);
}

// --- cookies ------------------------------------------------------------------------------------

TEST(CookieValue, FirstPieceWithAValueAndOneEqualsSign) {
  EXPECT_EQ(cookie_value("a=1; b=2; a=3", "a"), "1");
  EXPECT_EQ(cookie_value("b=2", "a"), std::nullopt);
  EXPECT_EQ(cookie_value("a=", "a"), std::nullopt);
  EXPECT_EQ(cookie_value("a=1=2; a=3", "a"), "3");
  EXPECT_EQ(cookie_value("a=1;a=2", "a"), std::nullopt) << "pieces end at a semicolon and a space";
  EXPECT_EQ(cookie_value("", "a"), std::nullopt);
}

TEST_F(LoginTest, ATokenEndsWithItsTime) {
  const std::string cookie = sent_back(post(kRight));
  port.executor().advance(std::chrono::seconds(crypto::kSessionSeconds - 1));
  EXPECT_TRUE(sessions.is_logged_in(cookie, std::nullopt));
  port.executor().advance(1s);
  EXPECT_FALSE(sessions.is_logged_in(cookie, std::nullopt));
}

}  // namespace
}  // namespace kinode::http_server
