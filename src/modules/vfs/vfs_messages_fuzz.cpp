// What programs ask the vfs: refused with a reason, or the same after a round trip; and the paths
// in it, which never leave the root.
#include <cstdint>

#include "base/assert.h"
#include "modules/vfs/vfs_messages.h"
#include "modules/vfs/vfs_path.h"
#include "port/fd_share.h"

namespace {

void check_path(std::string_view text) {
  using namespace kinode;
  const auto path = vfs::VfsPath::parse(text);
  if (!path) return;
  const auto again = vfs::VfsPath::parse(path->text());
  KINODE_ASSERT(again && *again == *path);
  KINODE_ASSERT(!path->below_root().starts_with('/'));
  for (std::string_view rest = path->below_root(); !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    KINODE_ASSERT(!part.empty() && part != "." && part != "..");
    KINODE_ASSERT(part.find('\0') == std::string_view::npos);
    rest.remove_prefix(part.size() == rest.size() ? part.size() : part.size() + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  check_path(as_text({data, size}));
  if (const auto limit = port::decode_fds_limit({data, size}); !limit) {
    KINODE_ASSERT(!limit.error().detail.empty());
  }
  const auto request = vfs::decode_vfs_request({data, size});
  if (!request) {
    KINODE_ASSERT(!request.error().detail.empty());
    return 0;
  }
  const auto again = vfs::decode_vfs_request(as_bytes(vfs::encode_vfs_request(*request)));
  KINODE_ASSERT(again && *again == *request);
  check_path(request->path);
  check_path(request->action.new_path);
  return 0;
}
