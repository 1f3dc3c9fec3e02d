// Reads and tells one story; the steps are in README.md.
#pragma once

#include <../tests/support/kernel_fixture.h>
#include <map>
#include <string>
#include <vector>

namespace kinode::scenario {

struct Step {
  int line = 0;
  std::string verb;
  std::string first;  // the word after it
  std::string rest;   // everything after that word
};

/// The steps of a text; nothing is checked yet.
std::vector<Step> read_steps(std::string_view text);

/// What is wrong with a story, and where.
struct Mistake {
  int line = 0;
  std::string what;
};

class Scene {
 public:
  /// `node` has a program `puppet` and is booted.
  explicit Scene(support::KernelFixture& node) : node_(node) {}

  /// Does the steps one after the other, up to the first mistake.
  std::optional<Mistake> tell(const std::vector<Step>& steps);

 private:
  // Each returns what is wrong, or nothing.
  using Wrong = std::optional<std::string>;

  Wrong perform(const Step& step);
  Wrong perform_outside(const Step& step);
  Wrong start(const Step& step);
  Wrong hear(const Step& step);
  Wrong answered(const Step& step);
  Wrong advance(const Step& step);
  Wrong unheard();
  msg::EnvelopeRef got(std::string_view body) const;
  std::string with_addresses(std::string_view json) const;

  support::KernelFixture& node_;
  std::map<std::string, std::vector<std::string>> lines_;  // printed and not heard yet
  std::map<std::string, std::uint64_t> asked_;             // word -> id
};

}  // namespace kinode::scenario
