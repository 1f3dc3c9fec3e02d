#include "wasm/native_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wasm/recording_host.h"

namespace kinode::wasm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CountingWaker final : public Waker {
 public:
  int count = 0;
  void wake() noexcept override { ++count; }
};

class NativeTest : public testing::Test {
 protected:
  NativeEngine engine;
  RecordingHost host;
  std::shared_ptr<CountingWaker> waker = std::make_shared<CountingWaker>();

  std::unique_ptr<Instance> start(NativeMain main) {
    engine.add("guest", std::move(main));
    auto program = engine.compile(as_bytes(NativeEngine::component("guest"))).value();
    return program
        ->instantiate(
            {.our = "n.os@p:k:sys", .limits = {}, .temp_dir = {}, .host = &host, .waker = waker})
        .value();
  }

  static GuestMessage request(std::string_view body) {
    GuestMessage out;
    out.source = {GuestBytes::of("m.os"),
                  {GuestBytes::of("a"), GuestBytes::of("b"), GuestBytes::of("c")}};
    out.request.body = GuestBytes::of(body);
    return out;
  }
};

const msg::Address kPeer{"m.os", {"a", "b", "c"}};

NativeTask<> echo(NativeGuest guest) {
  for (;;) {
    const auto got = co_await guest.receive();
    if (got.request()->body.text() == "end") co_return;
    guest.send_response(native_response(got.body().text()));
  }
}

TEST_F(NativeTest, AGuestAnswersWhatItReceivesAndEndsByReturning) {
  auto guest = start(echo);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  host.inbox = {request("one"), request("two")};
  EXPECT_EQ(guest->poll(), Polled::kPending);
  host.inbox = {request("end")};
  EXPECT_EQ(guest->poll(), Polled::kDone);
  EXPECT_EQ(guest->poll(), Polled::kDone);
  EXPECT_THAT(
      host.calls,
      ElementsAre("receive", "receive",
                  "send-response expects none body 'one' meta none caps [] no blob", "receive",
                  "send-response expects none body 'two' meta none caps [] no blob", "receive",
                  "receive"));
}

NativeTask<> keep_state(NativeGuest guest) {
  co_await guest.set_state("abc");
  const auto state = co_await guest.get_state();
  guest.print(1, state ? state->text() : "none");
  co_await guest.clear_state();
}

TEST_F(NativeTest, ACallThatWaitsGivesItsArgumentOnlyTheFirstTime) {
  host.outcomes = {Outcome::kPending, Outcome::kPending, Outcome::kReady};
  host.state = "xyz";
  auto guest = start(keep_state);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  EXPECT_EQ(guest->poll(), Polled::kDone);
  EXPECT_THAT(host.calls, ElementsAre("set-state 'abc'", "set-state again", "set-state again",
                                      "get-state", "print 1 'xyz'", "clear-state"));
}

NativeTask<std::string> ask(NativeGuest guest, std::string body) {
  const auto answer = co_await guest.send_and_await(kPeer, body, 7);
  co_return std::string(answer.body().text());
}
NativeTask<> ask_twice(NativeGuest guest) {
  const auto first = co_await ask(guest, "one");
  const auto second = co_await ask(guest, "two");
  guest.print(0, first + second);
}

TEST_F(NativeTest, PartsOfAGuestAreTasksThatItAwaits) {
  auto guest = start(ask_twice);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  host.inbox = {request("1"), request("2")};
  EXPECT_EQ(guest->poll(), Polled::kDone);
  EXPECT_THAT(host.calls,
              ElementsAre("await m.os@a:b:c expects 7 body 'one' meta none caps [] context none "
                          "no blob",
                          "await again",
                          "await m.os@a:b:c expects 7 body 'two' meta none caps [] context none "
                          "no blob",
                          "print 0 '12'"));
}

NativeTask<> see_failure(NativeGuest guest) {
  const auto answer = co_await guest.send_and_await(kPeer, "x");
  const auto* failed = answer.send_error();
  guest.print(0, failed && failed->kind == msg::SendErrorKind::kTimeout ? "timeout" : "other");
  if (failed) guest.print(0, failed->request.body.text());
}

TEST_F(NativeTest, AnUnansweredRequestIsASendError) {
  auto guest = start(see_failure);
  auto failed = request("x");
  failed.kind = GuestMessageKind::kSendError;
  failed.error_kind = 1;
  host.inbox = {failed};
  EXPECT_EQ(guest->poll(), Polled::kDone);
  EXPECT_THAT(std::vector(host.calls.begin() + 1, host.calls.end()),
              ElementsAre("print 0 'timeout'", "print 0 'x'"));
}

NativeTask<> all_direct(NativeGuest guest) {
  const msg::Capability cap{kPeer, "\"p\""};
  guest.print(3, guest.our().text());
  guest.set_on_exit({msg::OnExit::Kind::kRequests, {{kPeer, native_request("bye"), {}}}});
  if (guest.get_on_exit().kind != msg::OnExit::Kind::kNone) guest.trap("on-exit");
  guest.save_capabilities({cap});
  guest.drop_capabilities({cap});
  if (!guest.our_capabilities().empty()) guest.trap("capabilities");
  if (guest.has_blob() || guest.get_blob()) guest.trap("blob");
  if (guest.last_blob()) guest.trap("last blob");
  co_await guest.send_request({kPeer,
                               {.inherit = true,
                                .expects_response = 3,
                                .body = Bytes::copy("b"),
                                .metadata = "m",
                                .capabilities = {{cap, {}}}},
                               Bytes::copy("ctx"),
                               msg::Blob{"text/plain", Bytes::copy("blob")}});
  guest.send_requests({{kPeer, {}}, {kPeer, native_request("2")}});
  const auto spawned = co_await guest.spawn({.name = "child",
                                             .wasm_path = "/x.wasm",
                                             .request_capabilities = {cap},
                                             .grant_capabilities = {{kPeer.process, "1"}},
                                             .is_public = true});
  if (std::get<NativeSpawnError>(spawned) != NativeSpawnError::kNameTaken) guest.trap("spawn");
}

TEST_F(NativeTest, EveryFunctionReachesTheHostWithItsArguments) {
  auto guest = start(all_direct);
  ASSERT_EQ(guest->poll(), Polled::kDone) << guest->failure();
  EXPECT_THAT(
      host.calls,
      ElementsAre("our", "print 3 'n.os@p:k:sys'",
                  "set-on-exit requests (m.os@a:b:c expects none body 'bye' meta none caps [] no "
                  "blob)",
                  "get-on-exit", "save-capabilities [m.os@a:b:c(\"p\")]",
                  "drop-capabilities [m.os@a:b:c(\"p\")]", "our-capabilities", "has-blob",
                  "get-blob", "last-blob",
                  "send-request m.os@a:b:c inherit expects 3 body 'b' meta 'm' caps "
                  "[m.os@a:b:c(\"p\")] context 'ctx' blob('text/plain', 'blob')",
                  "send-requests m.os@a:b:c expects none body '' meta none caps [] context none no "
                  "blob",
                  "send-requests m.os@a:b:c expects none body '2' meta none caps [] context none "
                  "no blob",
                  "spawn 'child' '/x.wasm' none [m.os@a:b:c(\"p\")] a:b:c(1) public"));
}

NativeTask<> give_up(NativeGuest guest) {
  co_await guest.yield();
  guest.write_stderr(std::string(limits::kStderrRingBytes, '-') + "why");
  guest.trap("no more");
}

TEST_F(NativeTest, ATrapEndsTheGuestWithItsReason) {
  auto guest = start(give_up);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  EXPECT_EQ(waker->count, 1);
  EXPECT_EQ(guest->poll(), Polled::kTrapped);
  EXPECT_EQ(guest->failure(), "no more");
  EXPECT_THAT(guest->stderr_tail(), HasSubstr("-why"));
  EXPECT_EQ(guest->stderr_tail().size(), limits::kStderrRingBytes);
}

TEST_F(NativeTest, TheHostsTrapEndsTheGuestInDirectAndWaitingCalls) {
  host.outcomes = {Outcome::kTrap};
  auto direct = start([](NativeGuest g) { return all_direct(g); });
  EXPECT_EQ(direct->poll(), Polled::kTrapped);
  EXPECT_EQ(direct->failure(), "the host said no");
  host.outcomes = {Outcome::kPending, Outcome::kTrap};
  auto waits = start(keep_state);
  EXPECT_EQ(waits->poll(), Polled::kPending);
  EXPECT_EQ(waits->poll(), Polled::kTrapped);
  EXPECT_EQ(waits->failure(), "the host said no");
}

NativeTask<> flood(NativeGuest guest, bool awaits) {
  guest.print(0, "before");
  if (awaits) {
    co_await guest.send_request({kPeer, {}});
  } else {
    guest.send_request({kPeer, {}});
  }
  guest.print(0, "sent");
  co_await guest.receive();
}

TEST_F(NativeTest, AYieldSuspendsAtTheSendOrAtTheNextWait) {
  host.outcomes = {Outcome::kYield};
  auto awaits = start([](NativeGuest g) { return flood(g, true); });
  EXPECT_EQ(awaits->poll(), Polled::kPending);
  EXPECT_EQ(waker->count, 1);
  EXPECT_EQ(host.calls.size(), 2u);
  host.inbox = {request("")};
  EXPECT_EQ(awaits->poll(), Polled::kDone);

  host.calls.clear();
  host.outcomes = {Outcome::kYield};
  auto direct = start([](NativeGuest g) { return flood(g, false); });
  EXPECT_EQ(direct->poll(), Polled::kPending);
  EXPECT_EQ(waker->count, 2);
  EXPECT_EQ(host.calls.back(), "print 0 'sent'");
  host.inbox = {request("")};
  EXPECT_EQ(direct->poll(), Polled::kDone);
}

struct Told {
  std::shared_ptr<int> count;
  ~Told() { ++*count; }
};
NativeTask<> wait_deep(NativeGuest guest, std::shared_ptr<int> destroyed) {
  const Told told{std::move(destroyed)};
  co_await guest.receive();
}
NativeTask<> wait(NativeGuest guest, std::shared_ptr<int> destroyed) {
  const Told told{destroyed};
  co_await wait_deep(guest, destroyed);
}

TEST_F(NativeTest, DestroyingAnInstanceDestroysTheGuestWhereverItIs) {
  auto destroyed = std::make_shared<int>(0);
  auto guest = start([=](NativeGuest g) { return wait(g, destroyed); });
  EXPECT_EQ(guest->poll(), Polled::kPending);
  guest.reset();
  EXPECT_EQ(*destroyed, 2);
  start([=](NativeGuest g) { return wait(g, destroyed); }).reset();
  EXPECT_EQ(*destroyed, 2);
}

NativeTask<> fail_in_cpp(NativeGuest) {
  throw std::runtime_error("bad guest");
  co_return;
}

TEST_F(NativeTest, AnExceptionIsATrapOfTheGuest) {
  auto guest = start(fail_in_cpp);
  EXPECT_EQ(guest->poll(), Polled::kTrapped);
  EXPECT_EQ(guest->failure(), "the guest threw: bad guest");
  EXPECT_THAT(host.calls, IsEmpty());
}

TEST_F(NativeTest, AnUnknownComponentIsAnErrorThatNamesWhatThereIs) {
  engine.add("one", echo);
  const auto unknown = engine.compile(as_bytes("native:two"));
  EXPECT_EQ(unknown.error().code, Code::kNotFound);
  EXPECT_THAT(unknown.error().detail, HasSubstr("'two'; there are: one"));
  EXPECT_EQ(engine.compile(as_bytes("\0asm")).error().code, Code::kInvalid);
}

}  // namespace
}  // namespace kinode::wasm
