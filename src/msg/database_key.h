// The databases of packages: their names, and the capabilities for them (io.md 2.4, 9.2, 10.2).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

#include "msg/capability.h"

namespace kinode::msg {

/// A database of the kv or the sqlite module.
struct DatabaseKey {
  PackageId package;
  std::string db;

  /// `package:publisher/db`, for people.
  std::string text() const { return package.text() + "/" + db; }
  auto operator<=>(const DatabaseKey&) const = default;
};

enum class DatabaseRight : std::uint8_t { kRead, kWrite };

/// `[{"package_name":..,"publisher_node":..},"db"]`
void write_json(std::string& out, const DatabaseKey& key);

/// The right as `issuer` (the module that keeps the database) grants it:
/// `{"kind":"read","db_key":[{"package_name":..,"publisher_node":..},"db"]}`.
Capability database_capability(const Address& issuer, DatabaseRight right, const DatabaseKey& key);

/// Both rights to a database of `issuer`.
struct DatabaseRights {
  DatabaseRights(const Address& issuer, const DatabaseKey& key)
      : read(database_capability(issuer, DatabaseRight::kRead, key)),
        write(database_capability(issuer, DatabaseRight::kWrite, key)) {}

  const Capability read;
  const Capability write;

  const Capability& of(DatabaseRight right) const {
    return right == DatabaseRight::kRead ? read : write;
  }
};

}  // namespace kinode::msg

template <>
struct std::hash<kinode::msg::DatabaseKey> {
  std::size_t operator()(const kinode::msg::DatabaseKey& key) const noexcept {
    const std::hash<std::string_view> h;
    std::size_t v = h(key.package.package);
    v = v * 0x9e3779b97f4a7c15u + h(key.package.publisher);
    return v * 0x9e3779b97f4a7c15u + h(key.db);
  }
};
