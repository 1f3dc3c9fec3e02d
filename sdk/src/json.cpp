#include "kinode/json.h"

#include <cmath>
#include <cstdio>

namespace kinode::detail {

bool read_json_object(JsonReader& from, void* object, std::span<const JsonMember> members,
                      std::string& why) {
  if (!from.take('{')) return why = "expected an object", false;
  std::vector<bool> seen(members.size());
  if (!from.take('}')) {
    do {
      const std::string name = from.string().value_or("");
      from.take(':');
      size_t i = 0;
      while (i < members.size() && members[i].name != name) ++i;
      if (i == members.size()) {
        from.value();
        continue;
      }
      seen[i] = true;
      if (!members[i].read(from, members[i].get(object), why)) {
        return why = name + ": " + why, false;
      }
    } while (from.take(','));
    from.take('}');
  }
  for (size_t i = 0; i < members.size(); ++i) {
    if (!seen[i] && !members[i].may_be_missing) {
      return why = std::string(members[i].name) + " is missing", false;
    }
  }
  return true;
}

void write_json_object(std::string& to, const void* object, std::span<const JsonMember> members) {
  to += '{';
  for (size_t i = 0; i < members.size(); ++i) {
    if (i != 0) to += ',';
    write_json_string(to, members[i].name);
    to += ':';
    members[i].write(to, members[i].get(const_cast<void*>(object)));
  }
  to += '}';
}

void write_json_string(std::string& to, std::string_view text) {
  std::string lossy;
  if (!is_utf8(text)) text = lossy = lossy_utf8(text);
  to += '"';
  for (const char c : text) {
    constexpr std::string_view kFrom = "\"\\\b\f\n\r\t";
    constexpr std::string_view kTo = "\"\\bfnrt";
    if (const size_t at = kFrom.find(c); at != kFrom.npos) {
      to += '\\';
      to += kTo[at];
    } else if (static_cast<uint8_t>(c) < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      to += c < 0x10 ? "\\u000" : "\\u001";
      to += kHex[static_cast<uint8_t>(c) & 15];
    } else {
      to += c;
    }
  }
  to += '"';
}

bool read_json_string(JsonReader& from, std::string& text, std::string& why) {
  auto read = from.string();
  if (!read) return why = "expected a string", false;
  text = *std::move(read);
  return true;
}

bool read_json_whole(JsonReader& from, std::string_view& text, std::string& why) {
  const auto read = from.number();
  if (!read || read->find_first_of(".eE") != read->npos) {
    return why = "expected a whole number", false;
  }
  text = *read;
  return true;
}

void write_json_double(std::string& to, double value) {
  if (!std::isfinite(value)) {
    to += "null";
    return;
  }
  // The shortest form that reads back as the same number.
  char digits[32];
  for (int precision = 15; precision <= 17; ++precision) {
    std::snprintf(digits, sizeof digits, "%.*g", precision, value);
    if (std::strtod(digits, nullptr) == value) break;
  }
  to += digits;
}

}  // namespace kinode::detail
