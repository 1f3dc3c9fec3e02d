#include "modules/backup/target.h"

namespace kinode::backup {

namespace {
constexpr std::size_t kNameBytesMax = 200;
}

bool is_object_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) return false;
  char before = '/';
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && (c != '/' || before == '/')) return false;
    before = c;
  }
  return before != '/';
}

}  // namespace kinode::backup
