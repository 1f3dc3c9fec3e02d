// Command lines: one argument a line. Whatever comes, there is an answer; numbers are read as
// people write them, or refused.
#include <charconv>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "msg/address.h"
#include "node/config.h"

namespace {

using namespace kinode;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else if (c != '\0') {  // no argument can hold one
      lines.back().push_back(c);
    }
  }
  return lines;
}

node::Parsed parse(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv{"kinode"};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  return node::parse_command_line(static_cast<int>(argv.size()), argv.data());
}

/// The number that a text of nothing but digits means; none when it is something else, or when some
/// would read it as octal.
template <class T>
std::optional<T> model_number(const std::string& text) {
  if (text.size() > 1 && text.starts_with('0')) return std::nullopt;
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class T, class Read>
void check_number(std::string_view flag, const std::string& text, Read read,
                  T most = std::numeric_limits<T>::max()) {
  const auto parsed = parse({"home", std::string(flag) + "=" + text});
  const auto expected = model_number<T>(text);
  const bool good = expected && *expected <= most;
  KINODE_ASSERT(parsed.config.has_value() == good);
  if (good) KINODE_ASSERT(read(*parsed.config) == *expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = as_text(ByteView(data, size));
  const auto arguments = lines_of(input.substr(0, 4096));
  const auto parsed = parse(arguments);
  if (parsed.config) {
    KINODE_ASSERT(parsed.exit_code == node::kGraceful && parsed.text.empty());
    const std::string& name = parsed.config->fake_node_name;
    KINODE_ASSERT(name.empty() || msg::is_kimap_safe_node(name));
    for (const auto& sentence : node::not_there_yet(*parsed.config)) {
      KINODE_ASSERT(sentence.starts_with("--"));
    }
  } else {
    KINODE_ASSERT(!parsed.text.empty());
    KINODE_ASSERT(parsed.exit_code == node::kGraceful || parsed.exit_code == node::kUsage);
  }

  const std::string& value = arguments[0];
  check_number<std::uint16_t>("--port", value, [](const auto& c) { return *c.port; });
  check_number<std::uint64_t>("--max-peers", value, [](const auto& c) { return c.max_peers; });
  check_number<std::uint64_t>("--workers", value, [](const auto& c) { return c.workers; }, 1024);
  if (value.empty()) return 0;
  const auto password = parse({"home", "--password=" + value});
  KINODE_ASSERT(password.config && password.config->password == value);
  return 0;
}
