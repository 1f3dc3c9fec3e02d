#include "store/safe_path.h"

#include <fmt/format.h>

#include "base/bytes.h"

namespace kinode::store {

namespace {
constexpr std::size_t kPathBytesMax = 4096;
constexpr std::size_t kPartBytesMax = 255;
}  // namespace

Result<SafePath> SafePath::parse(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return fail(Code::kInvalid, fmt::format("the path {} {}", printable(text.substr(0, 200)), why));
  };
  if (text.size() > kPathBytesMax) return refuse("is too long");
  if (text.starts_with('/')) return refuse("is absolute; give one relative to its package");
  if (text.find('\0') != std::string_view::npos) return refuse("has a NUL byte");
  if (text.find('\\') != std::string_view::npos)
    return refuse("has a backslash; parts are separated by /");
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.empty()) return refuse("is empty");
  std::string_view rest = text;
  for (;;) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (part.empty()) return refuse("has an empty part");
    if (part == "." || part == "..") return refuse("leaves its directory");
    if (part.size() > kPartBytesMax) return refuse("has a part longer than 255 bytes");
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  return SafePath(std::string(text));
}

}  // namespace kinode::store
