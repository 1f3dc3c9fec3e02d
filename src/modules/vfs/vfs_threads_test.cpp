// Files on real threads.
#include <../tests/support/asking_port.h>
#include <../tests/support/scratch.h>
#include <../tests/support/zip_writer.h>
#include <atomic>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <thread>

#include "modules/vfs/vfs_module.h"

namespace kinode::vfs {
namespace {

class VfsOnThreads : public testing::Test {
 protected:
  VfsOnThreads() : vfs(scratch / "vfs") {
    EXPECT_TRUE(vfs.start(port));
    EXPECT_EQ(act("m", "/p:n.os/d", "CreateDrive"), R"("Ok")");
  }
  ~VfsOnThreads() override { port.stop(vfs); }

  support::AskingPort::Answer ask(const std::string& process, const std::string& path,
                                  const std::string& action, std::optional<std::string> blob = {}) {
    return port.ask(vfs, process + ":p:n.os",
                    fmt::format(R"({{"path":"{}","action":"{}"}})", path, action), std::move(blob));
  }
  std::string act(const std::string& process, const std::string& path, const std::string& action,
                  std::optional<std::string> blob = {}) {
    return ask(process, path, action, std::move(blob)).body;
  }

  const support::Scratch scratch;
  support::AskingPort port;
  VfsModule vfs;
};

TEST_F(VfsOnThreads, NobodySeesAnArchiveHalfInItsPlace) {
  constexpr int kFiles = 40;
  const auto zip = [](int version) {
    support::ZipWriter out;
    for (int i = 0; i < kFiles; ++i) out.file(fmt::format("f{}", i), std::to_string(version));
    return out.text();
  };
  ASSERT_EQ(act("m", "/p:n.os/d", "AddZip", zip(1)), R"("Ok")");
  std::atomic<bool> done = false;
  const auto read = [&] {
    for (unsigned n = 0; !done; ++n) {
      // What was seen of one file is seen of all that are looked at later.
      const int first = std::stoi(ask("r", fmt::format("/p:n.os/d/f{}", n % kFiles), "Read").blob);
      const int then =
          std::stoi(ask("r", fmt::format("/p:n.os/d/f{}", n * 7 % kFiles), "Read").blob);
      EXPECT_GE(then, first);
    }
  };
  std::jthread one(read);
  std::jthread two(read);
  for (int version = 2; version <= 15; ++version) {
    EXPECT_EQ(act("m", "/p:n.os/d", "AddZip", zip(version)), R"("Ok")");
  }
  done = true;
}

TEST_F(VfsOnThreads, ManyAtOnceKeepTheirFilesApartAndAppendToOne) {
  constexpr int kRounds = 40;
  EXPECT_EQ(act("m", "/p:n.os/d/log", "CreateFile"), R"("Ok")");
  {
    std::vector<std::jthread> processes;
    processes.reserve(4);
    for (int p = 0; p < 4; ++p) {
      processes.emplace_back([this, p] {
        const std::string name = fmt::format("m{}", p);
        for (int round = 0; round < kRounds; ++round) {
          const std::string path = fmt::format("/p:n.os/d/{}", name);
          const std::string content = fmt::format("{} {}", name, round);
          EXPECT_EQ(act(name, path, "Write", content), R"("Ok")");
          EXPECT_EQ(ask(name, path, "Read").blob, content);
          EXPECT_EQ(act(name, "/p:n.os/d/log", "Append", "12345678"), R"("Ok")");
          if (round % 10 == 9) vfs.process_ended(msg::ProcessId::parse(name + ":p:n.os").value());
        }
      });
    }
  }
  EXPECT_EQ(act("m", "/p:n.os/d/log", "Len"), fmt::format(R"({{"Len":{}}})", 4 * 8 * kRounds));
}

}  // namespace
}  // namespace kinode::vfs
