#include "rt/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace kinode::rt {

namespace {
constexpr Nanos kTick = std::chrono::milliseconds(1);
}

std::uint64_t TimerWheel::tick_of(Instant when) const {
  if (when <= start_) return 0;
  const auto ns = (when - start_).count();
  return static_cast<std::uint64_t>((ns + kTick.count() - 1) / kTick.count());
}

void TimerWheel::place(std::uint64_t id, Entry& entry) {
  // The lowest level on which the due tick and now differ only in the slots below and at it.
  const std::uint64_t due = std::max(entry.due, now_);
  const std::uint64_t differs = due ^ now_;
  int level = differs == 0 ? 0 : (63 - std::countl_zero(differs)) / kBits;
  level = std::min(level, kLevels - 1);
  const auto slot = static_cast<std::uint8_t>((due >> (level * kBits)) & (kSlots - 1));
  entry.level = static_cast<std::uint8_t>(level);
  entry.slot = slot;
  slots_[static_cast<std::size_t>(level)][slot].push_back(id);
  occupied_[static_cast<std::size_t>(level)] |= std::uint64_t{1} << slot;
}

TimerId TimerWheel::add(Instant when, Work callback) {
  constexpr std::uint64_t kFurthest = (std::uint64_t{1} << (kBits * kLevels - 1));
  const std::uint64_t id = next_id_++;
  const std::uint64_t due = std::clamp(tick_of(when), now_ + 1, now_ + kFurthest);
  auto [it, fresh] = entries_.try_emplace(id, Entry{due, std::move(callback), 0, 0});
  place(id, it->second);
  return TimerId{id};
}

std::optional<Work> TimerWheel::remove(TimerId id) {
  const auto it = entries_.find(id.value);
  if (it == entries_.end()) return std::nullopt;
  auto& slot = slots_[it->second.level][it->second.slot];
  // Slots are short; a long one is searched from its end, where what was armed last stands.
  const auto found = std::find(slot.rbegin(), slot.rend(), id.value);
  if (found != slot.rend()) {
    *found = slot.back();
    slot.pop_back();
    // Time may jump over what holds no timer; a bit left behind would then stand for a slot of the
    // next turn, and hide the slots of the level above that come before it.
    if (slot.empty()) occupied_[it->second.level] &= ~(std::uint64_t{1} << it->second.slot);
  }
  std::optional<Work> callback(std::move(it->second.callback));
  entries_.erase(it);
  return callback;
}

void TimerWheel::cascade(int level) {
  if (level >= kLevels) return;
  const auto at = static_cast<std::size_t>(level);
  const std::size_t index = (now_ >> (level * kBits)) & (kSlots - 1);
  if (index == 0) cascade(level + 1);
  std::vector<std::uint64_t> ids;
  ids.swap(slots_[at][index]);
  occupied_[at] &= ~(std::uint64_t{1} << index);
  // What is due at this very tick lands in the level-0 slot that is taken next.
  for (const std::uint64_t id : ids) place(id, entries_.at(id));
}

std::vector<Work> TimerWheel::expire(Instant now) {
  if (now <= start_) return {};
  const auto target = static_cast<std::uint64_t>((now - start_) / kTick);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> due;  // tick, id
  while (now_ < target) {
    const auto next = next_tick();
    if (!next || *next > target) {  // nothing on the way: jump
      now_ = target;
      break;
    }
    now_ = *next;
    const std::size_t index = now_ & (kSlots - 1);
    if (index == 0) cascade(1);
    auto& slot = slots_[0][index];
    for (const std::uint64_t id : slot) due.emplace_back(now_, id);
    slot.clear();
    occupied_[0] &= ~(std::uint64_t{1} << index);
  }
  std::sort(due.begin(), due.end());
  std::vector<Work> out;
  out.reserve(due.size());
  for (const auto& [tick, id] : due) {
    auto node = entries_.extract(id);
    out.push_back(std::move(node.mapped().callback));
  }
  return out;
}

std::optional<std::uint64_t> TimerWheel::next_tick() const {
  if (entries_.empty()) return std::nullopt;
  // A lower level's slots all come before a higher level's.
  for (int level = 0; level < kLevels; ++level) {
    const auto at = static_cast<std::size_t>(level);
    if (occupied_[at] == 0) continue;
    const int shift = level * kBits;
    const std::uint64_t here = now_ >> shift;
    const std::uint64_t rotated =
        std::rotr(occupied_[at], static_cast<int>((here + 1) & (kSlots - 1)));
    const auto ahead = static_cast<std::uint64_t>(std::countr_zero(rotated)) + 1;
    return (here + ahead) << shift;
  }
  return now_ + 1;
}

std::optional<Instant> TimerWheel::next() const {
  const auto tick = next_tick();
  if (!tick) return std::nullopt;
  return start_ + kTick * static_cast<std::int64_t>(*tick);
}

}  // namespace kinode::rt
