// The four worlds by the real engine: which functions each has, and how their records differ.
#include <../tests/support/scratch.h>
#include <cstdlib>
#include <filesystem>

#include "wasm/engine_fixture.h"
#include "wasm/guest_data.h"

namespace kinode::wasm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint32_t kResult = 1024;

std::string text_at(std::uint32_t offset) { return print_text_at(kResult + offset); }
std::string byte_at(std::uint32_t offset) { return print_byte_at(kResult + offset); }

std::string name_of(World world) {
  constexpr std::string_view kNames[] = {"V07", "V08", "V10", "Hyperware"};
  return std::string(kNames[static_cast<std::size_t>(world)]);
}

bool is_old(World world) { return world == World::kKinode07 || world == World::kKinode08; }

class WorldsTest : public EngineTest, public testing::WithParamInterface<World> {
 protected:
  TestComponent guest(std::string_view body, const std::string& data = {}) const {
    auto component = guest_doing(body);
    component.world = GetParam();
    component.data = data;
    return component;
  }

  /// Runs a guest of this world that does this, to its end.
  void run(std::string_view body, const std::string& data = {}) {
    auto instance = start(guest(body, data));
    ASSERT_EQ(instance->poll(), Polled::kDone) << instance->failure();
  }

  /// What it did after the first call.
  std::vector<std::string> seen() {
    std::vector<std::string> out(host.calls.begin() + 1, host.calls.end());
    host.calls.clear();
    return out;
  }

  GuestMessage message(GuestMessageKind kind) const {
    GuestMessage out;
    out.kind = kind;
    out.source = {GuestBytes::of("m.os"),
                  {GuestBytes::of("a"), GuestBytes::of("b"), GuestBytes::of("c")}};
    out.request.has_expects = true;
    out.request.expects = 9;
    out.request.body = GuestBytes::of("body");
    out.context = GuestBytes::of("ctx");
    out.error_kind = 1;
    out.blob = {true, GuestBytes::of("mime"), GuestBytes::of("blob")};
    return out;
  }
};

INSTANTIATE_TEST_SUITE_P(All, WorldsTest,
                         testing::Values(World::kKinode07, World::kKinode08, World::kKinode10,
                                         World::kHyperware10),
                         [](const auto& info) { return name_of(info.param); });

TEST_P(WorldsTest, AProgramTellsItsWorld) {
  EXPECT_EQ(engine->compile(guest("").binary()).value()->world(), GetParam());
}

TEST_P(WorldsTest, AMessageArrivesAndIsAnswered) {
  host.inbox = {message(GuestMessageKind::kRequest), message(GuestMessageKind::kResponse)};
  const auto receive = fmt::format("(call $receive (i32.const {}))", kResult);
  run(receive + byte_at(0) + text_at(8) + byte_at(40) + text_at(72) + receive + byte_at(0) +
      byte_at(40) + text_at(52) + text_at(84));
  EXPECT_THAT(seen(),
              ElementsAre("print 0 ''", "print 0 'm.os'", "print 0 ''", "print 0 'body'", "receive",
                          "print 0 ''", "print 1 ''", "print 0 'body'", "print 0 'ctx'"));
}

TEST_P(WorldsTest, ASendErrorNamesItsTargetSince08) {
  host.inbox = {message(GuestMessageKind::kSendError)};
  const auto receive = fmt::format("(call $receive (i32.const {}))", kResult);
  if (GetParam() == World::kKinode07) {
    run(receive + byte_at(0) + byte_at(8) + byte_at(16) + text_at(48) + byte_at(80) + text_at(88) +
        text_at(96) + byte_at(104) + text_at(108));
    EXPECT_THAT(seen(), ElementsAre("print 1 ''", "print 1 ''", "print 0 ''", "print 0 'body'",
                                    "print 1 ''", "print 0 'mime'", "print 0 'blob'", "print 1 ''",
                                    "print 0 'ctx'"));
  } else {
    run(receive + byte_at(0) + byte_at(8) + text_at(12) + byte_at(48) + text_at(80) + byte_at(112) +
        text_at(120) + text_at(128) + byte_at(136) + text_at(140));
    EXPECT_THAT(seen(), ElementsAre("print 1 ''", "print 1 ''", "print 0 'm.os'", "print 0 ''",
                                    "print 0 'body'", "print 1 ''", "print 0 'mime'",
                                    "print 0 'blob'", "print 1 ''", "print 0 'ctx'"));
  }
}

TEST_P(WorldsTest, SoDoesThatOfAnAwaitedRequest) {
  GuestData data;
  const auto send = data.put(data.address() + data.plain_request() + data.no_blob());
  const auto await =
      fmt::format("(call $send-and-await-response (i32.const {}) (i32.const {}))", send, kResult);
  host.inbox = {message(GuestMessageKind::kResponse)};
  run(await + byte_at(0) + text_at(8) + text_at(52), data.segment());
  EXPECT_THAT(seen(), ElementsAre("print 0 ''", "print 0 'm.os'", "print 0 'body'"));
  host.inbox = {message(GuestMessageKind::kSendError)};
  const bool named = GetParam() != World::kKinode07;
  run(await + byte_at(0) + byte_at(8) +
          (named ? text_at(80) + text_at(128) : text_at(48) + text_at(96)),
      data.segment());
  EXPECT_THAT(seen(), ElementsAre("print 1 ''", "print 1 ''", "print 0 'body'", "print 0 'blob'"));
}

TEST_P(WorldsTest, AGrantIsForMessagingBefore10) {
  GuestData data;
  const auto text = data.put("path");
  const auto ids = data.process_id("x", "y", "z") + data.process_id("u", "v", "w");
  const auto pairs = data.process_id("x", "y", "z") + data.text("7") +
                     data.process_id("u", "v", "w") + data.text("8");
  const auto grants = data.put(is_old(GetParam()) ? ids : pairs);
  run(fmt::format("(call $spawn (i32.const 0) (i32.const 0) (i32.const 0) (i32.const {}) "
                  "(i32.const 4) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) "
                  "(i32.const 0) (i32.const {}) (i32.const 2) (i32.const 0) (i32.const {}))",
                  text, grants, kResult),
      data.segment());
  EXPECT_THAT(host.calls, ElementsAre(is_old(GetParam())
                                          ? R"(spawn none 'path' none [] x:y:z("messaging") )"
                                            R"(u:v:w("messaging") private)"
                                          : "spawn none 'path' none [] x:y:z(7) u:v:w(8) private"));
}

TEST_P(WorldsTest, TextMayBeUtf16) {
  host.inbox = {message(GuestMessageKind::kSendError)};
  auto component =
      guest(fmt::format("(call $receive (i32.const {})) (call $clear-state)", kResult));
  component.encoding = "utf16";
  auto instance = start(component);
  EXPECT_EQ(instance->poll(), Polled::kDone) << instance->failure();
  EXPECT_THAT(host.calls, ElementsAre("receive", "clear-state"));
}

TEST_P(WorldsTest, TheTypedBorderAgrees) {
  engine = make_wasmtime_engine({.typed_border = true}).value();
  host.inbox = {message(GuestMessageKind::kSendError), message(GuestMessageKind::kRequest)};
  const auto receive = fmt::format("(call $receive (i32.const {}))", kResult);
  const auto at = GetParam() == World::kKinode07 ? 108u : 140u;
  run(receive + byte_at(0) + text_at(at) + receive + byte_at(0) + text_at(72));
  EXPECT_THAT(seen(), ElementsAre("print 1 ''", "print 0 'ctx'", "receive", "print 0 ''",
                                  "print 0 'body'"));
}

TEST_P(WorldsTest, AProgramIsKeptOnDiskWithItsWorld) {
  const support::Scratch dir;
  for (int i = 0; i < 2; ++i) {
    engine = make_wasmtime_engine({.cache_dir = dir.path()}).value();
    const auto program = engine->compile(guest("(call $clear-state)").binary());
    ASSERT_TRUE(program.has_value()) << program.error().detail;
    EXPECT_EQ(program.value()->world(), GetParam());
  }
}

/// A component that imports one function of a world's interface.
ByteVector importing(World world, std::string_view function, std::string_view type) {
  return wat_to_binary(fmt::format(
                           R"((component (import "{}" (instance (export "{}" (func {}))))
      (core module $m (func (export "init") (param i32 i32)) (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0))
      (core instance $i (instantiate $m))
      (func (export "init") (param "our" string) (canon lift (core func $i "init")
        (memory $i "memory") (realloc (func $i "realloc"))))))",
                           standard_import(world), function, type))
      .value();
}

TEST_P(WorldsTest, AWorldHasNoFunctionOfALaterOne) {
  const auto error = error_of(importing(GetParam(), "has-blob", "(result bool)"));
  if (is_old(GetParam())) {
    EXPECT_THAT(error, HasSubstr("has-blob"));
  } else {
    EXPECT_EQ(error, "no error");
  }
  EXPECT_EQ(error_of(importing(GetParam(), "clear-state", "")), "no error");
}

}  // namespace
}  // namespace kinode::wasm
