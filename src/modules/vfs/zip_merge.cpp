#include "modules/vfs/zip_merge.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>

#include "base/limits.h"
#include "modules/vfs/file_io.h"

namespace kinode::vfs {

namespace {

constexpr std::string_view kCommit = ".commit";

/// `below` in `directory`; `below` comes from an archive's checked path.
Io<VfsPath> joined(const VfsPath& directory, std::string_view below) {
  return VfsPath::parse(fmt::format("{}/{}", directory.text(), below));
}

}  // namespace

/// Calls back with the paths of all directories, parents first, and with those of the files.
template <class OnDirectory, class OnFile>
Io<void> Merge::walk(OnDirectory on_directory, OnFile on_file) const {
  std::vector<std::string> waiting{""};
  while (!waiting.empty()) {
    const std::string below = std::move(waiting.back());
    waiting.pop_back();
    const std::string prefix = below.empty() ? "" : below + "/";
    auto children = children_of(staging_.directory(), below.empty() ? name_ : name_ + "/" + below);
    if (!children) return pass_on(children);
    for (const auto& child : *children) {
      Io<void> ok;
      if (child.type == FileType::kDirectory) {
        waiting.push_back(prefix + child.name);
        ok = on_directory(waiting.back());
      } else {
        ok = on_file(prefix + child.name);
      }
      if (!ok) return ok;
    }
  }
  return {};
}

Io<void> Merge::check(const VfsPath& target) const {
  const auto expect = [&](const std::string& below, bool directory) -> Io<void> {
    const auto path = joined(target, below);
    if (!path) return std::unexpected(path.error());
    const auto there = disk_.status(*path);
    if (!there) {
      if (there.error().number == ENOENT) return {};
      return std::unexpected(there.error());
    }
    if (S_ISDIR(there->st_mode) == directory) return {};
    return io_error(directory ? ENOTDIR : EISDIR);
  };
  return walk([&](const std::string& below) { return expect(below, true); },
              [&](const std::string& below) { return expect(below, false); });
}

Io<void> Merge::commit(const VfsPath& target) const {
  auto file = staging_.create();
  if (!file) return pass_on(file);
  auto ok = write_all(file->fd.get(), as_bytes(target.text()), 0);
  const std::string name = name_ + std::string(kCommit);
  if (ok && ::renameat(staging_.directory(), file->name.c_str(), staging_.directory(),
                       name.c_str()) != 0) {
    ok = io_error(errno);
  }
  if (!ok) staging_.discard(file->name);
  return ok;
}

Io<void> Merge::finish(const VfsPath& target, const DiskChange& change) const {
  auto ok = move_in(target, change);
  // Also when it failed: it would fail again at each start.
  staging_.discard(name_ + std::string(kCommit));
  return ok;
}

Io<void> Merge::move_in(const VfsPath& target, const DiskChange& change) const {
  const auto before = [&](int directory) { change.names(directory); };
  if (auto ok = disk_.make_directories(target, before); !ok) return ok;
  const auto make = [&](const std::string& below) -> Io<void> {
    const auto path = joined(target, below);
    if (!path) return std::unexpected(path.error());
    return disk_.make_directories(*path, before);
  };
  const auto move = [&](const std::string& below) -> Io<void> {
    const auto path = joined(target, below);
    if (!path) return std::unexpected(path.error());
    auto place = disk_.place_of(*path);
    if (!place) return pass_on(place);
    change.gone(*place);
    if (::renameat(staging_.directory(), (name_ + "/" + below).c_str(), place->directory.get(),
                   place->name.c_str()) != 0) {
      return io_error(errno);
    }
    return {};
  };
  return walk(make, move);
}

std::vector<std::string> finish_committed_merges(const Disk& disk, const Staging& staging) {
  std::vector<std::string> complaints;
  for (const auto& left : staging.left_behind()) {
    if (!left.ends_with(kCommit)) continue;
    const std::string name = left.substr(0, left.size() - kCommit.size());
    const Fd file(open_beneath(staging.directory(), left, O_RDONLY, 0,
                               RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS));
    const auto text = read_range(file.get(), 0, limits::kVfsPathBytesMax);
    const auto target = text ? VfsPath::parse(text->text()) : std::unexpected(text.error());
    auto done = target ? Merge(disk, staging, name).finish(*target, DiskChange())
                       : Io<void>(std::unexpected(target.error()));
    if (!done) {
      complaints.push_back(
          fmt::format("an archive that was being unpacked is incomplete: {}", done.error().text));
    }
  }
  return complaints;
}

}  // namespace kinode::vfs
