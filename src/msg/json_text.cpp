// JSON as text: strings, numbers, and the one canonical form of a value.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <map>

#include "base/assert.h"
#include "msg/json.h"

namespace kinode::msg {

namespace {

void append_escaped(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
}

/// `text` with every malformed byte replaced.
std::string lossy_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t n = std::min<std::size_t>(4, text.size());
    while (n > 0 && !is_utf8(as_bytes(text.substr(0, n)))) --n;
    out += n == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, n);
    text.remove_prefix(std::max<std::size_t>(n, 1));
  }
  return out;
}

void append_canonical(std::string& out, const Json& value);

void append_members(std::string& out, const Json::Members& members) {
  std::map<std::string_view, const Json*> sorted;
  for (const auto& [key, value] : members) sorted[key] = &value;  // the last one counts
  char separator = '{';
  for (const auto& [key, value] : sorted) {
    out.push_back(separator);
    separator = ',';
    append_escaped(out, key);
    out.push_back(':');
    append_canonical(out, *value);
  }
  if (sorted.empty()) out.push_back('{');
  out.push_back('}');
}

void append_items(std::string& out, const Json::Items& items) {
  out.push_back('[');
  for (const Json& item : items) {
    if (&item != &items.front()) out.push_back(',');
    append_canonical(out, item);
  }
  out.push_back(']');
}

// Recursion is bounded: Json::parse refuses deep nesting.
void append_canonical(std::string& out, const Json& value) {
  if (value.is_null()) {
    out += "null";
  } else if (const auto* b = value.boolean()) {
    out += *b ? "true" : "false";
  } else if (const auto* n = value.unsigned_integer()) {
    out += fmt::to_string(*n);
  } else if (const auto* i = value.negative_integer()) {
    out += fmt::to_string(*i);
  } else if (const auto* d = value.fraction()) {
    append_json_number(out, *d == 0 ? 0.0 : *d);  // 0.0 and -0.0 are equal
  } else if (const auto* s = value.string()) {
    append_escaped(out, *s);
  } else if (const auto* bytes = value.byte_list()) {
    append_json_bytes(out, *bytes);
  } else if (const auto* items = value.items()) {
    append_items(out, *items);
  } else {
    append_members(out, *value.members());
  }
}

}  // namespace

std::string Json::canonical() const {
  std::string out;
  append_canonical(out, *this);
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  if (is_utf8(as_bytes(text))) return append_escaped(out, text);
  append_escaped(out, lossy_utf8(text));
}

void append_json_bytes(std::string& out, ByteView bytes) {
  out.reserve(out.size() + bytes.size() * 4 + 2);
  out.push_back('[');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0) out.push_back(',');
    const unsigned b = bytes[i];
    if (b >= 100) out.push_back(static_cast<char>('0' + b / 100));
    if (b >= 10) out.push_back(static_cast<char>('0' + b / 10 % 10));
    out.push_back(static_cast<char>('0' + b % 10));
  }
  out.push_back(']');
}

void append_json_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";  // JSON has no such number
    return;
  }
  char raw[32];
  const auto end = std::to_chars(raw, raw + sizeof raw, value, std::chars_format::scientific);
  KINODE_ASSERT(end.ec == std::errc());
  std::string_view text(raw, static_cast<std::size_t>(end.ptr - raw));
  if (text.front() == '-') {
    out.push_back('-');
    text.remove_prefix(1);
  }
  const auto e = text.find('e');
  std::string digits(text.substr(0, e));
  std::erase(digits, '.');
  int exponent = 0;
  const char* first = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(first, text.data() + text.size(), exponent);

  const int count = static_cast<int>(digits.size());
  const int point = value == 0 ? 1 : exponent + 1;  // where the point stands among the digits
  if (count <= point && point <= 16) {
    out += digits;
    out.append(static_cast<std::size_t>(point - count), '0');
    out += ".0";
  } else if (0 < point && point <= 16) {
    out += digits.insert(static_cast<std::size_t>(point), 1, '.');
  } else if (-5 < point && point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out += digits;
  } else {
    if (count > 1) digits.insert(1, 1, '.');
    out += digits;
    fmt::format_to(std::back_inserter(out), "e{}", point - 1);
  }
}

}  // namespace kinode::msg
