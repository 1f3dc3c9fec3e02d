// Verbosities as the command line and a person at the keyboard give them.
#include <algorithm>
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "modules/terminal/verbosity.h"
#include "msg/json.h"

namespace {

using namespace kinode;
using namespace kinode::terminal;

/// A mute, or digits that make a number up to 255.
bool model_accepts(std::string_view text) {
  if (text == "m" || text == "mute" || text == "muted") return true;
  unsigned number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    number = std::min(1000u, number * 10 + static_cast<unsigned>(c - '0'));
  }
  return !text.empty() && number <= 255;
}

std::string to_json(const ProcessVerbosities& verbosities) {
  std::string out = "{";
  for (const auto& [process, verbosity] : verbosities) {
    if (out.size() > 1) out += ',';
    msg::append_json_string(out, process.text());
    out += verbosity.level ? ":{\"U8\":" + std::to_string(*verbosity.level) + "}" : ":\"Muted\"";
  }
  return out + "}";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(ByteView(data, size));
  const auto one = parse_process_verbosity(text);
  KINODE_ASSERT(one.has_value() == model_accepts(text));
  if (one) KINODE_ASSERT(parse_process_verbosity(one->text()) == one);

  const auto all = parse_process_verbosities(text);
  if (!all) {
    KINODE_ASSERT(is_utf8(as_bytes(all.error().detail)));
    return 0;
  }
  KINODE_ASSERT(all->size() <= limits::kProcessVerbositiesMax);
  const auto again = parse_process_verbosities(to_json(*all));
  KINODE_ASSERT(again && *again == *all);
  VerbosityTable table(0, *all);
  for (const auto& [process, verbosity] : *all) {
    for (const std::uint8_t level : {0, 3, 255}) {
      KINODE_ASSERT(table.shows(level, process) == (verbosity.level && level <= *verbosity.level));
    }
  }
  return 0;
}
