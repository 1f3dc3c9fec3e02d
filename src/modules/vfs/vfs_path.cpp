#include "modules/vfs/vfs_path.h"

#include <cerrno>
#include <vector>

#include "base/limits.h"

namespace kinode::vfs {

namespace {

std::optional<msg::PackageId> package_of(std::string_view part) {
  const std::size_t colon = part.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == part.size()) {
    return std::nullopt;
  }
  if (part.find(':', colon + 1) != std::string_view::npos) return std::nullopt;
  return msg::PackageId{std::string(part.substr(0, colon)), std::string(part.substr(colon + 1))};
}

/// The parts that are left when `.` and `..` are done; nothing when one leads above the root.
std::optional<std::vector<std::string_view>> normalised(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t slash = text.find('/');
    const std::string_view part = text.substr(0, slash);
    if (part == "..") {
      if (parts.empty()) return std::nullopt;
      parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    if (slash == std::string_view::npos) break;
    text.remove_prefix(slash + 1);
  }
  return parts;
}

}  // namespace

Io<VfsPath> VfsPath::parse(std::string_view text) {
  if (text.size() > limits::kVfsPathBytesMax) return io_error(ENAMETOOLONG);
  const auto malformed = [] { return refused(VfsError::Kind::kMalformedRequest); };
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.starts_with('\\')) text.remove_prefix(1);
  if (text.find('\0') != std::string_view::npos) return malformed();
  const auto parts = normalised(text);
  if (!parts || parts->size() < 2) return malformed();
  auto package = package_of(parts->front());
  if (!package) return malformed();
  VfsPath out;
  out.package_ = std::move(*package);
  for (std::size_t i = 0; i < parts->size(); ++i) {
    if (i > 0) out.text_.push_back('/');
    out.text_ += (*parts)[i];
    if (i == 1) out.drive_size_ = out.text_.size();
  }
  return out;
}

std::string_view VfsPath::drive_name() const {
  const std::string_view drive = drive_below_root();
  return drive.substr(drive.find('/') + 1);
}

std::string_view VfsPath::below_drive() const {
  if (is_drive()) return {};
  return std::string_view(text_).substr(drive_size_ + 1);
}

std::string_view VfsPath::name() const {
  return std::string_view(text_).substr(text_.rfind('/') + 1);
}

std::string_view VfsPath::parent_below_root() const {
  return std::string_view(text_).substr(0, text_.rfind('/'));
}

}  // namespace kinode::vfs
