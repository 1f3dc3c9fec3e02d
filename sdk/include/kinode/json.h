// Typed JSON bodies, states and blobs:
//
//   struct Ping {
//     std::string text;
//     uint32_t count;
//     std::optional<std::string> note;  // may be missing or null
//   };
//   KINODE_JSON(Ping, text, count, note)
//
//   const auto ping = json_body<Ping>(*message);  // std::expected<Ping, std::string>
//   if (!ping) print("bad request: ", ping.error());
//   Request::to(peer).body(to_json(Ping{"hi", 1, {}})).send();
//
// Whatever the text is, reading it fails with a reason at worst; nothing ends the guest. Members
// that the type does not have are skipped; a member `public_` stands for "public". Types: bool,
// integers, floating point, std::string, Address, ProcessId, PackageId, JsonText, described
// structs, and std::optional, std::vector and std::map<std::string, T> of these. It reads and
// writes without building trees, and costs a guest about 10 KB; who needs trees may include
// nlohmann/json.hpp, which works here too.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kinode/error.h"
#include "kinode/json_reader.h"
#include "kinode/process.h"

namespace kinode {

/// A value of any kind, as its text; from_json reads it later. It has to be JSON when written.
struct JsonText {
  std::string text = "null";
};

namespace detail {

/// One member of a described struct.
struct JsonMember {
  std::string_view name;
  bool may_be_missing;
  void* (*get)(void* of);
  bool (*read)(JsonReader& from, void* member, std::string& why);
  void (*write)(std::string& to, const void* member);
};

bool read_json_object(JsonReader& from, void* object, std::span<const JsonMember> members,
                      std::string& why);
void write_json_object(std::string& to, const void* object, std::span<const JsonMember> members);
void write_json_string(std::string& to, std::string_view text);
bool read_json_string(JsonReader& from, std::string& text, std::string& why);
/// A number without fraction; its text.
bool read_json_whole(JsonReader& from, std::string_view& text, std::string& why);
/// NaN and infinities, which JSON lacks, become null.
void write_json_double(std::string& to, double value);

template <class T>
concept JsonDescribed = requires(T* of) {
  { kinode_json_members(of) } -> std::convertible_to<std::span<const JsonMember>>;
};

/// How a type is read and written. read() gives false, with the reason in `why`.
template <class T>
struct Json;

template <class T>
bool read_json(JsonReader& from, T& value, std::string& why) {
  return Json<T>::read(from, value, why);
}
template <class T>
void write_json(std::string& to, const T& value) {
  Json<T>::write(to, value);
}

template <>
struct Json<bool> {
  static bool read(JsonReader& from, bool& value, std::string& why) {
    value = from.peek() == 't';
    if (from.take_word("true") || from.take_word("false")) return true;
    why = "expected true or false";
    return false;
  }
  static void write(std::string& to, bool value) { to += value ? "true" : "false"; }
};

template <std::integral T>
struct Json<T> {
  static bool read(JsonReader& from, T& value, std::string& why) {
    std::string_view text;
    if (!read_json_whole(from, text, why)) return false;
    const char* begin = text.data();
    const char* end = begin + text.size();
    const auto [at, error] = std::from_chars(begin, end, value);
    if (error == std::errc() && at == end) return true;
    why = "this number is too large or too small";
    return false;
  }
  static void write(std::string& to, T value) { append(to, value); }
};

template <std::floating_point T>
struct Json<T> {
  static bool read(JsonReader& from, T& value, std::string& why) {
    const auto text = from.number();
    if (!text) return why = "expected a number", false;
    value = static_cast<T>(std::strtod(std::string(*text).c_str(), nullptr));
    return true;
  }
  static void write(std::string& to, T value) { write_json_double(to, value); }
};

template <>
struct Json<std::string> {
  static bool read(JsonReader& from, std::string& value, std::string& why) {
    return read_json_string(from, value, why);
  }
  static void write(std::string& to, std::string_view value) { write_json_string(to, value); }
};

template <>
struct Json<JsonText> {
  static bool read(JsonReader& from, JsonText& value, std::string& why) {
    const auto text = from.value();
    if (!text) return why = "expected a value", false;
    value.text = *text;
    return true;
  }
  static void write(std::string& to, const JsonText& value) { to += value.text; }
};

template <class View>
struct Json<OwnedId<View>> {
  static bool read(JsonReader& from, OwnedId<View>& value, std::string& why) {
    std::string text;
    if (!read_json_string(from, text, why)) return false;
    auto id = OwnedId<View>::parse(text);
    if (!id) return why = describe(id.error()), false;
    value = *std::move(id);
    return true;
  }
  static void write(std::string& to, const OwnedId<View>& value) {
    write_json_string(to, value.text());
  }
};

template <JsonDescribed T>
struct Json<T> {
  static bool read(JsonReader& from, T& value, std::string& why) {
    return read_json_object(from, &value, kinode_json_members(&value), why);
  }
  static void write(std::string& to, const T& value) {
    write_json_object(to, &value, kinode_json_members(const_cast<T*>(&value)));
  }
};

template <class T>
struct Json<std::optional<T>> {
  static bool read(JsonReader& from, std::optional<T>& value, std::string& why) {
    value.reset();
    return from.take_word("null") || read_json(from, value.emplace(), why);
  }
  static void write(std::string& to, const std::optional<T>& value) {
    value ? write_json(to, *value) : void(to += "null");
  }
};

template <class T>
struct Json<std::vector<T>> {
  static bool read(JsonReader& from, std::vector<T>& value, std::string& why) {
    value.clear();
    if (!from.take('[')) return why = "expected a list", false;
    if (from.take(']')) return true;
    do {
      T element{};
      if (!read_json(from, element, why)) {
        why = "[" + std::to_string(value.size()) + "]: " + why;
        return false;
      }
      value.push_back(std::move(element));
    } while (from.take(','));
    return from.take(']');
  }
  static void write(std::string& to, const std::vector<T>& value) {
    to += '[';
    bool first = true;
    for (const auto& element : value) {
      if (!std::exchange(first, false)) to += ',';
      write_json<T>(to, element);
    }
    to += ']';
  }
};

template <class T>
struct Json<std::map<std::string, T>> {
  static bool read(JsonReader& from, std::map<std::string, T>& value, std::string& why) {
    value.clear();
    if (!from.take('{')) return why = "expected an object", false;
    if (from.take('}')) return true;
    do {
      const std::string name = from.string().value_or("");
      from.take(':');
      if (!read_json(from, value[name], why)) return why = name + ": " + why, false;
    } while (from.take(','));
    return from.take('}');
  }
  static void write(std::string& to, const std::map<std::string, T>& value) {
    to += '{';
    bool first = true;
    for (const auto& [name, element] : value) {
      if (!std::exchange(first, false)) to += ',';
      write_json_string(to, name);
      to += ':';
      write_json(to, element);
    }
    to += '}';
  }
};

template <class T>
constexpr bool kJsonMayBeMissing = false;
template <class T>
constexpr bool kJsonMayBeMissing<std::optional<T>> = true;

template <class T>
constexpr JsonMember json_member(std::string_view name, void* (*get)(void*)) {
  if (name.ends_with('_')) name.remove_suffix(1);
  return {
      name, kJsonMayBeMissing<T>, get,
      [](JsonReader& from, void* member, std::string& why) {
        return read_json(from, *static_cast<T*>(member), why);
      },
      [](std::string& to, const void* member) { write_json(to, *static_cast<const T*>(member)); }};
}

}  // namespace detail

/// The text as a T, or why it is none, such as "count: expected a whole number".
template <class T>
std::expected<T, std::string> from_json(std::string_view text) {
  const auto json = json_value(text);
  if (!json) return std::unexpected("this is no JSON");
  JsonReader reader(*json);
  T value{};
  std::string why;
  if (!detail::read_json(reader, value, why)) return std::unexpected(std::move(why));
  return value;
}

/// Compact JSON, the members in the order of their description. Bytes of strings that are not UTF-8
/// become U+FFFD.
template <class T>
std::string to_json(const T& value) {
  std::string text;
  detail::write_json(text, value);
  return text;
}

template <class T>
std::expected<T, std::string> json_body(const Message& message) {
  return from_json<T>(message.body());
}

/// The saved state; an error too if there is none.
template <class T>
std::expected<T, std::string> json_state() {
  const auto state = get_state();
  if (!state) return std::unexpected("there is no state");
  return from_json<T>(*state);
}

/// The same where no state is no error: a first start is told from a state that an older version of
/// the program left in another form (kDamaged), which is not to be overwritten unseen.
template <class T>
Result<std::optional<T>> find_json_state() {
  const auto state = get_state();
  if (!state) return std::nullopt;
  auto value = from_json<T>(*state);
  if (value) return *std::move(value);
  return std::unexpected(
      Error{ErrorKind::kDamaged, "the saved state has another type: " + value.error()});
}

template <class T>
void set_json_state(const T& value) {
  set_state(to_json(value));
}

/// The blob of the last message; an error too if it had none.
template <class T>
std::expected<T, std::string> json_blob() {
  const auto blob = get_blob();
  if (!blob) return std::unexpected("there is no blob");
  return from_json<T>(blob->bytes());
}

}  // namespace kinode

#define KINODE_EXPAND(...) KINODE_EXPAND3(KINODE_EXPAND3(KINODE_EXPAND3(__VA_ARGS__)))
#define KINODE_EXPAND3(...) KINODE_EXPAND2(KINODE_EXPAND2(KINODE_EXPAND2(__VA_ARGS__)))
#define KINODE_EXPAND2(...) KINODE_EXPAND1(KINODE_EXPAND1(KINODE_EXPAND1(__VA_ARGS__)))
#define KINODE_EXPAND1(...) __VA_ARGS__
#define KINODE_PARENTHESES ()
#define KINODE_JSON_MEMBERS(Type, member, ...)                                     \
  kinode::detail::json_member<decltype(Type::member)>(                             \
      #member, [](void* of) -> void* { return &static_cast<Type*>(of)->member; }), \
      __VA_OPT__(KINODE_JSON_MEMBERS_AGAIN KINODE_PARENTHESES(Type, __VA_ARGS__))
#define KINODE_JSON_MEMBERS_AGAIN() KINODE_JSON_MEMBERS

/// Describes a struct by its members (1 to 27 of them), in the namespace of the struct.
#define KINODE_JSON(Type, ...)                                                                     \
  [[maybe_unused]] inline std::span<const kinode::detail::JsonMember> kinode_json_members(Type*) { \
    static constexpr kinode::detail::JsonMember kMembers[] = {                                     \
        KINODE_EXPAND(KINODE_JSON_MEMBERS(Type, __VA_ARGS__))};                                    \
    return kMembers;                                                                               \
  }
