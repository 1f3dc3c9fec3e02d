// Messages between nodes (kernel.md appendix A, net-eth.md 2).
#include "msg/msgpack.h"

#include <gmock/gmock.h>

#include "base/limits.h"

namespace kinode::msg {
namespace {

using testing::HasSubstr;

ByteVector unhex(std::string_view text) { return hex_decode(text).value(); }

AddressRef address(std::string_view text) { return share(Address::parse(text).value()); }

Capability golden_cap() { return messaging_cap(*address("a.os@p:k:sys")); }

/// Kernel.md appendix A, the request.
Envelope golden_request() {
  Envelope e;
  e.id = 0x0102030405060708;
  e.source = address("a.os@p:k:sys");
  e.target = address("b.os@q:k:sys");
  e.rsvp = e.source;
  Request r;
  r.expects_response = 5;
  r.body = Bytes::copy(ByteVector{0x68, 0x69, 0xff});
  r.capabilities.push_back({golden_cap(), Bytes::copy(ByteVector{0x01, 0xc8})});
  e.message = r;
  e.blob =
      std::make_shared<const Blob>(Blob{"t/p", Bytes::copy(ByteVector{0x00, 0x7f, 0x80, 0xff})});
  return e;
}
constexpr std::string_view kGoldenRequest =
    "96cf0102030405060708ac612e6f7340703a6b3a737973ac622e6f7340713a6b3a737973ac612e6f7340703a6b3a73"
    "79"
    "7381a75265717565737495c205936869ccffc0919292ac612e6f7340703a6b3a737973ab226d6573736167696e6722"
    "9201ccc892a3742f7094007fcc80ccff";

/// Kernel.md appendix A, the response.
Envelope golden_response() {
  Envelope e;
  e.id = 7;
  e.source = address("a.os@p:k:sys");
  e.target = address("b.os@q:k:sys");
  Response r;
  r.body = Bytes::copy("ok");
  e.message = r;
  return e;
}
constexpr std::string_view kGoldenResponse =
    "9607ac612e6f7340703a6b3a737973ac622e6f7340713a6b3a737973c081a8526573706f6e73659294c2926f6bc090"
    "c0"
    "c0";

/// Net-eth.md 2.3, examples 1 to 3.
Envelope hello_request() {
  Envelope e;
  e.id = 0x0102030405060708;
  e.source = address("alice.os@chat:chat:template.os");
  e.target = address("bob.os@net:distro:sys");
  Request r;
  r.expects_response = 5;
  r.body = Bytes::copy("hello");
  e.message = r;
  return e;
}
constexpr std::string_view kHelloRequest =
    "96cf0102030405060708be616c6963652e6f7340636861743a636861743a74656d706c6174652e6f73b5626f622e6f"
    "73"
    "406e65743a64697374726f3a737973c081a75265717565737495c2059568656c6c6fc090c0";
constexpr std::string_view kHelloRequestWithBin =
    "96cf0102030405060708be616c6963652e6f7340636861743a636861743a74656d706c6174652e6f73b5626f622e6f"
    "73"
    "406e65743a64697374726f3a737973c081a75265717565737495c205c40568656c6c6fc090c0";

Envelope ack_response() {
  Envelope e;
  e.id = ~std::uint64_t{0};
  e.source = address("bob.os@net:distro:sys");
  e.target = address("alice.os@chat:chat:template.os");
  Response r;
  r.body = Bytes::copy("ack");
  e.message = r;
  return e;
}
constexpr std::string_view kAckResponse =
    "96cfffffffffffffffffb5626f622e6f73406e65743a64697374726f3a737973be616c6963652e6f7340636861743a"
    "63"
    "6861743a74656d706c6174652e6f73c081a8526573706f6e73659294c29361636bc090c0c0";

Envelope everything_set() {
  Envelope e;
  e.id = 7;
  e.source = address("a.os@p:k:a.os");
  e.target = address("b.os@p:k:a.os");
  e.rsvp = address("a.os@x:y:z");
  Request r;
  r.inherit = true;
  r.body = Bytes::copy(ByteVector{0x00, 0x7f, 0x80, 0xff});
  r.metadata = "{}";
  r.capabilities.push_back(
      {messaging_cap(*address("b.os@p:k:a.os")), Bytes::copy(ByteVector{0xde, 0xad})});
  e.message = r;
  e.blob = std::make_shared<const Blob>(Blob{"text/plain", Bytes::copy(ByteVector{0x01, 0xc8})});
  return e;
}
constexpr std::string_view kEverythingSet =
    "9607ad612e6f7340703a6b3a612e6f73ad622e6f7340703a6b3a612e6f73aa612e6f7340783a793a7a81a752657175"
    "65"
    "737495c3c094007fcc80ccffa27b7d919292ad622e6f7340703a6b3a612e6f73ab226d6573736167696e672292ccde"
    "cc"
    "ad92aa746578742f706c61696e9201ccc8";

struct Vector {
  std::string_view name;
  Envelope envelope;
  std::string_view hex;
};

std::vector<Vector> golden_vectors() {
  return {{"kernel.md request", golden_request(), kGoldenRequest},
          {"kernel.md response", golden_response(), kGoldenResponse},
          {"net-eth.md example 1", hello_request(), kHelloRequest},
          {"net-eth.md example 2", ack_response(), kAckResponse},
          {"net-eth.md example 3", everything_set(), kEverythingSet}};
}

Envelope decoded(std::string_view hex) {
  auto e = decode_msgpack_envelope(unhex(hex));
  EXPECT_TRUE(e) << hex << ": " << e.error().detail;
  return e ? std::move(*e) : Envelope{};
}

std::string refusal(std::string_view hex) {
  const auto e = decode_msgpack_envelope(unhex(hex));
  return e ? "accepted" : e.error().detail;
}

TEST(Msgpack, GoldenMessagesEncodeToTheirBytes) {
  for (const Vector& v : golden_vectors()) {
    EXPECT_EQ(hex_encode(encode_msgpack(v.envelope).value()), v.hex) << v.name;
  }
}

TEST(Msgpack, GoldenBytesDecodeToTheirMessages) {
  for (const Vector& v : golden_vectors()) {
    EXPECT_TRUE(same_message(decoded(v.hex), v.envelope)) << v.name;
  }
}

TEST(Msgpack, BytesMayTravelAsBin) {
  EXPECT_EQ(hex_encode(encode_msgpack(hello_request(), BytesForm::kBin).value()),
            kHelloRequestWithBin);
  EXPECT_TRUE(same_message(decoded(kHelloRequestWithBin), hello_request()));
}

TEST(Msgpack, BytesAfterTheMessageAreIgnored) {
  EXPECT_TRUE(same_message(decoded(std::string(kGoldenResponse) + "ffff"), golden_response()));
}

TEST(Msgpack, StructsMayBeMapsWithNamesOrNumbers) {
  // Response as a map: numbers for names, an unknown field of nested values, no metadata.
  EXPECT_TRUE(same_message(
      decoded("9607ac612e6f7340703a6b3a737973ac622e6f7340713a6b3a737973c081a8526573706f6e7365"
              "92"
              "84"
              "a7696e6865726974c2"  // inherit: false
              "a3"
              "6e6577"
              "82a16190a162929301c0c3cb0000000000000000"  // new: {a: [], b: [[1, nil, true], 0.0]}
              "01926f6b"                                  // body by number
              "ac6361706162696c697469657390"              // capabilities: []
              "c0c0"),
      golden_response()));
}

TEST(Msgpack, VariantsMayBeGivenByNumber) {
  EXPECT_TRUE(same_message(decoded("9607ac612e6f7340703a6b3a737973ac622e6f7340713a6b3a737973c081"
                                   "01"  // Response
                                   "9294c2926f6bc090c0c0"),
                           golden_response()));
}

TEST(Msgpack, IntegersMayHaveAnyWidth) {
  for (const std::string_view seven : {"07", "cc07", "cd0007", "ce00000007", "cf0000000000000007",
                                       "d007", "d10007", "d200000007", "d30000000000000007"}) {
    EXPECT_EQ(decoded("96" + std::string(seven) + std::string(kGoldenResponse.substr(4))).id, 7u)
        << seven;
  }
}

TEST(Msgpack, BytesMayMixEveryFormOfIntegers) {
  // Twenty elements: plain ones in a run of more than eight, each wider form, and plain ones again.
  const ByteVector input = unhex(
      "dc0014"
      "0001020304050607080910"
      "cc0b"
      "ccff"
      "cd000d"
      "ce0000000e"
      "d00f"
      "10"
      "11"
      "12"
      "cc13");
  MsgpackReader in(input);
  const Bytes bytes = in.bytes("body", 100);
  ASSERT_TRUE(in.status()) << in.status().error().detail;
  EXPECT_EQ(bytes,
            Bytes::copy(ByteVector{0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
                                   0x10, 0x0b, 0xff, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13}));
  EXPECT_EQ(in.offset(), input.size());
}

TEST(Msgpack, BytesAboveAByteAreRefused) {
  for (const std::string_view hex : {"91cd0100", "91d0ff", "91ff", "91a161", "91c0", "92cc"}) {
    const ByteVector input = unhex(hex);
    MsgpackReader in(input);
    EXPECT_TRUE(in.bytes("body", 100).empty());
    EXPECT_FALSE(in.ok()) << hex;
  }
}

TEST(Msgpack, RefusalsSayOffsetAndField) {
  EXPECT_EQ(refusal(""),
            "message: at byte 0: KernelMessage: expected 1 more bytes, only 0 are left");
  EXPECT_EQ(
      refusal("95"),
      "message: at byte 0: KernelMessage: expected a length that fits the 0 bytes left, found 5");
  EXPECT_EQ(refusal("950102030405"),
            "message: at byte 0: KernelMessage: expected an array of 6 elements, found 5");
  EXPECT_EQ(refusal("a0"), "message: at byte 0: KernelMessage: expected an array, found text");
  EXPECT_EQ(refusal("96ffffffffffff"),
            "message: at byte 1: id: expected a number that is not negative");
  EXPECT_EQ(refusal("96d0ffffffffffff"),
            "message: at byte 1: id: expected a number that is not negative");
  EXPECT_EQ(refusal("9607c0c0c0c0c0"), "message: at byte 2: source: expected text, found nil");
  EXPECT_EQ(refusal("9607a3703a6bc0c0c0c0"),
            "message: at byte 2: source: expected a name: Node ID missing");
  EXPECT_EQ(refusal("9607a2c328c0c0c0c0"), "message: at byte 2: source: expected UTF-8 text");
  EXPECT_EQ(refusal("80"), "message: at byte 0: KernelMessage: expected the field `id`");
  EXPECT_EQ(refusal("82a2696401a2696402"),
            "message: at byte 5: KernelMessage: expected the field `id` only once");
  EXPECT_EQ(refusal("81a26162c1"),
            "message: at byte 4: unknown field: expected a value, found the unused type c1");
}

TEST(Msgpack, AnUnknownVariantIsRefused) {
  const std::string head = "9607ac612e6f7340703a6b3a737973ac622e6f7340713a6b3a737973c0";
  EXPECT_THAT(refusal(head + "81a34e6577c0c0"),
              HasSubstr("message: expected one of Request, Response"));
  EXPECT_THAT(refusal(head + "8102c0c0"), HasSubstr("message: expected one of Request, Response"));
  EXPECT_THAT(refusal(head + "a752657175657374c0"),
              HasSubstr("expected a map of the variant's name"));
  EXPECT_THAT(refusal(head + "82a752657175657374c0c0c0c0"),
              HasSubstr("expected a map of one pair, found 2"));
}

TEST(Msgpack, EveryTruncationIsRefused) {
  for (const Vector& v : golden_vectors()) {
    const ByteVector whole = unhex(v.hex);
    for (std::size_t n = 0; n < whole.size(); ++n) {
      EXPECT_FALSE(decode_msgpack_envelope(ByteView(whole).first(n))) << v.name << " " << n;
    }
  }
}

TEST(Msgpack, HostileLengthsAllocateNothing) {
  const std::string head =
      "9607ac612e6f7340703a6b3a737973ac622e6f7340713a6b3a737973c081a752657175657374";
  EXPECT_THAT(refusal(head + "95c2c0ddffffffff"), HasSubstr("body: expected at most"));
  EXPECT_THAT(refusal(head + "95c2c0dd01000000"),
              HasSubstr("body: expected a length that fits the 0"));
  EXPECT_THAT(refusal(head + "95c2c0c6ffffffff"), HasSubstr("body: expected at most"));
  EXPECT_THAT(refusal(head + "95c2c090dbffffffff"), HasSubstr("metadata: expected at most"));
  EXPECT_THAT(refusal(head + "95c2c090c0dd0000ffff"),
              HasSubstr("capabilities: expected at most 1024"));
}

TEST(Msgpack, AnUnknownFieldMayNestWithoutLimitAndIsSkipped) {
  // A map with an unknown key whose value is a million arrays inside each other.
  ByteVector bytes = unhex("81a26162");
  bytes.insert(bytes.end(), 1'000'000, 0x91);
  bytes.push_back(0xc0);
  const auto e = decode_msgpack_envelope(bytes);
  ASSERT_FALSE(e);
  EXPECT_THAT(e.error().detail, HasSubstr("expected the field `id`"));
}

TEST(Msgpack, SendErrorsStayOnTheirNode) {
  Envelope e;
  e.message = SendError{};
  EXPECT_FALSE(encode_msgpack(e));
}

TEST(Msgpack, CapabilityIsSignedInItsGoldenForm) {
  constexpr std::string_view kGolden = "92ac612e6f7340703a6b3a737973ab226d6573736167696e6722";
  EXPECT_EQ(hex_encode(capability_signing_bytes(golden_cap())), kGolden);
  EXPECT_EQ(hex_encode(encode_msgpack(golden_cap())), kGolden);
  EXPECT_EQ(decode_msgpack_capability(unhex(kGolden)).value(), golden_cap());
  EXPECT_EQ(decode_msgpack_capability(unhex("82a669737375"
                                            "6572ac612e6f7340703a6b3a737973a6706172616d73ab226d6573"
                                            "736167696e6722"))
                .value(),
            golden_cap());
}

TEST(Msgpack, OnExitHasTheGoldenFormAndComesBack) {
  EXPECT_EQ(hex_encode(encode_msgpack(OnExit{})), "a44e6f6e65");
  EXPECT_EQ(decode_msgpack_on_exit(unhex("a44e6f6e65")).value(), OnExit{});
  EXPECT_EQ(decode_msgpack_on_exit(unhex("81a44e6f6e65c0")).value(), OnExit{});
  EXPECT_EQ(decode_msgpack_on_exit(unhex("01")).value().kind, OnExit::Kind::kRestart);
  EXPECT_FALSE(decode_msgpack_on_exit(unhex("81a44e6f6e6501")));
  EXPECT_FALSE(decode_msgpack_on_exit(unhex("a85265717565737473")));

  OnExit on_exit;
  on_exit.kind = OnExit::Kind::kRequests;
  OnExitRequest r;
  r.target = *address("our@q:k:sys");
  r.request = std::get<Request>(everything_set().message);
  r.blob = Blob{std::nullopt, Bytes::copy("blob")};
  on_exit.requests = {r, r};
  for (const BytesForm form : {BytesForm::kIntegers, BytesForm::kBin}) {
    EXPECT_EQ(decode_msgpack_on_exit(encode_msgpack(on_exit, form)).value(), on_exit);
  }
}

TEST(Msgpack, IdentityHasTheGoldenForms) {
  const Identity routers{"", "0x00", routing::Routers{{"r.os"}}};
  const Identity direct{"", "0x00", routing::Direct{"1.2.3.4", {{"tcp", 10000}, {"ws", 9000}}}};
  EXPECT_EQ(hex_encode(encode_msgpack(routers)), "93a0a43078303081a7526f757465727391a4722e6f73");
  EXPECT_EQ(hex_encode(encode_msgpack(direct)),
            "93a0a43078303081a644697265637492a7312e322e332e3482a3746370cd2710a27773cd2328");
  const Identity both{"a.os", "", routing::Both{"::1", {{"ws", 0}}, {"r.os", "s.os"}}};
  for (const Identity& identity : {routers, direct, both}) {
    EXPECT_EQ(decode_msgpack_identity(encode_msgpack(identity)).value(), identity);
  }
}

TEST(Msgpack, LengthsOnBothSidesOfEachWidthComeBack) {
  for (const std::size_t n : {0u, 15u, 16u, 31u, 32u, 255u, 256u, 65535u, 65536u}) {
    Envelope e = golden_response();
    Response r;
    ByteVector body(n);
    for (std::size_t i = 0; i < n; ++i) body[i] = static_cast<std::uint8_t>(i * 7);
    r.body = Bytes::adopt(body);
    r.metadata = std::string(n, 'm');
    r.context = Bytes::adopt(body);
    e.message = r;
    for (const BytesForm form : {BytesForm::kIntegers, BytesForm::kBin}) {
      const auto back = decode_msgpack_envelope(encode_msgpack(e, form).value());
      ASSERT_TRUE(back) << n << ": " << back.error().detail;
      EXPECT_TRUE(same_message(*back, e)) << n;
    }
  }
}

}  // namespace
}  // namespace kinode::msg
