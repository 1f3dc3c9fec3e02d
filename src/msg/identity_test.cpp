// Identities as JSON (kernel.md 1.12, net-eth.md 1.2).
#include "msg/identity.h"

#include <gmock/gmock.h>

#include "msg/json_writer.h"

namespace kinode::msg {
namespace {

template <class T>
std::string rewritten(std::string_view text) {
  const auto value = decode_json<T>(as_bytes(text), "value");
  if (!value) return "refused: " + value.error().detail;
  std::string out;
  write_json(out, *value);
  return out;
}

TEST(Identity, EveryRoutingComesBack) {
  for (const std::string_view routing :
       {R"({"Routers":["r1.kino","r2.kino"]})",
        R"({"Direct":{"ip":"1.2.3.4","ports":{"tcp":10000,"ws":9000}}})",
        R"({"Both":{"ip":"1.2.3.4","ports":{},"routers":["r1.kino"]}})"}) {
    const std::string text =
        R"({"name":"a.os","networking_key":"0x00","routing":)" + std::string(routing) + "}";
    EXPECT_EQ(rewritten<Identity>(text), text);
  }
}

TEST(Identity, RefusalsNameTheField) {
  EXPECT_EQ(
      rewritten<Identity>(R"({"name":"a","networking_key":"","routing":"Routers"})"),
      R"(refused: value: Identity: field `routing`: `Routers` needs a value: {"Routers": ...})");
  EXPECT_EQ(
      rewritten<Identity>(
          R"({"name":"a","networking_key":"","routing":{"Direct":{"ip":"","ports":{"ws":)"
          R"(65536}}}})"),
      "refused: value: Identity: field `routing`: Direct: field `ports`: ws: expected a whole "
      "number from 0 to 65535, found the number 65536");
}

TEST(KnsUpdate, RelicFieldsAreIgnored) {
  EXPECT_EQ(rewritten<KnsUpdate>(
                R"({"name":"a.os","owner":"0x1","node":"0x2","public_key":"00","ips":[],"ports":{)"
                R"("ws":9000,"tcp":1},"routers":["r.os"]})"),
            R"({"name":"a.os","public_key":"00","ips":[],"ports":{"tcp":1,"ws":9000},"routers":[)"
            R"("r.os"]})");
}

TEST(KnsUpdate, AnAddressMakesTheNodeDirect) {
  const Identity indirect = identity_from({"a.os", "00", {}, {{"ws", 1}}, {"r.os"}});
  EXPECT_EQ(indirect, (Identity{"a.os", "00", routing::Routers{{"r.os"}}}));
  const Identity direct = identity_from({"a.os", "00", {"1.2.3.4", "::1"}, {{"ws", 1}}, {"r.os"}});
  EXPECT_EQ(direct, (Identity{"a.os", "00", routing::Direct{"1.2.3.4", {{"ws", 1}}}}));
}

}  // namespace
}  // namespace kinode::msg
