// Small files of a home as they stood at one instant.
#include "port/frozen_files.h"

#include <../tests/support/scratch.h>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <map>

namespace kinode::port {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

std::map<std::string, std::string> contents(FrozenPart& part) {
  std::map<std::string, std::string> out;
  EXPECT_TRUE(part.walk([&](const FrozenEntry& entry) -> Status {
    std::string& text = out[entry.path];
    if (entry.kind == FrozenEntry::Kind::kDirectory) text = "/";
    if (entry.kind == FrozenEntry::Kind::kLink) text = "->" + entry.target;
    if (entry.kind != FrozenEntry::Kind::kFile) return {};
    auto content = part.open(entry);
    if (!content) return std::unexpected(content.error());
    text.resize(entry.size);
    EXPECT_EQ((*content)->read(0, std::as_writable_bytes(std::span(text))).value(), entry.size);
    return {};
  }));
  return out;
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

TEST(HomeFiles, AreThoseOfTheInstantWhateverHappensToThem) {
  const support::Scratch home;
  const std::string log(100'000, 'l');
  std::filesystem::create_directory(home / "logs");
  std::filesystem::create_directory(home / "kernel");
  write(home / "keys", "secret");
  write(home / "logs/one", log);
  write(home / "kernel/left", "out");
  std::filesystem::create_symlink("keys", home / "link");
  HomeFiles files(home / "", {"kernel"});
  const auto part = files.freeze().value();
  write(home / "keys", "other");
  std::ofstream(home / "logs/one", std::ios::app) << "more";
  std::filesystem::rename(home / "logs/one", home / "logs/two");
  EXPECT_THAT(contents(*part), UnorderedElementsAre(Pair("keys", "secret"), Pair("logs", "/"),
                                                    Pair("logs/one", log), Pair("link", "->keys")));
}

}  // namespace
}  // namespace kinode::port
