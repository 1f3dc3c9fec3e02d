// What of a repository's packs is there and intact.
#pragma once

#include <map>
#include <set>
#include <unordered_set>

#include "modules/backup/verify.h"
#include "rt/mutex.h"

namespace kinode::backup {

/// Thread: `run` from one; it starts and ends others.
class PackSurvey {
 public:
  PackSurvey(Repository& repository, const VerifyOptions& options)
      : repository_(repository), options_(options) {}

  /// Packs that an index tells of: their chunks are taken as it says.
  void expect(PackContents pack);

  /// Reads all packs. Findings, sizes and counts go to `report`.
  Status run(VerifyReport& report);

  bool is_good(const ChunkId& id) const { return good_.contains(id); }

 private:
  struct Look {
    std::vector<std::string> findings;
    std::vector<ChunkId> good;
    std::uint64_t chunks = 0;
    std::uint64_t bytes = 0;
  };
  Look look(const Repository::Listed& pack) const;
  void check_chunks(const PackContents& contents, ByteView bytes, Look& out) const;
  void take(const Look& look, VerifyReport& report);

  Repository& repository_;
  const VerifyOptions& options_;
  std::map<ObjectId, PackContents> expected_;
  std::unordered_set<ChunkId, ChunkIdHash> good_;
};

/// Adds a finding while there is room.
void note_finding(VerifyReport& report, std::string sentence);

}  // namespace kinode::backup
