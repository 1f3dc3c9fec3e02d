// What the functions of the world give a guest: values on the way into it.
#include "wasm/engine_fixture.h"
#include "wasm/guest_data.h"

namespace kinode::wasm {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

constexpr std::uint32_t kResult = 1024;  // where the guests below let results be put

class ResultsTest : public EngineTest {
 protected:
  /// The calls after the first, which is the one that gave the result.
  std::vector<std::string> seen() const { return {host.calls.begin() + 1, host.calls.end()}; }

  const GuestAddress peer{GuestBytes::of("m.os"),
                          {GuestBytes::of("a"), GuestBytes::of("b"), GuestBytes::of("c")}};
  const GuestCapability cap{peer, GuestBytes::of("\"cap\"")};
  const GuestBlob blob{true, GuestBytes::of("mime"), GuestBytes::of("blob")};

  GuestMessage message(GuestMessageKind kind) const {
    GuestMessage out;
    out.kind = kind;
    out.source = peer;
    out.request = {.inherit = true,
                   .has_expects = true,
                   .expects = 9,
                   .body = GuestBytes::of("body"),
                   .metadata = GuestBytes::of("meta"),
                   .capabilities = &cap,
                   .capability_count = 1};
    out.context = GuestBytes::of("ctx");
    out.error_kind = 1;
    out.blob = blob;
    return out;
  }
};

std::string call(std::string_view name) {
  return fmt::format("(call ${} (i32.const {}))", name, kResult);
}
std::string text_at(std::uint32_t offset) { return print_text_at(kResult + offset); }
std::string byte_at(std::uint32_t offset) { return print_byte_at(kResult + offset); }
/// Prints the capability whose list stands at an offset: the issuer's node and the params.
std::string cap_at(std::uint32_t offset) {
  const auto at = kResult + offset;
  return fmt::format("(memory.copy (i32.const 3000) (i32.load (i32.const {})) (i32.const 40))",
                     at) +
         print_text_at(3000) + print_text_at(3032);
}

TEST_F(ResultsTest, OurIsTheGuestsAddress) {
  run(call("our") + text_at(0) + text_at(8) + text_at(16) + text_at(24));
  EXPECT_THAT(seen(), ElementsAre("print 0 'n.os'", "print 0 'p'", "print 0 'k'", "print 0 'sys'"));
}

TEST_F(ResultsTest, ReceiveGivesARequest) {
  host.inbox = {message(GuestMessageKind::kRequest)};
  run(call("receive") + byte_at(0) + text_at(8) + text_at(32) + byte_at(40) + byte_at(48) +
      byte_at(56) + byte_at(64) + text_at(72) + byte_at(80) + text_at(84) + cap_at(92));
  EXPECT_THAT(seen(),
              ElementsAre("print 0 ''", "print 0 'm.os'", "print 0 'c'", "print 0 ''", "print 1 ''",
                          "print 1 ''", "print 9 ''", "print 0 'body'", "print 1 ''",
                          "print 0 'meta'", "print 0 'm.os'", "print 0 '\"cap\"'"));
}

TEST_F(ResultsTest, ReceiveGivesAResponseWithItsContext) {
  host.inbox = {message(GuestMessageKind::kResponse)};
  run(call("receive") + byte_at(0) + text_at(8) + byte_at(40) + byte_at(48) + text_at(52) +
      text_at(64) + cap_at(72) + byte_at(80) + text_at(84));
  EXPECT_THAT(seen(), ElementsAre("print 0 ''", "print 0 'm.os'", "print 1 ''", "print 1 ''",
                                  "print 0 'body'", "print 0 'meta'", "print 0 'm.os'",
                                  "print 0 '\"cap\"'", "print 1 ''", "print 0 'ctx'"));
}

TEST_F(ResultsTest, ReceiveGivesASendErrorWithTheOriginal) {
  host.inbox = {message(GuestMessageKind::kSendError)};
  run(call("receive") + byte_at(0) + byte_at(8) + text_at(12) + byte_at(48) + text_at(80) +
      byte_at(112) + text_at(120) + text_at(128) + byte_at(136) + text_at(140));
  EXPECT_THAT(seen(), ElementsAre("print 1 ''", "print 1 ''", "print 0 'm.os'", "print 0 ''",
                                  "print 0 'body'", "print 1 ''", "print 0 'mime'",
                                  "print 0 'blob'", "print 1 ''", "print 0 'ctx'"));
}

TEST_F(ResultsTest, AwaitGivesAResponseOrASendError) {
  GuestData data;
  const auto send = data.put(data.address() + data.plain_request() + data.no_blob());
  const auto await =
      fmt::format("(call $send-and-await-response (i32.const {}) (i32.const {}))", send, kResult);
  host.inbox = {message(GuestMessageKind::kResponse)};
  run(await + byte_at(0) + text_at(8) + byte_at(40) + text_at(52), data.segment());
  EXPECT_THAT(seen(), ElementsAre("print 0 ''", "print 0 'm.os'", "print 1 ''", "print 0 'body'"));
  host.calls.clear();
  host.inbox = {message(GuestMessageKind::kSendError)};
  run(await + byte_at(0) + byte_at(8) + text_at(12) + text_at(80) + text_at(128), data.segment());
  EXPECT_THAT(seen(), ElementsAre("print 1 ''", "print 1 ''", "print 0 'm.os'", "print 0 'body'",
                                  "print 0 'blob'"));
}

TEST_F(ResultsTest, AnOptionThatIsNoneDiffersFromOneThatIsEmpty) {
  GuestMessage bare;
  bare.source = peer;
  host.inbox = {bare};
  run(call("receive") + byte_at(56) + byte_at(80));
  EXPECT_THAT(seen(), ElementsAre("print 0 ''", "print 0 ''"));
  host.calls.clear();
  bare.request.metadata = GuestBytes::of("");
  host.inbox = {bare};
  run(call("receive") + byte_at(80) + text_at(84));
  EXPECT_THAT(seen(), ElementsAre("print 1 ''", "print 0 ''"));
}

TEST_F(ResultsTest, StateIsNoneOrItsBytes) {
  run(call("get-state") + byte_at(0));
  EXPECT_THAT(seen(), ElementsAre("print 0 ''"));
  host.calls.clear();
  host.state = "saved";
  run(call("get-state") + byte_at(0) + text_at(4));
  EXPECT_THAT(seen(), ElementsAre("print 1 ''", "print 0 'saved'"));
}

TEST_F(ResultsTest, BlobsAreNoneOrTheirParts) {
  const auto body = call("get-blob") + byte_at(0) + call("last-blob") + byte_at(0) +
                    "(call $print-to-terminal (call $has-blob) (i32.const 0) (i32.const 0))";
  run(body);
  EXPECT_THAT(host.calls, ElementsAre("get-blob", "print 0 ''", "last-blob", "print 0 ''",
                                      "has-blob", "print 0 ''"));
  host.calls.clear();
  host.blob = blob;
  run(body + call("last-blob") + byte_at(4) + text_at(8) + text_at(16));
  EXPECT_THAT(host.calls, ElementsAre("get-blob", "print 1 ''", "last-blob", "print 1 ''",
                                      "has-blob", "print 1 ''", "last-blob", "print 1 ''",
                                      "print 0 'mime'", "print 0 'blob'"));
}

TEST_F(ResultsTest, CapabilitiesAreAList) {
  host.caps = {cap};
  run(call("our-capabilities") + byte_at(4) + cap_at(0));
  EXPECT_THAT(seen(), ElementsAre("print 1 ''", "print 0 'm.os'", "print 0 '\"cap\"'"));
}

TEST_F(ResultsTest, OnExitIsGivenBackAsItIs) {
  run(call("get-on-exit") + byte_at(0));
  EXPECT_THAT(seen(), ElementsAre("print 0 ''"));
  host.calls.clear();
  const auto original = message(GuestMessageKind::kRequest);
  const GuestOnExitRequest request{peer, original.request, blob};
  host.on_exit = {.kind = GuestOnExitKind::kRequests, .requests = &request, .request_count = 1};
  // What came in is set again, so that the host sees it whole.
  run(call("get-on-exit") +
      fmt::format("(call $set-on-exit (i32.load8_u (i32.const {0})) (i32.load (i32.const {1}))"
                  " (i32.load (i32.const {2})))",
                  kResult, kResult + 4, kResult + 8));
  EXPECT_THAT(seen(), ElementsAre("set-on-exit requests (m.os@a:b:c inherit expects 9 body 'body' "
                                  "meta 'meta' caps [m.os@a:b:c(\"cap\")] blob('mime', 'blob'))"));
}

TEST_F(ResultsTest, SpawnGivesAnIdOrOneOfTwoErrors) {
  const auto body = fmt::format(
      "(call $spawn (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)"
      " (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)"
      " (i32.const 0) (i32.const 0) (i32.const {}))",
      kResult);
  host.spawned = {.ok = true, .error = 0, .id = peer.process};
  run(body + byte_at(0) + text_at(4) + text_at(12) + text_at(20));
  EXPECT_THAT(seen(), ElementsAre("print 0 ''", "print 0 'a'", "print 0 'b'", "print 0 'c'"));
  for (const std::uint32_t error : {0u, 1u}) {
    host.calls.clear();
    host.spawned = {.ok = false, .error = error, .id = {}};
    run(body + byte_at(0) + byte_at(4));
    EXPECT_THAT(seen(), ElementsAre("print 1 ''", fmt::format("print {} ''", error)));
  }
}

TEST_F(ResultsTest, ALargeListGrowsTheGuestsMemoryAndArrivesWhole) {
  const std::string large(3 << 20, 'x');
  host.state = large;
  run(call("get-state") + fmt::format("(call $set-state (i32.load (i32.const {0}))"
                                      " (i32.load (i32.const {1})))",
                                      kResult + 4, kResult + 8));
  EXPECT_THAT(host.calls,
              ElementsAreArray({std::string("get-state"), "set-state '" + large + "'"}));
}

}  // namespace
}  // namespace kinode::wasm
