#include "node/budget_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <limits>
#include <toml++/toml.h>

#include "base/bytes.h"

namespace kinode::node {

namespace {

constexpr std::string_view kFile = "kinode.toml";
constexpr std::int64_t kMegabyte = 1 << 20;

/// One number of a budget: its key, what it may be, and where it goes.
struct Key {
  std::string_view name;
  std::int64_t least;
  std::int64_t most;
  void (*set)(kernel::Budget&, std::int64_t);
};

// A guest can address 4 GiB; a weight of 0 would be for ever.
constexpr std::array kKeys{
    Key{"memory_mb", 1, 4096,
        [](kernel::Budget& b, std::int64_t n) {
          b.memory_bytes = static_cast<std::size_t>(n * kMegabyte);
        }},
    Key{"state_mb", 1, 1024,
        [](kernel::Budget& b, std::int64_t n) {
          b.state_bytes = static_cast<std::size_t>(n * kMegabyte);
        }},
    Key{"mailbox_count", 1, 1'000'000,
        [](kernel::Budget& b, std::int64_t n) { b.mailbox_count = static_cast<std::size_t>(n); }},
    Key{"mailbox_mb", 1, 4096,
        [](kernel::Budget& b, std::int64_t n) {
          b.mailbox_bytes = static_cast<std::size_t>(n * kMegabyte);
        }},
    Key{"outstanding", 1, 1'000'000,
        [](kernel::Budget& b, std::int64_t n) { b.outstanding = static_cast<std::size_t>(n); }},
    Key{"timers", 0, 1'000'000,
        [](kernel::Budget& b, std::int64_t n) { b.timers = static_cast<std::size_t>(n); }},
    Key{"children", 0, static_cast<std::int64_t>(limits::kProcessesMax),
        [](kernel::Budget& b, std::int64_t n) { b.children = static_cast<std::size_t>(n); }},
    Key{"cpu_weight", 1, 10'000,
        [](kernel::Budget& b, std::int64_t n) { b.cpu_weight = static_cast<std::uint32_t>(n); }},
};

std::string known_keys() {
  std::string out;
  for (const Key& key : kKeys) out += fmt::format("{}{}", out.empty() ? "" : ", ", key.name);
  return out;
}

std::unexpected<Error> wrong(const toml::source_region& at, const std::string& what) {
  return fail(Code::kInvalid, fmt::format("{}:{}: {}", kFile, at.begin.line, what));
}

Result<kernel::Budget> read_budget(const toml::table& table) {
  kernel::Budget out;
  for (const auto& [name, value] : table) {
    const auto key = std::ranges::find(kKeys, name.str(), &Key::name);
    if (key == kKeys.end()) {
      return wrong(name.source(), fmt::format("there is no '{}'; a budget has {}",
                                              printable(name.str()), known_keys()));
    }
    const auto* number = value.as_integer();
    if (number == nullptr || number->get() < key->least || number->get() > key->most) {
      return wrong(value.source(), fmt::format("'{}' takes a whole number from {} to {}", key->name,
                                               key->least, key->most));
    }
    key->set(out, number->get());
  }
  return out;
}

}  // namespace

Result<BudgetMap> parse_budgets(std::string_view text) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return wrong(parsed.error().source(), printable(parsed.error().description()));
  }
  BudgetMap out;
  for (const auto& [name, value] : parsed.table()) {
    const toml::table* packages = value.as_table();
    if (name.str() != "budget" || packages == nullptr) {
      return wrong(name.source(), fmt::format("there is no '{}'; this file has tables like "
                                              "[budget.\"chess:sys\"]",
                                              printable(name.str())));
    }
    for (const auto& [package, content] : *packages) {
      auto id = msg::PackageId::parse(package.str());
      const toml::table* table = content.as_table();
      if (!id || table == nullptr) {
        return wrong(package.source(),
                     fmt::format("'{}' is no package: write [budget.\"package:publisher\"]",
                                 printable(package.str())));
      }
      auto budget = read_budget(*table);
      if (!budget) return std::unexpected(std::move(budget.error()));
      out.emplace(std::move(*id), *budget);
    }
  }
  return out;
}

Result<BudgetMap> read_budgets(const std::string& home) {
  const std::string path = fmt::format("{}/{}", home, kFile);
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno == ENOENT) return BudgetMap{};
    return fail(Code::kIo, fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  }
  std::string text;
  text.resize(limits::kManifestBytesMax + 1);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > limits::kManifestBytesMax) {
    return fail(Code::kInvalid,
                fmt::format("{} is larger than {} bytes", path, limits::kManifestBytesMax));
  }
  return parse_budgets(text);
}

}  // namespace kinode::node
