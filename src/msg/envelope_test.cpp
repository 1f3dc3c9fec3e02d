// Messages in the node: display, sameness and size (kernel.md 1.4).
#include "msg/envelope.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace kinode::msg {
namespace {

AddressRef address(std::string_view text) { return share(Address::parse(text).value()); }

Envelope request(std::string_view body) {
  Envelope e;
  e.id = 7;
  e.source = address("a.os@p:k:sys");
  e.target = address("b.os@q:k:sys");
  Request r;
  r.expects_response = 5;
  r.body = Bytes::copy(body);
  e.message = r;
  return e;
}

TEST(Envelope, ARequestIsShownAsDocumented) {
  EXPECT_EQ(describe(request("hi")), R"({
    id: 7,
    source: a.os@p:k:sys,
    target: b.os@q:k:sys,
    rsvp: None,
    message: Request(
        inherit: false,
        expects_response: Some(5),
        body: hi,
        metadata: None,
        capabilities: [],
    ),
    blob: false,
})");
}

TEST(Envelope, ARequestsBodyThatIsNoTextIsShownAsNumbers) {
  Envelope e = request("\xff\x01");
  Request r = *e.request();
  r.expects_response.reset();
  r.metadata = "m";
  r.capabilities.push_back({network_cap("a.os"), {}});
  r.capabilities.push_back({messaging_cap(*address("a.os@p:k:sys")), {}});
  e.message = r;
  e.rsvp = e.source;
  e.blob = std::make_shared<const Blob>();
  EXPECT_EQ(describe(e), R"({
    id: 7,
    source: a.os@p:k:sys,
    target: b.os@q:k:sys,
    rsvp: a.os@p:k:sys,
    message: Request(
        inherit: false,
        expects_response: None,
        body: [255, 1],
        metadata: m,
        capabilities: [
            a.os@kernel:distro:sys("network"),
            a.os@p:k:sys("messaging"),
        ],
    ),
    blob: true,
})");
}

TEST(Envelope, AResponseShowsCompactJsonOrNumbers) {
  Envelope e = request("");
  Response r;
  r.body = Bytes::copy("{ \"b\": [1, 2], \"a\": null }");
  r.context = Bytes::copy("no");
  e.message = r;
  EXPECT_EQ(describe(e), R"({
    id: 7,
    source: a.os@p:k:sys,
    target: b.os@q:k:sys,
    rsvp: None,
    message: Response(
        inherit: false,
        body: {"a":null,"b":[1,2]},
        metadata: None,
        context: [110, 111],
        capabilities: [],
    ),
    blob: false,
})");
}

TEST(Envelope, ASendErrorShowsWhomItWasFor) {
  Envelope e = request("");
  SendError error;
  error.original = std::make_shared<const Envelope>(request("x"));
  e.message = error;
  EXPECT_NE(describe(e).find("SendError(\n        kind: Timeout,\n        target: b.os@q:k:sys,\n"),
            std::string::npos);
}

TEST(Envelope, SamenessLooksAtContentAndNotAtOwners) {
  Envelope a = request("body");
  Envelope b = request("body");
  a.blob = std::make_shared<const Blob>(Blob{"m", Bytes::copy("1")});
  b.blob = std::make_shared<const Blob>(Blob{"m", Bytes::copy("1")});
  EXPECT_TRUE(same_message(a, b));

  Envelope c = b;
  c.blob = std::make_shared<const Blob>(Blob{"m", Bytes::copy("2")});
  EXPECT_FALSE(same_message(a, c));
  c = b;
  c.blob = nullptr;
  EXPECT_FALSE(same_message(a, c));
  c = b;
  c.id = 8;
  EXPECT_FALSE(same_message(a, c));
  c = b;
  c.rsvp = c.source;
  EXPECT_FALSE(same_message(a, c));
  c = b;
  c.message = Response{};
  EXPECT_FALSE(same_message(a, c));
}

TEST(Envelope, SendErrorsAreTheSameWhenTheirOriginalsAre) {
  const auto error = [](SendErrorKind kind, std::string_view body) {
    Envelope e = request("");
    e.message = SendError{kind, std::make_shared<const Envelope>(request(body))};
    return e;
  };
  EXPECT_TRUE(
      same_message(error(SendErrorKind::kOffline, "x"), error(SendErrorKind::kOffline, "x")));
  EXPECT_FALSE(
      same_message(error(SendErrorKind::kOffline, "x"), error(SendErrorKind::kTimeout, "x")));
  EXPECT_FALSE(
      same_message(error(SendErrorKind::kOffline, "x"), error(SendErrorKind::kOffline, "y")));
}

TEST(Envelope, AccountedBytesCountEverythingThatCanBeLarge) {
  const std::size_t empty = request("").accounted_bytes();
  EXPECT_EQ(empty, limits::kEnvelopeOverheadBytes);
  EXPECT_EQ(request(std::string(1000, 'x')).accounted_bytes(), empty + 1000);

  Envelope e = request("");
  e.blob = std::make_shared<const Blob>(Blob{"t/p", Bytes::copy(std::string(500, 'x'))});
  EXPECT_EQ(e.accounted_bytes(), empty + 503);

  Request r;
  r.metadata = std::string(70, 'm');
  e.message = r;
  e.blob = nullptr;
  EXPECT_EQ(e.accounted_bytes(), empty + 70);

  r.capabilities.push_back({network_cap("a.os"), Bytes::copy(std::string(64, 's'))});
  e.message = r;
  EXPECT_GT(e.accounted_bytes(), empty + 70 + 64 + limits::kCapOverheadBytes);

  Response response;
  response.context = Bytes::copy(std::string(300, 'c'));
  e.message = response;
  EXPECT_EQ(e.accounted_bytes(), empty + 300);

  e.message = SendError{SendErrorKind::kTimeout,
                        std::make_shared<const Envelope>(request(std::string(900, 'x')))};
  EXPECT_EQ(e.accounted_bytes(), 2 * empty + 900);
}

}  // namespace
}  // namespace kinode::msg
