#include "modules/backup/verify.h"

#include <algorithm>
#include <fmt/format.h>

#include "modules/backup/pack_survey.h"

namespace kinode::backup {

namespace {

/// Objects whose names no repository gives. Locks come and go.
Status find_strangers(Repository& repository, VerifyReport& report) {
  auto objects = repository.target().list("");
  if (!objects) return std::unexpected(std::move(objects.error()));
  for (const TargetObject& object : *objects) {
    const std::string_view name = object.name;
    const std::size_t slash = name.find('/');
    const std::string_view folder = name.substr(0, slash + 1);
    const bool known = folder == "packs/" || folder == "index/" || folder == "snapshots/" ||
                       folder == "keys/" || folder == "locks/";
    if (name == "config" || (known && ObjectId::parse(name.substr(slash + 1)))) continue;
    note_finding(report, fmt::format("{} is no part of a repository", printable(name)));
  }
  return {};
}

class SnapshotCheck {
 public:
  SnapshotCheck(Repository& repository, const ChunkIndex& index, const PackSurvey& packs,
                VerifyReport& report)
      : repository_(repository), index_(index), packs_(packs), report_(report) {}

  void check(const ObjectId& id) {
    ++report_.snapshots;
    auto snapshot = repository_.snapshot(id);
    if (!snapshot) {
      return note_finding(report_,
                          fmt::format("{}: this backup is damaged", snapshot.error().detail));
    }
    name_ = fmt::format("backup {} of {}", id.text(), printable(snapshot->node));
    std::uint64_t lost_segments = 0;
    std::uint64_t files = 0;
    for (const ChunkId& segment : snapshot->segments) {
      const auto bytes = repository_.read_chunk(index_, segment);
      const auto entries = bytes
                               ? decode_segment(*bytes)
                               : Result<std::vector<ManifestEntry>>(std::unexpected(bytes.error()));
      if (!entries || !packs_.is_good(segment)) ++lost_segments;
      if (entries) files += check_entries(*entries);
    }
    report_.files += files;
    if (lost_segments > 0) {
      note_finding(report_,
                   fmt::format("{}: {} of {} pieces of its list of files are lost, and with them "
                               "{} files",
                               name_, lost_segments, snapshot->segments.size(),
                               snapshot->files - std::min(files, snapshot->files)));
    } else if (files != snapshot->files) {
      note_finding(report_,
                   fmt::format("{}: it has {} files instead of {}", name_, files, snapshot->files));
    }
  }

 private:
  /// How many files are among them.
  std::uint64_t check_entries(const std::vector<ManifestEntry>& entries) {
    std::uint64_t files = 0;
    for (const ManifestEntry& entry : entries) {
      if (!entry.continued) {
        path_ = entry.entry.path;
        told_ = false;
        if (entry.entry.kind == port::FrozenEntry::Kind::kFile) ++files;
      }
      const bool whole =
          std::ranges::all_of(entry.chunks, [&](const ChunkId& id) { return packs_.is_good(id); });
      if (whole || told_) continue;
      told_ = true;
      note_finding(report_, fmt::format("{}: {} cannot be restored", name_, printable(path_)));
    }
    return files;
  }

  Repository& repository_;
  const ChunkIndex& index_;
  const PackSurvey& packs_;
  VerifyReport& report_;
  std::string name_;
  std::string path_;
  bool told_ = false;
};

}  // namespace

Result<VerifyReport> verify(Repository& repository, const VerifyOptions& options) {
  VerifyReport report;
  const auto wrong = [](Error& error) { return std::unexpected(std::move(error)); };
  auto keys = repository.damaged_keys();
  if (!keys) return wrong(keys.error());
  for (std::string& sentence : *keys) note_finding(report, std::move(sentence));
  if (auto ok = find_strangers(repository, report); !ok) return wrong(ok.error());
  PackSurvey packs(repository, options);
  auto indexes = repository.list(ObjectKind::kIndex);
  if (!indexes) return wrong(indexes.error());
  for (const auto& object : *indexes) {
    auto contents = repository.read_index(object.id);
    if (!contents) {
      note_finding(report, contents.error().detail +
                               ": this index is damaged; the next backup writes another");
      continue;
    }
    for (PackContents& pack : *contents) packs.expect(std::move(pack));
  }
  if (auto ok = packs.run(report); !ok) return wrong(ok.error());
  auto index = repository.full_index();
  if (!index) return wrong(index.error());
  auto snapshots = repository.list(ObjectKind::kSnapshot);
  if (!snapshots) return wrong(snapshots.error());
  SnapshotCheck check(repository, *index, packs, report);
  for (const auto& object : *snapshots) check.check(object.id);
  return report;
}

}  // namespace kinode::backup
