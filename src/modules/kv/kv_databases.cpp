#include "modules/kv/kv_databases.h"

#include <algorithm>
#include <fmt/format.h>

#include "store/database_path.h"

namespace kinode::kv {

using Pushed = rt::Lane<KvJob>::Pushed;

KvSlot::KvSlot(msg::DatabaseKey k, std::string dir, const msg::Address& issuer, store::WriteGate* g)
    : key(std::move(k)), directory(std::move(dir)), rights(issuer, key), gate(g) {}

void KvSlot::close() {
  const auto pass = store::pass(gate);
  transactions.reset();
  db.reset();
  is_open.store(false);
  has_transactions.store(false);
}

KvSlotRef KvDatabases::find(const msg::DatabaseKey& key) const {
  rt::Lock lock(mutex_);
  const auto it = slots_.find(key);
  return it == slots_.end() ? nullptr : it->second;
}

KvStatus KvDatabases::submit(const msg::DatabaseKey& key, KvJob job) {
  const auto full = [&] {
    return std::unexpected(KvError::io(
        fmt::format("too much waits for {}: wait for answers before asking more", key.text()),
        "Overloaded"));
  };
  const std::size_t bytes = job.bytes;
  if (queued_bytes_.load() + bytes > limits::kDatabasesQueuedBytesMax) return full();
  // A slot is pushed to under the lock, so that it is not forgotten in between.
  rt::Lock lock(mutex_);
  auto it = slots_.find(key);
  if (it == slots_.end()) {
    auto directory = store::database_directory(root_, key);
    if (!directory) {
      return std::unexpected(KvError::io(std::move(directory.error().detail), "InvalidName"));
    }
    it = slots_.emplace(key, std::make_shared<KvSlot>(key, std::move(*directory), *self_, gate_))
             .first;
  }
  queued_bytes_.fetch_add(bytes);
  switch (it->second->lane.push(std::move(job), bytes)) {
    case Pushed::kFull:
      queued_bytes_.fetch_sub(bytes);
      return full();
    case Pushed::kQueued:
      break;
    case Pushed::kStart:
      work_(it->second);
  }
  return {};
}

std::size_t KvDatabases::open_max() const {
  return std::clamp<std::size_t>(descriptors_.load() / limits::kKvDescriptorsPerDatabase, 1,
                                 limits::kDatabasesOpenMax);
}

std::vector<KvSlotRef> KvDatabases::open_slots() const {
  std::vector<KvSlotRef> out;
  rt::Lock lock(mutex_);
  for (const auto& [key, slot] : slots_) {
    if (slot->is_open.load()) out.push_back(slot);
  }
  return out;
}

std::size_t KvDatabases::open_count() const { return open_slots().size(); }

bool KvDatabases::make_room(const KvSlot& slot, std::size_t max) {
  std::vector<KvSlotRef> open = open_slots();
  if (open.size() < max) return false;
  std::ranges::sort(open, {}, [](const KvSlotRef& s) {
    return std::pair(s->has_transactions.load(), s->last_used.load());
  });
  std::size_t to_close = open.size() + 1 - max;
  bool closed = false;
  for (const KvSlotRef& victim : open) {
    if (to_close == 0) break;
    if (victim.get() == &slot || !victim->lane.try_own()) continue;
    victim->close();
    closed = true;
    --to_close;
    if (!victim->lane.release()) work_(victim);
  }
  return closed;
}

void KvDatabases::visit_idle(const std::function<void(KvSlot&)>& visit) {
  for (const KvSlotRef& slot : open_slots()) {
    if (!slot->lane.try_own()) continue;
    if (slot->db) visit(*slot);
    if (!slot->lane.release()) work_(slot);
  }
}

void KvDatabases::push_always(const KvSlotRef& slot, KvJob job) {
  if (slot->lane.push_always(std::move(job)) == Pushed::kStart) work_(slot);
}

bool KvDatabases::tell_all(KvJob::Kind kind) {
  rt::Lock lock(mutex_);
  std::erase_if(slots_, [](const auto& entry) {
    return !entry.second->is_open.load() && entry.second->lane.idle();
  });
  for (const auto& [key, slot] : slots_) {
    KvJob job;
    job.kind = kind;
    push_always(slot, std::move(job));
  }
  return !slots_.empty();
}

void KvDatabases::process_ended(const msg::ProcessId& process) {
  for (const auto& slot : open_slots()) {
    if (!slot->has_transactions.load()) continue;
    KvJob job;
    job.kind = KvJob::Kind::kProcessEnded;
    job.process = process;
    push_always(slot, std::move(job));
  }
}

}  // namespace kinode::kv
