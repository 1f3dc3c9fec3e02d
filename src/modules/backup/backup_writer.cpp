#include "modules/backup/backup_writer.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

#include "base/assert.h"
#include "base/limits.h"
#include "modules/backup/chunker.h"
#include "modules/backup/home_manifest.h"
#include "modules/backup/index_writer.h"
#include "modules/backup/manifest_reader.h"
#include "modules/backup/writer_lock.h"

namespace kinode::backup {

namespace {

using Kind = port::FrozenEntry::Kind;

constexpr std::size_t kReadBytes = 4 * limits::kBackupChunkBytesMax;

Status fill(port::FrozenContent& content, const port::FrozenEntry& file, std::uint64_t offset,
            std::span<std::uint8_t> into) {
  while (!into.empty()) {
    auto got = content.read(offset, std::as_writable_bytes(into));
    if (!got) return fail_in(printable(file.path), std::move(got.error()));
    if (*got == 0 || *got > into.size()) {
      return fail(Code::kUnavailable,
                  printable(file.path) + " became shorter while it was read: try again");
    }
    offset += *got;
    into = into.subspan(*got);
  }
  return {};
}

/// Packs that an interrupted backup left without an index.
Result<std::vector<PackContents>> adopt_packs(Repository& repository, ChunkIndex& index) {
  auto listed = repository.list(ObjectKind::kPack);
  if (!listed) return std::unexpected(std::move(listed.error()));
  std::vector<PackContents> out;
  for (const auto& pack : *listed) {
    if (index.has_pack(pack.id)) continue;
    const auto bytes = repository.target().get(name_of(ObjectKind::kPack, pack.id));
    if (!bytes) continue;  // `verify` speaks of damaged ones; here they are only of no use
    auto contents = PackReader(repository.keys(), pack.id).contents(*bytes);
    if (!contents || !check_pack(repository, *contents, true)) continue;
    if (auto ok = index.add(*contents); !ok) return std::unexpected(std::move(ok.error()));
    out.push_back(std::move(*contents));
  }
  return out;
}

Status write_snapshot(Repository& repository, const Snapshot& snapshot) {
  auto sealed =
      seal_object(repository.keys(), ObjectKind::kSnapshot, snapshot.id, encode_snapshot(snapshot));
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  const std::string name = name_of(ObjectKind::kSnapshot, snapshot.id);
  if (auto ok = repository.target().put(name, *sealed); !ok) return ok;
  auto back = repository.snapshot(snapshot.id);
  if (!back || *back != snapshot) {
    std::ignore = repository.target().remove(name);
    return fail(Code::kCorrupt, name + " could not be read back as it was written");
  }
  return {};
}

/// Entries of all parts on their way into the repository.
class Run {
 public:
  Run(Repository& repository, const ChunkIndex& index, const BackupOptions& options,
      WriterLock& lock)
      : options_(options),
        lock_(lock),
        known_(known_files(repository, index, options.node)),
        chunker_(repository.keys().gear()),
        store_(repository, index, *options.random, options.workers, options.gentle),
        manifest_(store_) {}

  Status add_part(port::FrozenPart& part) {
    return part.walk([&](const port::FrozenEntry& entry) { return add(part, entry); });
  }

  /// Everything is stored and read back; what packs there are now.
  Result<std::vector<PackContents>> finish(BackupReport& report) {
    auto segments = manifest_.finish();
    if (!segments) return std::unexpected(std::move(segments.error()));
    auto packs = store_.close();
    if (!packs) return packs;
    snapshot_.segments = std::move(*segments);
    report.snapshot = std::move(snapshot_);
    report.bytes_read = bytes_read_;
    report.bytes_stored = store_.bytes_stored();
    for (const PackContents& pack : *packs) report.chunks_new += pack.chunks.size();
    return packs;
  }

 private:
  Status add(port::FrozenPart& part, port::FrozenEntry entry) {
    if (auto ok = check_entry_path(entry.path); !ok) return ok;
    if (snapshot_.files + snapshot_.directories + snapshot_.links >= limits::kBackupEntriesMax) {
      return fail(Code::kOverloaded, "the home has more entries than a backup takes");
    }
    if (entry.version.size() > limits::kBackupVersionBytesMax) entry.version.clear();
    if (auto ok = add_parents(entry.path); !ok) return ok;
    auto ok = entry.kind == Kind::kDirectory ? add_directory(std::move(entry))
              : entry.kind == Kind::kLink    ? add_link(std::move(entry))
                                             : add_file(part, std::move(entry));
    if (ok) ok = manifest_.drain();
    if (ok) ok = lock_.renew();
    if (ok) ok = between();
    return ok;
  }

  /// A part may show what is in a directory without the directory itself.
  Status add_parents(const std::string& path) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      port::FrozenEntry directory;
      directory.kind = Kind::kDirectory;
      directory.path = path.substr(0, slash);
      directory.mode = 0755;
      directory.modified_ns = options_.clock->unix_ms() * 1'000'000;
      if (auto ok = add_directory(std::move(directory)); !ok) return ok;
    }
    return {};
  }

  Status add_directory(port::FrozenEntry entry) {
    if (!directories_.insert(entry.path).second) return {};
    ++snapshot_.directories;
    manifest_.begin(std::move(entry)).complete();
    return {};
  }

  Status add_link(port::FrozenEntry entry) {
    ++snapshot_.links;
    manifest_.begin(std::move(entry)).complete();
    return {};
  }

  Status add_file(port::FrozenPart& part, port::FrozenEntry entry) {
    ++snapshot_.files;
    snapshot_.bytes += entry.size;
    PendingEntry& pending = manifest_.begin(std::move(entry));
    const port::FrozenEntry& file = pending.entry;
    const auto known = known_.find(file.path);
    if (!file.version.empty() && known != known_.end() && known->second.version == file.version &&
        known->second.size == file.size) {
      pending.chunks.assign(known->second.chunks.begin(), known->second.chunks.end());
      pending.complete();
      return {};
    }
    auto content = part.open(file);
    if (!content) return fail_in(printable(file.path), std::move(content.error()));
    bytes_read_ += file.size;
    auto ok = file.size <= limits::kBackupChunkBytesMin ? read_whole(**content, pending)
                                                        : read_pieces(**content, pending);
    pending.complete();
    return ok;
  }

  Status read_whole(port::FrozenContent& content, PendingEntry& pending) {
    if (pending.entry.size == 0) return {};
    ByteVector plain(pending.entry.size);
    if (auto ok = fill(content, pending.entry, 0, plain); !ok) return ok;
    return store(std::move(plain), pending);
  }

  Status read_pieces(port::FrozenContent& content, PendingEntry& pending) {
    buffer_.resize(kReadBytes);
    const std::uint64_t size = pending.entry.size;
    std::uint64_t offset = 0;  // of what is read next
    std::size_t begin = 0;
    std::size_t end = 0;
    while (begin < end || offset < size) {
      if (end - begin < limits::kBackupChunkBytesMax && offset < size) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(end), buffer_.begin());
        end -= begin;
        begin = 0;
        const std::size_t more = std::min<std::uint64_t>(buffer_.size() - end, size - offset);
        const std::span<std::uint8_t> room(buffer_.data() + end, more);
        if (auto ok = fill(content, pending.entry, offset, room); !ok) return ok;
        offset += more;
        end += more;
      }
      const ByteView window(buffer_.data() + begin, end - begin);
      const ByteView piece = window.first(chunker_.cut(window));
      begin += piece.size();
      if (auto ok = store({piece.begin(), piece.end()}, pending); !ok) return ok;
      if (auto ok = lock_.renew(); !ok) return ok;
      if (auto ok = between(); !ok) return ok;
    }
    return {};
  }

  Status store(ByteVector plain, PendingEntry& pending) {
    pending.left.fetch_add(1, std::memory_order_relaxed);
    return store_.add(std::move(plain), &pending.chunks.emplace_back(), &pending.left);
  }

  Status between() {
    if (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed)) {
      return fail(Code::kUnavailable, "the backup was stopped");
    }
    if (options_.progress) {
      options_.progress({snapshot_.files + snapshot_.directories + snapshot_.links, snapshot_.bytes,
                         store_.bytes_stored()});
    }
    return {};
  }

  const BackupOptions& options_;
  WriterLock& lock_;
  const KnownFiles known_;
  const Chunker chunker_;
  ChunkStore store_;
  HomeManifest manifest_;
  Snapshot snapshot_;
  std::uint64_t bytes_read_ = 0;
  std::unordered_set<std::string> directories_;
  ByteVector buffer_;
};

}  // namespace

Result<BackupReport> write_backup(Repository& repository, std::span<port::FrozenPart* const> parts,
                                  const BackupOptions& options) {
  KINODE_ASSERT(options.clock != nullptr && options.random != nullptr);
  const Instant began = options.clock->now();
  const std::int64_t unix_ms = options.clock->unix_ms();
  const auto wrong = [](Error& error) { return std::unexpected(std::move(error)); };
  auto lock = WriterLock::take(repository.target(), *options.clock, *options.random,
                               options.holder.empty() ? this_holder() : options.holder);
  if (!lock) return wrong(lock.error());
  if (auto ok = repository.target().sweep(); !ok) return wrong(ok.error());
  std::vector<ObjectId> damaged;
  auto index = repository.load_index(&damaged);
  if (!index) return wrong(index.error());
  auto adopted = adopt_packs(repository, *index);
  if (!adopted) return wrong(adopted.error());
  Run run(repository, *index, options, **lock);
  for (port::FrozenPart* part : parts) {
    if (auto ok = run.add_part(*part); !ok) return wrong(ok.error());
  }
  BackupReport report;
  auto packs = run.finish(report);
  if (!packs) return wrong(packs.error());
  packs->insert(packs->end(), std::make_move_iterator(adopted->begin()),
                std::make_move_iterator(adopted->end()));
  if (auto ok = write_indexes(repository, *options.random, std::move(*packs)); !ok) {
    return wrong(ok.error());
  }
  // What they listed is in the new index.
  for (const ObjectId& id : damaged) {
    auto ok = repository.target().remove(name_of(ObjectKind::kIndex, id));
    if (!ok) return wrong(ok.error());
  }
  report.snapshot.id = ObjectId::random(*options.random);
  report.snapshot.node = options.node;
  report.snapshot.unix_ms = unix_ms;
  if (auto ok = write_snapshot(repository, report.snapshot); !ok) return wrong(ok.error());
  report.took = options.clock->now() - began;
  return report;
}

}  // namespace kinode::backup
