#include "modules/vfs/vfs_messages.h"

#include <algorithm>

#include "msg/json_reader.h"
#include "msg/json_writer.h"

namespace kinode::vfs {

namespace {

using msg::Json;
using msg::StructReader;

/// The names, in the order of the kinds.
constexpr std::array<std::string_view, kKinds> kNames{
    "CreateDrive",  "CreateDir", "CreateDirAll", "CreateFile", "OpenFile",    "CloseFile",
    "Write",        "WriteAll",  "Append",       "SyncAll",    "Read",        "ReadDir",
    "ReadToEnd",    "ReadExact", "ReadToString", "Seek",       "RemoveFile",  "RemoveDir",
    "RemoveDirAll", "Rename",    "CopyFile",     "Metadata",   "Len",         "SetLen",
    "Hash",         "AddZip",    "ReadAt",       "WriteAt",    "ReadDirPage", "Watch",
    "Unwatch"};

std::string_view name_of(Kind kind) { return kNames[static_cast<std::size_t>(kind)]; }

Status read_seek(const Json& value, VfsAction& out) {
  auto variant = msg::read_json_variant(value, "a place to seek from");
  if (!variant) return std::unexpected(std::move(variant.error()));
  auto data = variant->data();
  if (!data) return std::unexpected(std::move(data.error()));
  if (variant->name == "seek_from" && !out.old_form) {
    out.old_form = true;
    return read_seek(**data, out);
  }
  if (variant->name == "Start") {
    out.from = SeekFrom::kStart;
    return read_json(**data, out.offset);
  }
  if (variant->name != "End" && variant->name != "Current") {
    return msg::unknown_variant(*variant, "one of `Start`, `End`, `Current`");
  }
  out.from = variant->name == "End" ? SeekFrom::kEnd : SeekFrom::kCurrent;
  return read_json(**data, out.delta);
}

Status read_length(const Json& value, VfsAction& out) {
  if (value.unsigned_integer() != nullptr) {
    out.old_form = true;
    return read_json(value, out.length);
  }
  StructReader in(value, "ReadExact", 1);
  in.field("length", out.length);
  return std::move(in).finish();
}

/// What stands beside the name of the action.
Status read_data(const Json& value, VfsAction& out) {
  if (out.kind == Kind::kSeek) return read_seek(value, out);
  if (out.kind == Kind::kSetLen) return read_json(value, out.length);
  if (out.kind == Kind::kReadExact) return read_length(value, out);
  const bool two = out.kind == Kind::kReadAt || out.kind == Kind::kReadDirPage;
  StructReader in(value, name_of(out.kind), two ? 2 : 1);
  switch (out.kind) {
    case Kind::kOpenFile:
      in.field("create", out.create);
      break;
    case Kind::kReadAt:
      in.field("offset", out.offset);
      in.field("length", out.length);
      break;
    case Kind::kWriteAt:
      in.field("offset", out.offset);
      break;
    case Kind::kReadDirPage:
      in.field("token", out.token);
      in.field("limit", out.length);
      break;
    default:  // Rename, CopyFile
      in.field("new_path", out.new_path);
  }
  return std::move(in).finish();
}

bool is_bare(Kind kind) {
  switch (kind) {
    case Kind::kOpenFile:
    case Kind::kReadExact:
    case Kind::kSeek:
    case Kind::kRename:
    case Kind::kCopyFile:
    case Kind::kSetLen:
    case Kind::kReadAt:
    case Kind::kWriteAt:
    case Kind::kReadDirPage:
      return false;
    default:
      return true;
  }
}

Status read_action(const Json& value, VfsAction& out) {
  auto variant = msg::read_json_variant(value, "an action");
  if (!variant) return std::unexpected(std::move(variant.error()));
  const auto* name = std::ranges::find(kNames, variant->name);
  if (name == kNames.end()) return msg::unknown_variant(*variant, "an action of the vfs");
  out.kind = static_cast<Kind>(name - kNames.begin());
  if (is_bare(out.kind)) return variant->unit();
  auto data = variant->data();
  if (!data) return std::unexpected(std::move(data.error()));
  auto read = read_data(**data, out);
  if (!read) return fail_in(*name, std::move(read.error()));
  return {};
}

void write_seek(std::string& out, const VfsAction& action) {
  msg::JsonObject object(out);
  std::string& to = object.key("Seek");
  std::string from;
  switch (action.from) {
    case SeekFrom::kStart:
      msg::write_json_variant(from, "Start", action.offset);
      break;
    case SeekFrom::kEnd:
      msg::write_json_variant(from, "End", action.delta);
      break;
    case SeekFrom::kCurrent:
      msg::write_json_variant(from, "Current", action.delta);
      break;
  }
  if (action.old_form) {
    msg::JsonObject(to).key("seek_from") += from + "}";
  } else {
    to += from;
  }
  object.close();
}

void write_fields(msg::JsonObject& in, const VfsAction& action) {
  switch (action.kind) {
    case Kind::kOpenFile:
      in.field("create", action.create);
      break;
    case Kind::kReadExact:
      in.field("length", action.length);
      break;
    case Kind::kReadAt:
      in.field("offset", action.offset).field("length", action.length);
      break;
    case Kind::kWriteAt:
      in.field("offset", action.offset);
      break;
    case Kind::kReadDirPage:
      in.field("token", action.token).field("limit", action.length);
      break;
    default:
      in.field("new_path", action.new_path);
  }
}

void write_action(std::string& out, const VfsAction& action) {
  const std::string_view name = name_of(action.kind);
  if (is_bare(action.kind)) return msg::append_json_string(out, name);
  if (action.kind == Kind::kSeek) return write_seek(out, action);
  if (action.kind == Kind::kSetLen || (action.kind == Kind::kReadExact && action.old_form)) {
    return msg::write_json_variant(out, name, action.length);
  }
  msg::JsonObject object(out);
  msg::JsonObject fields(object.key(name));
  write_fields(fields, action);
  fields.close();
  object.close();
}

}  // namespace

Result<VfsRequest> decode_vfs_request(ByteView body) {
  auto tree = Json::parse(body);
  if (!tree) return fail_in("vfs request", std::move(tree.error()));
  VfsRequest out;
  StructReader in(*tree, "VfsRequest", 2);
  in.field("path", out.path);
  in.field_with("action", [&](const Json& value) { return read_action(value, out.action); });
  if (auto ok = std::move(in).finish(); !ok) return fail_in("vfs request", std::move(ok.error()));
  return out;
}

std::string encode_vfs_request(const VfsRequest& request) {
  std::string out;
  msg::JsonObject object(out);
  object.field("path", request.path);
  write_action(object.key("action"), request.action);
  object.close();
  return out;
}

}  // namespace kinode::vfs
