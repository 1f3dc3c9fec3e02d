// HTTP as messages for programs, and their answers as HTTP (io.md 3.9, 3.10).
#include "modules/http_server/app_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits_http.h"
#include "modules/http_server/http_fixture_test.h"

namespace kinode::http_server {
namespace {

namespace http = boost::beast::http;
using testing::HasSubstr;
using testing::Not;
using Headers = std::vector<std::pair<std::string, std::string>>;

RouteMatch to_chess(std::string pattern = "/chess:chess:sys/games/:id") {
  auto binding = std::make_shared<Binding>();
  binding->owner = {"chess", "chess", "sys"};
  binding->pattern = std::move(pattern);
  return {binding, {{"id", "42"}}};
}

std::string event_of(const transport::HttpRequest& request, const RouteMatch& match = to_chess()) {
  return http_event(request, read_target(request).value(), match);
}

TEST(HttpEvent, HasTheFieldsOfTheSpecificationInTheirOrder) {
  auto request = request_to("/chess:chess:sys/games/42/?full=1", "POST");
  request.peer = "127.0.0.1:52814";
  request.message.set(http::field::host, "localhost:8080");
  request.message.set(http::field::content_type, "application/json");
  EXPECT_EQ(event_of(request),
            R"({"Http":{"source_socket_addr":"127.0.0.1:52814","method":"POST",)"
            R"("url":"http://localhost/chess:chess:sys/games/42",)"
            R"("bound_path":"/chess:chess:sys/games/:id",)"
            R"("headers":{"content-type":"application/json","host":"localhost:8080"},)"
            R"("url_params":{"id":"42"},"query_params":{"full":"1"},)"
            R"("raw_target":"/chess:chess:sys/games/42/?full=1","scheme":"http",)"
            R"("host":"localhost:8080"}})");
}

TEST(HttpEvent, HasOneValueForEachName) {
  auto request = request_to("/x?a=1&b=x+y%21&a=2&c&=d&%zz=%ff");
  request.message.insert("X-Twice", "one");
  request.message.insert("x-twice", "two");
  request.message.insert("X-Odd", "caf\xc3\xa9");
  const std::string event = event_of(request);
  EXPECT_THAT(event, HasSubstr(R"("x-twice":"two")"));
  EXPECT_THAT(event, HasSubstr(R"("x-odd":"")"));
  EXPECT_THAT(event, HasSubstr(R"("query_params":{"":"d","%zz":")"
                               "\xEF\xBF\xBD"
                               R"(","a":"2","b":"x y!","c":""})"));
}

TEST(HttpEvent, SaysNullForALocalSocket) {
  auto request = request_to("/x");
  request.peer = {};
  EXPECT_THAT(event_of(request), HasSubstr(R"("source_socket_addr":null)"));
}

msg::Envelope answer_with(std::string_view body, std::string_view blob = {},
                          std::optional<std::string> mime = std::nullopt) {
  msg::Envelope out;
  msg::Response response;
  response.body = Bytes::copy(body);
  out.message = std::move(response);
  auto bytes = std::make_shared<msg::Blob>();
  bytes->bytes = Bytes::copy(blob);
  bytes->mime = std::move(mime);
  out.blob = std::move(bytes);
  return out;
}

TEST(AppResponse, TakesStatusHeadersAndBlob) {
  const auto out = app_response(
      answer_with(R"({"status":201,"headers":{"Content-Type":"application/json"}})", "{}"));
  EXPECT_EQ(out.status, 201u);
  EXPECT_EQ(out.headers, (Headers{{"Content-Type", "application/json"}}));
  EXPECT_EQ(out.body.text(), "{}");
}

TEST(AppResponse, IsOctetsUnlessItSaysOtherwise) {
  EXPECT_EQ(app_response(answer_with(R"({"status":200,"headers":{}})", "x")).headers,
            (Headers{{"content-type", "application/octet-stream"}}));
  EXPECT_EQ(app_response(answer_with(R"({"status":200,"headers":{}})", "x", "text/css")).headers,
            (Headers{{"content-type", "text/css"}}))
      << "Q7";
  EXPECT_EQ(app_response(answer_with(R"({"status":200,"headers":{}})", "x", "a\r\nb")).headers,
            (Headers{{"content-type", "application/octet-stream"}}));
}

TEST(AppResponse, Q7_AHeaderMayHaveSeveralValues) {
  const auto out = app_response(
      answer_with(R"({"status":200,"headers":{"Content-Type":"a/b","Set-Cookie":["a=1","b=2"]}})"));
  EXPECT_EQ(out.headers,
            (Headers{{"Content-Type", "a/b"}, {"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}}));
}

TEST(AppResponse, LeavesOutWhatCouldEndAHeaderOrTheMessage) {
  const auto out = app_response(answer_with(
      R"({"status":200,"headers":{"Content-Type":"a/b","A":"1\r\nEvil: 1","B C":"1","":"1",)"
      R"("Content-Length":"9","transfer-encoding":"chunked","Connection":"close","D":"é"}})"));
  EXPECT_EQ(out.headers, (Headers{{"Content-Type", "a/b"}}));
}

TEST(AppResponse, GarbageIs500) {
  for (const char* body : {"", "{}", "[]", R"({"status":200})", R"({"status":99,"headers":{}})",
                           R"({"status":101,"headers":{}})", R"({"status":1000,"headers":{}})",
                           R"({"status":"200","headers":{}})", R"({"status":200,"headers":[1]})",
                           R"({"status":200,"headers":{"a":1}})", "{\"status\":200,"}) {
    EXPECT_EQ(app_response(answer_with(body)).status, 500u) << body;
  }
}

class AppRequestsTest : public testing::Test {
 protected:
  std::shared_ptr<FakeExchange> ask() {
    auto exchange = std::make_shared<FakeExchange>(request_to("/x", "POST", "the body"));
    const auto target = read_target(exchange->request()).value();
    apps.ask(exchange, target, to_chess());
    return exchange;
  }
  msg::Envelope answer(std::uint64_t id) {
    auto out = answer_with(R"({"status":200,"headers":{}})", "done");
    out.id = id;
    return out;
  }

  support::FakePort port{"me.os"};
  AppRequests apps{port, msg::share({"me.os", msg::system_process("http-server")})};
};

TEST_F(AppRequestsTest, TheOwnerIsAskedAndItsAnswerSent) {
  const auto exchange = ask();
  ASSERT_EQ(port.sent.size(), 1u);
  const msg::Envelope& sent = *port.sent[0];
  EXPECT_EQ(sent.source->text(), "me.os@http-server:distro:sys");
  EXPECT_EQ(sent.target->text(), "me.os@chess:chess:sys");
  ASSERT_TRUE(sent.rsvp) << "Q22";
  EXPECT_EQ(sent.rsvp->text(), "me.os@http-server:distro:sys");
  EXPECT_EQ(sent.request()->expects_response, 15u);
  EXPECT_FALSE(sent.request()->inherit);
  EXPECT_EQ(sent.blob->bytes.text(), "the body");
  EXPECT_FALSE(sent.blob->mime);
  EXPECT_EQ(exchange->status(), 0u);
  EXPECT_TRUE(apps.answered(answer(sent.id)));
  EXPECT_EQ(exchange->status(), 200u);
  EXPECT_EQ(exchange->body(), "done");
  EXPECT_FALSE(apps.answered(answer(sent.id))) << "once";
}

TEST_F(AppRequestsTest, D10_AnAnswerThatComesTooLateFindsNobody) {
  const auto exchange = ask();
  port.executor().advance(std::chrono::seconds(15));
  EXPECT_EQ(exchange->status(), 408u);
  EXPECT_FALSE(apps.answered(answer(port.sent[0]->id)));
}

TEST_F(AppRequestsTest, D12_AProgramThatCannotAnswerIsSaidAtOnce) {
  for (const auto routed : {port::Routed::kNoTarget, port::Routed::kDenied, port::Routed::kFull}) {
    port.answer_to_send = routed;
    EXPECT_EQ(ask()->status(), 503u);
  }
  port.answer_to_send = port::Routed::kDelivered;
  const auto exchange = ask();
  apps.failed(port.sent.back()->id);
  EXPECT_EQ(exchange->status(), 503u) << "it ended";
}

TEST_F(AppRequestsTest, D12_WhoAskedAProgramThatEndedIsToldAtOnce) {
  const auto lost = ask();
  const auto answered = ask();
  port.executor().advance(std::chrono::seconds(1));
  apps.owner_ended({"chess", "chess", "sys"});
  apps.owner_ended({"other", "chess", "sys"});
  EXPECT_TRUE(apps.answered(answer(port.sent[1]->id))) << "its last answer was on its way";
  port.executor().advance(std::chrono::milliseconds(10));
  const auto asked_again = ask();
  port.executor().advance(std::chrono::milliseconds(90));
  EXPECT_EQ(lost->status(), 503u);
  EXPECT_EQ(answered->status(), 200u);
  EXPECT_EQ(asked_again->status(), 0u) << "the next run has it";
}

TEST_F(AppRequestsTest, OneProgramHoldsSoManyRequestsAndNoMore) {
  std::vector<std::shared_ptr<FakeExchange>> all;
  all.reserve(limits::kHttpWaitingPerProcessMax);
  for (std::size_t i = 0; i < limits::kHttpWaitingPerProcessMax; ++i) all.push_back(ask());
  EXPECT_EQ(ask()->status(), 503u);
  EXPECT_TRUE(apps.answered(answer(port.sent[0]->id)));
  EXPECT_EQ(ask()->status(), 0u);
  apps.stop();
  EXPECT_EQ(all.back()->status(), 503u);
}

}  // namespace
}  // namespace kinode::http_server
