#include "kernel/contexts.h"

#include <algorithm>

namespace kinode::kernel {

std::uint64_t Contexts::add(Context context) {
  context.key = next_key_++;
  const std::uint64_t key = context.key;
  bytes_ += context.bytes();
  by_id_.emplace(context.request->id, std::move(context));
  return key;
}

Context Contexts::take_out(ById::iterator at) {
  Context out = std::move(at->second);
  by_id_.erase(at);
  bytes_ -= out.bytes();
  return out;
}

std::optional<Context> Contexts::take(std::uint64_t message_id, const msg::Address& responder) {
  const auto [begin, end] = by_id_.equal_range(message_id);
  auto chosen = end;
  for (auto it = begin; it != end; ++it) {
    const bool matches = it->second.request->target->process == responder.process;
    const bool chosen_matches =
        chosen != end && chosen->second.request->target->process == responder.process;
    if (chosen == end || (matches && !chosen_matches) ||
        (matches == chosen_matches && it->second.key < chosen->second.key)) {
      chosen = it;
    }
  }
  if (chosen == end) return std::nullopt;
  return take_out(chosen);
}

std::optional<Context> Contexts::take_failed(const msg::EnvelopeRef& request) {
  const auto [begin, end] = by_id_.equal_range(request->id);
  const auto found =
      std::find_if(begin, end, [&](const auto& entry) { return entry.second.request == request; });
  if (found == end) return std::nullopt;
  return take_out(found);
}

std::optional<Context> Contexts::take_key(std::uint64_t message_id, std::uint64_t key) {
  const auto [begin, end] = by_id_.equal_range(message_id);
  const auto found =
      std::find_if(begin, end, [&](const auto& entry) { return entry.second.key == key; });
  if (found == end) return std::nullopt;
  return take_out(found);
}

std::vector<Context> Contexts::expire(Instant now) {
  std::vector<Context> out;
  for (auto it = by_id_.begin(); it != by_id_.end();) {
    const auto at = it++;
    if (at->second.deadline <= now) out.push_back(take_out(at));
  }
  std::sort(out.begin(), out.end(), [](const Context& a, const Context& b) {
    return a.deadline != b.deadline ? a.deadline < b.deadline : a.key < b.key;
  });
  return out;
}

std::optional<Instant> Contexts::earliest() const {
  std::optional<Instant> out;
  for (const auto& [id, context] : by_id_) {
    if (!out || context.deadline < *out) out = context.deadline;
  }
  return out;
}

}  // namespace kinode::kernel
