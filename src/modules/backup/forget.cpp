#include "modules/backup/forget.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <tuple>

#include "modules/backup/manifest_reader.h"
#include "modules/backup/writer_lock.h"

namespace kinode::backup {

namespace {

namespace time = std::chrono;

time::sys_days day_of(const Snapshot& snapshot) {
  return time::floor<time::days>(
      time::sys_time<time::milliseconds>(time::milliseconds(snapshot.unix_ms)));
}

std::int64_t day_number(const Snapshot& snapshot) {
  return day_of(snapshot).time_since_epoch().count();
}

// 1970-01-01 was a Thursday.
std::int64_t week_number(const Snapshot& snapshot) {
  const std::int64_t days = day_number(snapshot) + 3;
  return days >= 0 ? days / 7 : (days - 6) / 7;
}

std::int64_t month_number(const Snapshot& snapshot) {
  const time::year_month_day date(day_of(snapshot));
  return std::int64_t{static_cast<int>(date.year())} * 12 + static_cast<unsigned>(date.month());
}

/// The newest of each of the last `most` spans that have any.
template <class Span>
void keep_each(const std::vector<Snapshot>& newest_first, std::size_t most, const Span& span,
               std::set<ObjectId>& out) {
  std::set<std::int64_t> spans;
  for (const Snapshot& snapshot : newest_first) {
    const std::int64_t number = span(snapshot);
    if (spans.contains(number)) continue;
    if (spans.size() == most) return;
    spans.insert(number);
    out.insert(snapshot.id);
  }
}

Result<ChunkIds> needed_chunks(Repository& repository, const std::vector<Snapshot>& snapshots) {
  auto index = repository.full_index();
  if (!index) return std::unexpected(std::move(index.error()));
  ChunkIds out;
  for (const Snapshot& snapshot : snapshots) {
    out.insert(snapshot.segments.begin(), snapshot.segments.end());
    auto ok = walk_snapshot(repository, *index, snapshot, [&](const ManifestEntry& entry) {
      out.insert(entry.chunks.begin(), entry.chunks.end());
      return Status{};
    });
    if (!ok) {
      return fail_in("backup " + snapshot.id.text() + " cannot be read, so nothing is removed",
                     std::move(ok.error()));
    }
  }
  return out;
}

Result<RepackReport> repack_locked(Repository& repository, WriterLock& lock,
                                   RepackOptions options) {
  const auto shown = std::move(options.progress);
  options.progress = [&](std::uint64_t done, std::uint64_t all) {
    std::ignore = lock.renew();  // the next put says if the target is gone
    if (shown) shown(done, all);
  };
  return repack(repository, options);
}

}  // namespace

std::vector<ObjectId> kept_snapshots(std::vector<Snapshot> snapshots, const KeepRules& rules) {
  std::ranges::sort(snapshots, std::greater<>(),
                    [](const Snapshot& one) { return std::pair(one.unix_ms, one.id); });
  std::map<std::string, std::vector<Snapshot>> nodes;
  for (Snapshot& snapshot : snapshots) nodes[snapshot.node].push_back(std::move(snapshot));
  std::set<ObjectId> kept;
  for (const auto& [node, newest_first] : nodes) {
    for (std::size_t i = 0; i < std::min(rules.last, newest_first.size()); ++i) {
      kept.insert(newest_first[i].id);
    }
    keep_each(newest_first, rules.days, day_number, kept);
    keep_each(newest_first, rules.weeks, week_number, kept);
    keep_each(newest_first, rules.months, month_number, kept);
  }
  return {kept.begin(), kept.end()};
}

Result<ForgetReport> forget(Repository& repository, const KeepRules& rules, RepackOptions options) {
  if (rules.last + rules.days + rules.weeks + rules.months == 0) {
    return fail(Code::kInvalid, "these rules keep no backup at all: keep at least the last one");
  }
  auto lock = WriterLock::take(repository.target(), *options.clock, *options.random, this_holder());
  if (!lock) return std::unexpected(std::move(lock.error()));
  auto snapshots = repository.snapshots();
  if (!snapshots) return std::unexpected(std::move(snapshots.error()));
  const auto kept = kept_snapshots(*snapshots, rules);
  std::vector<Snapshot> staying;
  std::vector<ObjectId> going;
  for (Snapshot& snapshot : *snapshots) {
    if (std::ranges::binary_search(kept, snapshot.id)) {
      staying.push_back(std::move(snapshot));
    } else {
      going.push_back(snapshot.id);
    }
  }
  auto needed = needed_chunks(repository, staying);
  if (!needed) return std::unexpected(std::move(needed.error()));
  for (const ObjectId& id : going) {
    auto ok = repository.target().remove(name_of(ObjectKind::kSnapshot, id));
    if (!ok) return std::unexpected(std::move(ok.error()));
  }
  ForgetReport report;
  report.forgotten = going.size();
  report.kept = staying.size();
  options.needed = &*needed;
  auto packs = repack_locked(repository, **lock, std::move(options));
  if (!packs) return std::unexpected(std::move(packs.error()));
  report.packs = *packs;
  return report;
}

Result<RepairReport> repair(Repository& repository, RepackOptions options) {
  auto lock = WriterLock::take(repository.target(), *options.clock, *options.random, this_holder());
  if (!lock) return std::unexpected(std::move(lock.error()));
  auto listed = repository.list(ObjectKind::kSnapshot);
  if (!listed) return std::unexpected(std::move(listed.error()));
  RepairReport report;
  for (const auto& object : *listed) {
    const auto snapshot = repository.snapshot(object.id);
    if (snapshot || snapshot.error().code != Code::kCorrupt) continue;
    auto ok = repository.target().remove(name_of(ObjectKind::kSnapshot, object.id));
    if (!ok) return std::unexpected(std::move(ok.error()));
    ++report.snapshots_removed;
  }
  options.check = true;
  auto packs = repack_locked(repository, **lock, std::move(options));
  if (!packs) return std::unexpected(std::move(packs.error()));
  report.packs = *packs;
  return report;
}

}  // namespace kinode::backup
