// Ids, messages and errors as JSON (kernel.md 1.2 to 1.6).
#include "msg/json_message.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/limits.h"
#include "msg/json_writer.h"

namespace kinode::msg {
namespace {

using testing::HasSubstr;

template <class T>
std::string rewritten(std::string_view text) {
  const auto value = decode_json<T>(as_bytes(text), "value");
  if (!value) return "refused: " + value.error().detail;
  std::string out;
  write_json(out, *value);
  return out;
}

/// Reads and writes the same text.
template <class T>
void expect_stable(std::string_view text) {
  EXPECT_EQ(rewritten<T>(text), text);
}

constexpr std::string_view kRequest =
    R"({"inherit":true,"expects_response":18446744073709551615,"body":[0,255],"metadata":)"
    R"("m","capabilities":[[{"issuer":"a.os@p:k:sys","params":"\"messaging\""},[1,200]]]})";

TEST(JsonMessage, IdsAreStringsAndPackagesAreObjects) {
  expect_stable<ProcessId>(R"("p:k:pub.os")");
  expect_stable<Address>(R"("a.os@p:k:pub.os")");
  expect_stable<PackageId>(R"({"package_name":"k","publisher_node":"pub.os"})");
  EXPECT_EQ(rewritten<PackageId>(R"(["k","pub.os"])"),
            R"({"package_name":"k","publisher_node":"pub.os"})");
  EXPECT_THAT(rewritten<PackageId>(R"("k:pub.os")"), HasSubstr("refused"));
}

TEST(JsonMessage, CapabilityHasItsGoldenForm) {
  std::string out;
  write_json(out, messaging_cap(Address::parse("a.os@p:k:sys").value()));
  EXPECT_EQ(out, R"({"issuer":"a.os@p:k:sys","params":"\"messaging\""})");
  expect_stable<Capability>(out);
  expect_stable<Capability>(
      R"({"issuer":"alice.os@vfs:distro:sys","params":"{\"drive\":\"/k:sys/pkg\",\"kind\":)"
      R"(\"read\"}"})");
}

TEST(JsonMessage, RequestsAndResponsesComeBack) {
  expect_stable<Request>(kRequest);
  expect_stable<Request>(
      R"({"inherit":false,"expects_response":null,"body":[],"metadata":null,"capabilities":[]})");
  expect_stable<Response>(
      R"({"inherit":false,"body":[111,107],"metadata":null,"capabilities":[]})");
}

TEST(JsonMessage, OptionalFieldsMayBeMissing) {
  EXPECT_EQ(
      rewritten<Request>(R"({"inherit":false,"body":[],"capabilities":[]})"),
      R"({"inherit":false,"expects_response":null,"body":[],"metadata":null,"capabilities":[]})");
  EXPECT_EQ(rewritten<Blob>(R"({"bytes":[1]})"), R"({"mime":null,"bytes":[1]})");
  EXPECT_EQ(rewritten<Blob>("{}"), "refused: value: LazyLoadBlob: field `bytes` is missing");
}

TEST(JsonMessage, MessagesComeBackWhole) {
  // The example of kernel.md 1.4.
  expect_stable<Envelope>(
      R"({"id":7,"source":"a.os@p:k:sys","target":"b.os@q:k:sys","rsvp":null,"message":{)"
      R"("Response":[{"inherit":false,"body":[111,107],"metadata":null,"capabilities":[]},)"
      R"(null]},"lazy_load_blob":null})");
  expect_stable<Envelope>(
      R"({"id":18446744073709551615,"source":"a.os@p:k:sys","target":"b.os@q:k:sys","rsvp":)"
      R"("c.os@r:k:sys","message":{"Request":)" +
      std::string(kRequest) + R"(},"lazy_load_blob":{"mime":"t/p","bytes":[0,127,128,255]}})");
  expect_stable<Envelope>(
      R"({"id":0,"source":"a.os@p:k:sys","target":"b.os@q:k:sys","rsvp":null,"message":{)"
      R"("Response":[{"inherit":false,"body":[],"metadata":null,"capabilities":[]},[1,2]]},)"
      R"("lazy_load_blob":null})");
}

TEST(JsonMessage, MessageRefusalsNameTheField) {
  EXPECT_THAT(
      rewritten<Envelope>(R"({"id":1,"source":"a@p:k:s","target":"b@q:k:s","message":{"Note":1}})"),
      HasSubstr("field `message`: unknown variant `Note`, expected `Request` or `Response`"));
  EXPECT_THAT(
      rewritten<Envelope>(R"({"id":1,"source":"a@p:k:s","target":"b@q:k:s","message":"Request"})"),
      HasSubstr("field `message`: `Request` needs a value"));
  EXPECT_THAT(rewritten<Envelope>(
                  R"({"id":1,"source":"a@p:k:s","target":"b@q:k:s","message":{"Response":{}}})"),
              HasSubstr("Response with context: expected an array of 2 elements, found an object"));
  EXPECT_THAT(rewritten<Envelope>(R"({"id":-1})"),
              HasSubstr("field `id`: expected a whole number"));
  EXPECT_THAT(rewritten<Envelope>(R"({"id":1,"source":"p:k:s"})"),
              HasSubstr("field `source`: Node ID missing"));
}

TEST(JsonMessage, SendErrorsComeBack) {
  expect_stable<SendError>(R"({"kind":"Offline","target":"b.os@q:k:sys","message":{"Request":)" +
                           std::string(kRequest) +
                           R"(},"lazy_load_blob":{"mime":null,"bytes":[1]}})");
  EXPECT_THAT(rewritten<SendError>(R"({"kind":"Lost"})"),
              HasSubstr("field `kind`: unknown variant `Lost`, expected `Offline` or `Timeout`"));
}

TEST(JsonMessage, OnExitHasThreeForms) {
  expect_stable<OnExit>(R"("None")");
  expect_stable<OnExit>(R"("Restart")");
  expect_stable<OnExit>(R"({"Requests":[]})");
  expect_stable<OnExit>(
      R"({"Requests":[["our@main:pkg:pub.os",{"inherit":false,"expects_response":null,)"
      R"("body":[104,105],"metadata":null,"capabilities":[]},null]]})");
  EXPECT_EQ(rewritten<OnExit>(R"({"None":null})"), R"("None")");
  EXPECT_EQ(encode_on_exit(decode_on_exit(as_bytes(R"("Restart")")).value()), R"("Restart")");
  EXPECT_THAT(rewritten<OnExit>(R"("Requests")"), HasSubstr("`Requests` needs a value"));
  EXPECT_THAT(rewritten<OnExit>(R"({"Requests":[["our@m:p:o",null]]})"),
              HasSubstr("element 0: OnExit request: expected an array of 3 elements, found 2"));
}

TEST(JsonMessage, OnExitTakesBothShapesOfCapabilities) {
  const std::string before =
      R"({"Requests":[["our@m:p:o",{"inherit":false,"body":[],"capabilities":[)";
  const std::string after = R"(]},null]]})";
  const Capability cap(Address::parse("a@p:k:s").value(), "1");
  for (const std::string_view element :
       {R"({"issuer":"a@p:k:s","params":"1"})", R"([{"issuer":"a@p:k:s","params":"1"},[]])",
        R"(["a@p:k:s","1"])", R"([["a@p:k:s","1"],[]])"}) {
    const auto on_exit = decode_on_exit(as_bytes(fmt::format("{}{}{}", before, element, after)));
    ASSERT_TRUE(on_exit) << element << ": " << on_exit.error().detail;
    EXPECT_EQ(on_exit->requests.at(0).request.capabilities.at(0), (SignedCapability{cap, {}}));
  }
}

TEST(JsonMessage, TooManyCapabilitiesOnOneMessageAreRefused) {
  std::string caps = R"({"issuer":"a@p:k:s","params":"1"})";
  const std::string one = "," + caps;
  for (std::size_t i = 0; i < limits::kCapsPerMessageMax; ++i) caps += one;
  EXPECT_THAT(rewritten<Request>(R"({"inherit":false,"body":[],"capabilities":[)" + caps + "]}"),
              HasSubstr("field `capabilities`: expected at most 1024 elements, found 1025"));
}

TEST(JsonMessage, OverlongParamsAreRefused) {
  const std::string params(limits::kCapParamsBytesMax + 1, 'x');
  EXPECT_THAT(rewritten<Capability>(R"({"issuer":"a@p:k:s","params":")" + params + "\"}"),
              HasSubstr("field `params`: expected at most 65536 bytes, found 65537"));
}

}  // namespace
}  // namespace kinode::msg
