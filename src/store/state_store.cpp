#include "store/state_store.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace kinode::store {

namespace {

Status check_size(ByteView value) {
  if (value.size() <= limits::kStateBytesMax) return {};
  return fail(Code::kOverloaded,
              fmt::format("a state of {} bytes is too large, {} are allowed: keep large "
                          "data in files",
                          value.size(), limits::kStateBytesMax));
}

}  // namespace

Result<std::optional<Bytes>> StateStore::get(const msg::ProcessId& process) const {
  return kv_.get(process.text());
}

Status StateStore::set(const msg::ProcessId& process, ByteView value) {
  if (auto ok = check_size(value); !ok) return ok;
  return kv_.put(process.text(), value, durability_);
}

Status StateStore::try_set(const msg::ProcessId& process, ByteView value) {
  if (auto ok = check_size(value); !ok) return ok;
  if (durability_ == Durability::kPower) {
    return fail(Code::kOverloaded, "a synced write waits for the disk");
  }
  return kv_.try_put(process.text(), value);
}

Status StateStore::clear(const msg::ProcessId& process) {
  return kv_.erase(process.text(), durability_);
}

}  // namespace kinode::store
