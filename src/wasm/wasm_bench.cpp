// What the guest border costs without a kernel, for both ways of crossing it (README.md). The
// guests are a few instructions and allocate by moving a pointer, so that the border is what is
// measured; the floors with real guests are in bench/.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "wasm/guest_data.h"
#include "wasm/test_component.h"
#include "wasm/wasmtime_engine.h"

namespace kinode::wasm {
namespace {

constexpr int kCalls = 10'000;

struct NoWaker final : Waker {
  void wake() noexcept override {}
};

/// Hands every message to its peer, without checks.
struct BareHost final : HostCalls {
  BareHost* peer = nullptr;
  std::deque<std::string> inbox;
  std::string received;
  bool feeds_itself = false;  // receive never waits
  std::string state;
  std::uint64_t sent_max = ~0ull;
  std::unique_ptr<Instance> guest;

  static GuestAddress address() {
    return {GuestBytes::of("node.os"),
            {GuestBytes::of("main"), GuestBytes::of("bench"), GuestBytes::of("template.os")}};
  }

  void print_to_terminal(std::uint8_t, GuestBytes) noexcept override {}
  void our(GuestAddress& out) noexcept override { out = address(); }
  Outcome set_on_exit(const GuestOnExit&) noexcept override { return Outcome::kReady; }
  void get_on_exit(GuestOnExit& out) noexcept override { out = {}; }
  Outcome get_state(GuestBytes& out) noexcept override {
    out = GuestBytes::of(state);
    return Outcome::kReady;
  }
  Outcome set_state(const GuestBytes* bytes) noexcept override {
    state.assign(bytes->text());
    return Outcome::kReady;
  }
  Outcome clear_state() noexcept override { return Outcome::kReady; }
  Outcome spawn(const GuestSpawn*, GuestSpawned&) noexcept override { return Outcome::kReady; }
  Outcome save_capabilities(std::span<const GuestCapability>) noexcept override {
    return Outcome::kReady;
  }
  Outcome drop_capabilities(std::span<const GuestCapability>) noexcept override {
    return Outcome::kReady;
  }
  std::span<const GuestCapability> our_capabilities() noexcept override { return {}; }
  Outcome receive(GuestMessage& out) noexcept override {
    if (!feeds_itself) {
      if (inbox.empty()) return Outcome::kPending;
      received = std::move(inbox.front());
      inbox.pop_front();
    }
    out = {};
    out.source = address();
    out.request.body = GuestBytes::of(received);
    return Outcome::kReady;
  }
  bool has_blob() noexcept override { return false; }
  void get_blob(GuestBlob& out) noexcept override { out = {}; }
  void last_blob(GuestBlob& out) noexcept override { out = {}; }
  Outcome send_request(const GuestSend& send) noexcept override {
    if (peer != nullptr && sent_max-- > 0) peer->inbox.emplace_back(send.request.body.text());
    return Outcome::kReady;
  }
  Outcome send_requests(std::span<const GuestSend>) noexcept override { return Outcome::kReady; }
  Outcome send_response(const GuestRequest&, const GuestBlob&) noexcept override {
    return Outcome::kReady;
  }
  Outcome send_and_await_response(const GuestSend*, GuestMessage&) noexcept override {
    return Outcome::kTrap;
  }
  GuestBytes trap_message() noexcept override { return GuestBytes::of("not in this benchmark"); }
};

/// A guest that repeats `body`, with a request of 32 bytes at `$request` and all that it was given
/// thrown away each time.
TestComponent repeating(std::string_view body, int times) {
  GuestData data;
  const auto record = data.address() + data.u64(0) + data.u64(0) + data.u64(0) +
                      data.text(std::string(32, 'b')) + GuestData::none() + data.u64(0) +
                      data.u32(0) + GuestData::none() + GuestData::no_blob();
  const auto request = data.put(record);
  TestComponent guest;
  guest.data = data.segment();
  guest.code = fmt::format(
      "(func $init (param i32 i32) (local $left i32) (local $request i32)\n"
      "  (local.set $request (i32.const {})) (local.set $left (i32.const {}))\n"
      "  (loop $again {} (global.set $top (i32.const 65536))\n"
      "    (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))",
      request, times, body);
  return guest;
}

class Bench {
 public:
  Bench(const TestComponent& component, const WasmtimeConfig& config)
      : engine_(make_wasmtime_engine(config).value()),
        program_(engine_->compile(component.binary()).value()) {}

  std::unique_ptr<Instance> start(BareHost& host) const {
    InstanceSetup setup;
    setup.our = "node.os@main:bench:template.os";
    setup.host = &host;
    setup.waker = waker_;
    return program_->instantiate(std::move(setup)).value();
  }

  /// Runs a guest to its end.
  void run(BareHost& host, benchmark::State& state) const {
    const auto guest = start(host);
    if (guest->poll() != Polled::kDone) state.SkipWithError(guest->failure().c_str());
  }

 private:
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<const Program> program_;
  std::shared_ptr<Waker> waker_ = std::make_shared<NoWaker>();
};

WasmtimeConfig border(const benchmark::State& state) {
  return {.typed_border = state.range(0) == 1};
}

void call(benchmark::State& state, const char* body, std::size_t state_bytes, int times) {
  const Bench bench(repeating(body, times), border(state));
  BareHost host;
  host.feeds_itself = true;
  host.received.assign(32, 'b');
  host.state.assign(state_bytes, 'x');
  for (auto _ : state) bench.run(host, state);
  state.SetItemsProcessed(state.iterations() * times);
}
BENCHMARK_CAPTURE(call, has_blob, "(drop (call $has-blob))", 0, kCalls)->Arg(0);
BENCHMARK_CAPTURE(call, send_32B, "(call $send-request (local.get $request))", 0, kCalls)
    ->ArgName("typed")
    ->Arg(0)
    ->Arg(1);
BENCHMARK_CAPTURE(call, receive_32B, "(call $receive (i32.const 1024))", 0, kCalls)
    ->ArgName("typed")
    ->Arg(0)
    ->Arg(1);
// One instance makes many calls, so that the first touch of its memory does not count.
BENCHMARK_CAPTURE(call, list_1MiB_to_guest, "(call $get-state (i32.const 1024))", 1 << 20, 1000)
    ->Arg(0);
BENCHMARK_CAPTURE(call, list_1MiB_from_guest,
                  "(if (i32.lt_u (memory.size) (i32.const 17))"
                  "  (then (drop (memory.grow (i32.const 16)))))"
                  "(call $set-state (i32.const 65536) (i32.const 1048576))",
                  0, 1000)
    ->Arg(0);

void memcpy_one_mib(benchmark::State& state) {
  const std::string from(1 << 20, 'x');
  std::string to(1 << 20, 'y');
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), from.size());
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(memcpy_one_mib);

/// Two guests that send each other one message, back and forth; per message.
void ping_pong(benchmark::State& state) {
  const Bench bench(repeating("(call $receive (i32.const 1024))"
                              "(call $send-request (local.get $request))",
                              1 << 30),
                    border(state));
  for (auto _ : state) {
    BareHost a, b;
    a.peer = &b;
    b.peer = &a;
    a.sent_max = kCalls;
    a.guest = bench.start(a);
    b.guest = bench.start(b);
    a.inbox.emplace_back(32, 'b');
    while (!a.inbox.empty()) {
      a.guest->poll();
      b.guest->poll();
    }
  }
  state.SetItemsProcessed(state.iterations() * 2 * kCalls);
}
BENCHMARK(ping_pong)->ArgName("typed")->Arg(0)->Arg(1);

/// Instantiate, run `init`, drop.
void spawn(benchmark::State& state) {
  const Bench bench(guest_doing(""), {.pool_size = static_cast<std::uint32_t>(state.range(0))});
  BareHost host;
  for (auto _ : state) bench.run(host, state);
}
BENCHMARK(spawn)->ArgName("pool")->Arg(0)->Arg(1000);

/// Instantiate, wait in `receive`, drop.
void kill(benchmark::State& state) {
  const Bench bench(guest_doing("(call $receive (i32.const 1024))"), {});
  BareHost host;
  for (auto _ : state) bench.start(host)->poll();
}
BENCHMARK(kill);

double status_kb(std::string_view key) {
  std::ifstream file("/proc/self/status");
  double kb = 0;
  for (std::string word; file >> word;) {
    if (word == key) file >> kb;
  }
  return kb;
}

double mappings() {
  std::ifstream file("/proc/self/maps");
  return static_cast<double>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
}

/// What a process that waits costs of the machine.
void idle(benchmark::State& state) {
  constexpr std::size_t kCount = 1000;
  const Bench bench(guest_doing("(call $receive (i32.const 1024))"),
                    {.pool_size = static_cast<std::uint32_t>(state.range(0))});
  for (auto _ : state) {
    std::vector<BareHost> hosts(kCount);
    const auto rss = status_kb("VmRSS:"), tables = status_kb("VmPTE:"), maps = mappings();
    for (auto& host : hosts) {
      host.guest = bench.start(host);
      if (host.guest->poll() != Polled::kPending) state.SkipWithError("it did not wait");
    }
    state.counters["rss_kb"] = (status_kb("VmRSS:") - rss) / kCount;
    state.counters["page_tables_kb"] = (status_kb("VmPTE:") - tables) / kCount;
    state.counters["mappings"] = (mappings() - maps) / kCount;
  }
}
BENCHMARK(idle)->ArgName("pool")->Arg(0)->Arg(1000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kinode::wasm
