// What happened, in order: a hash that two runs of one seed must agree on, and lines for people.
#pragma once

#include <cstdint>
#include <cstdio>
#include <fmt/format.h>
#include <string>
#include <string_view>

namespace kinode::sim {

/// One thread.
class Trace {
 public:
  /// Lines go to `out` from now on; null: none are made.
  void print_to(std::FILE* out) { out_ = out; }
  bool prints() const { return out_ != nullptr; }

  /// Takes part in the hash: what happened, to whom, with what. `what` lives for ever.
  void note(std::string_view what, std::uint64_t who, std::uint64_t with) {
    last_ = {what, who, with};
    ++count_;
    mix(what.size() << 8 | static_cast<unsigned char>(what.front()));
    mix(who);
    mix(with);
    if (out_ != nullptr) fmt::print(out_, "{:>8}  {}\n", count_, last());
  }

  /// A line for people only.
  void line(const std::string& text) const {
    if (out_ != nullptr) fmt::print(out_, "{:>8}    {}\n", count_, text);
  }

  std::uint64_t hash() const { return hash_; }
  std::uint64_t count() const { return count_; }
  std::string last() const { return fmt::format("{} {} {}", last_.what, last_.who, last_.with); }

 private:
  struct Last {
    std::string_view what = "nothing";
    std::uint64_t who = 0;
    std::uint64_t with = 0;
  };

  void mix(std::uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3u; }

  Last last_;
  std::uint64_t hash_ = 0xcbf29ce484222325u;
  std::uint64_t count_ = 0;
  std::FILE* out_ = nullptr;
};

}  // namespace kinode::sim
