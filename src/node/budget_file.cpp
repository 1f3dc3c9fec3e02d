#include "node/budget_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "base/bytes.h"
#include "store/files.h"

namespace kinode::node {

namespace {

constexpr std::string_view kFile = "kinode.toml";
constexpr std::int64_t kMegabyte = 1 << 20;
constexpr std::size_t kShownBytes = 80;

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
    Key{"outstanding_mb", 1, 4096,
        [](kernel::Budget& b, std::int64_t n) {
          b.outstanding_bytes = static_cast<std::size_t>(n * kMegabyte);
        }},
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

std::unexpected<Error> wrong(std::size_t line, const std::string& what) {
  return fail(Code::kInvalid, fmt::format("{}:{}: {}", kFile, line, what));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

/// Takes `token` and the white space around it off the front of `text`, if it is there.
bool take(std::string_view& text, std::string_view token) {
  std::string_view rest = trimmed(text);
  if (!rest.starts_with(token)) return false;
  rest.remove_prefix(token.size());
  text = trimmed(rest);
  return true;
}

/// `[budget."package:publisher"]`, with a comment behind it perhaps.
std::optional<msg::PackageId> read_head(std::string_view line) {
  if (!take(line, "[") || !take(line, "budget") || !take(line, ".") || line.empty()) return {};
  const char quote = line[0];
  const std::size_t end = line.find(quote, 1);
  if ((quote != '"' && quote != '\'') || end == std::string_view::npos) return {};
  auto id = msg::PackageId::parse(line.substr(1, end - 1));
  line.remove_prefix(end + 1);
  if (!take(line, "]") || (!line.empty() && line[0] != '#') || !id) return {};
  return std::move(*id);
}

/// A whole number in decimal as TOML writes it, with underscores between digits.
std::optional<std::int64_t> read_number(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool between = i > 0 && i + 1 < text.size() && text[i - 1] != '_';
    if (text[i] == '_' && between) continue;
    digits += text[i];
  }
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (error != std::errc{} || end != digits.data() + digits.size()) return {};
  return out;
}

Status read_entry(std::string_view text, std::size_t line, kernel::Budget& out) {
  const std::size_t equals = text.find('=');
  const std::string_view name = trimmed(text.substr(0, equals));
  const auto* key = std::ranges::find(kKeys, name, &Key::name);
  if (equals == std::string_view::npos || key == kKeys.end()) {
    return wrong(line,
                 fmt::format("there is no '{}'; a budget has {}", printable(name), known_keys()));
  }
  const std::string_view value = text.substr(equals + 1);
  const auto number = read_number(trimmed(value.substr(0, value.find('#'))));
  if (!number || *number < key->least || *number > key->most) {
    return wrong(line, fmt::format("'{}' takes a whole number from {} to {}", key->name, key->least,
                                   key->most));
  }
  key->set(out, *number);
  return {};
}

}  // namespace

Result<BudgetMap> parse_budgets(std::string_view text) {
  BudgetMap out;
  kernel::Budget* current = nullptr;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[' || current == nullptr) {
      auto id = read_head(line);
      if (!id) {
        return wrong(number, fmt::format("'{}' is no table of this file; they are named like "
                                         "[budget.\"package:publisher\"], for example "
                                         "[budget.\"chess:sys\"]",
                                         printable(line.substr(0, kShownBytes))));
      }
      const auto [entry, is_new] = out.try_emplace(std::move(*id));
      if (!is_new) {
        return wrong(number, fmt::format("the budget of {} stands here twice",
                                         printable(entry->first.text())));
      }
      current = &entry->second;
    } else if (auto ok = read_entry(line, number, *current); !ok) {
      return std::unexpected(std::move(ok.error()));
    }
  }
  return out;
}

Result<BudgetMap> read_budgets(const std::string& home) {
  const std::string path = fmt::format("{}/{}", home, kFile);
  const auto text = store::read_file(path, limits::kManifestBytesMax);
  if (!text && text.error().code == Code::kNotFound) return BudgetMap{};
  if (!text) return std::unexpected(text.error());
  return parse_budgets(text->text());
}

}  // namespace kinode::node
