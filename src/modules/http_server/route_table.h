// Which binding a path belongs to (io.md 3.7).
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kinode::http_server {

struct Binding;
using BindingRef = std::shared_ptr<const Binding>;

/// How exactly a pattern says what it matches; the greater wins.
struct Exactness {
  std::uint32_t literals = 0;
  std::uint32_t parameters = 0;
  std::uint32_t wildcards = 0;
  auto operator<=>(const Exactness&) const = default;
};

/// A pattern taken apart. Segments end at `/` and `.`; one that begins with `:` or `*` stands for
/// what a path has there: one or more bytes other than `/`, or one or more of any.
struct Pattern {
  struct Blank {
    std::string before;  // literal text since the last blank
    std::string name;    // empty: not reported
    bool is_wildcard = false;
  };
  std::vector<Blank> blanks;
  std::string rest;  // literal text after the last blank
  Exactness exactness;

  /// One leading slash does not count.
  static Pattern parse(std::string_view text);
};

struct RouteMatch {
  BindingRef binding;  // null: nothing is bound there
  std::map<std::string, std::string> parameters;
};

/// A tree whose edges are literal text and a blank; a look-up hashes a few prefixes of the path,
/// however many routes there are, and takes at most so many steps whatever the patterns are.
/// Not synchronised.
class RouteTable {
 public:
  /// Takes the place of a pattern that differs only in the names of its parameters; the last names
  /// win.
  void put(std::string_view pattern, BindingRef binding);

  /// Nothing there: nothing happens.
  void erase(std::string_view pattern);

  /// The binding whose pattern is the most exact of those that match the whole path; of several
  /// the one that was bound first. One leading slash of the path does not count; nothing is
  /// decoded.
  RouteMatch find(std::string_view path) const;

  /// What is bound to exactly this pattern, whatever its parameters are called; null: nothing.
  BindingRef at(std::string_view pattern) const;

  std::size_t size() const { return size_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  struct Route {
    Pattern pattern;
    BindingRef binding;
    std::uint64_t serial = 0;
  };
  struct Node;
  using Edges = std::unordered_map<std::string, std::unique_ptr<Node>, Hash, std::equal_to<>>;
  struct Node {
    std::unordered_map<std::string, Route, Hash, std::equal_to<>> ends;
    Edges parameters;
    Edges wildcards;
    // How long the texts of the edges are, and how many have that length.
    std::map<std::size_t, std::size_t> lengths;

    Edges& edges(bool is_wildcard) { return is_wildcard ? wildcards : parameters; }
    bool is_empty() const { return ends.empty() && parameters.empty() && wildcards.empty(); }
  };
  struct Search;

  bool erase_below(Node& node, const Pattern& pattern, std::size_t depth);

  Node root_;
  std::size_t size_ = 0;
  std::uint64_t serial_ = 0;
};

}  // namespace kinode::http_server
