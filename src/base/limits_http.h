// Limits of HTTP: what a client or a program may take of the node, each with its reason. They have
// a header of their own so that not everything is compiled again for them.
#pragma once

#include <chrono>
#include <cstddef>

namespace kinode::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kHttpHeaderBytesMax = 32u << 10;
inline constexpr std::size_t kHttpHeadersMax = 100;
inline constexpr std::size_t kHttpConnectionsMax = 16'384;
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

/// What a client may send as one message (io.md 3.2), and what may wait for one that does not read
/// before it is cut off.
inline constexpr std::size_t kWebSocketMessageBytesMax = 64u << 20;
inline constexpr std::size_t kWebSocketQueueBytesMax = 16u << 20;
/// Frames of one client that wait for room in its program's mailbox, and for how long.
inline constexpr std::size_t kWebSocketUnreadMax = 64;
inline constexpr auto kWebSocketHandlerTimeMax = 15s;
/// Nothing heard, not even an answer to a ping half way: the client is gone.
inline constexpr auto kWebSocketIdleTimeMax = 120s;
/// Of the room that messages were read into, what an idle connection keeps.
inline constexpr std::size_t kWebSocketRoomKept = 4u << 10;
/// Open sockets of one program, so that one cannot have them all.
inline constexpr std::size_t kWebSocketsPerProcessMax = 20'000;

}  // namespace kinode::limits
