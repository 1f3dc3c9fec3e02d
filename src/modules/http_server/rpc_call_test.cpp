// Who may call, what a call says and what an answer looks like.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "modules/http_server/rpc_endpoint.h"

namespace kinode::http_server {
namespace {

namespace http = boost::beast::http;
using testing::HasSubstr;

// --- refuse_rpc ---------------------------------------------------------------------------------

transport::HttpRequest good_request() {
  transport::HttpRequest request;
  request.peer_is_loopback = true;
  request.message.set(http::field::host, "localhost:8080");
  request.message.set(http::field::content_type, "application/json");
  return request;
}

transport::HttpRequest with(std::string_view name, std::string_view value) {
  auto request = good_request();
  request.message.set(boost::beast::string_view(name.data(), name.size()),
                      boost::beast::string_view(value.data(), value.size()));
  return request;
}

unsigned refused(const transport::HttpRequest& request) {
  const auto refusal = refuse_rpc(request);
  return refusal ? refusal->status : 0;
}

TEST(RefuseRpc, LetsAProgramOnThisMachineIn) { EXPECT_EQ(refused(good_request()), 0u); }

TEST(RefuseRpc, RefusesAnotherMachine) {
  auto request = good_request();
  request.peer_is_loopback = false;
  EXPECT_EQ(refused(request), 403u);
}

TEST(RefuseRpc, TakesLoopbackHostsOnly) {
  for (const auto* host :
       {"localhost", "localhost:1", "127.0.0.1", "127.0.0.1:65535", "[::1]", "[::1]:8080"}) {
    EXPECT_EQ(refused(with("Host", host)), 0u) << host;
  }
  for (const auto* host :
       {"", "evil.com", "evil.com:8080", "localhost.evil.com", "localhost:8080.evil.com",
        "127.0.0.1.evil.com", "127.0.0.2", "[::1].evil.com", "[::1]x", "[::2]", "localhost:123456",
        "localhost:80a", "user@localhost", "0.0.0.0"}) {
    EXPECT_EQ(refused(with("Host", host)), 403u) << host;
  }
}

TEST(RefuseRpc, RefusesWebPages) {
  for (const auto* origin : {"null", "http://evil.com", "http://localhost:8080", ""}) {
    EXPECT_EQ(refused(with("Origin", origin)), 403u) << origin;
  }
}

TEST(RefuseRpc, Fault17_RefusesWhatCameThroughAProxy) {
  for (const auto* name : {"X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "x-forwarded-for"}) {
    EXPECT_EQ(refused(with(name, "1.2.3.4")), 403u) << name;
    EXPECT_EQ(refused(with(name, "")), 403u) << name;
  }
}

TEST(RefuseRpc, TakesJsonOnly) {
  for (const auto* type : {"application/json", "Application/JSON",
                           "application/json; charset=utf-8", "application/json ;charset=utf-8"}) {
    EXPECT_EQ(refused(with("Content-Type", type)), 0u) << type;
  }
  for (const auto* type : {"", "text/plain", "application/x-www-form-urlencoded",
                           "multipart/form-data", "application/jsonp", "application/jso"}) {
    EXPECT_EQ(refused(with("Content-Type", type)), 415u) << type;
  }
  auto without = good_request();
  without.message.erase(http::field::content_type);
  EXPECT_EQ(refused(without), 415u);
}

TEST(RefuseRpc, SaysWhatToDo) {
  EXPECT_THAT(refuse_rpc(with("Content-Type", "text/plain"))->why,
              HasSubstr("Content-Type: application/json"));
  EXPECT_THAT(refuse_rpc(with("Host", "evil.com"))->why, HasSubstr("localhost, 127.0.0.1"));
}

// --- parse_rpc_call -----------------------------------------------------------------------------

Result<RpcCall> parse(std::string_view text) { return parse_rpc_call(text, "me.os"); }

TEST(ParseRpcCall, ReadsEveryField) {
  const auto call =
      parse(R"({"process":"a:b:c.os","node":"you.os","body":"hé","expects_response":7,)"
            R"("data":"aGk=","mime":"text/plain","metadata":"m","inherit":true,"context":[1]})");
  ASSERT_TRUE(call) << call.error().detail;
  EXPECT_EQ(call->target.text(), "you.os@a:b:c.os");
  EXPECT_EQ(call->body.text(), "hé");
  EXPECT_EQ(call->expects_response, 7u);
  EXPECT_EQ(call->metadata, "m");
  ASSERT_TRUE(call->blob);
  EXPECT_EQ(call->blob->bytes.text(), "hi");
  EXPECT_EQ(call->blob->mime, "text/plain");
}

TEST(ParseRpcCall, NeedsTheProcessOnly) {
  for (const auto* text :
       {R"({"process":"a:b:c"})",
        R"({"process":"a:b:c","node":null,"body":null,"expects_response":null,"data":null,)"
        R"("mime":null,"metadata":null})"}) {
    const auto call = parse(text);
    ASSERT_TRUE(call) << call.error().detail;
    EXPECT_EQ(call->target.text(), "me.os@a:b:c");
    EXPECT_TRUE(call->body.empty());
    EXPECT_FALSE(call->expects_response);
    EXPECT_FALSE(call->metadata);
    EXPECT_FALSE(call->blob);
  }
}

TEST(ParseRpcCall, TakesDataThatIsNotBase64AsNoBlob) {
  for (const auto* data : {"aGk", "a-k=", "%%%", "aGk=\\n"}) {
    const auto call = parse(std::string(R"({"process":"a:b:c","data":")") + data + "\"}");
    ASSERT_TRUE(call) << call.error().detail;
    EXPECT_FALSE(call->blob) << data;
  }
  const auto empty = parse(R"({"process":"a:b:c","data":""})");
  ASSERT_TRUE(empty && empty->blob) << "no bytes are a blob too";
  EXPECT_TRUE(empty->blob->bytes.empty());
}

TEST(ParseRpcCall, SaysWhatIsWrong) {
  const std::pair<std::string, const char*> table[] = {
      {"", "not JSON"},
      {"{", "not JSON"},
      {"not json", "not JSON"},
      {R"({"process":"a:b:c"} x)", "not JSON"},
      {"\xff\xfe", "not JSON"},
      {"[]", "not a JSON object"},
      {"null", "not a JSON object"},
      {"{}", "`process` is missing"},
      {R"({"process":null})", "`process` is missing"},
      {R"({"process":7})", "`process` must be text"},
      {R"({"process":"a:b:c","node":1})", "`node` must be text"},
      {R"({"process":"a:b:c","body":[1]})", "`body` must be text"},
      {R"({"process":"a:b:c","data":{}})", "`data` must be text"},
      {R"({"process":"a:b:c","mime":false})", "`mime` must be text"},
      {R"({"process":"a:b:c","metadata":0})", "`metadata` must be text"},
      {R"({"process":"a:b:c","expects_response":"5"})",
       "`expects_response` must be a whole number"},
      {R"({"process":"a:b:c","expects_response":-1})", "`expects_response` must be a whole number"},
      {R"({"process":"a:b:c","expects_response":1.5})",
       "`expects_response` must be a whole number"},
      {R"({"process":"a:b:c","x":)" + std::string(1000, '[') + std::string(1000, ']') + "}",
       "not JSON"},
  };
  for (const auto& [text, why] : table) {
    const auto call = parse(text);
    ASSERT_FALSE(call) << text;
    EXPECT_THAT(call.error().detail, HasSubstr(why)) << text;
  }
  for (const auto* id : {"", "a", "a:b", "a:b:c:d", "::", "a::c"}) {
    EXPECT_FALSE(parse(std::string(R"({"process":")") + id + "\"}")) << id;
  }
}

// --- rpc_answer ---------------------------------------------------------------------------------

msg::Envelope response(std::string_view body) {
  msg::Envelope out;
  msg::Response response;
  response.body = Bytes::copy(body);
  out.message = std::move(response);
  return out;
}

TEST(RpcAnswer, IsTheExampleOfTheSpec) {
  msg::Envelope envelope = response("{}");
  // io.md 5: the base64 of the blob, as numbers. [97,71,107,61] are the characters of "aGk=".
  envelope.blob =
      std::make_shared<msg::Blob>(msg::Blob{"application/octet-stream", Bytes::copy("hi")});
  EXPECT_EQ(rpc_answer(envelope),
            R"({"body":[123,125],"lazy_load_blob":{"mime":"application/octet-stream",)"
            R"("bytes":[97,71,107,61]}})");
}

TEST(RpcAnswer, HasNullsForWhatIsNotThere) {
  EXPECT_EQ(rpc_answer(response("")), R"({"body":[],"lazy_load_blob":null})");
  msg::Envelope envelope = response("a");
  envelope.blob = std::make_shared<msg::Blob>();
  EXPECT_EQ(rpc_answer(envelope), R"({"body":[97],"lazy_load_blob":{"mime":null,"bytes":[]}})");
}

TEST(RpcAnswer, EscapesTheMime) {
  msg::Envelope envelope = response("");
  envelope.blob = std::make_shared<msg::Blob>(msg::Blob{"a\"\n", {}});
  EXPECT_EQ(rpc_answer(envelope),
            "{\"body\":[],\"lazy_load_blob\":{\"mime\":\"a\\\"\\n\",\"bytes\":[]}}");
}

}  // namespace
}  // namespace kinode::http_server
