#include "modules/http_server/http_server_module.h"

#include <gtest/gtest.h>

#include "modules/http_server/http_fixture_test.h"

namespace kinode::http_server {
namespace {

using namespace std::chrono_literals;
namespace http = boost::beast::http;

class HttpServerModuleTest : public testing::Test {
 protected:
  HttpServerModuleTest() { EXPECT_TRUE(module.start(port)); }

  std::shared_ptr<FakeExchange> call(std::string_view body,
                                     const std::string& target = "/rpc:distro:sys/message") {
    auto request = request_to(target, "POST", body);
    request.message.set(http::field::content_type, "application/json");
    auto exchange = std::make_shared<FakeExchange>(std::move(request));
    module.handle(std::static_pointer_cast<transport::HttpExchange>(exchange));
    return exchange;
  }
  std::shared_ptr<FakeExchange> ask() {
    return call(R"({"process":"echo:echo:test.os","body":"hi","expects_response":5})");
  }

  /// Comes from `node` as the answer to what was sent last.
  void answer_from(const std::string& node, std::string_view body) {
    auto out = std::make_shared<msg::Envelope>();
    out->id = port.sent.back()->id;
    out->source = msg::share({node, {"echo", "echo", "test.os"}});
    out->target = port.sent.back()->rsvp;
    msg::Response response;
    response.body = Bytes::copy(body);
    out->message = std::move(response);
    module.handle(msg::EnvelopeRef(std::move(out)));
  }

  /// The one answer that came: its status, or 0.
  static unsigned status(const FakeExchange& exchange) { return exchange.status(); }

  support::FakePort port{"me.os"};
  HttpServerModule module;
};

TEST_F(HttpServerModuleTest, SendsARequestInItsOwnName) {
  const auto exchange = ask();
  ASSERT_EQ(port.sent.size(), 1u);
  const msg::Envelope& sent = *port.sent[0];
  EXPECT_EQ(sent.source->text(), "me.os@http-server:distro:sys");
  EXPECT_EQ(sent.target->text(), "me.os@echo:echo:test.os");
  ASSERT_TRUE(sent.rsvp);
  EXPECT_EQ(sent.rsvp->text(), "me.os@http-server:distro:sys");
  ASSERT_TRUE(sent.request());
  EXPECT_EQ(sent.request()->body.text(), "hi");
  EXPECT_EQ(sent.request()->expects_response, 5u);
  EXPECT_FALSE(sent.request()->inherit);
  EXPECT_EQ(status(*exchange), 0u) << "it waits";
}

TEST_F(HttpServerModuleTest, AnswersWithTheResponse) {
  const auto exchange = ask();
  answer_from("me.os", "{}");
  ASSERT_EQ(status(*exchange), 200u);
  EXPECT_EQ(exchange->answers[0].body.text(), R"({"body":[123,125],"lazy_load_blob":null})");
  const std::vector<std::pair<std::string, std::string>> headers = {{"Content-Type", "text/html"}};
  EXPECT_EQ(exchange->answers[0].headers, headers);
}

TEST_F(HttpServerModuleTest, AnswersOnce) {
  const auto exchange = ask();
  answer_from("me.os", "1");
  answer_from("me.os", "2");
  port.executor().advance(16s);
  module.stop();
  EXPECT_EQ(status(*exchange), 200u);
}

TEST_F(HttpServerModuleTest, KeepsCallersApart) {
  const auto first = ask();
  const auto second = ask();
  EXPECT_NE(port.sent[0]->id, port.sent[1]->id);
  answer_from("me.os", "for the second");
  EXPECT_EQ(status(*first), 0u);
  EXPECT_EQ(status(*second), 200u);
}

TEST_F(HttpServerModuleTest, TakesNoMessagesFromOtherNodes) {
  const auto exchange = ask();
  answer_from("evil.os", "forged");
  EXPECT_EQ(status(*exchange), 0u);
}

TEST_F(HttpServerModuleTest, AnswersA408AfterFifteenSecondsWhateverTheNumberSays) {
  const auto exchange =
      call(R"({"process":"echo:echo:test.os","body":"hi","expects_response":3600})");
  port.executor().advance(14'990ms);
  EXPECT_EQ(status(*exchange), 0u);
  port.executor().advance(20ms);
  EXPECT_EQ(status(*exchange), 408u);
  EXPECT_TRUE(exchange->answers[0].body.empty());
  answer_from("me.os", "too late");
  EXPECT_EQ(status(*exchange), 408u);
}

TEST_F(HttpServerModuleTest, AnswersA408AtOnceWhenNobodyIsThere) {
  for (const auto routed : {port::Routed::kNoTarget, port::Routed::kDenied}) {
    port.answer_to_send = routed;
    EXPECT_EQ(status(*ask()), 408u);
  }
}

TEST_F(HttpServerModuleTest, AnswersA408WhenTheKernelSaysThatNobodyWillAnswer) {
  const auto exchange = ask();
  auto error = std::make_shared<msg::Envelope>();
  error->id = port.sent[0]->id;
  error->source = msg::share({"me.os", msg::system_process("kernel")});
  error->target = port.sent[0]->source;
  error->message = msg::SendError{msg::SendErrorKind::kTimeout, port.sent[0]};
  module.handle(msg::EnvelopeRef(std::move(error)));
  EXPECT_EQ(status(*exchange), 408u);
}

TEST_F(HttpServerModuleTest, AnswersA503WhenTheMailboxIsFull) {
  port.answer_to_send = port::Routed::kFull;
  EXPECT_EQ(status(*ask()), 503u);
  EXPECT_EQ(status(*call(R"({"process":"echo:echo:test.os"})")), 503u);
}

TEST_F(HttpServerModuleTest, AnswersFireAndForgetAtOnce) {
  for (const auto routed : {port::Routed::kDelivered, port::Routed::kNoTarget}) {
    port.answer_to_send = routed;
    const auto exchange = call(R"({"process":"echo:echo:test.os","body":"hi"})");
    ASSERT_EQ(status(*exchange), 200u);
    EXPECT_TRUE(exchange->answers[0].body.empty());
    const std::vector<std::pair<std::string, std::string>> headers = {
        {"Content-Type", "application/octet-stream"}};
    EXPECT_EQ(exchange->answers[0].headers, headers);
    EXPECT_FALSE(port.sent.back()->rsvp);
    EXPECT_FALSE(port.sent.back()->request()->expects_response);
  }
}

TEST_F(HttpServerModuleTest, AnswersAnEmpty400ToWhatIsNoCall) {
  const auto exchange = call("not json");
  ASSERT_EQ(status(*exchange), 400u);
  EXPECT_TRUE(exchange->answers[0].body.empty());
  EXPECT_TRUE(port.sent.empty());
}

TEST_F(HttpServerModuleTest, SendsNothingForWhomItRefuses) {
  auto request =
      request_to("/rpc:distro:sys/message", "POST", R"({"process":"echo:echo:test.os"})");
  request.message.set(http::field::content_type, "application/json");
  request.message.set(http::field::origin, "http://evil.com");
  auto exchange = std::make_shared<FakeExchange>(std::move(request));
  module.handle(std::static_pointer_cast<transport::HttpExchange>(exchange));
  EXPECT_EQ(status(*exchange), 403u);
  EXPECT_TRUE(port.sent.empty());
}

TEST_F(HttpServerModuleTest, PassesTheBlobOn) {
  call(R"({"process":"echo:echo:test.os","data":"aGk=","mime":"text/plain","metadata":"m"})");
  ASSERT_TRUE(port.sent.at(0)->blob);
  EXPECT_EQ(port.sent[0]->blob->bytes.text(), "hi");
  EXPECT_EQ(port.sent[0]->blob->mime, "text/plain");
  EXPECT_EQ(port.sent[0]->request()->metadata, "m");
}

TEST_F(HttpServerModuleTest, StopAnswersWhoWaits) {
  const auto first = ask();
  const auto second = ask();
  module.stop();
  EXPECT_EQ(status(*first), 503u);
  EXPECT_EQ(status(*second), 503u);
  EXPECT_EQ(status(*ask()), 503u) << "and who comes too late";
  port.executor().advance(16s);
}

TEST_F(HttpServerModuleTest, ServesItsPathOnly) {
  for (const auto* path :
       {"/", "/rpc:distro:sys/messages", "/rpc:distro:sys/", "//rpc:distro:sys/message"}) {
    EXPECT_EQ(status(*call("{}", path)), 404u) << path;
  }
  EXPECT_EQ(status(*call("{}", "/rpc:distro:sys/message?x=y")), 400u);
  EXPECT_TRUE(port.sent.empty());
}

}  // namespace
}  // namespace kinode::http_server
