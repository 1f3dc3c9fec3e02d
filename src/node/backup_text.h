// What `kinode backup` and `kinode restore` say.
#pragma once

#include <string>
#include <vector>

#include "modules/backup/backup_writer.h"
#include "modules/backup/forget.h"
#include "modules/backup/restore.h"
#include "modules/backup/verify.h"

namespace kinode::node {

/// "5.0 GB"; thousands are 1,000.
std::string size_text(std::uint64_t bytes);
/// "50,000".
std::string count_text(std::uint64_t n);
/// "2026-12-01 03:20:00", UTC.
std::string time_text(std::int64_t unix_ms);

std::string backup_text(const backup::BackupReport& report);
std::string restore_text(const backup::RestoreReport& report, const std::string& home);
std::string list_text(const std::vector<backup::Snapshot>& snapshots);
std::string verify_text(const backup::VerifyReport& report);
std::string forget_text(const backup::ForgetReport& report);
std::string repair_text(const backup::RepairReport& report);

/// The snapshot whose id begins so; the newest when `begin` is empty, unless the repository has
/// backups of several nodes. The error says what to write.
Result<backup::Snapshot> choose_snapshot(const std::vector<backup::Snapshot>& snapshots,
                                         std::string_view begin);

}  // namespace kinode::node
