#include <gmock/gmock.h>
#include <kinode/testing.h>
#include <tuple>

using namespace kinode;
using namespace kinode::literals;
using namespace kinode::test;
using ::testing::HasSubstr;

namespace {

constexpr auto kPeer = "me.os@peer:package:test.os"_address;

void echo(const Address&) {
  for (;;) {
    const auto message = receive();
    if (message && message->is_request()) Response().body(message->body()).blob(get_blob()).send();
  }
}

/// Runs `act` as the whole process.
template <class Act>
End once(Host& host, Act act) {
  return host.run([&](const Address&) { act(); });
}

}  // namespace

TEST(Process, AnswersWithBodyAndBlob) {
  Host host;
  host.deliver({.body = "hi", .expects = 5, .blob = BlobValue{"bytes", "a/b"}});
  host.deliver({.body = "again", .expects = 5});
  EXPECT_EQ(host.run(echo), End::kWaiting);
  ASSERT_EQ(host.responses.size(), 2u);
  EXPECT_EQ(host.responses[0].body, "hi");
  EXPECT_EQ(host.responses[0].blob, (BlobValue{"bytes", "a/b"}));
  EXPECT_EQ(host.responses[0].target.text(), "other.os@driver:test:test.os");
  EXPECT_EQ(host.responses[1].blob, std::nullopt);
}

TEST(Process, SeesAllOfARequest) {
  Host host;
  host.deliver({.body = "hello",
                .source = "me.os@a:b:c",
                .expects = 9,
                .metadata = "{}",
                .capabilities = {Capability(kPeer, "\"x\"")}});
  once(host, [] {
    const auto message = receive();
    ASSERT_TRUE(message.has_value());
    EXPECT_TRUE(message->is_request());
    EXPECT_TRUE(message->is_local());
    EXPECT_TRUE(message->is_from("a:b:c"_process));
    EXPECT_FALSE(message->is_from("a:b:d"_process));
    EXPECT_EQ(message->body(), "hello");
    EXPECT_EQ(message->metadata(), "{}");
    EXPECT_EQ(message->expects_response(), 9u);
    EXPECT_EQ(message->context(), std::nullopt);
    ASSERT_EQ(message->capabilities().size(), 1u);
    EXPECT_EQ(message->capabilities()[0].issuer, kPeer);
    EXPECT_EQ(message->capabilities()[0].params, "\"x\"");
  });
}

TEST(Process, KeepsMessagesBeyondTheNext) {
  Host host;
  for (int i = 0; i < 200; ++i) host.deliver({.body = "message " + std::to_string(i)});
  std::vector<Message> kept;
  once(host, [&] {
    for (int i = 0; i < 200; ++i) kept.push_back(*receive());
  });
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(kept[static_cast<size_t>(i)].body(), "message " + std::to_string(i));
  }
}

TEST(Request, ArrivesAsBuilt) {
  Host host;
  host.capabilities = {Capability(kPeer, "1")};
  once(host, [] {
    Request::to(kPeer)
        .body(std::string("a temporary that is taken over"))
        .metadata("\"m\"")
        .blob("blob", "text/plain")
        .context("ctx")
        .expects(5)
        .inherit()
        .attach({kPeer, " 1 "})
        .attach({kPeer, "\"not held\""})
        .attach_messaging()
        .send();
  });
  ASSERT_EQ(host.requests.size(), 1u);
  const auto& sent = host.requests[0];
  EXPECT_EQ(sent.target, kPeer);
  EXPECT_EQ(sent.body, "a temporary that is taken over");
  EXPECT_EQ(sent.metadata, "\"m\"");
  EXPECT_EQ(sent.blob, (BlobValue{"blob", "text/plain"}));
  EXPECT_EQ(sent.context, "ctx");
  EXPECT_EQ(sent.expects, 5u);
  EXPECT_TRUE(sent.inherit);
  EXPECT_FALSE(sent.awaited);
  ASSERT_EQ(sent.capabilities.size(), 2u);
  EXPECT_EQ(sent.capabilities[1], Capability::messaging(host.our));
}

TEST(Request, OwnsTemporariesOfEveryKind) {
  Host host;
  const std::string name = "a name that is too long to be stored inside of the object";
  auto request = Request::to(host.requests.empty() ? Address(kPeer) : host.our);
  request.body(host.requests.empty() ? name + name : name);
  request.context(host.requests.empty() ? name : name + name);
  request.blob(name + name, name + "m");
  request.send();
  EXPECT_EQ(host.requests.at(0).body, name + name);
  EXPECT_EQ(host.requests.at(0).context, name);
  EXPECT_EQ(host.requests.at(0).blob, (BlobValue{name + name, name + "m"}));
}

TEST(Request, CanBeBuiltInSteps) {
  Host host;
  once(host, [] {
    auto request = Request::to(Address(kPeer)).body("first");
    request.context("kept");
    const auto moved = std::move(request);
    moved.send();
    moved.send();
  });
  ASSERT_EQ(host.requests.size(), 2u);
  EXPECT_EQ(host.requests[1].body, "first");
  EXPECT_EQ(host.requests[1].context, "kept");
  EXPECT_EQ(host.requests[1].target, kPeer);
}

TEST(Request, ManyGoOutInOneCall) {
  Host host;
  once(host, [] {
    std::vector<Request> all;
    all.reserve(3);
    for (int i = 0; i < 3; ++i) {
      all.push_back(Request::to(kPeer).body(std::to_string(i)).expects(1).context("c"));
    }
    send_all(all);
  });
  ASSERT_EQ(host.requests.size(), 3u);
  EXPECT_EQ(host.requests[2].body, "2");
  EXPECT_EQ(host.requests[2].context, "c");
}

TEST(Request, AwaitedGetsItsAnswer) {
  Host host;
  host.answer("peer:package:test.os", [](const SentRequest& request) {
    return IncomingResponse{.body = "re: " + request.body, .blob = BlobValue{"b"}};
  });
  once(host, [] {
    const auto answer = Request::to(kPeer).body("ping").send_and_await(5);
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->is_response());
    EXPECT_EQ(answer->body(), "re: ping");
    EXPECT_EQ(answer->source(), kPeer);
    EXPECT_EQ(get_blob()->bytes(), "b");
  });
  EXPECT_TRUE(host.requests.at(0).awaited);
  EXPECT_EQ(host.requests.at(0).expects, 5u);
}

TEST(Request, AwaitedWithoutAnswerBringsTheRequestBack) {
  Host host;
  host.answer("peer:package:test.os", [](const SentRequest&) { return SendErrorKind::kOffline; });
  once(host, [] {
    const auto answer = Request::to(kPeer).body("lost").blob("b").context("ctx").send_and_await(5);
    ASSERT_FALSE(answer.has_value());
    const auto& error = answer.error();
    EXPECT_TRUE(error.is_offline());
    EXPECT_EQ(error.name(), "offline");
    EXPECT_EQ(error.target(), kPeer);
    EXPECT_EQ(error.body(), "lost");
    EXPECT_EQ(error.expects_response(), 5u);
    EXPECT_EQ(error.context(), "ctx");
    EXPECT_EQ(error.blob()->bytes(), "b");
  });
}

TEST(Request, AwaitingItselfTraps) {
  Host host;
  EXPECT_EQ(once(host, [&] { std::ignore = Request::to(host.our).send_and_await(1); }),
            End::kTrapped);
  EXPECT_THAT(host.trap_reason(), HasSubstr("itself"));
}

TEST(Request, AnswerComesLaterWithItsContext) {
  Host host;
  host.deliver({.body = "start", .source = "me.os@asker:a:b", .expects = 5});
  host.when_idle([&] {
    if (host.requests.size() == 1 && host.responses.empty()) {
      host.deliver({.body = "other", .source = "me.os@late:a:b", .expects = 5});
      host.answer_sent(0, IncomingResponse{.body = "done"});
    }
  });
  const auto end = once(host, [] {
    std::ignore = receive();
    Request::to(kPeer).body("work").expects(5).context("for start").send();
    EXPECT_EQ(receive()->body(), "other");
    const auto answer = receive();
    EXPECT_EQ(answer->context(), "for start");
    // What is handled again is what was handled when the request went out.
    respond(answer->body());
  });
  EXPECT_EQ(end, End::kReturned);
  ASSERT_EQ(host.responses.size(), 1u);
  EXPECT_EQ(host.responses[0].target.text(), "me.os@asker:a:b");
}

TEST(Request, ErrorComesLaterWithItsContext) {
  Host host;
  host.answer("peer:package:test.os", [](const SentRequest&) { return SendErrorKind::kTimeout; });
  once(host, [] {
    Request::to(kPeer).body("lost").expects(5).context("ctx").send();
    const auto answer = receive();
    ASSERT_FALSE(answer.has_value());
    EXPECT_TRUE(answer.error().is_timeout());
    EXPECT_EQ(answer.error().context(), "ctx");
    EXPECT_EQ(answer.error().body(), "lost");
  });
}

TEST(Response, AnswersTheLastRequestThatWantsOne) {
  Host host;
  host.deliver({.body = "question", .source = "me.os@asker:a:b", .expects = 5});
  host.deliver({.body = "remark", .source = "me.os@talker:a:b"});
  once(host, [] {
    std::ignore = receive();
    std::ignore = receive();
    respond("answer");
  });
  EXPECT_EQ(host.responses.at(0).target.text(), "me.os@asker:a:b");
}

TEST(Response, WithoutARequestGoesNowhere) {
  Host host;
  once(host, [] { respond("answer"); });
  EXPECT_TRUE(host.responses.empty());
  EXPECT_EQ(host.prints.size(), 1u);
}

TEST(Blob, TheLastOneIsKept) {
  Host host;
  host.deliver({.body = "1", .blob = BlobValue{"b1", "m"}});
  host.deliver({.body = "2"});
  once(host, [] {
    std::ignore = receive();
    EXPECT_TRUE(has_blob());
    EXPECT_EQ(get_blob()->mime(), "m");
    std::ignore = receive();
    EXPECT_FALSE(has_blob());
    EXPECT_FALSE(get_blob().has_value());
    EXPECT_EQ(last_blob()->bytes(), "b1");
    Request::to(kPeer).inherit().send();
  });
  EXPECT_EQ(host.requests.at(0).blob, (BlobValue{"b1", "m"}));
}

TEST(Blob, CanBePassedOnWithoutACopy) {
  Host host;
  const std::string large(100'000, 'x');
  host.deliver({.body = "take", .blob = BlobValue{large}});
  once(host, [] {
    std::ignore = receive();
    Request::to(kPeer).blob(get_blob()).send();
  });
  EXPECT_EQ(host.requests.at(0).blob, BlobValue{large});
}

TEST(State, IsKept) {
  Host host;
  EXPECT_FALSE(get_state().has_value());
  set_state(std::string_view("\0state", 6));
  EXPECT_EQ(get_state()->view(), std::string_view("\0state", 6));
  clear_state();
  EXPECT_FALSE(get_state().has_value());
}

TEST(Capabilities, AreSavedFoundAndDropped) {
  Host host;
  const Capability drive(kPeer, R"({"drive":"/a","kind":"read"})");
  save_capabilities(std::vector{drive, Capability::messaging(kPeer)});
  EXPECT_TRUE(can_message(kPeer));
  EXPECT_FALSE(can_message("me.os@other:package:test.os"_address));
  EXPECT_TRUE(get_capability(kPeer, R"({ "kind": "read", "drive": "/a" })").has_value());
  EXPECT_FALSE(get_capability(kPeer, R"({"kind":"write","drive":"/a"})").has_value());
  drop_capabilities(std::vector{drive});
  EXPECT_EQ(our_capabilities().size(), 1u);
}

TEST(Capabilities, OfAMessageCanBeSaved) {
  Host host;
  host.deliver({.capabilities = {Capability(kPeer, "1"), Capability(kPeer, "2")}});
  once(host, [] { save_capabilities(receive()->capabilities()); });
  EXPECT_EQ(host.capabilities.size(), 2u);
}

TEST(Capabilities, AllOfAnIssuerCanBeAttached) {
  Host host;
  host.capabilities = {Capability(kPeer, "1"), Capability("a@b:c:d"_address, "2")};
  once(host, [] {
    Request::to(kPeer).attach_all(kPeer).send();
    Request::to(kPeer).attach_all().send();
  });
  EXPECT_EQ(host.requests.at(0).capabilities.size(), 1u);
  EXPECT_EQ(host.requests.at(1).capabilities.size(), 2u);
}

TEST(OnExit, IsSetAndRead) {
  Host host;
  EXPECT_EQ(OnExit::get().kind(), OnExit::Kind::kNone);
  OnExit::restart().set();
  EXPECT_EQ(OnExit::get().kind(), OnExit::Kind::kRestart);
  std::vector<Request> last;
  last.push_back(Request::to(kPeer).body("bye").metadata("1").blob("b", "m").expects(5));
  OnExit::requests(std::move(last)).set();
  EXPECT_EQ(host.on_exit_requests.at(0).expects, std::nullopt) << "nobody is left to get an answer";

  const auto got = OnExit::get();
  ASSERT_EQ(got.kind(), OnExit::Kind::kRequests);
  ASSERT_EQ(got.requests().size(), 1u);
  EXPECT_EQ(got.requests()[0].target(), kPeer);
  got.requests()[0].send();
  EXPECT_EQ(host.requests.at(0).body, "bye");
  EXPECT_EQ(host.requests.at(0).metadata, "1");
  EXPECT_EQ(host.requests.at(0).blob, (BlobValue{"b", "m"}));
}

TEST(Spawn, GivesTheChild) {
  Host host;
  const auto child = Spawn("/package:test.os/pkg/x.wasm")
                         .name("kid")
                         .on_exit(OnExit::restart())
                         .request_capability({kPeer, "1"})
                         .grant_capability(ProcessId("p:k:sys"_process))
                         .make_public()
                         .start();
  ASSERT_TRUE(child.has_value());
  EXPECT_EQ(child->text(), "kid:package:test.os");
  const auto& spawned = host.spawned.at(0);
  EXPECT_EQ(spawned.wasm_path, "/package:test.os/pkg/x.wasm");
  EXPECT_EQ(spawned.on_exit, OnExit::Kind::kRestart);
  EXPECT_EQ(spawned.requests.at(0).params, "1");
  EXPECT_EQ(spawned.grants.at(0).first.text(), "p:k:sys");
  EXPECT_EQ(spawned.grants.at(0).second, "\"messaging\"");
  EXPECT_TRUE(spawned.is_public);
}

TEST(Spawn, SaysWhyNot) {
  Host host;
  host.spawn_fails = SpawnError::kNoFileAtPath;
  EXPECT_EQ(Spawn("/x").start().error(), SpawnError::kNoFileAtPath);
  EXPECT_EQ(describe(SpawnError::kNameTaken), "name-taken");
}

TEST(Print, PutsPartsTogether) {
  Host host;
  print("got ", 3, " of ", uint64_t{18446744073709551615u}, ", ", true);
  print(Verbosity::kDebug, std::string("quiet"), -1);
  ASSERT_EQ(host.prints.size(), 2u);
  EXPECT_EQ(host.prints[0].text, "got 3 of 18446744073709551615, true");
  EXPECT_EQ(host.prints[0].verbosity, 0);
  EXPECT_EQ(host.prints[1].text, "quiet-1");
  EXPECT_EQ(host.prints[1].verbosity, 1);
}

TEST(Print, MakesTextOfAnyBytes) {
  Host host;
  print("a\xff", "b");
  EXPECT_EQ(host.prints.at(0).text,
            "a\xef\xbf\xbd"
            "b");
}

TEST(Panic, PrintsTheReasonAndEnds) {
  Host host;
  EXPECT_EQ(once(host, [] { panic("no way on"); }), End::kTrapped);
  EXPECT_EQ(host.prints.at(0).text, "no way on");
  EXPECT_EQ(host.trap_reason(), "no way on");
}

namespace {
std::string shout(const Address& our, std::string_view arguments) {
  return std::string(our->process) + ":" + std::string(arguments);
}
void shouting(const Address& our) { run_script(our, shout); }
}  // namespace

TEST(Script, AnswersWhoAsks) {
  Host host;
  host.deliver({.body = "a\xff", .expects = 5});
  EXPECT_EQ(host.run(shouting), End::kReturned);
  EXPECT_EQ(host.responses.at(0).body, "process:a\xef\xbf\xbd");
}

TEST(Script, PrintsForWhoDoesNot) {
  Host host;
  host.deliver({.body = "x"});
  EXPECT_EQ(host.run(shouting), End::kReturned);
  EXPECT_TRUE(host.responses.empty());
  EXPECT_EQ(host.prints.at(0).text, "process:x");
}
