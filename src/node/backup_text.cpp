#include "node/backup_text.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <fmt/format.h>

namespace kinode::node {

namespace {

double seconds_of(Nanos time) { return std::chrono::duration<double>(time).count(); }

std::string rate_text(std::uint64_t bytes, Nanos took) {
  const double seconds = std::max(seconds_of(took), 1e-3);
  return fmt::format("{:.1f} s, {:.0f} MB/s", seconds, static_cast<double>(bytes) / 1e6 / seconds);
}

}  // namespace

std::string count_text(std::uint64_t n) {
  std::string out = fmt::to_string(n);
  for (std::size_t i = out.size(); i > 3; i -= 3) out.insert(i - 3, 1, ',');
  return out;
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::array kUnits = {"bytes", "KB", "MB", "GB", "TB", "PB"};
  if (bytes < 1'000) return fmt::format("{} bytes", bytes);
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 999.95 && unit + 1 < kUnits.size()) {
    amount /= 1'000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", amount, kUnits[unit]);
}

std::string time_text(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1'000;
  std::tm parts{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return "an unknown time";
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string backup_text(const backup::BackupReport& report) {
  const backup::Snapshot& snapshot = report.snapshot;
  return fmt::format(
      "Backup {} of {}: {} files, {}.\n"
      "Read {}, stored {} more and read that back: {}.\n",
      snapshot.id.text(), printable(snapshot.node), count_text(snapshot.files),
      size_text(snapshot.bytes), size_text(report.bytes_read), size_text(report.bytes_stored),
      rate_text(snapshot.bytes, report.took));
}

std::string restore_text(const backup::RestoreReport& report, const std::string& home) {
  return fmt::format("Restored {} files, directories and links, {}, into {}: {}.\n",
                     count_text(report.entries), size_text(report.bytes), printable(home),
                     rate_text(report.bytes, report.took));
}

std::string list_text(const std::vector<backup::Snapshot>& snapshots) {
  if (snapshots.empty()) return "There is no backup yet.\n";
  std::string out =
      fmt::format("{:32}  {:19}  {:>12}  {:>10}  node\n", "backup", "time (UTC)", "files", "size");
  for (const backup::Snapshot& one : snapshots) {
    out += fmt::format("{:32}  {:19}  {:>12}  {:>10}  {}\n", one.id.text(), time_text(one.unix_ms),
                       count_text(one.files), size_text(one.bytes), printable(one.node));
  }
  return out;
}

std::string verify_text(const backup::VerifyReport& report) {
  std::string out;
  for (const std::string& finding : report.findings) out += finding + "\n";
  if (report.more_findings) out += "There are more faults than are shown.\n";
  const std::string read =
      fmt::format("{} backups with {} files in {} packs with {} chunks, {}",
                  count_text(report.snapshots), count_text(report.files), count_text(report.packs),
                  count_text(report.chunks), size_text(report.bytes));
  if (report.findings.empty()) return fmt::format("All is well: {}.\n", read);
  return out + fmt::format("{} faults in {}.\n", count_text(report.findings.size()), read);
}

std::string forget_text(const backup::ForgetReport& report) {
  return fmt::format("Forgot {} backups and kept {}; the packs had {} and have {} now.\n",
                     count_text(report.forgotten), count_text(report.kept),
                     size_text(report.packs.bytes_before), size_text(report.packs.bytes_after));
}

std::string repair_text(const backup::RepairReport& report) {
  return fmt::format(
      "Threw away {} damaged chunks and {} unreadable backups. Make a backup now: it stores again "
      "what the node still has, also for the older backups.\n",
      count_text(report.packs.chunks_damaged), count_text(report.snapshots_removed));
}

Result<backup::Snapshot> choose_snapshot(const std::vector<backup::Snapshot>& snapshots,
                                         std::string_view begin) {
  if (snapshots.empty()) return fail(Code::kNotFound, "there is no backup yet");
  if (begin.empty()) {
    const auto other = std::ranges::find_if(
        snapshots, [&](const backup::Snapshot& one) { return one.node != snapshots.back().node; });
    if (other == snapshots.end()) return snapshots.back();
    return fail(Code::kInvalid,
                fmt::format("there are backups of {} and of {}: say which one with --snapshot ID, "
                            "from `kinode backup list`",
                            printable(other->node), printable(snapshots.back().node)));
  }
  const backup::Snapshot* found = nullptr;
  for (const backup::Snapshot& one : snapshots) {
    if (!one.id.text().starts_with(begin)) continue;
    if (found != nullptr) {
      return fail(Code::kInvalid, fmt::format("more than one backup begins with {}: write more of "
                                              "its id",
                                              printable(begin)));
    }
    found = &one;
  }
  if (found != nullptr) return *found;
  return fail(Code::kNotFound, fmt::format("no backup begins with {}: `kinode backup list` shows "
                                           "them",
                                           printable(begin)));
}

}  // namespace kinode::node
