// Capability params: the input is cut in two texts, and equality must be what comparing the parsed
// values with another library says.
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/assert.h"
#include "base/bytes.h"
#include "msg/capability.h"
#include "msg/json.h"

namespace {

using namespace kinode;

/// The model: the same kinds of numbers are equal by value, different kinds never.
bool same(const nlohmann::json& a, const nlohmann::json& b) {
  if (a.is_number() && b.is_number()) {
    return a.is_number_float() == b.is_number_float() && a == b;
  }
  if (a.type() != b.type() || a.size() != b.size()) return false;
  if (a.is_array()) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!same(a[i], b[i])) return false;
    }
    return true;
  }
  if (!a.is_object()) return a == b;
  for (const auto& [key, value] : a.items()) {
    if (!b.contains(key) || !same(value, b[key])) return false;
  }
  return true;
}

bool model_equal(const std::string& a, const std::string& b) {
  const bool a_json = msg::Json::parse(a).has_value();
  const bool b_json = msg::Json::parse(b).has_value();
  if (!a_json || !b_json) return a_json == b_json && a == b;
  const auto x = nlohmann::json::parse(a, nullptr, false);
  const auto y = nlohmann::json::parse(b, nullptr, false);
  KINODE_ASSERT(!x.is_discarded() && !y.is_discarded());
  return same(x, y);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = as_text(ByteView(data, size));
  if (input.contains("-0")) return 0;  // the model's library does not tell -0 from 0
  const auto cut = input.find('\n');
  const std::string first(input.substr(0, cut));
  const std::string second(cut == input.npos ? input : input.substr(cut + 1));
  const msg::Address issuer{"a.os", {"p", "k", "sys"}};
  const msg::Capability a(issuer, first);
  const msg::Capability b(issuer, second);
  KINODE_ASSERT((a == b) == model_equal(first, second));
  KINODE_ASSERT((a == b) == ((a <=> b) == 0));
  if (a == b) {
    KINODE_ASSERT(std::hash<msg::Capability>()(a) == std::hash<msg::Capability>()(b));
    KINODE_ASSERT(a.text() == b.text());
  }
  KINODE_ASSERT(a.params() == first);
  return 0;
}
