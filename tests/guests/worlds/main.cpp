// One program for every world that the node runs, on the bare bindings of each: it shows in what
// the worlds differ. What it does is the first word of a request's body, and it answers with text:
//
//   who                      the source of the request
//   say TEXT                 TEXT, and the request's blob
//   ask ADDRESS TEXT         sends TEXT and awaits the answer: "SOURCE BODY", or "timeout TARGET"
//   or
//                            "offline TARGET", where TARGET is "-" if the world's errors name none
//   call ADDRESS TEXT        the same by send-request and receive, and the context of both
//   pass ADDRESS TEXT        sends TEXT inheriting, so that ADDRESS answers in its place
//   blob                     "get TEXT", and where they exist "has 0" or "has 1" and "last TEXT"
//   blob-after ADDRESS TEXT  the same after `ask`
//   held                     the capabilities that it holds, as ISSUER(PARAMS), one a line
//   spawn NAME PATH GRANTEE  starts a child that GRANTEE may message: its id, or the error's number
//   farewell ADDRESS         "bye" goes to ADDRESS at the end; the target as get-on-exit has it
//   end                      returns
//
// Every answer begins with the name of the world.
#include <string>
#include <string_view>

#include "bindings.h"

namespace {

#if defined(WORLD_0_7)
constexpr std::string_view kWorld = "0.7";
#elif defined(WORLD_0_8)
constexpr std::string_view kWorld = "0.8";
#elif defined(WORLD_HYPERWARE)
constexpr std::string_view kWorld = "hyperware";
#else
constexpr std::string_view kWorld = "1.0";
#endif

std::string_view view(const String& text) {
  return {reinterpret_cast<const char*>(text.ptr), text.len};
}
template <class List>
std::string_view bytes(const List& list) {
  return {reinterpret_cast<const char*>(list.ptr), list.len};
}
template <class Out>
Out raw(std::string_view text) {
  return {reinterpret_cast<uint8_t*>(const_cast<char*>(text.data())), text.size()};
}

std::string text(const ProcessId& id) {
  std::string out(view(id.process_name));
  return out.append(":").append(view(id.package_name)).append(":").append(view(id.publisher_node));
}
std::string text(const Address& address) {
  return std::string(view(address.node)).append("@").append(text(address.process));
}

/// Cuts the first word off.
std::string_view word(std::string_view& rest, char end = ' ') {
  const auto at = rest.find(end);
  const auto first = rest.substr(0, at);
  rest = at == rest.npos ? std::string_view() : rest.substr(at + 1);
  return first;
}

ProcessId process_id(std::string_view text) {
  ProcessId out;
  out.process_name = raw<String>(word(text, ':'));
  out.package_name = raw<String>(word(text, ':'));
  out.publisher_node = raw<String>(text);
  return out;
}
Address address(std::string_view text) {
  Address out;
  out.node = raw<String>(word(text, '@'));
  out.process = process_id(text);
  return out;
}

STANDARD(request_t) request(std::string_view body, bool expects) {
  STANDARD(request_t) out = {};
  out.expects_response = {expects, 5};
  out.body = raw<decltype(out.body)>(body);
  return out;
}

std::string of(const Received& received) {
  const auto& message = received.f1;
  const bool is_request = message.tag == 0;
  return text(received.f0) + " " +
         std::string(bytes(is_request ? message.val.request.body : message.val.response.f0.body));
}

std::string of(const SendError& error) {
  std::string out = error.kind == 0 ? "offline " : "timeout ";
#ifdef WORLD_0_7
  return out + "-";
#else
  return out + text(error.target);
#endif
}

std::string ask(std::string_view target, std::string_view body) {
  auto to = address(target);
  auto what = request(body, true);
  Received answer;
  SendError error;
  const bool ok = STANDARD(send_and_await_response)(&to, &what, nullptr, &answer, &error);
  return ok ? of(answer) : of(error);
}

std::string call(std::string_view target, std::string_view body) {
  auto to = address(target);
  auto what = request(body, true);
  auto context = raw<STANDARD(context_t)>("ctx");
  STANDARD(send_request)(&to, &what, &context, nullptr);
  Received answer;
  ReceivedError error;
  const auto with_context = [](std::string said, const auto& context) {
    return said + " " + (context.is_some ? std::string(bytes(context.val)) : "none");
  };
  if (!STANDARD(receive)(&answer, &error)) return with_context(of(error.f0), error.f1);
  return with_context(of(answer), answer.f1.val.response.f1);
}

void pass(std::string_view target, std::string_view body) {
  auto to = address(target);
  auto what = request(body, false);
  what.inherit = true;
  STANDARD(send_request)(&to, &what, nullptr, nullptr);
}

std::string blob() {
  Blob got;
  std::string out = "get " + (STANDARD(get_blob)(&got) ? std::string(bytes(got.bytes)) : "none");
#ifndef WORLD_IS_OLD
  out += STANDARD(has_blob)() ? " has 1" : " has 0";
  out += " last " + (STANDARD(last_blob)(&got) ? std::string(bytes(got.bytes)) : "none");
#endif
  return out;
}

std::string held() {
  STANDARD(list_capability_t) caps;
  STANDARD(our_capabilities)(&caps);
  std::string out;
  for (size_t i = 0; i < caps.len; ++i) {
    out += "\n" + text(caps.ptr[i].issuer) + "(" + std::string(view(caps.ptr[i].params)) + ")";
  }
  return out;
}

std::string spawn(std::string_view name, std::string_view path, std::string_view grantee) {
  auto child = raw<String>(name);
  auto file = raw<String>(path);
  STANDARD(on_exit_t) on_exit = {};
  STANDARD(list_capability_t) caps = {};
#ifdef WORLD_IS_OLD
  auto grant = process_id(grantee);
  STANDARD(list_process_id_t) grants = {&grant, 1};
#else
  STANDARD(tuple2_process_id_json_t) grant = {process_id(grantee), raw<String>("\"messaging\"")};
  STANDARD(list_tuple2_process_id_json_t) grants = {&grant, 1};
#endif
  ProcessId id;
  STANDARD(spawn_error_t) error;
  const bool ok = STANDARD(spawn)(&child, &file, &on_exit, &caps, &grants, true, &id, &error);
  return ok ? text(id) : "error " + std::string(1, static_cast<char>('0' + error));
}

std::string farewell(std::string_view target) {
  STANDARD(tuple3_address_request_option_lazy_load_blob_t) entry = {};
  entry.f0 = address(target);
  entry.f1 = request("bye", false);
  STANDARD(on_exit_t) on_exit;
  on_exit.tag = 2;
  on_exit.val.requests = {&entry, 1};
  STANDARD(set_on_exit)(&on_exit);
  STANDARD(get_on_exit)(&on_exit);
  return text(on_exit.val.requests.ptr[0].f0);
}

void answer(const std::string& said, bool inherit) {
  const std::string body = std::string(kWorld) + " " + said;
  STANDARD(response_t) response = {};
  response.inherit = inherit;
  response.body = raw<decltype(response.body)>(body);
  STANDARD(send_response)(&response, nullptr);
}

/// Whether the process goes on.
bool perform(const Received& received) {
  if (received.f1.tag != 0) return true;
  std::string_view rest = bytes(received.f1.val.request.body);
  const auto what = word(rest);
  if (what == "who") {
    answer(text(received.f0), false);
  } else if (what == "say") {
    answer(std::string(rest), true);
  } else if (what == "ask" || what == "call" || what == "pass" || what == "blob-after") {
    const auto target = word(rest);
    if (what == "pass") {
      pass(target, rest);
      return true;
    }
    auto said = what == "call" ? call(target, rest) : ask(target, rest);
    answer(what == "blob-after" ? blob() : said, false);
  } else if (what == "blob") {
    answer(blob(), false);
  } else if (what == "held") {
    answer(held(), false);
  } else if (what == "spawn") {
    const auto name = word(rest), path = word(rest);
    answer(spawn(name, path, rest), false);
  } else if (what == "farewell") {
    answer(farewell(rest), false);
  } else if (what == "end") {
    return false;
  } else {
    answer("knows no " + std::string(what), false);
  }
  return true;
}

}  // namespace

extern "C" void EXPORT(init)(String*) {
  for (bool goes_on = true; goes_on;) {
    Received received;
    ReceivedError error;
    if (!STANDARD(receive)(&received, &error)) {
      STANDARD(tuple2_send_error_option_context_free)(&error);
      continue;
    }
    goes_on = perform(received);
    STANDARD(tuple2_address_message_free)(&received);
  }
}

#ifdef WORLD_HYPERWARE
// What the SDK's runtime calls, by the name that it has in Kinode's bindings.
extern "C" void kinode_process_standard_print_to_terminal(uint8_t verbosity, String* message) {
  STANDARD(print_to_terminal)(verbosity, message);
}
#endif
