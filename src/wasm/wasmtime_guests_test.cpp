// Real guests, built by other people's tools: they load, wait, and answer.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "wasm/engine_fixture.h"

namespace kinode::wasm {
namespace {

using testing::Contains;
using testing::StartsWith;

std::optional<ByteVector> built_guest(const std::string& name) {
  const char* dir = std::getenv("KINODE_GUESTS_DIR");
  if (dir == nullptr) return std::nullopt;
  std::ifstream in(std::filesystem::path(dir) / (name + ".wasm"), std::ios::binary);
  if (!in) return std::nullopt;
  return ByteVector(std::istreambuf_iterator<char>(in), {});
}

class GuestsTest : public EngineTest, public testing::WithParamInterface<const char*> {};

TEST_P(GuestsTest, AnEchoAnswersARequest) {
  const auto component = built_guest(GetParam());
  if (!component) GTEST_SKIP() << "not built in this tree: " << GetParam();
  auto program = engine->compile(*component);
  ASSERT_TRUE(program.has_value()) << program.error().detail;
  auto guest =
      program.value()
          ->instantiate(
              {.our = "n.os@p:k:sys", .limits = {}, .temp_dir = {}, .host = &host, .waker = waker})
          .value();
  ASSERT_EQ(guest->poll(), Polled::kPending) << guest->failure() << guest->stderr_tail();
  GuestMessage request;
  request.source = host.address;
  request.request.has_expects = true;
  request.request.expects = 5;
  request.request.body = GuestBytes::of("\"hello\"");
  host.inbox.push_back(request);
  ASSERT_EQ(guest->poll(), Polled::kPending) << guest->failure() << guest->stderr_tail();
  EXPECT_THAT(host.calls, Contains(StartsWith("send-response")));
}

INSTANTIATE_TEST_SUITE_P(Languages, GuestsTest,
                         testing::Values("small_echo", "cpp_echo", "rust_echo"),
                         [](const auto& name) { return std::string(name.param); });

}  // namespace
}  // namespace kinode::wasm
