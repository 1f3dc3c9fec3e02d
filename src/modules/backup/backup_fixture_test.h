// A home on disk, a repository in memory, and a clock that stands still.
#pragma once

#include <../tests/support/scratch.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "modules/backup/backup_writer.h"
#include "modules/backup/directory_part.h"
#include "modules/backup/memory_target_test.h"
#include "modules/backup/restore.h"
#include "modules/backup/verify.h"

namespace kinode::backup {

inline constexpr crypto::Argon2Cost kCheap{8, 1, 1};

/// Bytes that no compressor makes smaller.
inline std::string noise(std::size_t size, std::uint64_t seed) {
  std::string out(size, '\0');
  SeededRandom(seed).fill({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

class BackupTest : public ::testing::Test {
 protected:
  BackupTest() {
    std::filesystem::create_directory(scratch / "home");
    auto made = Repository::create(target, phrase(), random, kCheap);
    EXPECT_TRUE(made) << (made ? "" : made.error().detail);
    repository = std::move(*made);
  }

  static Secret phrase(std::string_view text = "correct horse") {
    return std::move(*Secret::passphrase(text));
  }

  std::string home(std::string_view name) const { return scratch / ("home/" + std::string(name)); }

  void write(std::string_view name, std::string_view content) const {
    std::filesystem::create_directories(std::filesystem::path(home(name)).parent_path());
    scratch.write("home/" + std::string(name), content);
  }

  BackupOptions options() {
    BackupOptions out;
    out.clock = &clock;
    out.random = &random;
    out.node = "demo.os";
    out.holder = "the test";
    out.workers = 2;
    return out;
  }

  Result<BackupReport> try_backup(Target& into, const BackupOptions& how) {
    auto opened = Repository::open(into, phrase());
    if (!opened) return std::unexpected(opened.error());
    auto part = DirectoryPart::open(scratch / "home");
    if (!part) return std::unexpected(part.error());
    port::FrozenPart* parts[] = {part->get()};
    clock.advance(std::chrono::seconds(1));
    return write_backup(**opened, parts, how);
  }
  Result<BackupReport> try_backup() { return try_backup(target, options()); }
  BackupReport backup() {
    auto report = try_backup();
    EXPECT_TRUE(report) << report.error().detail;
    return report ? *report : BackupReport{};
  }

  Result<RestoreReport> try_restore(std::string_view into) {
    auto snapshots = repository->snapshots();
    if (!snapshots) return std::unexpected(snapshots.error());
    if (snapshots->empty()) return fail(Code::kNotFound, "no snapshots");
    RestoreOptions how;
    how.clock = &clock;
    how.durable = false;
    return restore(*repository, snapshots->back(), scratch / into, how);
  }

  std::vector<std::string> findings() {
    auto report = verify(*repository, {});
    EXPECT_TRUE(report) << report.error().detail;
    return report ? report->findings : std::vector<std::string>{"error"};
  }

  /// Every entry below a directory, as text: kind, mode, time, content.
  static std::vector<std::string> tree(const std::string& root) {
    namespace fs = std::filesystem;
    std::vector<std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      struct stat info{};
      ::lstat(entry.path().c_str(), &info);
      std::string line = fs::path(entry.path()).lexically_relative(root).string();
      line += " " + std::to_string(info.st_mode);
      line +=
          " " + std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec);
      if (entry.is_symlink()) line += " -> " + fs::read_symlink(entry.path()).string();
      if (!entry.is_symlink() && entry.is_regular_file()) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(file), {}};
        line += " " + hex_encode(crypto::blake2b(as_bytes(content)));
      }
      out.push_back(line);
    }
    std::ranges::sort(out);
    return out;
  }

  support::Scratch scratch;
  ManualClock clock;
  SeededRandom random{7};
  MemoryTarget target;
  std::unique_ptr<Repository> repository;
};

}  // namespace kinode::backup
