// Compares two JSON texts without building trees, so that guests which do not use JSON otherwise
// stay small.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kinode/capability.h"
#include "kinode/text.h"

namespace kinode {
namespace {

constexpr int kDepthMax = 64;

/// Reads JSON from the front of a text. Every function that reads returns false, or nothing, if the
/// text is not JSON there.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::string_view rest() const { return text_; }

  void skip_space() {
    const size_t at = text_.find_first_not_of(" \t\n\r");
    text_.remove_prefix(at == text_.npos ? text_.size() : at);
  }

  /// The next character after white space; 0 at the end.
  char peek() {
    skip_space();
    return text_.empty() ? '\0' : text_.front();
  }

  bool take(char c) {
    if (peek() != c || c == '\0') return false;
    text_.remove_prefix(1);
    return true;
  }

  /// One value, unread. The view is that of its text.
  std::optional<std::string_view> value(int depth = 0) {
    skip_space();
    const auto from = text_;
    if (!skip_value(depth)) return std::nullopt;
    return from.substr(0, from.size() - text_.size());
  }

  /// A string's characters, in UTF-8.
  std::optional<std::string> string() {
    if (!take('"')) return std::nullopt;
    std::string out;
    while (!text_.empty()) {
      const char c = next();
      if (c == '"') return is_utf8(out) ? std::optional(out) : std::nullopt;
      if (static_cast<uint8_t>(c) < 0x20) return std::nullopt;
      if (c != '\\') {
        out += c;
      } else if (!escape(out)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  /// A number in a form that equal numbers share: sign, digits, exponent, and whether it is written
  /// as a fraction (1 and 1.0 are two values).
  std::optional<std::string> number() {
    const bool negative = take('-');
    std::string digits;
    long exponent = 0;
    bool fraction = false;
    const size_t whole = take_digits(digits);
    if (whole == 0 || (whole > 1 && digits.front() == '0')) return std::nullopt;
    if (!text_.empty() && text_.front() == '.') {
      next();
      fraction = true;
      const size_t after = take_digits(digits);
      if (after == 0) return std::nullopt;
      exponent -= static_cast<long>(after);
    }
    if (!text_.empty() && (text_.front() == 'e' || text_.front() == 'E')) {
      next();
      fraction = true;
      const auto power = take_power();
      if (!power) return std::nullopt;
      exponent += *power;
    }
    return normal(negative, std::move(digits), exponent, fraction);
  }

  bool word(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

 private:
  char next() {
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }

  bool skip_value(int depth) {
    if (depth > kDepthMax) return false;
    switch (peek()) {
      case '{':
        return skip_list('}', depth, true);
      case '[':
        return skip_list(']', depth, false);
      case '"':
        return string().has_value();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number().has_value();
    }
  }

  bool skip_list(char end, int depth, bool members) {
    next();
    if (take(end)) return true;
    do {
      if (members && !(string() && take(':'))) return false;
      if (!skip_value(depth + 1)) return false;
    } while (take(','));
    return take(end);
  }

  bool escape(std::string& out) {
    if (text_.empty()) return false;
    const char c = next();
    constexpr std::string_view kFrom = "\"\\/bfnrt";
    constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
    if (const size_t at = kFrom.find(c); at != kFrom.npos) {
      out += kTo[at];
      return true;
    }
    if (c != 'u') return false;
    auto code = hex();
    if (!code || (*code >= 0xdc00 && *code < 0xe000)) return false;
    if (*code >= 0xd800 && *code < 0xdc00) {
      if (!word("\\u")) return false;
      const auto low = hex();
      if (!low || *low < 0xdc00 || *low > 0xdfff) return false;
      code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
    }
    append(out, *code);
    return true;
  }

  std::optional<uint32_t> hex() {
    if (text_.size() < 4) return std::nullopt;
    uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = next();
      const char lower = static_cast<char>(c | 0x20);
      if (c >= '0' && c <= '9') {
        code = code * 16 + static_cast<uint32_t>(c - '0');
      } else if (lower >= 'a' && lower <= 'f') {
        code = code * 16 + static_cast<uint32_t>(lower - 'a' + 10);
      } else {
        return std::nullopt;
      }
    }
    return code;
  }

  static void append(std::string& out, uint32_t code) {
    const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
    const auto follow = [&](int shift) { put(0x80 | ((code >> shift) & 0x3f)); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xc0 | (code >> 6));
      follow(0);
    } else if (code < 0x10000) {
      put(0xe0 | (code >> 12));
      follow(6);
      follow(0);
    } else {
      put(0xf0 | (code >> 18));
      follow(12);
      follow(6);
      follow(0);
    }
  }

  size_t take_digits(std::string& digits) {
    size_t count = 0;
    while (count < text_.size() && text_[count] >= '0' && text_[count] <= '9') ++count;
    digits += text_.substr(0, count);
    text_.remove_prefix(count);
    return count;
  }

  std::optional<long> take_power() {
    bool negative = false;
    if (!text_.empty() && (text_.front() == '+' || text_.front() == '-')) negative = next() == '-';
    std::string digits;
    if (take_digits(digits) == 0) return std::nullopt;
    long power = 0;
    for (const char c : digits) power = std::min(power * 10 + (c - '0'), 1'000'000L);
    return negative ? -power : power;
  }

  static std::string normal(bool negative, std::string digits, long exponent, bool fraction) {
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    while (!digits.empty() && digits.back() == '0') {
      digits.pop_back();
      ++exponent;
    }
    if (digits.empty()) return fraction || negative ? "0." : "0";
    return (negative ? "-" : "") + digits + (fraction ? ".e" : "e") + std::to_string(exponent);
  }

  std::string_view text_;
};

bool equal(std::string_view a, std::string_view b);

/// The value of the last member of this name, as JSON has it; both texts are known to be JSON.
std::optional<std::string_view> member(std::string_view object, std::string_view name) {
  Reader reader(object);
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
  Reader reader(a);
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
  Reader left(a), right(b);
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
  Reader left(a), right(b);
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
      return left.number() == right.number();
  }
}

/// The text without white space around it, if it is one JSON value.
std::optional<std::string_view> whole_value(std::string_view text) {
  Reader reader(text);
  const auto value = reader.value();
  reader.skip_space();
  return reader.rest().empty() ? value : std::nullopt;
}

}  // namespace

bool json_equal(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto left = whole_value(a);
  const auto right = whole_value(b);
  return left && right && equal(*left, *right);
}

}  // namespace kinode
