// A hostile guest calls every host function that takes records, with records made of the input. The
// two ways of crossing the border (README.md) must agree on what the host sees and on what traps,
// in the newest world and in the oldest, whose messages have another shape.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "base/assert.h"
#include "wasm/recording_host.h"
#include "wasm/test_component.h"
#include "wasm/wasmtime_engine.h"

namespace {

using namespace kinode;
using namespace kinode::wasm;

constexpr std::size_t kRecordBytes = 256;

std::string words(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    out += fmt::format(" (i32.load offset={} (local.get $at))", i * 4);
  }
  return out;
}

/// In the first byte of the input: the function, and the world.
constexpr std::uint8_t kFunctionBits = 7;
constexpr std::uint8_t kOldWorldBit = 8;

/// Takes the input from the saved state; its first byte picks the function.
TestComponent hostile_guest(World world) {
  const std::string calls[] = {
      "(call $send-request (local.get $at))",
      "(call $send-and-await-response (local.get $at) (i32.const 2048))",
      "(call $send-response" + words(14) + ")",
      "(call $send-requests" + words(2) + ")",
      "(call $save-capabilities" + words(2) + ")",
      "(call $set-on-exit" + words(3) + ")",
      "(call $spawn" + words(13) + " (i32.const 2048))",
      "(call $print-to-terminal" + words(3) + ")",
  };
  std::string body = fmt::format(
      "(call $get-state (i32.const 1024))"
      "(local.set $which (i32.and (i32.load8_u (i32.load (i32.const 1028))) (i32.const {})))"
      "(local.set $at (i32.add (i32.load (i32.const 1028)) (i32.const 8)))",
      kFunctionBits);
  int index = 0;
  for (const auto& call : calls) {
    body += fmt::format("(if (i32.eq (local.get $which) (i32.const {})) (then {}))", index++, call);
  }
  TestComponent guest;
  guest.world = world;
  guest.code =
      fmt::format("(func $init (param i32 i32) (local $at i32) (local $which i32) {})", body);
  return guest;
}

/// Mostly addresses and lengths inside of the guest's memory, or almost.
std::string record(const std::uint8_t* data, std::size_t size) {
  std::string out(kRecordBytes, '\0');
  if (size > 0) std::memcpy(out.data(), data, std::min(size, kRecordBytes));
  for (std::size_t at = 8; at + 4 <= kRecordBytes; at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, &out[at], sizeof word);
    switch (word >> 30) {
      case 0:
        word &= 0x1;
        break;
      case 1:
        word &= 0xff;
        break;
      case 2:
        word &= 0x3ffff;
        break;
      default:
        break;
    }
    std::memcpy(&out[at], &word, sizeof word);
  }
  return out;
}

struct NoWaker final : Waker {
  void wake() noexcept override {}
};

/// What the host saw, how the guest ended, and the reason, whose text may differ.
struct Seen {
  std::string calls, reason;
};

class Border {
 public:
  Border(World world, bool typed)
      : engine_(make_wasmtime_engine({.typed_border = typed}).value()),
        program_(engine_->compile(hostile_guest(world).binary()).value()) {}

  Seen run(const std::string& input) const {
    RecordingHost host;
    host.state = input;
    host.inbox.emplace_back();
    InstanceSetup setup;
    setup.our = "n.os@p:k:sys";
    setup.host = &host;
    setup.waker = waker_;
    const auto guest = program_->instantiate(std::move(setup)).value();
    const auto polled = guest->poll();
    KINODE_ASSERT(polled != Polled::kPending);
    std::string seen = polled == Polled::kDone ? "done" : "trapped";
    for (const auto& call : host.calls) seen += "\n" + call;
    return {std::move(seen), guest->failure()};
  }

 private:
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<const Program> program_;
  std::shared_ptr<Waker> waker_ = std::make_shared<NoWaker>();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Border kDirect(World::kKinode10, false), kDirect07(World::kKinode07, false);
  static const Border kTyped(World::kKinode10, true), kTyped07(World::kKinode07, true);
  const auto input = record(data, size);
  const bool is_old = size > 0 && (data[0] & kOldWorldBit) != 0;
  const auto seen = (is_old ? kDirect07 : kDirect).run(input);
  const auto expected = (is_old ? kTyped07 : kTyped).run(input);
  if (seen.calls != expected.calls) {
    std::fprintf(stderr, "at known offsets: %s\n%s\nby derived types: %s\n%s\n", seen.calls.c_str(),
                 seen.reason.c_str(), expected.calls.c_str(), expected.reason.c_str());
  }
  KINODE_ASSERT(seen.calls == expected.calls);
  return 0;
}
