// A vfs module over a directory of the test's own; everything runs when a test asks for an answer.
#pragma once

#include <../tests/support/fake_port.h>
#include <../tests/support/scratch.h>
#include <filesystem>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "modules/vfs/vfs_module.h"

namespace kinode::vfs {

/// An answer: its body, and the bytes of its blob or "-".
struct Answer {
  std::string body;
  std::string blob = "-";
  bool operator==(const Answer&) const = default;
};
inline void PrintTo(const Answer& answer, std::ostream* out) {
  *out << answer.body << " with " << answer.blob;
}

inline constexpr std::string_view kNotThere =
    R"~({"Err":{"IOError":"No such file or directory (os error 2)"}})~";
inline std::string io_text(std::string_view text) {
  return fmt::format(R"({{"Err":{{"IOError":"{}"}}}})", text);
}

class VfsTest : public testing::Test {
 protected:
  VfsTest()
      : vfs(std::make_unique<VfsModule>(scratch / "vfs", store::Durability::kProcess, &gate)) {
    EXPECT_TRUE(vfs->start(port));
    port.executor().run_until_idle();
    port.sent.clear();
  }
  ~VfsTest() override { vfs->stop(); }

  /// A request as a process sends it; nothing runs yet.
  void send(std::string_view body, std::optional<std::string_view> blob = std::nullopt,
            std::string_view process = "m:p:n.os") {
    auto envelope = support::request("a.os@" + std::string(process), "a.os@vfs:distro:sys", body);
    if (blob) {
      auto carried = std::make_shared<msg::Blob>();
      carried->bytes = Bytes::copy(*blob);
      envelope->blob = std::move(carried);
    }
    vfs->handle(std::move(envelope));
  }

  /// Everything that was sent since the last look, after all work is done.
  std::vector<Answer> answers() {
    port.executor().run_until_idle();
    std::vector<Answer> out;
    for (const auto& envelope : std::exchange(port.sent, {})) {
      if (envelope->response() == nullptr) continue;
      Answer answer{std::string(envelope->response()->body.text())};
      if (envelope->blob) answer.blob = envelope->blob->bytes.text();
      out.push_back(std::move(answer));
    }
    return out;
  }

  Answer ask(std::string_view body, std::optional<std::string_view> blob = std::nullopt,
             std::string_view process = "m:p:n.os") {
    send(body, blob, process);
    auto all = answers();
    EXPECT_EQ(all.size(), 1u) << body;
    return all.empty() ? Answer{} : all.back();
  }

  static std::string body(std::string_view path, std::string_view action) {
    return fmt::format(
        R"({{"path":"{}","action":{}}})", path,
        action.starts_with('{') ? std::string(action) : fmt::format("\"{}\"", action));
  }
  /// The body of the answer to one action; names are given bare, others as JSON.
  std::string act(std::string_view path, std::string_view action,
                  std::optional<std::string_view> blob = std::nullopt,
                  std::string_view process = "m:p:n.os") {
    return ask(body(path, action), blob, process).body;
  }
  /// The blob of the answer, or its body when it has none.
  std::string read(std::string_view path, std::string_view action = "Read",
                   std::string_view process = "m:p:n.os") {
    const Answer answer = ask(body(path, action), std::nullopt, process);
    return answer.body == "\"Read\"" ? answer.blob : answer.body;
  }

  void create_drive() { ASSERT_EQ(act("/p:n.os/d", "CreateDrive"), "\"Ok\""); }

  /// On disk, below the drive /p:n.os/d.
  std::string on_disk(std::string_view name) const {
    return scratch / ("vfs/p:n.os/d/" + std::string(name));
  }

  void grant(std::string_view process, std::string_view params) {
    port.capabilities.emplace(
        msg::ProcessId::parse(process).value(),
        msg::Capability(msg::Address::parse("a.os@vfs:distro:sys").value(), std::string(params)));
  }

  /// A node that ended without a word, and begins again on the same disk.
  void crash_and_start() {
    vfs = std::make_unique<VfsModule>(scratch / "vfs", store::Durability::kProcess, &gate);
    EXPECT_TRUE(vfs->start(port));
    port.executor().run_until_idle();
    port.sent.clear();
  }

  support::Scratch scratch;
  support::FakePort port;
  store::WriteGate gate;
  std::unique_ptr<VfsModule> vfs;
};

}  // namespace kinode::vfs
