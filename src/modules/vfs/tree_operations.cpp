// What makes, moves and lists names (io.md 8.3).
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <limits>
#include <linux/openat2.h>
#include <unistd.h>

#include "base/limits.h"
#include "modules/vfs/file_io.h"

namespace kinode::vfs {

namespace {

using List = std::unique_ptr<DIR, int (*)(DIR*)>;

Io<List> list_of(Io<Fd> directory) {
  if (!directory) return pass_on(directory);
  List list(::fdopendir(directory->get()), ::closedir);
  if (!list) return io_error(errno);
  directory->release();
  return list;
}

FileType type_of_entry(const DIR* list, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG:
      return FileType::kFile;
    case DT_DIR:
      return FileType::kDirectory;
    case DT_LNK:
      return FileType::kSymlink;
    case DT_UNKNOWN: {
      struct stat info{};
      const int fd = ::dirfd(const_cast<DIR*>(list));
      if (::fstatat(fd, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) return FileType::kOther;
      return type_of(info.st_mode);
    }
    default:
      return FileType::kOther;
  }
}

struct Page {
  std::vector<Entry> entries;
  std::optional<std::string> token;  // none: this was the last
};

/// Up to `most` entries after `token`; `prefix` goes in front of each name.
Io<Page> read_entries(const List& list, const std::string& prefix,
                      const std::optional<std::string>& token, std::size_t most) {
  long at = 0;
  if (token) {
    const char* end = token->data() + token->size();
    const auto read = std::from_chars(token->data(), end, at);
    if (read.ec != std::errc() || read.ptr != end || at < 0) {
      return refused(VfsError::Kind::kMalformedRequest);
    }
    ::seekdir(list.get(), at);
  }
  Page page;
  std::size_t bytes = 0;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(list.get());
    if (entry == nullptr) {
      if (errno != 0) return io_error(errno);
      return page;
    }
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    // Of the root only packages are shown.
    if (prefix.empty() && name.find(':') == std::string_view::npos) continue;
    if (page.entries.size() == most) {
      page.token = std::to_string(at);
      return page;
    }
    at = entry->d_off;
    page.entries.push_back({prefix + entry->d_name, type_of_entry(list.get(), *entry)});
    bytes += page.entries.back().path.size() + 40;
    if (bytes > limits::kVfsListingBytesMax) {
      return io_error("these are too many entries for one message: list them in pages");
    }
  }
}

Outcome read_dir(const Tools& tools, const Order& order) {
  auto list = list_of(tools.disk.open_directory(order.path));
  if (!list) return pass_on(list);
  auto page = read_entries(*list, order.path.below_root() + "/", std::nullopt,
                           std::numeric_limits<std::size_t>::max());
  if (!page) return pass_on(page);
  return Reply{encode_read_dir(page->entries), nullptr};
}

Outcome read_page(const Tools& tools, const Order& order) {
  const std::uint64_t most = order.action.length;
  if (most == 0 || most > limits::kVfsPageEntriesMax) {
    return io_error("a page has from 1 to " + std::to_string(limits::kVfsPageEntriesMax) +
                    " entries");
  }
  auto list = list_of(tools.disk.open_directory(order.path));
  if (!list) return pass_on(list);
  auto page = read_entries(*list, order.path.below_root() + "/", order.action.token, most);
  if (!page) return pass_on(page);
  return Reply{encode_page(page->entries, page->token), nullptr};
}

Outcome done(Io<void> outcome) {
  if (!outcome) return pass_on(outcome);
  return ok_reply();
}

Outcome remove_dir(const Tools& tools, const Order& order) {
  auto place = tools.disk.place_of(order.path);
  if (!place) return pass_on(place);
  {
    const DiskChange change = tools.keeper.begin();
    change.gone(*place);
    if (::unlinkat(place->directory.get(), place->name.c_str(), AT_REMOVEDIR) != 0) {
      return io_error(errno);
    }
  }
  tools.open.forget_below(order.path);
  return done(settle_names(tools, place->directory.get()));
}

Outcome rename_path(const Tools& tools, const Order& order) {
  auto from = tools.disk.place_of(order.path);
  if (!from) return pass_on(from);
  auto to = tools.disk.place_of(*order.other);
  if (!to) return pass_on(to);
  // A drive takes the place of a drive only: no file may be one.
  if (order.other->is_drive() && !order.path.is_drive()) {
    const auto info = tools.disk.status(order.path);
    if (!info) return std::unexpected(info.error());
    if (!S_ISDIR(info->st_mode)) return io_error(EISDIR);
  }
  {
    const DiskChange change = tools.keeper.begin();
    change.moved(*from);
    change.gone(*to);
    if (::renameat(from->directory.get(), from->name.c_str(), to->directory.get(),
                   to->name.c_str()) != 0) {
      return io_error(errno);
    }
  }
  if (order.path != *order.other) {
    tools.open.forget_below(order.path);
    tools.open.forget_below(*order.other);
  }
  auto ok = settle_names(tools, to->directory.get());
  if (ok) ok = settle_names(tools, from->directory.get());
  return done(std::move(ok));
}

/// Also the names of the directories above, which may be new.
Outcome made(const Tools& tools, const VfsPath& path, Io<void> outcome) {
  if (!outcome) return pass_on(outcome);
  if (tools.durability == store::Durability::kProcess) return ok_reply();
  for (std::string_view parent = path.parent_below_root(); !parent.empty();) {
    const Fd directory(open_beneath(tools.disk.root(), std::string(parent), O_PATH | O_DIRECTORY, 0,
                                    RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS));
    if (!directory.ok()) return io_error(-directory.get());
    if (auto ok = settle_names(tools, directory.get()); !ok) return pass_on(ok);
    const std::size_t slash = parent.rfind('/');
    parent = slash == std::string_view::npos ? std::string_view() : parent.substr(0, slash);
  }
  return done(settle_names(tools, tools.disk.root()));
}

Outcome make(const Tools& tools, const VfsPath& path,
             Io<void> (Disk::*how)(const VfsPath&, const Disk::Before&) const) {
  const auto now = [&] {
    const DiskChange change = tools.keeper.begin();
    return (tools.disk.*how)(path, [&](int directory) { change.names(directory); });
  };
  return made(tools, path, now());
}

Outcome create_drive(const Tools& tools, const Order& order) {
  auto drive = VfsPath::parse(order.path.drive());
  if (!drive) return pass_on(drive);
  return make(tools, *drive, &Disk::make_directories);
}

}  // namespace

Outcome operate_on_tree(const Tools& tools, const Order& order) {
  switch (order.action.kind) {
    case Kind::kCreateDrive:
      return create_drive(tools, order);
    case Kind::kCreateDir:
      return make(tools, order.path, &Disk::make_directory);
    case Kind::kCreateDirAll:
      return make(tools, order.path, &Disk::make_directories);
    case Kind::kReadDir:
      return read_dir(tools, order);
    case Kind::kReadDirPage:
      return read_page(tools, order);
    case Kind::kRemoveDir:
      return remove_dir(tools, order);
    default:
      return rename_path(tools, order);
  }
}

Outcome list_packages(const Tools& tools) {
  auto list = list_of(tools.disk.open_root());
  if (!list) return pass_on(list);
  auto page = read_entries(*list, "", std::nullopt, std::numeric_limits<std::size_t>::max());
  if (!page) return pass_on(page);
  return Reply{encode_read_dir(page->entries), nullptr};
}

}  // namespace kinode::vfs
