#include "modules/terminal/verbosity.h"

#include <charconv>
#include <fmt/format.h>

#include "base/limits.h"
#include "msg/json.h"

namespace kinode::terminal {

namespace {

constexpr std::string_view kExample =
    R"(write it like {"chat:chat:template.os":{"U8":3},"x:y:z":"Muted"})";

std::optional<ProcessVerbosity> from_json(const msg::Json& value) {
  if (const std::string* text = value.string()) {
    if (*text == "Muted") return ProcessVerbosity{};
    return std::nullopt;
  }
  const auto* members = value.members();
  if (members == nullptr || members->size() != 1 || members->front().first != "U8")
    return std::nullopt;
  const std::uint64_t* number = members->front().second.unsigned_integer();
  if (number == nullptr || *number > 255) return std::nullopt;
  return ProcessVerbosity{static_cast<std::uint8_t>(*number)};
}

}  // namespace

std::string ProcessVerbosity::text() const { return level ? fmt::to_string(*level) : "muted"; }

std::optional<ProcessVerbosity> parse_process_verbosity(std::string_view text) {
  if (text == "m" || text == "mute" || text == "muted") return ProcessVerbosity{};
  std::uint8_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return ProcessVerbosity{number};
}

Result<ProcessVerbosities> parse_process_verbosities(std::string_view json) {
  ProcessVerbosities out;
  if (json.empty()) return out;
  const auto parsed = msg::Json::parse(json);
  if (!parsed) return fail(Code::kInvalid, fmt::format("{}; {}", parsed.error().detail, kExample));
  const auto* members = parsed->members();
  if (members == nullptr) {
    return fail(Code::kInvalid, fmt::format("it is {}; {}", parsed->kind_text(), kExample));
  }
  if (members->size() > limits::kProcessVerbositiesMax) {
    return fail(Code::kOverloaded, fmt::format("it names {} processes, {} are allowed",
                                               members->size(), limits::kProcessVerbositiesMax));
  }
  for (const auto& [name, value] : *members) {
    auto id = msg::ProcessId::parse(name);
    if (!id) {
      return fail(Code::kInvalid, fmt::format("{} names no process ({}); {}", printable(name),
                                              id.error().detail, kExample));
    }
    const auto verbosity = from_json(value);
    if (!verbosity) {
      return fail(Code::kInvalid,
                  fmt::format("the value of {} is neither {{\"U8\": 0 to 255}} nor \"Muted\"; {}",
                              printable(name), kExample));
    }
    out[std::move(*id)] = *verbosity;
  }
  return out;
}

std::string_view verbosity_name(std::uint8_t level) {
  constexpr std::string_view kNames[] = {"off", "debug", "super-debug", "full event loop"};
  return level < std::size(kNames) ? kNames[level] : "unknown";
}

std::uint8_t VerbosityTable::cycle() {
  overall_ = overall_ < kEventLevel ? static_cast<std::uint8_t>(overall_ + 1) : 0;
  return overall_;
}

bool VerbosityTable::set(const msg::ProcessId& process, ProcessVerbosity verbosity) {
  if (processes_.size() >= limits::kProcessVerbositiesMax && !processes_.contains(process)) {
    return false;
  }
  processes_[process] = verbosity;
  return true;
}

bool VerbosityTable::shows(std::uint8_t level, const msg::ProcessId& source) const {
  const auto own = processes_.find(source);
  if (own == processes_.end()) return level <= overall_;
  return own->second.level && level <= *own->second.level;
}

}  // namespace kinode::terminal
