// What a message costs before anybody looks at it: building, coding, comparing capabilities, JSON.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "msg/bincode.h"
#include "msg/json_kernel.h"
#include "msg/msgpack.h"

namespace {

using namespace kinode;
using namespace kinode::msg;

AddressRef address(std::string_view text) { return share(Address::parse(text).value()); }

/// Bytes as they come from files and keys: half of them above 127.
Bytes body_of(std::size_t size) {
  ByteVector bytes(size);
  std::uint32_t state = 1;
  for (std::uint8_t& b : bytes) {
    state = state * 1664525 + 1013904223;
    b = static_cast<std::uint8_t>(state >> 24);
  }
  return Bytes::adopt(std::move(bytes));
}

Envelope message(std::size_t body) {
  Envelope e;
  e.id = 0x0102030405060708;
  e.source = address("alice.os@chat:chat:template.os");
  e.target = address("bob.os@chat:chat:template.os");
  e.rsvp = e.source;
  Request r;
  r.expects_response = 5;
  r.body = body_of(body);
  e.message = std::move(r);
  return e;
}

void build_envelope(benchmark::State& state) {
  const AddressRef source = address("alice.os@chat:chat:template.os");
  const AddressRef target = address("alice.os@vfs:distro:sys");
  const ByteVector body(static_cast<std::size_t>(state.range(0)), 'x');
  std::uint64_t id = 0;
  for (auto _ : state) {
    auto e = std::make_shared<Envelope>();
    e->id = ++id;
    e->source = source;
    e->target = target;
    Request r;
    r.expects_response = 5;
    r.body = Bytes::copy(body);
    e->message = std::move(r);
    EnvelopeRef done = std::move(e);
    benchmark::DoNotOptimize(done);
  }
}
BENCHMARK(build_envelope)->Arg(100)->Arg(1024);

void encode_msgpack_1kb(benchmark::State& state) {
  const Envelope e = message(1024);
  const auto form = static_cast<BytesForm>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(encode_msgpack(e, form));
  state.SetBytesProcessed(state.iterations() * 1024);
}
BENCHMARK(encode_msgpack_1kb)->ArgName("bin")->Arg(0)->Arg(1);

void decode_msgpack_1kb(benchmark::State& state) {
  const ByteVector bytes =
      encode_msgpack(message(1024), static_cast<BytesForm>(state.range(0))).value();
  for (auto _ : state) benchmark::DoNotOptimize(decode_msgpack_envelope(bytes));
  state.SetBytesProcessed(state.iterations() * 1024);
}
BENCHMARK(decode_msgpack_1kb)->ArgName("bin")->Arg(0)->Arg(1);

void compare_capabilities(benchmark::State& state) {
  const Address issuer{"alice.os", system_process("vfs")};
  const Capability a(issuer, R"({"drive":"/chat:template.os/pkg","kind":"read"})");
  const Capability b(issuer, R"({"kind":"read","drive":"/chat:template.os/pkg"})");
  for (auto _ : state) {
    benchmark::DoNotOptimize(a == b);
    benchmark::DoNotOptimize(std::hash<Capability>()(a));
  }
}
BENCHMARK(compare_capabilities);

void make_messaging_capability(benchmark::State& state) {
  const Address issuer{"alice.os", system_process("vfs")};
  for (auto _ : state) benchmark::DoNotOptimize(messaging_cap(issuer));
}
BENCHMARK(make_messaging_capability);

void make_json_capability(benchmark::State& state) {
  const Address issuer{"alice.os", system_process("vfs")};
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        Capability(issuer, R"({"drive":"/chat:template.os/pkg","kind":"read"})"));
  }
}
BENCHMARK(make_json_capability);

void parse_address(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Address::parse("alice.os@chat:chat:template.os"));
}
BENCHMARK(parse_address);

void parse_json_command(benchmark::State& state) {
  const std::string_view text =
      R"({"InitializeProcess":{"id":"chat:chat:template.os","wasm_bytes_handle":)"
      R"("/chat:template.os/pkg/chat.wasm","wit_version":1,"on_exit":"Restart",)"
      R"("initial_capabilities":[{"issuer":"alice.os@vfs:distro:sys","params":"\"messaging\""}],)"
      R"("public":false}})";
  for (auto _ : state) benchmark::DoNotOptimize(decode_kernel_command(as_bytes(text)));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(parse_json_command);

void process_row_round_trip(benchmark::State& state) {
  PersistedProcess process;
  process.wasm_bytes_handle = "/chat:template.os/pkg/chat.wasm";
  for (int i = 0; i < 20; ++i) {
    const Address issuer{"alice.os", system_process(fmt::format("p{}", i))};
    process.capabilities.emplace(messaging_cap(issuer), body_of(64));
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode_persisted_process(encode_persisted_process(process)));
  }
}
BENCHMARK(process_row_round_trip);

}  // namespace
