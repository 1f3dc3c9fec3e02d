// Content as it was given, whole, in part, or not again (RFC 9110 13, 14).
#include "modules/http_server/static_content.h"

#include <gtest/gtest.h>

#include "modules/http_server/http_fixture_test.h"

namespace kinode::http_server {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

class StaticContentTest : public testing::Test {
 protected:
  StaticContentTest() {
    auto blob = std::make_shared<msg::Blob>();
    blob->mime = "text/css";
    blob->bytes = Bytes::copy("0123456789");
    binding.content = blob;
    binding.tag = entity_tag(blob->bytes.view());
  }

  FakeExchange get(const Given& headers = {}, const std::string& method = "GET") const {
    auto request = request_to("/x", method);
    for (const auto& [name, value] : headers) request.message.insert(name, value);
    FakeExchange exchange(std::move(request));
    exchange.respond(static_response(exchange.request(), binding));
    return exchange;
  }

  Binding binding;
};

TEST_F(StaticContentTest, IsServedWithItsTypeAndTag) {
  const auto exchange = get();
  EXPECT_EQ(exchange.status(), 200u);
  EXPECT_EQ(exchange.body(), "0123456789");
  EXPECT_EQ(exchange.header("Content-Type"), "text/css");
  EXPECT_EQ(exchange.header("ETag"), binding.tag);
  EXPECT_EQ(exchange.header("Cache-Control"), "no-cache");
  EXPECT_EQ(exchange.header("Accept-Ranges"), "bytes");
  EXPECT_EQ(binding.tag.size(), 34u);
  EXPECT_NE(entity_tag(as_bytes("other")), binding.tag);
}

TEST_F(StaticContentTest, IsTextUnlessItSaysOtherwise) {
  auto blob = std::make_shared<msg::Blob>();
  blob->bytes = Bytes::copy("x");
  binding.content = blob;
  EXPECT_EQ(get().header("Content-Type"), "text/plain");
}

TEST_F(StaticContentTest, IsKeptByNobodyElseWhenItIsTheOwners) {
  binding.authenticated = true;
  EXPECT_EQ(get().header("Cache-Control"), "private, no-cache");
}

TEST_F(StaticContentTest, IsNotSentAgainToWhoHasIt) {
  for (const std::string& list :
       {binding.tag, "W/" + binding.tag, "\"a\", " + binding.tag, std::string("*")}) {
    const auto exchange = get({{"If-None-Match", list}});
    EXPECT_EQ(exchange.status(), 304u) << list;
    EXPECT_EQ(exchange.body(), "");
    EXPECT_EQ(exchange.header("ETag"), binding.tag);
  }
  for (const char* list : {"", "\"a\"", "\"a\", \"b\"", ",,"}) {
    EXPECT_EQ(get({{"If-None-Match", list}}).status(), 200u) << list;
  }
}

TEST_F(StaticContentTest, IsSentInPart) {
  const std::tuple<const char*, const char*, const char*> table[] = {
      {"bytes=0-3", "0123", "bytes 0-3/10"},        {"bytes=4-", "456789", "bytes 4-9/10"},
      {"bytes=-3", "789", "bytes 7-9/10"},          {"bytes=8-100", "89", "bytes 8-9/10"},
      {"bytes=-100", "0123456789", "bytes 0-9/10"},
  };
  for (const auto& [range, body, said] : table) {
    const auto exchange = get({{"Range", range}});
    EXPECT_EQ(exchange.status(), 206u) << range;
    EXPECT_EQ(exchange.body(), body) << range;
    EXPECT_EQ(exchange.header("Content-Range"), said);
  }
}

TEST_F(StaticContentTest, APartThatIsNotThereIsSaid) {
  for (const char* range : {"bytes=10-", "bytes=10-20", "bytes=-0"}) {
    const auto exchange = get({{"Range", range}});
    EXPECT_EQ(exchange.status(), 416u) << range;
    EXPECT_EQ(exchange.header("Content-Range"), "bytes */10");
  }
}

TEST_F(StaticContentTest, RangesThatAreNotUnderstoodArePassedOver) {
  for (const char* range : {"bytes=", "bytes=-", "bytes=a-b", "bytes=3-1", "bytes=0-1,4-5",
                            "items=0-1", "bytes=0-99999999999999999999999"}) {
    EXPECT_EQ(get({{"Range", range}}).status(), 200u) << range;
  }
  EXPECT_EQ(get({{"Range", "bytes=0-1"}}, "HEAD").status(), 200u);
}

TEST_F(StaticContentTest, APartOfWhatHasChangedIsNotSent) {
  EXPECT_EQ(get({{"Range", "bytes=0-1"}, {"If-Range", binding.tag}}).status(), 206u);
  EXPECT_EQ(get({{"Range", "bytes=0-1"}, {"If-Range", "\"old\""}}).status(), 200u);
}

}  // namespace
}  // namespace kinode::http_server
