#include "modules/terminal/splash.h"

#include <fmt/format.h>
#include <vector>

#include "base/bytes.h"
#include "modules/terminal/text.h"

namespace kinode::terminal {

namespace {

constexpr std::size_t kWideColumns = 90;
constexpr std::size_t kGap = 4;

constexpr std::string_view kLogo[] = {
    R"( _    _                 _       )", R"(| | _(_)_ __   ___   __| | ___  )",
    R"(| |/ / | '_ \ / _ \ / _` |/ _ \ )", R"(|   <| | | | | (_) | (_| |  __/ )",
    R"(|_|\_\_|_| |_|\___/ \__,_|\___| )",
};

std::vector<std::string> facts(const SplashInfo& info) {
  std::vector<std::string> out;
  out.push_back(fmt::format("{} ({}){}", info.node, info.direct ? "direct" : "indirect",
                            info.detached ? " (detached)" : ""));
  out.push_back("version " + info.version);
  if (!info.public_ip.empty()) out.push_back("public IP " + info.public_ip);
  out.push_back("home at " + info.home);
  if (!info.networking_key.empty()) out.push_back("networking key " + info.networking_key);
  for (auto& line : out) line = printable(line);
  return out;
}

}  // namespace

std::string splash_text(const SplashInfo& info, std::size_t columns) {
  const auto lines = facts(info);
  std::string out;
  if (columns < kWideColumns) {
    for (const auto logo : kLogo) out += fmt::format("{}\n", logo);
    for (const auto& line : lines) out += line + "\n";
    return out;
  }
  for (std::size_t i = 0; i < std::max(std::size(kLogo), lines.size()); ++i) {
    const std::string_view logo = i < std::size(kLogo) ? kLogo[i] : std::string_view();
    const std::string_view fact = i < lines.size() ? std::string_view(lines[i]) : "";
    out += fmt::format("{:<{}}{}\n", logo, kLogo[0].size() + kGap, fact);
  }
  return out;
}

}  // namespace kinode::terminal
