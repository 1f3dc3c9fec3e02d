// The parts of WASI that tests call, as component text.
#pragma once

#include <string>
#include <string_view>

#include "wasm/test_component.h"

namespace kinode::wasm {

namespace test_component {

/// A function of an imported instance as a core function.
inline std::string lower(std::string_view name, std::string_view instance,
                         std::string_view function) {
  return fmt::format(
      "  (core func ${} (canon lower (func ${} \"{}\") (memory $libc \"memory\")"
      " (realloc (func $libc \"realloc\"))))\n",
      name, instance, function);
}

inline constexpr std::string_view kExit = R"(
  (import "wasi:cli/exit@VERSION" (instance $exit
    (export "exit" (func (param "status" (result)))))))";

inline constexpr std::string_view kStderr = R"(
  (import "wasi:io/error@VERSION" (instance $error
    (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error-type))
  (import "wasi:io/streams@VERSION" (instance $streams
    (export "output-stream" (type $stream (sub resource)))
    (alias outer 1 $error-type (type $e0))
    (export "error" (type $e (eq $e0)))
    (type $se0 (variant (case "last-operation-failed" (own $e)) (case "closed")))
    (export "stream-error" (type $se (eq $se0)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $stream)) (param "contents" (list u8))
        (result (result (error $se)))))))
  (alias export $streams "output-stream" (type $stream-type))
  (import "wasi:cli/stderr@VERSION" (instance $stderr
    (alias outer 1 $stream-type (type $s0))
    (export "output-stream" (type $s (eq $s0)))
    (export "get-stderr" (func (result (own $s)))))))";

inline constexpr std::string_view kSleep = R"(
  (import "wasi:io/poll@VERSION" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll "pollable" (type $pollable-type))
  (import "wasi:clocks/monotonic-clock@VERSION" (instance $clock
    (alias outer 1 $pollable-type (type $p0))
    (export "pollable" (type $p (eq $p0)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $p)))))))";

inline constexpr std::string_view kSockets = R"(
  (import "wasi:io/error@VERSION" (instance $error
    (export "error" (type (sub resource)))))
  (import "wasi:io/streams@VERSION" (instance $streams
    (export "input-stream" (type (sub resource)))
    (export "output-stream" (type (sub resource)))))
  (alias export $streams "input-stream" (type $input-type))
  (alias export $streams "output-stream" (type $output-type))
  (import "wasi:sockets/network@VERSION" (instance $network
    (export "network" (type (sub resource)))
    (type $ec0 (enum "unknown" "access-denied" "not-supported" "invalid-argument" "out-of-memory"
      "timeout" "concurrency-conflict" "not-in-progress" "would-block" "invalid-state"
      "new-socket-limit" "address-not-bindable" "address-in-use" "remote-unreachable"
      "connection-refused" "connection-reset" "connection-aborted" "datagram-too-large"
      "name-unresolvable" "temporary-resolver-failure" "permanent-resolver-failure"))
    (export "error-code" (type (eq $ec0)))
    (type $family0 (enum "ipv4" "ipv6"))
    (export "ip-address-family" (type (eq $family0)))
    (type $v40 (record (field "port" u16) (field "address" (tuple u8 u8 u8 u8))))
    (export "ipv4-socket-address" (type $v4 (eq $v40)))
    (type $v60 (record (field "port" u16) (field "flow-info" u32)
      (field "address" (tuple u16 u16 u16 u16 u16 u16 u16 u16)) (field "scope-id" u32)))
    (export "ipv6-socket-address" (type $v6 (eq $v60)))
    (type $address0 (variant (case "ipv4" $v4) (case "ipv6" $v6)))
    (export "ip-socket-address" (type (eq $address0)))))
  (alias export $network "network" (type $network-type))
  (alias export $network "error-code" (type $code-type))
  (alias export $network "ip-address-family" (type $family-type))
  (alias export $network "ip-socket-address" (type $address-type))
  (import "wasi:sockets/instance-network@VERSION" (instance $instance-network
    (alias outer 1 $network-type (type $n0))
    (export "network" (type $n (eq $n0)))
    (export "instance-network" (func (result (own $n))))))
  (import "wasi:sockets/ip-name-lookup@VERSION" (instance $lookup
    (alias outer 1 $network-type (type $n0))
    (export "network" (type $n (eq $n0)))
    (alias outer 1 $code-type (type $ec0))
    (export "error-code" (type $ec (eq $ec0)))
    (export "resolve-address-stream" (type $found (sub resource)))
    (export "resolve-addresses" (func (param "network" (borrow $n)) (param "name" string)
      (result (result (own $found) (error $ec)))))))
  (import "wasi:sockets/tcp@VERSION" (instance $tcp
    (alias outer 1 $network-type (type $n0))
    (export "network" (type $n (eq $n0)))
    (alias outer 1 $code-type (type $ec0))
    (export "error-code" (type $ec (eq $ec0)))
    (alias outer 1 $address-type (type $a0))
    (export "ip-socket-address" (type $a (eq $a0)))
    (alias outer 1 $input-type (type $i0))
    (export "input-stream" (type $i (eq $i0)))
    (alias outer 1 $output-type (type $o0))
    (export "output-stream" (type $o (eq $o0)))
    (export "tcp-socket" (type $socket (sub resource)))
    (export "[method]tcp-socket.start-bind" (func (param "self" (borrow $socket))
      (param "network" (borrow $n)) (param "local-address" $a) (result (result (error $ec)))))
    (export "[method]tcp-socket.start-connect" (func (param "self" (borrow $socket))
      (param "network" (borrow $n)) (param "remote-address" $a) (result (result (error $ec)))))
    (export "[method]tcp-socket.finish-connect" (func (param "self" (borrow $socket))
      (result (result (tuple (own $i) (own $o)) (error $ec)))))))
  (alias export $tcp "tcp-socket" (type $socket-type))
  (import "wasi:sockets/tcp-create-socket@VERSION" (instance $create
    (alias outer 1 $socket-type (type $s0))
    (export "tcp-socket" (type $s (eq $s0)))
    (alias outer 1 $code-type (type $ec0))
    (export "error-code" (type $ec (eq $ec0)))
    (alias outer 1 $family-type (type $f0))
    (export "ip-address-family" (type $f (eq $f0)))
    (export "create-tcp-socket" (func (param "address-family" $f)
      (result (result (own $s) (error $ec))))))))";

inline constexpr std::string_view kFiles = R"(
  (import "wasi:filesystem/types@VERSION" (instance $files
    (export "descriptor" (type $descriptor (sub resource)))
    (type $ec0 (enum "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota"
      "exist" "file-too-large" "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io"
      "is-directory" "loop" "too-many-links" "message-size" "name-too-long" "no-device" "no-entry"
      "no-lock" "insufficient-memory" "insufficient-space" "not-directory" "not-empty"
      "not-recoverable" "unsupported" "no-tty" "no-such-device" "overflow" "not-permitted" "pipe"
      "read-only" "invalid-seek" "text-file-busy" "cross-device"))
    (export "error-code" (type $ec (eq $ec0)))
    (export "[method]descriptor.create-directory-at" (func (param "self" (borrow $descriptor))
      (param "path" string) (result (result (error $ec)))))))
  (alias export $files "descriptor" (type $descriptor-type))
  (import "wasi:filesystem/preopens@VERSION" (instance $preopens
    (alias outer 1 $descriptor-type (type $d0))
    (export "descriptor" (type $d (eq $d0)))
    (export "get-directories" (func (result (list (tuple (own $d) string)))))))
  (import "wasi:cli/environment@VERSION" (instance $environment
    (export "get-environment" (func (result (list (tuple string string)))))
    (export "get-arguments" (func (result (list string)))))))";

inline std::string wasi(std::string_view text, std::string_view version) {
  std::string out;
  for (auto at = text.find("VERSION"); at != text.npos; at = text.find("VERSION")) {
    out.append(text.substr(0, at)).append(version);
    text.remove_prefix(at + std::string_view("VERSION").size());
  }
  return out.append(text);
}

}  // namespace test_component

/// Calls `$exit`: 0 for ok, 1 for an error.
inline TestComponent exiting_guest(std::string_view body, std::string_view version = "0.2.0") {
  auto out = guest_doing(body);
  out.imports = test_component::wasi(test_component::kExit, version);
  out.more_lowered = test_component::lower("exit", "exit", "exit");
  out.more_functions = {{"exit", "(param i32)"}};
  return out;
}

/// `$get-stderr`, and `$write` to it: stream, data, size (at most 4,096), place for the result.
inline TestComponent writing_guest(std::string_view body) {
  auto out = guest_doing(body);
  out.imports = test_component::wasi(test_component::kStderr, "0.2.0");
  out.more_lowered =
      test_component::lower("get-stderr", "stderr", "get-stderr") +
      test_component::lower("write", "streams", "[method]output-stream.blocking-write-and-flush");
  out.more_functions = {{"get-stderr", "(result i32)"}, {"write", "(param i32 i32 i32 i32)"}};
  return out;
}

/// `$timer` of nanoseconds, and `$block` on it.
inline TestComponent sleeping_guest(std::string_view body, std::string_view version = "0.2.0") {
  auto out = guest_doing(body);
  out.imports = test_component::wasi(test_component::kSleep, version);
  out.more_lowered = test_component::lower("timer", "clock", "subscribe-duration") +
                     test_component::lower("block", "poll", "[method]pollable.block");
  out.more_functions = {{"timer", "(param i64) (result i32)"}, {"block", "(param i32)"}};
  return out;
}

/// `$create-tcp-socket` of a family, `$network`, `$resolve` of a name, and with a socket and a
/// network in front of the address `$bind` and `$connect`, then `$connected`. The last argument of
/// each but `$network` is the place for the result.
inline TestComponent connecting_guest(std::string_view body) {
  auto out = guest_doing(body);
  out.imports = test_component::wasi(test_component::kSockets, "0.2.0");
  out.more_lowered = test_component::lower("create-tcp-socket", "create", "create-tcp-socket") +
                     test_component::lower("network", "instance-network", "instance-network") +
                     test_component::lower("resolve", "lookup", "resolve-addresses") +
                     test_component::lower("bind", "tcp", "[method]tcp-socket.start-bind") +
                     test_component::lower("connect", "tcp", "[method]tcp-socket.start-connect") +
                     test_component::lower("connected", "tcp", "[method]tcp-socket.finish-connect");
  const std::string address = "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)";
  out.more_functions = {{"create-tcp-socket", "(param i32 i32)"},
                        {"network", "(result i32)"},
                        {"resolve", "(param i32 i32 i32 i32)"},
                        {"bind", address},
                        {"connect", address},
                        {"connected", "(param i32 i32)"}};
  return out;
}

/// `$get-environment`, `$get-arguments`, `$get-directories` and `$create-directory`.
inline TestComponent filing_guest(std::string_view body) {
  auto out = guest_doing(body);
  out.imports = test_component::wasi(test_component::kFiles, "0.2.0");
  out.more_lowered =
      test_component::lower("get-environment", "environment", "get-environment") +
      test_component::lower("get-arguments", "environment", "get-arguments") +
      test_component::lower("get-directories", "preopens", "get-directories") +
      test_component::lower("create-directory", "files", "[method]descriptor.create-directory-at");
  out.more_functions = {{"get-environment", "(param i32)"},
                        {"get-arguments", "(param i32)"},
                        {"get-directories", "(param i32)"},
                        {"create-directory", "(param i32 i32 i32 i32)"}};
  return out;
}

}  // namespace kinode::wasm
