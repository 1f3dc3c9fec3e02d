// Answers and events of the vfs, byte for byte as the original writes them (io.md 8.3, 15.6).
#include <array>

#include "modules/vfs/vfs_messages.h"
#include "msg/json_writer.h"

namespace kinode::vfs {

namespace {

std::string_view name_of(FileType type) {
  switch (type) {
    case FileType::kFile:
      return "File";
    case FileType::kDirectory:
      return "Directory";
    case FileType::kSymlink:
      return "Symlink";
    case FileType::kOther:
      break;
  }
  return "Other";
}

void write_json(std::string& out, const Entry& entry) {
  msg::JsonObject(out).field("path", entry.path).field("file_type", name_of(entry.type)).close();
}

void write_entries(std::string& out, const std::vector<Entry>& entries) {
  out.push_back('[');
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i != 0) out.push_back(',');
    write_json(out, entries[i]);
  }
  out.push_back(']');
}

/// The kinds without texts, in the order of the kinds.
constexpr std::array<std::string_view, 8> kErrorNames{
    "NoWriteCap", "NoReadCap",  "AddCapFailed", "MalformedRequest",
    "NoBlob",     "ParseError", "IOError",      "UnzipError"};

std::string_view name_of(Change change) {
  switch (change) {
    case Change::kCreated:
      return "Created";
    case Change::kModified:
      return "Modified";
    case Change::kRemoved:
      return "Removed";
    case Change::kMissed:
      break;
  }
  return "Missed";
}

}  // namespace

std::string encode_ok() { return "\"Ok\""; }

std::string encode_read() { return "\"Read\""; }

std::string encode_read_dir(const std::vector<Entry>& entries) {
  std::string out;
  msg::JsonObject object(out);
  write_entries(object.key("ReadDir"), entries);
  object.close();
  return out;
}

std::string encode_page(const std::vector<Entry>& entries,
                        const std::optional<std::string>& token) {
  std::string out;
  msg::JsonObject object(out);
  msg::JsonObject page(object.key("ReadDirPage"));
  write_entries(page.key("entries"), entries);
  page.field("token", token).close();
  object.close();
  return out;
}

std::string encode_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 20);
  msg::write_json_variant(out, "ReadToString", text);
  return out;
}

std::string encode_offset(std::uint64_t new_offset, bool old_form) {
  std::string out;
  if (old_form) {
    msg::write_json_variant(out, "SeekFrom", new_offset);
    return out;
  }
  msg::write_json_struct(out, "SeekFrom", [&](auto& o) { o.field("new_offset", new_offset); });
  return out;
}

std::string encode_metadata(FileType type, std::uint64_t len) {
  std::string out;
  msg::write_json_struct(out, "Metadata",
                         [&](auto& o) { o.field("file_type", name_of(type)).field("len", len); });
  return out;
}

std::string encode_len(std::uint64_t len) {
  std::string out;
  msg::write_json_variant(out, "Len", len);
  return out;
}

std::string encode_hash(const std::array<std::uint8_t, 32>& hash) {
  std::string out;
  msg::JsonObject object(out);
  msg::append_json_bytes(object.key("Hash"), hash);
  object.close();
  return out;
}

std::string encode_error(const VfsError& error) {
  const std::string_view name = kErrorNames[static_cast<std::size_t>(error.kind)];
  std::string out;
  msg::JsonObject object(out);
  std::string& value = object.key("Err");
  if (error.kind == VfsError::Kind::kIoError) {
    msg::write_json_variant(value, name, error.text);
  } else if (error.kind == VfsError::Kind::kParseError) {
    msg::write_json_struct(
        value, name, [&](auto& o) { o.field("error", error.text).field("path", error.path); });
  } else {
    msg::append_json_string(value, name);
  }
  object.close();
  return out;
}

std::string encode_event(std::string_view path, Change change) {
  std::string out;
  msg::write_json_struct(out, "VfsEvent",
                         [&](auto& o) { o.field("path", path).field("change", name_of(change)); });
  return out;
}

}  // namespace kinode::vfs
