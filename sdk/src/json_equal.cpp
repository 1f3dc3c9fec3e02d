// Compares two JSON texts without building trees.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "kinode/capability.h"
#include "kinode/json_reader.h"

namespace kinode {
namespace {

constexpr long kPowerMax = 1'000'000;  // beyond it, all powers count as this one

/// Takes the digits at the front.
std::string take_digits(std::string_view& text) {
  const size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  std::string digits(text.substr(0, end));
  text.remove_prefix(end);
  return digits;
}

/// A form that equal numbers share. Whether it is written as a fraction is part of it: 1 and 1.0
/// are two values.
std::string number_form(std::optional<std::string_view> number) {
  if (!number) return {};
  std::string_view text = *number;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool fraction = text.find_first_of(".eE") != text.npos;

  std::string digits = take_digits(text);
  long power = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::string after = take_digits(text);
    power = -static_cast<long>(after.size());
    digits += after;
  }
  if (!text.empty()) {
    text.remove_prefix(1);
    const bool minus = text.starts_with('-');
    if (minus || text.starts_with('+')) text.remove_prefix(1);
    long written = 0;
    for (const char c : text) written = std::min(written * 10 + (c - '0'), kPowerMax);
    power += minus ? -written : written;
  }

  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  while (!digits.empty() && digits.back() == '0') {
    digits.pop_back();
    ++power;
  }
  if (digits.empty()) return fraction || negative ? "0." : "0";
  return (negative ? "-" : "") + digits + (fraction ? ".e" : "e") + std::to_string(power);
}

bool equal(std::string_view a, std::string_view b);

/// The value of the last member of this name, as JSON has it; both texts are known to be JSON.
std::optional<std::string_view> member(std::string_view object, std::string_view name) {
  JsonReader reader(object);
  reader.take('{');
  std::optional<std::string_view> found;
  if (reader.peek() == '}') return found;
  do {
    const auto key = reader.string();
    reader.take(':');
    const auto value = reader.value();
    if (key == name) found = value;
  } while (reader.take(','));
  return found;
}

/// Whether each member of `a` is in `b`, with the same value if `values`. Each value is compared
/// once only, so that deep nesting does not cost exponential time.
bool contained(std::string_view a, std::string_view b, bool values) {
  JsonReader reader(a);
  reader.take('{');
  if (reader.peek() == '}') return true;
  do {
    const auto name = reader.string();
    reader.take(':');
    const auto value = reader.value();
    const auto there = member(b, *name);
    if (!there) return false;
    const bool counts = member(a, *name)->data() == value->data();  // the last of its name
    if (values && counts && !equal(*value, *there)) return false;
  } while (reader.take(','));
  return true;
}

bool equal_arrays(std::string_view a, std::string_view b) {
  JsonReader left(a), right(b);
  left.take('[');
  right.take('[');
  if (left.peek() == ']' || right.peek() == ']') return left.peek() == right.peek();
  do {
    if (!equal(*left.value(), *right.value())) return false;
    if (left.peek() != right.peek()) return false;
  } while (left.take(',') && right.take(','));
  return true;
}

/// Both are known to be JSON values.
bool equal(std::string_view a, std::string_view b) {
  JsonReader left(a), right(b);
  const char kind = left.peek();
  switch (kind) {
    case '{':
      return right.peek() == '{' && contained(a, b, true) && contained(b, a, false);
    case '[':
      return right.peek() == '[' && equal_arrays(a, b);
    case '"':
      return right.peek() == '"' && left.string() == right.string();
    case 't':
    case 'f':
    case 'n':
      return right.peek() == kind;
    default:
      return number_form(left.number()) == number_form(right.number());
  }
}

}  // namespace

bool json_equal(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto left = json_value(a);
  const auto right = json_value(b);
  return left && right && equal(*left, *right);
}

}  // namespace kinode
