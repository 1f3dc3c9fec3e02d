#include "kinode/json_reader.h"

#include "kinode/text.h"

namespace kinode {
namespace {

void append_utf8(std::string& out, uint32_t code) {
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

}  // namespace

std::optional<std::string_view> json_value(std::string_view text) {
  JsonReader reader(text);
  const auto value = reader.value();
  if (!value || reader.peek() != '\0' || !reader.rest().empty()) return std::nullopt;
  return value;
}

void JsonReader::skip_space() {
  const size_t at = text_.find_first_not_of(" \t\n\r");
  text_.remove_prefix(at == text_.npos ? text_.size() : at);
}

char JsonReader::peek() {
  skip_space();
  return text_.empty() ? '\0' : text_.front();
}

bool JsonReader::take(char c) {
  if (peek() != c || text_.empty()) return false;
  text_.remove_prefix(1);
  return true;
}

bool JsonReader::take_word(std::string_view word) {
  skip_space();
  if (!text_.starts_with(word)) return false;
  text_.remove_prefix(word.size());
  return true;
}

std::optional<std::string_view> JsonReader::value() {
  skip_space();
  const auto from = text_;
  if (!skip_value(0)) return std::nullopt;
  return from.substr(0, from.size() - text_.size());
}

std::optional<std::string> JsonReader::string() {
  if (!take('"')) return std::nullopt;
  std::string out;
  while (!text_.empty()) {
    const char c = next();
    if (c == '"') return is_utf8(out) ? std::optional(std::move(out)) : std::nullopt;
    if (static_cast<uint8_t>(c) < 0x20) return std::nullopt;
    if (c != '\\') {
      out += c;
    } else if (!escape(out)) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<std::string> JsonReader::bytes() {
  if (!take('[')) return std::nullopt;
  std::string out;
  if (take(']')) return out;
  // Long lists are common: most elements are digits and a comma.
  for (;;) {
    skip_space();
    uint32_t value = 0;
    size_t digits = 0;
    for (; digits < text_.size() && digits < 4; ++digits) {
      const auto digit = static_cast<uint32_t>(text_[digits] - '0');
      if (digit > 9) break;
      value = value * 10 + digit;
    }
    if (digits == 0 || value > 255 || (digits > 1 && text_.front() == '0')) return std::nullopt;
    text_.remove_prefix(digits);
    out += static_cast<char>(value);
    if (take(']')) return out;
    if (!take(',')) return std::nullopt;
  }
}

std::optional<std::string_view> JsonReader::number() {
  skip_space();
  const auto from = text_;
  const auto at = [&](std::string_view any) {
    return !text_.empty() && any.find(text_.front()) != any.npos;
  };
  if (at("-")) next();
  const bool zero = at("0");
  const size_t whole = skip_digits();
  if (whole == 0 || (zero && whole > 1)) return std::nullopt;
  if (at(".")) {
    next();
    if (skip_digits() == 0) return std::nullopt;
  }
  if (at("eE")) {
    next();
    if (at("+-")) next();
    if (skip_digits() == 0) return std::nullopt;
  }
  return from.substr(0, from.size() - text_.size());
}

char JsonReader::next() {
  const char c = text_.front();
  text_.remove_prefix(1);
  return c;
}

bool JsonReader::skip_value(int depth) {
  switch (peek()) {
    case '{':
      return skip_list('}', depth, true);
    case '[':
      return skip_list(']', depth, false);
    case '"':
      return string().has_value();
    case 't':
      return take_word("true");
    case 'f':
      return take_word("false");
    case 'n':
      return take_word("null");
    default:
      return number().has_value();
  }
}

bool JsonReader::skip_list(char end, int depth, bool members) {
  if (depth == kJsonDepthMax) return false;
  next();
  if (take(end)) return true;
  do {
    if (members && !(string() && take(':'))) return false;
    if (!skip_value(depth + 1)) return false;
  } while (take(','));
  return take(end);
}

bool JsonReader::escape(std::string& out) {
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
    if (!text_.starts_with("\\u")) return false;
    text_.remove_prefix(2);
    const auto low = hex();
    if (!low || *low < 0xdc00 || *low > 0xdfff) return false;
    code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
  }
  append_utf8(out, *code);
  return true;
}

std::optional<uint32_t> JsonReader::hex() {
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

size_t JsonReader::skip_digits() {
  size_t count = 0;
  while (count < text_.size() && text_[count] >= '0' && text_[count] <= '9') ++count;
  text_.remove_prefix(count);
  return count;
}

}  // namespace kinode
