#include "kinode/vfs.h"

#include <algorithm>

#include "ask_vfs.h"
#include "kinode/json.h"

namespace kinode::vfs {

using kinode::detail::Answer;
using kinode::detail::check_text;
using kinode::detail::joined;
using kinode::detail::quoted;

namespace {

FileType type_of(std::string_view name) {
  if (name == "File") return FileType::kFile;
  if (name == "Directory") return FileType::kDirectory;
  return name == "Symlink" ? FileType::kSymlink : FileType::kOther;
}

struct RawEntry {
  std::string path;
  std::string file_type;
};
KINODE_JSON(RawEntry, path, file_type)

struct RawPage {
  std::vector<RawEntry> entries;
  std::optional<std::string> token;
};
KINODE_JSON(RawPage, entries, token)

struct RawMetadata {
  std::string file_type;
  uint64_t len = 0;
};
KINODE_JSON(RawMetadata, file_type, len)

struct RawEvent {
  std::string path;
  std::string change;
};
KINODE_JSON(RawEvent, path, change)

struct RawEvents {
  RawEvent VfsEvent;  // NOLINT(readability-identifier-naming): the name on the wire
};
KINODE_JSON(RawEvents, VfsEvent)

std::vector<Entry> entries_of(std::vector<RawEntry> raw) {
  std::vector<Entry> out;
  out.reserve(raw.size());
  for (auto& entry : raw) {
    out.push_back({"/" + std::move(entry.path), type_of(entry.file_type)});
  }
  return out;
}

/// What the answer of this name holds.
template <class T>
Result<T> value_of(const Result<Answer>& answer, std::string_view name) {
  if (!answer) return std::unexpected(answer.error());
  auto value = from_json<T>(answer->data());
  if (!answer->is(name) || !value) return answer->not_understood();
  return *std::move(value);
}

Status act_on_two(std::string_view action, std::string_view from, std::string_view to,
                  uint64_t seconds) {
  if (auto text = check_text("the new path", to); !text) return text;
  return act(from, joined("{\"", action, R"(":{"new_path":)", quoted(to), "}}"), seconds);
}

}  // namespace

Result<Answer> ask(std::string_view path, std::string_view action, uint64_t seconds,
                   std::optional<BytesArg> blob, std::string_view addition) {
  if (auto text = check_text("the path", path); !text) return std::unexpected(text.error());
  return kinode::detail::ask(
      {.module = kModule,
       .body = joined(R"({"path":)", quoted(path), R"(,"action":)", action, "}"),
       .blob = std::move(blob),
       .seconds = seconds,
       .addition = addition});
}

std::string Drive::at(std::string_view rest) const {
  return joined(path, rest.starts_with('/') ? "" : "/", rest);
}

Capability Drive::right(Access access) const {
  return {AddressView(our()->node, kModule),
          joined(R"({"kind":")", access == Access::kRead ? "read" : "write", R"(","drive":)",
                 quoted(path), "}")};
}

Result<Drive> create_drive(std::string_view name, uint64_t seconds) {
  return create_drive(our()->package_id(), name, seconds);
}

Result<Drive> create_drive(const PackageIdView& package, std::string_view name, uint64_t seconds) {
  Drive drive{joined("/", package.text(), "/", name)};
  if (name.empty() || name.contains('/')) {
    return kinode::detail::fail(
        ErrorKind::kInvalid,
        joined("'", name, "' is no name of a drive: it is one part of a path"));
  }
  if (auto made = act(drive.path, "\"CreateDrive\"", seconds); !made) {
    return std::unexpected(std::move(made.error()));
  }
  return drive;
}

Status create_dir(std::string_view path, uint64_t seconds) {
  return act(path, "\"CreateDir\"", seconds);
}
Status create_dir_all(std::string_view path, uint64_t seconds) {
  return act(path, "\"CreateDirAll\"", seconds);
}
Status remove_dir(std::string_view path, uint64_t seconds) {
  return act(path, "\"RemoveDir\"", seconds);
}
Status remove_dir_all(std::string_view path, uint64_t seconds) {
  return act(path, "\"RemoveDirAll\"", seconds);
}

Result<std::vector<Entry>> read_dir(std::string_view path, uint64_t seconds) {
  auto raw = value_of<std::vector<RawEntry>>(ask(path, "\"ReadDir\"", seconds), "ReadDir");
  if (!raw) return std::unexpected(std::move(raw.error()));
  return entries_of(*std::move(raw));
}

Result<DirPage> read_dir_page(std::string_view path, std::optional<std::string_view> next,
                              uint32_t most, uint64_t seconds) {
  const auto action = joined(R"({"ReadDirPage":{"token":)", next ? quoted(*next) : "null",
                             R"(,"limit":)", most, "}}");
  auto page = value_of<RawPage>(ask(path, action, seconds, {}, "ReadDirPage"), "ReadDirPage");
  if (!page) return std::unexpected(std::move(page.error()));
  return DirPage{entries_of(std::move(page->entries)), std::move(page->token)};
}

Status remove_file(std::string_view path, uint64_t seconds) {
  return act(path, "\"RemoveFile\"", seconds);
}
Status rename(std::string_view from, std::string_view to, uint64_t seconds) {
  return act_on_two("Rename", from, to, seconds);
}
Status copy(std::string_view from, std::string_view to, uint64_t seconds) {
  return act_on_two("CopyFile", from, to, seconds);
}

Result<Metadata> metadata(std::string_view path, uint64_t seconds) {
  const auto raw = value_of<RawMetadata>(ask(path, "\"Metadata\"", seconds), "Metadata");
  if (!raw) return std::unexpected(raw.error());
  return Metadata{type_of(raw->file_type), raw->len};
}

Result<bool> exists(std::string_view path, uint64_t seconds) {
  const auto there = metadata(path, seconds);
  if (there) return true;
  if (there.error().kind == ErrorKind::kNotFound) return false;
  return std::unexpected(there.error());
}

Result<uint64_t> size(std::string_view path, uint64_t seconds) {
  return value_of<uint64_t>(ask(path, "\"Len\"", seconds), "Len");
}

Result<std::array<uint8_t, 32>> hash(std::string_view path, uint64_t seconds) {
  const auto answer = ask(path, "\"Hash\"", seconds);
  if (!answer) return std::unexpected(answer.error());
  std::array<uint8_t, 32> hash;
  const auto bytes = JsonReader(answer->data()).bytes();
  if (!answer->is("Hash") || !bytes || bytes->size() != hash.size()) {
    return answer->not_understood();
  }
  std::ranges::copy(*bytes, hash.begin());
  return hash;
}

Status watch(std::string_view path, uint64_t seconds) {
  return act(path, "\"Watch\"", seconds, {}, "Watch");
}
Status unwatch(std::string_view path, uint64_t seconds) {
  return act(path, "\"Unwatch\"", seconds, {}, "Unwatch");
}

std::optional<Event> event(const Message& message) {
  if (!message.is_request() || !message.is_local() || !message.is_from(kModule)) {
    return std::nullopt;
  }
  auto raw = json_body<RawEvents>(message);
  if (!raw) return std::nullopt;
  const std::string_view change = raw->VfsEvent.change;
  return Event{std::move(raw->VfsEvent.path), change == "Created"    ? Change::kCreated
                                              : change == "Modified" ? Change::kModified
                                              : change == "Removed"  ? Change::kRemoved
                                                                     : Change::kMissed};
}

}  // namespace kinode::vfs
