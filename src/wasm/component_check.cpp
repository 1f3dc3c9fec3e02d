#include "wasm/component_check.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "wasm/shim_abi.h"

namespace kinode::wasm {
namespace {

constexpr std::string_view kWanted =
    "a WebAssembly component of the world kinode:process 1.0.0 (built with kit, wasm-tools or "
    "componentize; 0.8.0, 0.7.0 and hyperware:process 1.0.0 run, too)";

/// The interface in all its versions, also those that do not run here.
constexpr std::string_view kStandards[] = {"kinode:process/standard@",
                                           "hyperware:process/standard@"};

/// Foreign names in one message: more would only bury the first.
constexpr std::size_t kNamesShownMax = 8;
constexpr std::size_t kNameBytesShownMax = 120;

/// The interfaces of WASI 0.2 that a guest finds here, without their versions.
constexpr std::array<std::string_view, 27> kWasiHere{
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
};

struct Outline {
  std::vector<std::string> imports, exports;
};

bool contains(const auto& range, std::string_view value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

std::string shown(std::string_view name) { return printable(name.substr(0, kNameBytesShownMax)); }

std::unexpected<Error> bad(std::string what) {
  return fail(Code::kInvalid, fmt::format("{}; expected {}", what, kWanted));
}

bool is_module_or_component(ByteView bytes) {
  return bytes.size() >= 4 && as_text(bytes.first(4)) == std::string_view("\0asm", 4);
}

/// Only for the message: what somebody may have uploaded in place of a component.
std::string guess(ByteView bytes) {
  const auto start = as_text(bytes.first(std::min<std::size_t>(bytes.size(), 512)));
  if (start.starts_with("PK\x03\x04")) return "this is a zip archive";
  if (start.starts_with("\x7f"
                        "ELF"))
    return "this is a native program or an image of compiled code";
  if (start.starts_with("(module") || start.starts_with("(component")) {
    return "this is WebAssembly text, not binary";
  }
  const auto is_text = [](char c) { return c == '\n' || c == '\r' || c == '\t' || c >= ' '; };
  if (is_utf8(as_bytes(start)) && std::ranges::all_of(start, is_text)) return "this is a text file";
  return "this is no WebAssembly: it does not begin with \\0asm";
}

Result<Outline> outline(ByteView bytes) {
  Outline outline;
  const ShimScan visitor{[](void* context, bool is_import, GuestBytes name) {
                           auto& found = *static_cast<Outline*>(context);
                           (is_import ? found.imports : found.exports).emplace_back(name.text());
                         },
                         &outline};
  std::string reason;
  const auto error = ShimSink::to(reason);
  switch (kinode_shim_scan(GuestBytes::of(bytes), &visitor, &error)) {
    case 0:
      return outline;
    case 1:
      return bad(
          "this is a core WebAssembly module, not a component: convert it with "
          "`wasm-tools component new`");
    case 3:
      return bad(fmt::format("the file is cut off after {} bytes ({})", bytes.size(), reason));
    default:
      return bad(fmt::format("the file is damaged ({})", reason));
  }
}

bool is_standard(std::string_view import) {
  return std::ranges::any_of(kStandards, [&](auto name) { return import.starts_with(name); });
}

/// The worlds of the imports, each once.
Result<std::vector<World>> worlds_of(const std::vector<std::string>& imports) {
  std::vector<World> worlds;
  for (const auto& import : imports) {
    if (!is_standard(import)) continue;
    const auto* known = std::ranges::find(kStandardImports, import);
    if (known == kStandardImports.end()) {
      return fail(Code::kUnsupported,
                  fmt::format("it was built for version {} of {}, and this node runs 1.0.0, 0.8.0 "
                              "and 0.7.0 of kinode:process and 1.0.0 of hyperware:process: build "
                              "it against the world process-v1 of kinode:process@1.0.0",
                              shown(std::string_view(import).substr(import.find('@') + 1)),
                              import.substr(0, import.find('/'))));
    }
    worlds.push_back(static_cast<World>(known - kStandardImports.begin()));
  }
  return worlds;
}

/// Empty when the import is there.
std::string missing(std::string_view import) {
  if (is_standard(import)) return {};
  const auto at = import.find('@');
  const auto name = import.substr(0, at);
  if (!contains(kWasiHere, name)) return shown(import);
  const auto version = at == import.npos ? std::string_view() : import.substr(at + 1);
  if (version.starts_with("0.2.")) return {};
  return fmt::format("{} (this node has 0.2)", shown(import));
}

}  // namespace

Result<World> check_component(ByteView bytes) {
  if (bytes.empty()) return bad("the file is empty");
  if (bytes.size() > limits::kComponentBytesMax) {
    return fail(Code::kInvalid, fmt::format("the component has {} bytes; at most {} are accepted",
                                            bytes.size(), limits::kComponentBytesMax));
  }
  if (!is_module_or_component(bytes)) return bad(guess(bytes));
  const auto found = outline(bytes);
  if (!found) return std::unexpected(found.error());

  const auto worlds = worlds_of(found->imports);
  if (!worlds) return std::unexpected(worlds.error());
  if (worlds->size() > 1) {
    return fail(Code::kUnsupported,
                fmt::format("it imports both {} and {}, but a process lives by the rules of one: "
                            "build all its parts against the same",
                            standard_import((*worlds)[0]), standard_import((*worlds)[1])));
  }
  std::vector<std::string> unknown;
  for (const auto& import : found->imports) {
    auto problem = missing(import);
    if (!problem.empty() && unknown.size() < kNamesShownMax) unknown.push_back(std::move(problem));
  }
  if (!unknown.empty()) {
    return fail(
        Code::kUnsupported,
        fmt::format("it imports what this node does not have: {}; a process may import one of {} "
                    "and the interfaces of wasi:cli 0.2",
                    fmt::join(unknown, ", "), fmt::join(kStandardImports, ", ")));
  }
  if (!contains(found->exports, "init")) {
    return bad("it has no export `init: func(our: string)`");
  }
  return worlds->empty() ? World::kKinode10 : worlds->front();
}

}  // namespace kinode::wasm
