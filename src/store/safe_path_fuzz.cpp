// Paths from archives and guests against a plain model, and against what the C++ library makes of
// them: what is accepted stands below its root, exactly where it says.
#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "store/safe_path.h"

namespace {

using namespace kinode;

bool model_safe(std::string_view text) {
  if (text.size() > 4096 || text.find_first_of(std::string_view("\\\0", 2)) != text.npos) {
    return false;
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  for (const auto& part : parts) {
    if (part.empty() || part == "." || part == ".." || part.size() > 255) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(ByteView(data, size));
  const auto path = store::SafePath::parse(text);
  KINODE_ASSERT(path.has_value() == model_safe(text));
  if (!path) {
    KINODE_ASSERT(!path.error().detail.empty());
    KINODE_ASSERT(is_utf8(as_bytes(path.error().detail)));
    return 0;
  }
  KINODE_ASSERT(text == path->text() || text == path->text() + "/");
  KINODE_ASSERT(store::SafePath::parse(path->text()) == *path);
  const std::filesystem::path below = std::filesystem::path("/root") / path->text();
  KINODE_ASSERT(below.lexically_normal() == below);
  KINODE_ASSERT(below.native() == "/root/" + path->text());
  return 0;
}
