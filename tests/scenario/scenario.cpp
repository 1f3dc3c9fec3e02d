#include "scenario.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "msg/json.h"

namespace kinode::scenario {

using msg::Json;

namespace {

std::string process(std::string_view name) {
  if (name == "owner") return "owner:distro:sys";
  return fmt::format("{}:scene:os", name);
}

std::string address(std::string_view name) { return support::at(process(name)).text(); }

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return word;
}

const Json* member(const Json& object, std::string_view name) {
  for (const auto& [key, value] : *object.members()) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace

std::vector<Step> read_steps(std::string_view text) {
  std::vector<Step> out;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    Step step;
    step.line = number;
    step.verb = take_word(line);
    if (step.verb.empty() || step.verb.starts_with('#')) continue;
    step.first = take_word(line);
    step.rest = line;
    out.push_back(std::move(step));
  }
  return out;
}

std::string Scene::with_addresses(std::string_view json) const {
  std::string out;
  for (std::size_t i = 0; i < json.size();) {
    const std::size_t end = json.find('"', i + 1);
    if (!json.substr(i).starts_with("\"@") || end == std::string_view::npos) {
      out += json[i++];
      continue;
    }
    out += fmt::format("\"{}\"", address(json.substr(i + 2, end - i - 2)));
    i = end + 1;
  }
  return out;
}

std::optional<Mistake> Scene::tell(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (auto wrong = perform(step)) return Mistake{step.line, std::move(*wrong)};
  }
  if (auto wrong = unheard()) {
    return Mistake{steps.empty() ? 1 : steps.back().line, std::move(*wrong)};
  }
  return std::nullopt;
}

Scene::Wrong Scene::perform(const Step& step) {
  if (step.first.empty()) return fmt::format("the step \"{}\" lacks a word", step.verb);
  if (step.verb == "start") return start(step);
  if (step.verb == "hear") return hear(step);
  if (step.verb == "advance") return advance(step);
  if (step.verb == "printed") {
    const std::string text = step.first + (step.rest.empty() ? "" : " " + step.rest);
    if (node_.printouts.count(text) == 0) return fmt::format("nobody has printed \"{}\"", text);
  } else if (step.verb == "kill") {
    node_.kill(process(step.first));
  } else if (step.verb == "let" && step.rest.starts_with("message ")) {
    node_.grant(process(step.first), support::messaging(process(step.rest.substr(8))));
  } else if (step.verb == "tell") {
    const std::string command = with_addresses(step.rest);
    if (!command.starts_with("{\"do\":")) return "a command starts with {\"do\":";
    if (auto json = Json::parse(command); !json) return json.error().detail;
    node_.tell(process(step.first), command);
  } else {
    return perform_outside(step);
  }
  return std::nullopt;
}

Scene::Wrong Scene::perform_outside(const Step& step) {
  if (step.verb == "send") {
    node_.tell(process(step.first), step.rest);
  } else if (step.verb == "ask") {
    // As a guest does: whoever answers in the end answers the one outside.
    node_.owner().send(support::at(process(step.first)), wasm::native_request(step.rest, 60),
                       nullptr, node_.owner().address());
    asked_[step.rest] = node_.owner().last_id();
    node_.settle();
  } else if (step.verb == "answered") {
    return answered(step);
  } else if (step.verb == "asked" || step.verb == "reply") {
    const msg::EnvelopeRef request = got(step.first);
    if (!request) return fmt::format("nobody outside has got a request \"{}\"", step.first);
    if (step.verb == "asked") return std::nullopt;
    node_.owner().respond(*request, step.rest);
    node_.settle();
  } else {
    return fmt::format("there is no step \"{}\": tests/scenario/README.md has them all", step.verb);
  }
  return std::nullopt;
}

Scene::Wrong Scene::start(const Step& step) {
  if (!step.rest.empty() && step.rest != "private") {
    return fmt::format("\"private\" is all that may follow the name, not \"{}\"", step.rest);
  }
  lines_[step.first];
  if (node_.start(process(step.first), "puppet", {.is_public = step.rest.empty()})) return {};
  return fmt::format("{} did not start", step.first);
}

msg::EnvelopeRef Scene::got(std::string_view body) const {
  const auto& all = node_.owner().got;
  const auto it = std::ranges::find_if(all, [&](const auto& e) {
    return e->request() != nullptr && e->request()->body.text() == body;
  });
  return it == all.end() ? nullptr : *it;
}

Scene::Wrong Scene::answered(const Step& step) {
  const auto asked = asked_.find(step.first);
  if (asked == asked_.end()) return fmt::format("nobody has asked \"{}\"", step.first);
  const msg::EnvelopeRef answer = node_.owner().answer(asked->second);
  if (!answer) return fmt::format("there is no answer to \"{}\"", step.first);
  const std::string_view text = answer->response()->body.text();
  if (text == step.rest) return {};
  return fmt::format("the answer to \"{}\" is \"{}\", not \"{}\"", step.first, text, step.rest);
}

Scene::Wrong Scene::advance(const Step& step) {
  std::uint64_t number = 0;
  const char* const end = step.first.data() + step.first.size();
  const auto read = std::from_chars(step.first.data(), end, number);
  const std::string_view unit(read.ptr, end);
  if (read.ec != std::errc() || (!unit.empty() && unit != "ms")) {
    return fmt::format("\"{}\" is no time: write seconds, or milliseconds with ms", step.first);
  }
  node_.advance(unit.empty() ? Nanos(std::chrono::seconds(number))
                             : Nanos(std::chrono::milliseconds(number)));
  return std::nullopt;
}

Scene::Wrong Scene::hear(const Step& step) {
  const auto found = lines_.find(step.first);
  if (found == lines_.end()) return fmt::format("{} was not started", step.first);
  auto& lines = found->second;
  for (auto& line : node_.said(process(step.first))) lines.push_back(std::move(line));
  if (lines.empty()) return fmt::format("{} has printed nothing more", step.first);
  const std::string line = std::move(lines.front());
  lines.erase(lines.begin());
  const std::string wanted = with_addresses(step.rest);
  const auto want = Json::parse(wanted);
  const auto have = Json::parse(line);
  if (!want || want->members() == nullptr) return fmt::format("this is no JSON object: {}", wanted);
  if (!have || have->members() == nullptr) {
    return fmt::format("{} has printed what is no JSON object: {}", step.first, line);
  }
  for (const auto& [key, value] : *want->members()) {
    const Json* seen = member(*have, key);
    if (seen != nullptr && seen->canonical() == value.canonical()) continue;
    return fmt::format("{} has printed another \"{}\" than {}: {}", step.first, key,
                       value.canonical(), line);
  }
  return std::nullopt;
}

Scene::Wrong Scene::unheard() {
  for (auto& [name, lines] : lines_) {
    for (auto& line : node_.said(process(name))) lines.push_back(std::move(line));
    if (!lines.empty()) return fmt::format("{} has printed more: {}", name, lines.front());
  }
  return std::nullopt;
}

}  // namespace kinode::scenario
