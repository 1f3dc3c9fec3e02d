// Every function of the world, called by a guest: arguments on the way out of it.
#include "wasm/engine_fixture.h"
#include "wasm/guest_data.h"

namespace kinode::wasm {
namespace {

using testing::ElementsAre;

using CallsTest = EngineTest;

constexpr std::string_view kFullRequest =
    "inherit expects 9 body 'body' meta 'meta' caps [m.os@a:b:c(\"cap\")]";
constexpr std::string_view kPlainRequest = "expects none body 'plain' meta none caps []";

TEST_F(CallsTest, SendRequestHandsOverAllItsParts) {
  GuestData data;
  const auto full = data.put(data.address() + data.full_request() + data.some("ctx") + data.blob());
  const auto plain = data.put(data.address() + data.plain_request() + data.none() + data.no_blob());
  run(fmt::format("(call $send-request (i32.const {})) (call $send-request (i32.const {}))", full,
                  plain),
      data.segment());
  EXPECT_THAT(host.calls, ElementsAre(fmt::format("send-request m.os@a:b:c {} context 'ctx' "
                                                  "blob('text/plain', 'blob')",
                                                  kFullRequest),
                                      fmt::format("send-request m.os@a:b:c {} context none no blob",
                                                  kPlainRequest)));
}

TEST_F(CallsTest, SendRequestsHandsOverTheListInOrder) {
  GuestData data;
  const auto elements =
      data.put(data.address() + data.full_request() + data.some("ctx") + data.blob() + data.u32(0) +
               data.address() + data.plain_request() + data.none() + data.no_blob());
  run(fmt::format("(call $send-requests (i32.const {}) (i32.const 2))", elements), data.segment());
  EXPECT_THAT(
      host.calls,
      ElementsAre(fmt::format("send-requests m.os@a:b:c {} context 'ctx' "
                              "blob('text/plain', 'blob')",
                              kFullRequest),
                  fmt::format("send-requests m.os@a:b:c {} context none no blob", kPlainRequest)));
}

TEST_F(CallsTest, SendResponseHandsOverAllItsParts) {
  GuestData data;
  const auto text = data.put("bodymetamimeblob");
  const auto cap = data.put(data.capability());
  run(fmt::format("(call $send-response (i32.const 1) (i32.const {0}) (i32.const 4)"
                  " (i32.const 1) (i32.const {1}) (i32.const 4) (i32.const {4}) (i32.const 1)"
                  " (i32.const 1) (i32.const 1) (i32.const {2}) (i32.const 4)"
                  " (i32.const {3}) (i32.const 4))",
                  text, text + 4, text + 8, text + 12, cap),
      data.segment());
  EXPECT_THAT(host.calls,
              ElementsAre("send-response inherit expects none body 'body' meta 'meta' caps "
                          "[m.os@a:b:c(\"cap\")] blob('mime', 'blob')"));
}

TEST_F(CallsTest, SendAndAwaitHandsOverItsArgumentsOnceAndIsRepeatedWithout) {
  GuestData data;
  const auto send = data.put(data.address() + data.full_request() + data.blob());
  auto component = guest_doing(
      fmt::format("(call $send-and-await-response (i32.const {}) (i32.const 1024))", send));
  component.data = data.segment();
  auto guest = start(component);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  host.inbox.push_back({});
  EXPECT_EQ(guest->poll(), Polled::kDone);
  EXPECT_THAT(host.calls, ElementsAre(fmt::format("await m.os@a:b:c {} context none "
                                                  "blob('text/plain', 'blob')",
                                                  kFullRequest),
                                      "await again", "await again"));
}

TEST_F(CallsTest, OnExitIsAVariantOfThree) {
  GuestData data;
  const auto requests = data.put(data.address() + data.full_request() + data.blob());
  run(fmt::format("(call $set-on-exit (i32.const 0) (i32.const 0) (i32.const 0))"
                  "(call $set-on-exit (i32.const 1) (i32.const 0) (i32.const 0))"
                  "(call $set-on-exit (i32.const 2) (i32.const {}) (i32.const 1))",
                  requests),
      data.segment());
  EXPECT_THAT(host.calls, ElementsAre("set-on-exit none", "set-on-exit restart",
                                      fmt::format("set-on-exit requests (m.os@a:b:c {} "
                                                  "blob('text/plain', 'blob'))",
                                                  kFullRequest)));
}

TEST_F(CallsTest, StateIsSetAndClearedAndMayWait) {
  GuestData data;
  const auto text = data.put("state");
  auto component = guest_doing(
      fmt::format("(call $set-state (i32.const {}) (i32.const 5)) (call $clear-state)", text));
  component.data = data.segment();
  host.outcomes = {Outcome::kPending, Outcome::kReady, Outcome::kPending, Outcome::kReady};
  auto guest = start(component);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  EXPECT_EQ(guest->poll(), Polled::kDone);
  EXPECT_THAT(host.calls,
              ElementsAre("set-state 'state'", "set-state again", "clear-state", "clear-state"));
}

TEST_F(CallsTest, SpawnHandsOverAllItsParts) {
  GuestData data;
  const auto text = data.put("namepath");
  const auto cap = data.put(data.capability());
  const auto grant = data.put(data.process_id("x", "y", "z") + data.text("7"));
  auto component = guest_doing(fmt::format(
      "(call $spawn (i32.const 1) (i32.const {}) (i32.const 4) (i32.const {}) (i32.const 4)"
      " (i32.const 1) (i32.const 0) (i32.const 0) (i32.const {}) (i32.const 1)"
      " (i32.const {}) (i32.const 1) (i32.const 1) (i32.const 1024))",
      text, text + 4, cap, grant));
  component.data = data.segment();
  host.outcomes = {Outcome::kPending};
  auto guest = start(component);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  EXPECT_EQ(guest->poll(), Polled::kDone);
  EXPECT_THAT(host.calls,
              ElementsAre("spawn 'name' 'path' restart [m.os@a:b:c(\"cap\")] x:y:z(7) public",
                          "spawn again"));
}

TEST_F(CallsTest, CapabilitiesAreSavedAndDropped) {
  GuestData data;
  const auto caps = data.put(data.capability() + data.address() + data.text("2"));
  run(fmt::format("(call $save-capabilities (i32.const {0}) (i32.const 2))"
                  "(call $drop-capabilities (i32.const {0}) (i32.const 1))"
                  "(call $save-capabilities (i32.const 0) (i32.const 0))",
                  caps),
      data.segment());
  EXPECT_THAT(host.calls,
              ElementsAre("save-capabilities [m.os@a:b:c(\"cap\"), m.os@a:b:c(2)]",
                          "drop-capabilities [m.os@a:b:c(\"cap\")]", "save-capabilities []"));
}

TEST_F(CallsTest, TextOfAGuestMayBeUtf16) {
  auto component =
      guest_doing("(call $print-to-terminal (i32.const 1) (i32.const 4096) (i32.const 3))");
  component.encoding = "utf16";
  component.data = R"((data (i32.const 4096) "\e4\00\3d\d8\00\de"))";  // ä, and a pair for an emoji
  auto guest = start(component);
  EXPECT_EQ(guest->poll(), Polled::kDone) << guest->failure();
  EXPECT_THAT(host.calls, ElementsAre("print 1 '\u00e4\U0001f600'"));
}

TEST_F(CallsTest, TextOfAGuestMayBeLatin1) {
  auto component =
      guest_doing("(call $print-to-terminal (i32.const 1) (i32.const 4096) (i32.const 2))");
  component.encoding = "latin1+utf16";
  component.data = R"((data (i32.const 4096) "\e4x"))";
  auto guest = start(component);
  EXPECT_EQ(guest->poll(), Polled::kDone) << guest->failure();
  EXPECT_THAT(host.calls, ElementsAre("print 1 '\u00e4x'"));
}

TEST_F(CallsTest, TextThatIsNotUtf8EndsTheGuest) {
  auto component =
      guest_doing("(call $print-to-terminal (i32.const 1) (i32.const 4096) (i32.const 1))");
  component.data = R"((data (i32.const 4096) "\ff"))";
  auto guest = start(component);
  EXPECT_EQ(guest->poll(), Polled::kTrapped);
  EXPECT_THAT(guest->failure(), testing::HasSubstr("utf-8"));
  EXPECT_TRUE(host.calls.empty());
}

TEST_F(CallsTest, ArgumentsOutsideTheGuestsMemoryEndIt) {
  for (const auto* body : {"(call $print-to-terminal (i32.const 1) (i32.const -16) (i32.const 32))",
                           "(call $save-capabilities (i32.const 4096) (i32.const 100000000))",
                           "(call $send-request (i32.const -8))", "(call $our (i32.const -8))",
                           "(call $set-on-exit (i32.const 3) (i32.const 0) (i32.const 0))"}) {
    auto guest = start(guest_doing(body));
    EXPECT_EQ(guest->poll(), Polled::kTrapped) << body;
    EXPECT_FALSE(guest->failure().empty());
  }
}

}  // namespace
}  // namespace kinode::wasm
