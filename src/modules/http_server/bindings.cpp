#include "modules/http_server/bindings.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits_http.h"

namespace kinode::http_server {

namespace {

bool is_homepage(const msg::ProcessId& id) {
  return id.process == "homepage" && id.package == "homepage" && id.publisher == "sys";
}

std::string_view without_slash_at_end(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

std::size_t content_bytes(const Binding& binding) {
  return binding.content ? binding.content->bytes.size() : 0;
}

}  // namespace

std::string full_path(const msg::ProcessId& owner, std::string_view path) {
  const std::string_view rest = without_slash_at_end(path);
  if (is_homepage(owner)) return std::string(rest);
  return fmt::format("/{}{}{}", owner.text(), path.starts_with('/') ? "" : "/", rest);
}

std::string secure_label(const msg::ProcessId& owner) {
  std::string label = owner.package + "-" + owner.publisher;
  for (char& c : label) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!is_plain) c = '-';
  }
  return label;
}

bool is_reserved_path(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view first = path.substr(0, path.find('/'));
  return first == "login" || msg::ProcessId::parse(first).has_value();
}

RouteTable& Bindings::routes(Table table) { return table == Table::kHttp ? http_ : sockets_; }

void Bindings::forget(Table table, const BindingRef& binding) {
  const auto owner = owners_.find(binding->owner);
  if (owner == owners_.end()) return;
  const auto it = owner->second.bindings.find({table, binding->pattern});
  if (it == owner->second.bindings.end() || it->second != binding) return;
  owner->second.content_bytes -= content_bytes(*binding);
  count_label(*binding, false);
  owner->second.bindings.erase(it);
  if (owner->second.bindings.empty()) owners_.erase(owner);
}

void Bindings::count_label(const Binding& binding, bool add) {
  if (!binding.subdomain) return;
  if (add) {
    auto& [count, package] = labels_[*binding.subdomain];
    ++count;
    package = binding.owner.package_id();
    return;
  }
  const auto it = labels_.find(*binding.subdomain);
  if (it != labels_.end() && --it->second.first == 0) labels_.erase(it);
}

std::optional<msg::PackageId> Bindings::package_of_label(std::string_view label) const {
  rt::Lock lock(mutex_);
  const auto it = labels_.find(label);
  if (it == labels_.end()) return std::nullopt;
  return it->second.second;
}

Status Bindings::put(Table table, Binding binding, Instant now) {
  if (binding.pattern.size() > limits::kHttpPatternBytesMax) {
    return fail(Code::kOverloaded,
                fmt::format("a path has {} bytes, {} are allowed", binding.pattern.size(),
                            limits::kHttpPatternBytesMax));
  }
  rt::Lock lock(mutex_);
  forget_ended(now);
  const BindingRef old = routes(table).at(binding.pattern);
  Owned& owned = owners_[binding.owner];
  const bool is_ours = old && old->owner == binding.owner;
  if (!is_ours && owned.bindings.size() >= limits::kHttpBindingsPerProcessMax) {
    return fail(Code::kOverloaded,
                fmt::format("{} has bound {} paths already, more are not allowed",
                            binding.owner.text(), owned.bindings.size()));
  }
  const std::size_t bytes =
      owned.content_bytes + content_bytes(binding) - (is_ours ? content_bytes(*old) : 0);
  if (bytes > limits::kHttpContentBytesPerProcessMax) {
    if (owned.bindings.empty()) owners_.erase(binding.owner);
    return fail(Code::kOverloaded,
                fmt::format("the static content of {} would be {} bytes, {} are allowed: serve "
                            "large files from the program",
                            binding.owner.text(), bytes, limits::kHttpContentBytesPerProcessMax));
  }
  auto fresh = std::make_shared<const Binding>(std::move(binding));
  if (old) forget(table, old);
  // Forgetting may have taken the entry of the same owner.
  Owned& owner = owners_[fresh->owner];
  owner.bindings.insert_or_assign({table, fresh->pattern}, fresh);
  owner.content_bytes += content_bytes(*fresh);
  count_label(*fresh, true);
  routes(table).put(fresh->pattern, fresh);
  return {};
}

Status Bindings::unbind(Table table, const msg::ProcessId& owner, std::string_view path,
                        Instant now) {
  Binding stone;
  stone.state = Binding::State::kTombstone;
  stone.owner = owner;
  stone.pattern = full_path(owner, path);
  return put(table, std::move(stone), now);
}

void Bindings::ended(const msg::ProcessId& owner, Instant now) {
  rt::Lock lock(mutex_);
  forget_ended(now);
  const auto it = owners_.find(owner);
  if (it == owners_.end()) return;
  const auto bindings = std::move(it->second.bindings);
  owners_.erase(it);
  for (const auto& [place, binding] : bindings) {
    count_label(*binding, false);
    auto rest = std::make_shared<Binding>(*binding);
    rest->state = Binding::State::kEnded;
    rest->content.reset();
    routes(place.first).put(rest->pattern, rest);
    ended_.push_back({now, place.first, std::move(rest)});
  }
}

void Bindings::forget_ended(Instant now) {
  while (!ended_.empty() && now - ended_.front().when >= limits::kHttpEndedBindingTime) {
    const Ended& oldest = ended_.front();
    // Unless somebody has it again.
    if (routes(oldest.table).at(oldest.binding->pattern) == oldest.binding) {
      routes(oldest.table).erase(oldest.binding->pattern);
    }
    ended_.pop_front();
  }
}

RouteMatch Bindings::find_http(std::string_view path) const {
  rt::Lock lock(mutex_);
  RouteMatch match = http_.find(path);
  if (match.binding) return match;
  std::string_view first = path;
  if (first.starts_with('/')) first.remove_prefix(1);
  return http_.find(first.substr(0, first.find('/')));
}

RouteMatch Bindings::find_socket(std::string_view path) const {
  rt::Lock lock(mutex_);
  return sockets_.find(path);
}

std::size_t Bindings::size() const {
  rt::Lock lock(mutex_);
  return http_.size() + sockets_.size();
}

}  // namespace kinode::http_server
