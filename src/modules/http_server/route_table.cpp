#include "modules/http_server/route_table.h"

namespace kinode::http_server {

namespace {

// Patterns like `/:a.:b.:c` match a path in many ways; nobody needs more than a few of them.
constexpr std::size_t kStepsMax = 500;

bool is_separator(char c) { return c == '/' || c == '.'; }

std::string_view without_slash(std::string_view text) {
  if (text.starts_with('/')) text.remove_prefix(1);
  return text;
}

}  // namespace

Pattern Pattern::parse(std::string_view text) {
  Pattern out;
  text = without_slash(text);
  while (true) {
    std::size_t size = 0;
    while (size < text.size() && !is_separator(text[size])) ++size;
    const std::string_view segment = text.substr(0, size);
    if (segment.starts_with(':') || segment.starts_with('*')) {
      const bool is_wildcard = segment.front() == '*';
      ++(is_wildcard ? out.exactness.wildcards : out.exactness.parameters);
      out.blanks.push_back({std::move(out.rest), std::string(segment.substr(1)), is_wildcard});
      out.rest.clear();
    } else {
      ++out.exactness.literals;
      out.rest += segment;
    }
    if (size == text.size()) return out;
    out.rest += text[size];
    text.remove_prefix(size + 1);
  }
}

void RouteTable::put(std::string_view pattern, BindingRef binding) {
  Pattern parsed = Pattern::parse(pattern);
  Node* node = &root_;
  for (const Pattern::Blank& blank : parsed.blanks) {
    auto& next = node->edges(blank.is_wildcard)[blank.before];
    if (!next) {
      next = std::make_unique<Node>();
      ++node->lengths[blank.before.size()];
    }
    node = next.get();
  }
  const auto [it, fresh] = node->ends.try_emplace(parsed.rest);
  if (fresh) {
    it->second.serial = serial_++;
    ++size_;
  }
  it->second.pattern = std::move(parsed);
  it->second.binding = std::move(binding);
}

bool RouteTable::erase_below(Node& node, const Pattern& pattern, std::size_t depth) {
  if (depth == pattern.blanks.size()) return node.ends.erase(pattern.rest) > 0;
  const Pattern::Blank& blank = pattern.blanks[depth];
  Edges& edges = node.edges(blank.is_wildcard);
  const auto it = edges.find(blank.before);
  if (it == edges.end() || !erase_below(*it->second, pattern, depth + 1)) return false;
  if (it->second->is_empty()) {
    edges.erase(it);
    const auto length = node.lengths.find(blank.before.size());
    if (--length->second == 0) node.lengths.erase(length);
  }
  return true;
}

void RouteTable::erase(std::string_view pattern) {
  if (erase_below(root_, Pattern::parse(pattern), 0)) --size_;
}

BindingRef RouteTable::at(std::string_view pattern) const {
  const Pattern parsed = Pattern::parse(pattern);
  const Node* node = &root_;
  for (const Pattern::Blank& blank : parsed.blanks) {
    const Edges& edges = blank.is_wildcard ? node->wildcards : node->parameters;
    const auto it = edges.find(blank.before);
    if (it == edges.end()) return nullptr;
    node = it->second.get();
  }
  const auto it = node->ends.find(parsed.rest);
  return it == node->ends.end() ? nullptr : it->second.binding;
}

/// One look-up. What stands for the blanks on the way is in `taken`.
struct RouteTable::Search {
  const Route* best = nullptr;
  std::vector<std::string_view> best_taken;
  std::vector<std::string_view> taken;
  std::size_t steps = 0;

  static bool is_better(const Route& a, const Route& b) {
    const auto order = a.pattern.exactness <=> b.pattern.exactness;
    return order != 0 ? order > 0 : a.serial < b.serial;
  }

  void visit(const Node& node, std::string_view rest) {
    if (++steps > kStepsMax) return;
    if (const auto it = node.ends.find(rest); it != node.ends.end()) {
      const Route& route = it->second;
      if (best == nullptr || is_better(route, *best)) {
        best = &route;
        best_taken = taken;
      }
    }
    for (const auto& [length, count] : node.lengths) {
      if (length >= rest.size()) break;  // a blank takes a byte at least
      if (length > 0 && !is_separator(rest[length - 1])) continue;
      const std::string_view before = rest.substr(0, length);
      if (const auto it = node.parameters.find(before); it != node.parameters.end()) {
        fill(*it->second, rest.substr(length), false);
      }
      if (const auto it = node.wildcards.find(before); it != node.wildcards.end()) {
        fill(*it->second, rest.substr(length), true);
      }
    }
  }

  /// The blank at the start of `rest`, in every length that it can have.
  void fill(const Node& after, std::string_view rest, bool is_wildcard) {
    for (std::size_t end = 1; end <= rest.size() && steps <= kStepsMax; ++end) {
      if (!is_wildcard && rest[end - 1] == '/') return;
      if (end < rest.size() && !is_separator(rest[end])) continue;
      taken.push_back(rest.substr(0, end));
      visit(after, rest.substr(end));
      taken.pop_back();
    }
  }
};

RouteMatch RouteTable::find(std::string_view path) const {
  Search search;
  search.visit(root_, without_slash(path));
  RouteMatch out;
  if (search.best == nullptr) return out;
  out.binding = search.best->binding;
  const auto& blanks = search.best->pattern.blanks;
  for (std::size_t i = 0; i < blanks.size(); ++i) {
    if (!blanks[i].name.empty())
      out.parameters.insert_or_assign(blanks[i].name, search.best_taken[i]);
  }
  return out;
}

}  // namespace kinode::http_server
