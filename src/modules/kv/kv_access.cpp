#include "modules/kv/kv_access.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits.h"
#include "port/database_rights.h"

namespace kinode::kv {

namespace {

using Kind = KvError::Kind;

struct Needs {
  bool owner = false;
  bool read = false;
  bool write = false;
};

struct NeedsOf {
  Needs operator()(const action::Open&) const { return {.owner = true}; }
  Needs operator()(const action::RemoveDb&) const { return {.owner = true}; }
  Needs operator()(const action::Get&) const { return {.read = true}; }
  Needs operator()(const action::GetMany&) const { return {.read = true}; }
  Needs operator()(const action::Scan&) const { return {.read = true}; }
  Needs operator()(const action::Set&) const { return {.write = true}; }
  Needs operator()(const action::Delete&) const { return {.write = true}; }
  Needs operator()(const action::BeginTx&) const { return {.write = true}; }
  Needs operator()(const action::Commit&) const { return {.write = true}; }
  Needs operator()(const action::Abort&) const { return {.write = true}; }
  Needs operator()(const action::Backup&) const { return {.write = true}; }
  // Both show what is stored.
  Needs operator()(const action::GetForUpdate&) const { return {.read = true, .write = true}; }
  Needs operator()(const action::CompareAndSet&) const { return {.read = true, .write = true}; }
};

std::unexpected<KvError> refuse(Kind kind) { return std::unexpected(KvError{kind, {}, 0, {}, {}}); }

/// The longest key of an action.
struct KeyBytes {
  std::size_t operator()(const action::Scan& a) const {
    return std::max({a.prefix.size(), a.from ? a.from->size() : 0, a.after ? a.after->size() : 0});
  }
  std::size_t operator()(const action::GetMany& a) const {
    std::size_t most = 0;
    for (const auto& key : a.keys) most = std::max(most, key.size());
    return most;
  }
  std::size_t operator()(const auto& a) const {
    if constexpr (requires { a.key; }) {
      return a.key.size();
    } else {
      return 0;
    }
  }
};

}  // namespace

KvStatus check_access(const port::Port& port, const msg::Address& self,
                      const msg::ProcessId& source, const KvRequest& request, const KvSlot* known) {
  const Needs needs = std::visit(NeedsOf{}, request.action);
  const msg::DatabaseKey& key = request.database;
  if (needs.owner && source.package_id() != key.package) return refuse(Kind::kMismatchingPackageId);
  const auto has = [&](msg::DatabaseRight right) {
    return port::has_right(port, source, right, self, key, known ? &known->rights : nullptr);
  };
  if (needs.read && !has(msg::DatabaseRight::kRead)) return refuse(Kind::kNoReadCap);
  if (needs.write && !has(msg::DatabaseRight::kWrite)) return refuse(Kind::kNoWriteCap);
  return {};
}

KvStatus check_shape(const KvRequest& request, const msg::BlobRef& blob) {
  if (std::holds_alternative<action::Set>(request.action) && !blob) {
    return refuse(Kind::kMalformedRequest);
  }
  if (const std::size_t size = std::visit(KeyBytes{}, request.action);
      size > limits::kKvKeyBytesMax) {
    return std::unexpected(KvError::rocks_db(
        fmt::format("a key of {} bytes is too long: at most {}", size, limits::kKvKeyBytesMax),
        "Invalid"));
  }
  if (blob && blob->bytes.size() > limits::kKvValueBytesMax) {
    return std::unexpected(
        KvError::rocks_db(fmt::format("a value of {} bytes is too large: at "
                                      "most {}",
                                      blob->bytes.size(), limits::kKvValueBytesMax),
                          "Invalid"));
  }
  return {};
}

}  // namespace kinode::kv
