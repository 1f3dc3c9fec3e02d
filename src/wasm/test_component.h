// Small components written as text inside tests: the test gives the core code, this the border.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "wasm/wat.h"
#include "wasm/world.h"

namespace kinode::wasm {

struct TestComponent {
  /// Core functions, in WebAssembly text. `init` is called with the pointer and length of `our`.
  /// Every import is callable by its name, such as `(call $send-request ...)`.
  std::string code = {};
  /// Data segments, put at their addresses; addresses from 65,536 on belong to the allocator.
  std::string data = {};
  World world = World::kKinode10;
  /// What it imports instead of its world's interface, when not empty.
  std::string standard = {};
  std::string encoding = "utf8";
  /// More imports of the component, and what `init` is exported as.
  std::string imports = {};
  std::string export_name = "init";
  /// Core functions lowered from those imports, and their names and core types.
  std::string more_lowered = {};
  std::vector<std::pair<std::string, std::string>> more_functions = {};

  std::string text() const;
  ByteVector binary() const { return wat_to_binary(text()).value(); }
};

/// A component whose `init` does this and returns.
inline TestComponent guest_doing(std::string_view body) {
  return {.code = fmt::format("(func $init (param $our i32) (param $len i32) {})", body)};
}

namespace test_component {

inline constexpr std::string_view kTypes = R"(
    (type $pid0 (record (field "process-name" string) (field "package-name" string)
      (field "publisher-node" string)))
    (export "process-id" (type $pid (eq $pid0)))
    (type $addr0 (record (field "node" string) (field "process" $pid)))
    (export "address" (type $addr (eq $addr0)))
    (type $cap0 (record (field "issuer" $addr) (field "params" string)))
    (export "capability" (type $cap (eq $cap0)))
    (type $blob0 (record (field "mime" (option string)) (field "bytes" (list u8))))
    (export "lazy-load-blob" (type $blob (eq $blob0)))
    (type $req0 (record (field "inherit" bool) (field "expects-response" (option u64))
      (field "body" (list u8)) (field "metadata" (option string))
      (field "capabilities" (list $cap))))
    (export "request" (type $req (eq $req0)))
    (type $resp0 (record (field "inherit" bool) (field "body" (list u8))
      (field "metadata" (option string)) (field "capabilities" (list $cap))))
    (export "response" (type $resp (eq $resp0)))
    (type $msg0 (variant (case "request" $req)
      (case "response" (tuple $resp (option (list u8))))))
    (export "message" (type $msg (eq $msg0)))
    (type $exit0 (variant (case "none") (case "restart")
      (case "requests" (list (tuple $addr $req (option $blob))))))
    (export "on-exit" (type $exit (eq $exit0)))
    (type $sek0 (enum "offline" "timeout"))
    (export "send-error-kind" (type $sek (eq $sek0)))
    (type $spe0 (enum "name-taken" "no-file-at-path"))
    (export "spawn-error" (type $spe (eq $spe0))))";

inline constexpr std::string_view kSendError = R"(
    (type $se0 (record (field "kind" $sek) (field "target" $addr) (field "message" $msg)
      (field "lazy-load-blob" (option $blob))))
    (export "send-error" (type $se (eq $se0))))";

inline constexpr std::string_view kSendError07 = R"(
    (type $se0 (record (field "kind" $sek) (field "message" $msg)
      (field "lazy-load-blob" (option $blob))))
    (export "send-error" (type $se (eq $se0))))";

struct Import {
  std::string_view name, type, core;
};

inline constexpr Import kImports[] = {
    {"print-to-terminal", R"((param "verbosity" u8) (param "message" string))",
     "(param i32 i32 i32)"},
    {"our", "(result $addr)", "(param i32)"},
    {"set-on-exit", R"((param "on-exit" $exit))", "(param i32 i32 i32)"},
    {"get-on-exit", "(result $exit)", "(param i32)"},
    {"get-state", "(result (option (list u8)))", "(param i32)"},
    {"set-state", R"((param "bytes" (list u8)))", "(param i32 i32)"},
    {"clear-state", "", ""},
    {"spawn",
     R"((param "name" (option string)) (param "wasm-path" string) (param "on-exit" $exit)
        (param "request-capabilities" (list $cap))
        (param "grant-capabilities" (list (tuple $pid string))) (param "public" bool)
        (result (result $pid (error $spe))))",
     "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)"},
    {"save-capabilities", R"((param "caps" (list $cap)))", "(param i32 i32)"},
    {"drop-capabilities", R"((param "caps" (list $cap)))", "(param i32 i32)"},
    {"our-capabilities", "(result (list $cap))", "(param i32)"},
    {"receive", "(result (result (tuple $addr $msg) (error (tuple $se (option (list u8))))))",
     "(param i32)"},
    {"has-blob", "(result bool)", "(result i32)"},
    {"get-blob", "(result (option $blob))", "(param i32)"},
    {"last-blob", "(result (option $blob))", "(param i32)"},
    {"send-request",
     R"((param "target" $addr) (param "request" $req) (param "context" (option (list u8)))
        (param "lazy-load-blob" (option $blob)))",
     "(param i32)"},
    {"send-requests",
     R"((param "requests" (list (tuple $addr $req (option (list u8)) (option $blob)))))",
     "(param i32 i32)"},
    {"send-response", R"((param "response" $resp) (param "lazy-load-blob" (option $blob)))",
     "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)"},
    {"send-and-await-response",
     R"((param "target" $addr) (param "request" $req) (param "lazy-load-blob" (option $blob))
        (result (result (tuple $addr $msg) (error $se))))",
     "(param i32 i32)"},
};

inline constexpr std::string_view kOldSpawn =
    R"((param "name" (option string)) (param "wasm-path" string) (param "on-exit" $exit)
       (param "request-capabilities" (list $cap)) (param "grant-capabilities" (list $pid))
       (param "public" bool) (result (result $pid (error $spe))))";

/// What 0.7.0 and 0.8.0 do not have.
inline bool is_new(std::string_view name) {
  return name == "our" || name == "has-blob" || name == "last-blob";
}

/// One page of data, one of allocations that grow upwards and are never freed.
inline constexpr std::string_view kLibc = R"(
  (core module $libc
    (memory (export "memory") 2)
    (global $top (export "top") (mut i32) (i32.const 65536))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      (global.set $top (i32.add (local.get $at) (local.get 3)))
      (block $fits
        (br_if $fits (i32.le_u (global.get $top) (i32.shl (memory.size) (i32.const 16))))
        (drop (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get 3) (i32.const 16))))))
      (local.get $at)))
  (core instance $libc (instantiate $libc)))";

}  // namespace test_component

inline std::string TestComponent::text() const {
  namespace parts = test_component;
  const bool old = world == World::kKinode07 || world == World::kKinode08;
  std::string types(world == World::kKinode07 ? parts::kSendError07 : parts::kSendError);
  types += "\n";
  std::string lowered, imported, given;
  for (const auto& import : parts::kImports) {
    if (old && parts::is_new(import.name)) continue;
    const auto type = old && import.name == "spawn" ? parts::kOldSpawn : import.type;
    types += fmt::format("    (export \"{}\" (func {}))\n", import.name, type);
    lowered += fmt::format(
        "  (core func ${0} (canon lower (func $k \"{0}\") (memory $libc \"memory\")\n"
        "    (realloc (func $libc \"realloc\")) string-encoding={1}))\n",
        import.name, encoding);
    imported +=
        fmt::format("    (import \"k\" \"{0}\" (func ${0} {1}))\n", import.name, import.core);
    given += fmt::format(" (export \"{0}\" (func ${0}))", import.name);
  }
  lowered += more_lowered;
  for (const auto& [name, core] : more_functions) {
    imported += fmt::format("    (import \"k\" \"{0}\" (func ${0} {1}))\n", name, core);
    given += fmt::format(" (export \"{0}\" (func ${0}))", name);
  }
  return fmt::format(
      "(component\n{0}\n  (import \"{1}\" (instance $k {2}\n{3}  "
      "))\n{4}\n{5}"
      "  (core module $main\n{6}    (import \"libc\" \"memory\" (memory 1))\n"
      "    (import \"libc\" \"top\" (global $top (mut i32)))\n{7}\n{8}\n"
      "    (export \"init\" (func $init)))\n"
      "  (core instance $main (instantiate $main (with \"k\" (instance{9}))\n"
      "    (with \"libc\" (instance $libc))))\n"
      "  (func (export \"{10}\") (param \"our\" string) (canon lift (core func $main \"init\")\n"
      "    (memory $libc \"memory\") (realloc (func $libc \"realloc\")) string-encoding={11})))\n",
      imports, standard.empty() ? standard_import(world) : standard, parts::kTypes, types,
      parts::kLibc, lowered, imported, data, code, given, export_name, encoding);
}

}  // namespace kinode::wasm
