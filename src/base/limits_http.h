// Limits of HTTP: what a client or a program may take of the node, each with its reason. They have
// a header of their own so that not everything is compiled again for them.
#pragma once

#include <chrono>
#include <cstddef>

namespace kinode::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kHttpHeaderBytesMax = 32u << 10;
inline constexpr std::size_t kHttpHeadersMax = 100;
inline constexpr std::size_t kHttpConnectionsMax = 4'096;
/// RPC bodies carry packages as base64.
inline constexpr std::size_t kRpcBodyBytesMax = 256u << 20;
inline constexpr auto kHttpHeaderTimeMax = 10s;
inline constexpr auto kHttpBodyTimeMax = 60s;
inline constexpr auto kHttpIdleTimeMax = 75s;
/// io.md 3.2: a program's answer is awaited this long.
inline constexpr auto kHttpAnswerTimeMax = 15s;
/// Requests that wait for one program: a browser opens six connections, a busy proxy hundreds.
inline constexpr std::size_t kHttpWaitingPerProcessMax = 1'000;
/// What a program may bind: each path of a page's files is a binding, and their contents stay in
/// memory.
inline constexpr std::size_t kHttpBindingsPerProcessMax = 10'000;
inline constexpr std::size_t kHttpPatternBytesMax = 2'048;
inline constexpr std::size_t kHttpContentBytesPerProcessMax = 256u << 20;
/// How long the paths of a program that has ended say that it may come back.
inline constexpr auto kHttpEndedBindingTime = 60s;
/// Wrong passwords of one client before its next try has to wait, how much longer each further one
/// makes it wait, and how many clients are remembered.
inline constexpr unsigned kLoginFreeTries = 5;
inline constexpr auto kLoginDelayStep = 1s;
inline constexpr auto kLoginDelayMax = 30s;
inline constexpr std::size_t kLoginClientsMax = 10'000;
/// io.md 3.2.
inline constexpr std::size_t kLoginBodyBytesMax = 16'384;
/// io.md 5: the answer is awaited this long, whatever number the request gives.
inline constexpr auto kRpcAnswerTimeMax = 15s;

}  // namespace kinode::limits
