// Which program answers on which path (io.md 3.5, 3.6).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "modules/http_server/binding.h"
#include "modules/http_server/route_table.h"
#include "rt/mutex.h"

namespace kinode::http_server {

/// The path under which `owner` is reached when it binds `path`: its own prefix in front, one slash
/// at the end removed; the home page has no prefix.
std::string full_path(const msg::ProcessId& owner, std::string_view path);

/// The label of a host name under which the owner's package is served alone (io.md 3.14).
std::string secure_label(const msg::ProcessId& owner);

/// Whether a path belongs to the node itself or to another program, so that the home page may not
/// bind it (S16).
bool is_reserved_path(std::string_view full_path);

/// Both tables, of HTTP and of WebSockets. What a program has bound goes with it: its paths then
/// say for a while that it may be coming back, and are forgotten (D10, D12).
/// Thread: any.
class Bindings {
 public:
  enum class Table : std::uint8_t { kHttp, kSockets };

  /// Takes the place of whoever had the path. Error, kOverloaded: its owner has too many, or too
  /// much static content, or the path is too long.
  Status put(Table table, Binding binding, Instant now);

  /// Nothing answers under this path of `owner` any more, not even a more general pattern.
  Status unbind(Table table, const msg::ProcessId& owner, std::string_view path, Instant now);

  /// A run of the program has ended.
  void ended(const msg::ProcessId& owner, Instant now);

  /// `path` as it came, without query and without one slash at its end. If nothing has it, its
  /// first segment alone is looked for, which finds its owner's root.
  RouteMatch find_http(std::string_view path) const;

  /// The whole path only.
  RouteMatch find_socket(std::string_view path) const;

  /// The package that is served alone under this label of a host name; none: the label is nobody's.
  std::optional<msg::PackageId> package_of_label(std::string_view label) const;

  std::size_t size() const;

 private:
  using Place = std::pair<Table, std::string>;  // and a pattern
  struct Owned {
    std::map<Place, BindingRef> bindings;
    std::size_t content_bytes = 0;
  };
  struct Ended {
    Instant when;
    Table table;
    BindingRef binding;
  };

  RouteTable& routes(Table table) __attribute__((exclusive_locks_required(mutex_)));
  void forget(Table table, const BindingRef& binding)
      __attribute__((exclusive_locks_required(mutex_)));
  void forget_ended(Instant now) __attribute__((exclusive_locks_required(mutex_)));
  void count_label(const Binding& binding, bool add)
      __attribute__((exclusive_locks_required(mutex_)));

  mutable rt::Mutex mutex_;
  RouteTable http_ __attribute__((guarded_by(mutex_)));
  RouteTable sockets_ __attribute__((guarded_by(mutex_)));
  std::unordered_map<msg::ProcessId, Owned> owners_ __attribute__((guarded_by(mutex_)));
  std::deque<Ended> ended_ __attribute__((guarded_by(mutex_)));
  // Of secure bindings: how many there are, and whose.
  std::map<std::string, std::pair<std::size_t, msg::PackageId>, std::less<>> labels_
      __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::http_server
