// Typed key-value databases: keys and values are JSON, as the published libraries for Rust write
// them (io.md 12.8), so programs of both languages share a database.
//
//   const auto map = kv::Map<std::string, Birthday>::open("birthdays");
//   map->set("ann", {1990, 2, 3});
//   const auto day = map->find("ann");  // Result<std::optional<Birthday>>
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "kinode/json.h"
#include "kinode/kv.h"

namespace kinode::kv {

namespace detail {

/// A stored text as a T. Errors: kDamaged, with the place.
template <class T>
Result<T> stored(std::string_view text) {
  auto value = from_json<T>(text);
  if (value) return *std::move(value);
  return std::unexpected(
      Error{ErrorKind::kDamaged, "the stored value has another type: " + value.error()});
}

}  // namespace detail

/// A database whose keys and values are JSON of these types (kinode/json.h).
template <class Key, class Value>
class Map {
 public:
  /// As Database::open().
  static Result<Map> open(std::string_view name, const Options& options = {}) {
    auto bytes = Database::open(name, options);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    return Map(*std::move(bytes));
  }
  explicit Map(Database bytes) : bytes_(std::move(bytes)) {}

  /// Errors: kNotFound; kDamaged, if what is stored is no Value.
  Result<Value> get(const Key& key) const {
    const auto blob = bytes_.get(to_json(key));
    if (!blob) return std::unexpected(blob.error());
    return detail::stored<Value>(blob->bytes());
  }
  /// The same where a missing key is no error.
  Result<std::optional<Value>> find(const Key& key) const {
    const auto blob = bytes_.find(to_json(key));
    if (!blob) return std::unexpected(blob.error());
    if (!*blob) return std::nullopt;
    auto value = detail::stored<Value>((*blob)->bytes());
    if (!value) return std::unexpected(std::move(value.error()));
    return *std::move(value);
  }
  Status set(const Key& key, const Value& value) const {
    return bytes_.set(to_json(key), to_json(value));
  }
  Status erase(const Key& key) const { return bytes_.erase(to_json(key)); }

  /// The same as a part of `transaction`, one of this database.
  Status set(Transaction& transaction, const Key& key, const Value& value) const {
    return transaction.set(to_json(key), to_json(value));
  }
  Status erase(Transaction& transaction, const Key& key) const {
    return transaction.erase(to_json(key));
  }
  template <class Body>
  Status transaction(Body&& body) const {
    return bytes_.transaction(std::forward<Body>(body));
  }

  /// Addition: calls `each(const Key&, const Value&)` for each pair, in the order of the keys'
  /// JSON, until the end or until it returns false. Errors: kDamaged at the first pair of other
  /// types.
  template <class Each>
  Status scan(Each&& each) const {
    Status read;
    const auto one = [&](std::string_view key_text, std::string_view value_text) -> bool {
      const auto key = detail::stored<Key>(key_text);
      const auto value = detail::stored<Value>(value_text);
      if (!key || !value) {
        read = std::unexpected(key ? value.error() : key.error());
        return false;
      }
      if constexpr (std::is_void_v<decltype(each(*key, *value))>) {
        return each(*key, *value), true;
      } else {
        return bool(each(*key, *value));
      }
    };
    if (auto scanned = bytes_.scan({}, one); !scanned) return scanned;
    return read;
  }

  /// The same database as bytes.
  const Database& bytes() const { return bytes_; }

 private:
  Database bytes_;
};

}  // namespace kinode::kv
