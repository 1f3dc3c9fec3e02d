// Stores chunks with several threads: hash, leave out what is known, compress, encrypt, put, read
// back.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <optional>
#include <thread>
#include <unordered_set>
#include <vector>

#include "modules/backup/pack.h"
#include "modules/backup/repository.h"
#include "rt/mutex.h"

namespace kinode::backup {

/// All of a pack read back from the target, and each chunk decrypted and decompressed. `hashed`:
/// and compared with its id, which only the one who encrypted it may leave out. The error names the
/// pack.
Status check_pack(Repository& repository, const PackContents& contents, bool hashed);

/// Thread: add, wait and close from one, which is not one of its own. Lifetime: not longer than its
/// arguments.
class ChunkStore {
 public:
  /// `known` is what the repository has; it is only read until `close`. `gentle`: its threads give
  /// way to all others.
  ChunkStore(Repository& repository, const ChunkIndex& known, Random& random, std::size_t workers,
             bool gentle);
  ~ChunkStore();

  /// Stores `plain`, at most limits::kBackupChunkBytesMax. Some time later its id is in `*id`, and
  /// then `*left` is one less; both must live until `close`. Waits while too much is waiting. The
  /// error is the first one of any chunk.
  Status add(ByteVector plain, ChunkId* id, std::atomic<std::size_t>* left);

  /// Until all that was added has its id.
  Status wait();

  /// Ends its threads; what was added may be lost. Nothing that was given to `add` is touched
  /// after.
  void stop();

  /// Until all that was added is in packs that were read back. Once, the last call.
  Result<std::vector<PackContents>> close();

  const Keys& keys() const { return repository_.keys(); }
  std::uint64_t bytes_stored() const { return bytes_stored_.load(std::memory_order_relaxed); }

 private:
  struct Job {
    ByteVector plain;
    ChunkId* id = nullptr;
    std::atomic<std::size_t>* left = nullptr;
  };
  class Worker;

  std::optional<Job> next();
  bool claim(const ChunkId& id);
  ObjectId fresh_id();
  void done(std::size_t bytes);
  void fail_with(Error error);
  Status failure();
  void end_threads();

  Repository& repository_;
  const ChunkIndex& known_;
  std::atomic<std::uint64_t> bytes_stored_ = 0;

  rt::Mutex mutex_;
  std::condition_variable_any changed_;
  Random& random_ __attribute__((guarded_by(mutex_)));
  std::deque<Job> queue_ __attribute__((guarded_by(mutex_)));
  std::size_t waiting_bytes_ __attribute__((guarded_by(mutex_))) = 0;  // also in work
  std::size_t waiting_ __attribute__((guarded_by(mutex_))) = 0;
  bool closed_ __attribute__((guarded_by(mutex_))) = false;
  std::optional<Error> error_ __attribute__((guarded_by(mutex_)));
  std::unordered_set<ChunkId, ChunkIdHash> claimed_ __attribute__((guarded_by(mutex_)));
  std::vector<PackContents> written_ __attribute__((guarded_by(mutex_)));
  std::vector<std::jthread> threads_;
};

}  // namespace kinode::backup
