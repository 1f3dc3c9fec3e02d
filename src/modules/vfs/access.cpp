#include "modules/vfs/access.h"

#include "msg/json.h"

namespace kinode::vfs {

Access::Access(const port::Port& port)
    : port_(port),
      self_{port.our_node(), msg::system_process("vfs")},
      root_(self_, "{\"root\":true}") {}

msg::Capability Access::drive_cap(std::string_view kind, const VfsPath& path) const {
  std::string params = "{\"kind\": \"";
  params += kind;
  params += "\", \"drive\": ";
  msg::append_json_string(params, path.drive());
  params += "}";
  return msg::Capability(self_, std::move(params));
}

bool Access::is_root(const msg::ProcessId& who) const {
  return msg::is_system_process(who, "kernel") || port_.has_capability(who, root_);
}

bool Access::owns(const msg::ProcessId& who, const VfsPath& path) const {
  return who.package == path.package().package && who.publisher == path.package().publisher;
}

bool Access::may_read(const msg::ProcessId& who, const VfsPath& path) const {
  return owns(who, path) || port_.has_capability(who, read_cap(path));
}

bool Access::may_write(const msg::ProcessId& who, const VfsPath& path) const {
  return owns(who, path) || port_.has_capability(who, write_cap(path));
}

std::optional<VfsError> Access::refuse(const msg::ProcessId& who, Kind kind, const VfsPath& path,
                                       const VfsPath* other) const {
  const bool reading = is_reading(kind);
  bool granted = false;
  if (kind == Kind::kCreateDrive) {
    granted = owns(who, path);
  } else if (reading) {
    granted = may_read(who, path);
  } else {
    granted = may_write(who, path) || (kind == Kind::kCopyFile && may_read(who, path));
  }
  if (granted && other != nullptr) granted = may_write(who, *other);
  if (granted || is_root(who)) return std::nullopt;
  return VfsError{reading ? VfsError::Kind::kNoReadCap : VfsError::Kind::kNoWriteCap, {}, {}};
}

bool is_reading(Kind kind) {
  switch (kind) {
    case Kind::kRead:
    case Kind::kReadDir:
    case Kind::kReadToEnd:
    case Kind::kReadExact:
    case Kind::kReadToString:
    case Kind::kSeek:
    case Kind::kMetadata:
    case Kind::kLen:
    case Kind::kHash:
    case Kind::kReadAt:
    case Kind::kReadDirPage:
    case Kind::kWatch:
    case Kind::kUnwatch:
      return true;
    default:
      return false;
  }
}

bool has_two_paths(Kind kind) { return kind == Kind::kRename || kind == Kind::kCopyFile; }

}  // namespace kinode::vfs
