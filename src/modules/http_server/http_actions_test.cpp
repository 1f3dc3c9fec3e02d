// What programs say to the HTTP server (io.md 3.3, 3.4, 13.1).
#include "modules/http_server/http_actions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::http_server {
namespace {

using testing::HasSubstr;

std::string problem(std::string_view text) {
  const auto action = decode_http_action(as_bytes(text));
  return action ? "taken" : action.error().detail;
}

TEST(HttpActions, StandAsTheSpecificationWritesThem) {
  const std::pair<const char*, HttpAction> table[] = {
      {R"({"Bind":{"path":"/x","authenticated":true,"local_only":false,"cache":false}})",
       action::Bind{"/x", true, false, false}},
      {R"({"SecureBind":{"path":"/x","cache":false}})", action::SecureBind{"/x", false}},
      {R"({"Unbind":{"path":"/x"}})", action::Unbind{"/x"}},
      {R"({"WebSocketBind":{"path":"/ws","authenticated":true,"extension":false}})",
       action::WebSocketBind{"/ws", true, false}},
      {R"({"WebSocketSecureBind":{"path":"/ws","extension":true}})",
       action::WebSocketSecureBind{"/ws", true}},
      {R"({"WebSocketUnbind":{"path":"/ws"}})", action::WebSocketUnbind{"/ws"}},
      {R"({"WebSocketPush":{"channel_id":7,"message_type":"Text"}})",
       action::WebSocketPush{7, FrameKind::kText}},
      {R"({"WebSocketExtPushOutgoing":{"channel_id":7,"message_type":"Binary",)"
       R"("desired_reply_type":"Response"}})",
       action::WebSocketExtPushOutgoing{7, FrameKind::kBinary, ReplyKind::kResponse}},
      {R"({"WebSocketClose":7})", action::WebSocketClose{7}},
  };
  for (const auto& [text, action] : table) {
    const auto read = decode_http_action(as_bytes(text));
    ASSERT_TRUE(read) << text << ": " << read.error().detail;
    EXPECT_EQ(*read, action) << text;
    EXPECT_EQ(encode_http_action(action), text);
  }
}

TEST(HttpActions, TheUnusedFieldOfVersion09IsPassedOver) {
  const auto read = decode_http_action(as_bytes(
      R"({"WebSocketBind":{"path":"/","authenticated":false,"encrypted":true,"extension":true}})"));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, HttpAction(action::WebSocketBind{"/", false, true}));
}

TEST(HttpActions, WhatIsWrongIsNamed) {
  EXPECT_THAT(problem("{"), HasSubstr("http-server request: is not JSON"));
  EXPECT_THAT(problem(R"({"Bind":{"path":"/x"}})"), HasSubstr("authenticated"));
  EXPECT_THAT(problem(R"({"Band":{}})"), HasSubstr("one of `Bind`, `SecureBind`"));
  EXPECT_THAT(problem(R"({"WebSocketPush":{"channel_id":4294967296,"message_type":"Text"}})"),
              HasSubstr("channel_id"));
  EXPECT_THAT(problem(R"({"WebSocketPush":{"channel_id":1,"message_type":"text"}})"),
              HasSubstr("one of `Text`, `Binary`"));
}

TEST(HttpActions, WhatOnlyTheServerSaysIsNoAction) {
  EXPECT_NE(problem(R"({"WebSocketOpen":{"path":"/","channel_id":7}})"), "taken");
  EXPECT_NE(problem(R"({"WebSocketExtPushData":{"id":1,"kinode_message_type":"Response",)"
                    R"("blob":[1]}})"),
            "taken");
}

TEST(HttpActions, ErrorsHaveTheirNames) {
  EXPECT_EQ(encode_http_error(HttpServerError::kMalformedRequest), R"({"Err":"MalformedRequest"})");
  EXPECT_EQ(encode_http_error(HttpServerError::kNoBlob), R"({"Err":"NoBlob"})");
  EXPECT_EQ(encode_http_error(HttpServerError::kInvalidSourceProcess),
            R"({"Err":"InvalidSourceProcess"})");
  EXPECT_EQ(encode_http_error(HttpServerError::kWsPingPongTooLong),
            R"({"Err":"WsPingPongTooLong"})");
  EXPECT_EQ(encode_http_error(HttpServerError::kWsChannelNotFound),
            R"({"Err":"WsChannelNotFound"})");
}

}  // namespace
}  // namespace kinode::http_server
