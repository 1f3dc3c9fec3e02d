// Ids as text against a plain model: split at every separator, count, look for empty parts.
#include <cstdint>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "msg/address.h"

namespace {

using namespace kinode;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  return parts;
}

bool all_there(const std::vector<std::string>& parts, std::size_t count) {
  if (parts.size() != count) return false;
  for (const std::string& part : parts) {
    if (part.empty()) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(as_text(ByteView(data, size)));
  const bool fits = size <= limits::kAddressTextBytesMax;

  const auto process = msg::ProcessId::parse(text);
  KINODE_ASSERT(process.has_value() == (fits && all_there(split(text, ':'), 3)));
  if (process) KINODE_ASSERT(process->text() == text);

  const auto package = msg::PackageId::parse(text);
  KINODE_ASSERT(package.has_value() == (fits && all_there(split(text, ':'), 2)));
  if (package) KINODE_ASSERT(package->text() == text);

  const auto at = split(text, '@');
  const bool is_address = fits && all_there(at, 2) && all_there(split(at[1], ':'), 3);
  const auto address = msg::Address::parse(text);
  KINODE_ASSERT(address.has_value() == is_address);
  if (address) {
    KINODE_ASSERT(address->text() == text);
    const bool safe = msg::is_kimap_safe_node(address->node) &&
                      msg::is_kimap_safe_name(address->process.process) &&
                      msg::is_kimap_safe_name(address->process.package) &&
                      msg::is_kimap_safe_node(address->process.publisher);
    KINODE_ASSERT(msg::check_kimap_safe(*address).has_value() == safe);
  }
  return 0;
}
