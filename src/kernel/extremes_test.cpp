// A guest that says the largest and oddest things it can: each is done, or refused with a reason,
// and nobody else notices.
#include <../tests/support/kernel_fixture.h>
#include <../tests/support/native_guests.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

namespace kinode::kernel {
namespace {

using support::at;
using support::cap;
using support::messaging;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

/// Requests to `silent` with a context and a blob of so many bytes each: "count context blob".
wasm::NativeTask<> asks_silent(wasm::NativeGuest guest) {
  const auto got = co_await guest.receive();
  std::istringstream order{std::string(got.body().text())};
  std::size_t count = 0, context = 0, blob = 0;
  order >> count >> context >> blob;
  for (std::size_t i = 0; i < count; ++i) {
    wasm::NativeSend send{.target = at("silent:k:pub"), .request = wasm::native_request("?", 60)};
    if (context > 0) send.context = Bytes::adopt(ByteVector(context));
    if (blob > 0) send.blob = msg::Blob{{}, Bytes::adopt(ByteVector(blob))};
    co_await guest.send_request(send);
  }
  guest.print(0, "asked");
  std::size_t errors = 0;
  while (errors < count) errors += (co_await guest.receive()).send_error() ? 1 : 0;
  guest.print(0, fmt::format("{} errors", errors));
}

/// Takes what comes and never answers.
wasm::NativeTask<> takes(wasm::NativeGuest guest) {
  for (;;) (void)co_await guest.receive();
}

/// Sends messages with blobs of a megabyte to `deaf` in one list.
wasm::NativeTask<> sends_a_list(wasm::NativeGuest guest) {
  (void)co_await guest.receive();
  std::vector<wasm::NativeSend> sends;
  sends.reserve(600);
  for (int i = 0; i < 600; ++i) {
    sends.push_back({.target = at("deaf:k:pub"),
                     .request = wasm::native_request("x"),
                     .blob = msg::Blob{{}, Bytes::adopt(ByteVector(1 << 20))}});
  }
  co_await guest.send_requests(sends);
  guest.print(0, "sent");
}

std::vector<msg::Capability> ten_thousand_of(const msg::Address& issuer) {
  std::vector<msg::Capability> out;
  out.reserve(10'000);
  for (int i = 0; i < 10'000; ++i) out.emplace_back(issuer, std::to_string(i));
  return out;
}

wasm::NativeTask<> holds_ten_thousand(wasm::NativeGuest guest) {
  (void)co_await guest.receive();
  auto caps = ten_thousand_of(guest.our());
  guest.save_capabilities(caps);
  guest.print(0, fmt::format("{}", guest.our_capabilities().size()));
  caps.pop_back();
  guest.drop_capabilities(caps);
  guest.print(0, fmt::format("{}", guest.our_capabilities().size()));
  (void)co_await guest.receive();
}

wasm::NativeTask<> talks_to_itself(wasm::NativeGuest guest) {
  (void)co_await guest.receive();
  co_await guest.send_request({.target = guest.our(), .request = wasm::native_request("me")});
  guest.print(0, std::string((co_await guest.receive()).body().text()));
  // Nobody else can answer this, and it cannot either while it waits.
  (void)co_await guest.send_and_await(guest.our(), "answer!", 5);
  guest.print(0, "went on");
}

wasm::NativeTask<> saves_a_gigabyte(wasm::NativeGuest guest) {
  (void)co_await guest.receive();
  co_await guest.set_state(Bytes::adopt(ByteVector(1u << 30)));
}

/// Names that look like others, or like nothing.
const std::vector<std::string>& odd_names() {
  static const std::vector<std::string> kNames{
      "",
      std::string(1, '\0'),
      std::string("a\0b", 3),
      " ",
      "A",
      "\xD0\xB0",          // Cyrillic a
      "e\xCC\x81",         // e and a combining accent
      "\xC3\xA9",          // the same as one character
      "a\xE2\x80\xAEz",    // right to left
      "a\xE2\x80\x8Bz",    // a space of no width
      "\xEF\xBB\xBFz",     // a byte order mark
      "\xF0\x9F\x98\x80",  // outside the first plane
      "\xC0\xAF",          // an overlong slash
      "\xED\xA0\x80",      // half of a pair
      "\xFF\xFE",          // no character
      "a:b",
      "a@b",
      "../a",
      "\x1b[2J",
      std::string(100'000, 'a'),
  };
  return kNames;
}

wasm::NativeTask<> writes_to_odd_names(wasm::NativeGuest guest) {
  (void)co_await guest.receive();
  for (const auto& name : odd_names()) {
    for (const auto& target :
         {msg::Address{"our", {name, "k", "pub"}}, msg::Address{name, {"echo", "k", "pub"}},
          msg::Address{"our", {"echo", name, "pub"}}, msg::Address{"our", {"echo", "k", name}}}) {
      const auto answer = co_await guest.send_and_await(target, "hello", 1);
      guest.print(0, answer.send_error() ? "no answer" : "an answer");
    }
  }
}

wasm::NativeTask<> spawns_as_told(wasm::NativeGuest guest) {
  const auto got = co_await guest.receive();
  wasm::NativeSpawn spawn;
  spawn.name = std::string(got.body().text());
  spawn.wasm_path = support::KernelFixture::path_of("echo");
  const auto spawned = co_await guest.spawn(std::move(spawn));
  guest.print(0, std::holds_alternative<msg::ProcessId>(spawned) ? "spawned" : "refused");
}

class Extremes : public testing::Test {
 protected:
  void SetUp() override {
    node.program("echo", support::echo);
    node.program("never-reads", support::never_reads);
    node.program("takes", takes);
    node.program("asks-silent", asks_silent);
    node.program("sends-a-list", sends_a_list);
    node.program("holds", holds_ten_thousand);
    node.program("talks-to-itself", talks_to_itself);
    node.program("saves-a-gigabyte", saves_a_gigabyte);
    node.program("writes-to-odd-names", writes_to_odd_names);
    node.program("spawns", spawns_as_told);
    node.module("void:distro:sys");
    node.boot();
    node.start("echo:k:pub", "echo");
    node.start("silent:k:pub", "takes");
  }

  /// What a guest of this program says of the order.
  std::vector<std::string> told(const std::string& program, const std::string& order = "go") {
    node.start("a:k:pub", program);
    node.tell("a:k:pub", order);
    return node.said("a:k:pub");
  }

  void TearDown() override { EXPECT_EQ(node.ask("echo:k:pub", "still there?"), "still there?"); }

  support::KernelFixture node;
};

TEST_F(Extremes, AHundredThousandRequestsMayBeOutAndEachFailsOnce) {
  EXPECT_THAT(told("asks-silent", "100000 0 0"), ElementsAre("asked"));
  node.advance(61s);
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("100000 errors"));
}

TEST_F(Extremes, AContextOfTenMegabytesIsRefusedWithItsBound) {
  EXPECT_THAT(told("asks-silent", "1 10000000 0"), IsEmpty());
  EXPECT_TRUE(
      node.printouts.has(0, "the context of the message has 10000000 bytes, 8388608 are allowed"));
}

TEST_F(Extremes, ContextsAreBoundedByTheirBytes) {
  EXPECT_THAT(told("asks-silent", "40 8000000 0"), IsEmpty());
  EXPECT_TRUE(node.printouts.has(0, "bytes are outstanding, 268435456 bytes are allowed"));
}

TEST_F(Extremes, BlobsThatAreKeptForFailuresAreBoundedToo) {
  EXPECT_THAT(told("asks-silent", "300 0 1000000"), IsEmpty());
  EXPECT_TRUE(node.printouts.has(0, "bytes are outstanding, 268435456 bytes are allowed"));
}

TEST_F(Extremes, WhatIsOutNoLongerDoesNotCount) {
  EXPECT_THAT(told("asks-silent", "200 0 1000000"), ElementsAre("asked"));
  node.advance(61s);
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("200 errors"));
  node.start("b:k:pub", "asks-silent");
  node.tell("b:k:pub", "200 0 1000000");
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre("asked"));
}

TEST_F(Extremes, AListForAFullMailboxHoldsNoMoreThanItsBytes) {
  node.start("deaf:k:pub", "never-reads");
  EXPECT_THAT(told("sends-a-list"), IsEmpty()) << "it waits for room";
  node.advance(2min);
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("sent"));
  EXPECT_TRUE(node.printouts.has(0, "messages were dropped so far"));
}

TEST_F(Extremes, TenThousandCapabilitiesAreHeldAndDropped) {
  // One that it holds is its right to message itself: the last of the ten thousand has no room.
  EXPECT_THAT(told("holds"), ElementsAre("10000", "1"));
  EXPECT_TRUE(node.printouts.has(0, "can hold no more"));
}

TEST_F(Extremes, OneMayTalkToItselfButNotAwaitItself) {
  EXPECT_THAT(told("talks-to-itself"), ElementsAre("me"));
  EXPECT_TRUE(node.printouts.has(0, "cannot await a Request to `our`: will deadlock"));
}

TEST_F(Extremes, AStateOfAGigabyteIsRefusedWithItsBound) {
  EXPECT_THAT(told("saves-a-gigabyte"), IsEmpty());
  EXPECT_TRUE(node.printouts.has(0, "set-state: 1073741824 bytes, 67108864 are allowed"));
}

TEST_F(Extremes, ANameThatLooksLikeAnotherReachesNobody) {
  auto said = told("writes-to-odd-names");
  for (int i = 0; i < 100; ++i) {
    node.advance(1s);
    for (auto& line : node.said("a:k:pub")) said.push_back(std::move(line));
  }
  EXPECT_EQ(said.size(), 4 * odd_names().size());
  EXPECT_THAT(said, Each("no answer"));
  for (const auto& line : node.printouts.lines) {
    EXPECT_FALSE(line.content.contains("\x1b[2J")) << line.content;
  }
}

TEST_F(Extremes, NobodyIsSpawnedUnderAnOddName) {
  const auto all_files = cap("vfs:distro:sys", R"({"root":true})");
  int number = 0;
  for (const auto& name : odd_names()) {
    const std::string id = fmt::format("s{}:k:pub", ++number);
    const auto before = node.kernel().table().size();
    node.start(id, "spawns", {.caps = {messaging("vfs:distro:sys"), all_files}});
    node.tell(id, name);
    EXPECT_LE(node.kernel().table().size(), before + 1)
        << testing::PrintToString(name).substr(0, 99);
  }
}

}  // namespace
}  // namespace kinode::kernel
