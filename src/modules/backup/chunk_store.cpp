#include "modules/backup/chunk_store.h"

#include <algorithm>
#include <sys/resource.h>
#include <tuple>
#include <unistd.h>

#include "base/limits.h"

namespace kinode::backup {

namespace {
constexpr int kGentleNice = 10;
}

Status check_pack(Repository& repository, const PackContents& contents, bool hashed) {
  const std::string name = name_of(ObjectKind::kPack, contents.id);
  const auto bytes = repository.target().get(name);
  if (!bytes) return std::unexpected(bytes.error());
  PackReader reader(repository.keys(), contents.id);
  auto found = reader.contents(*bytes);
  if (!found) return fail_in(name, std::move(found.error()));
  if (*found != contents) return fail(Code::kCorrupt, name + ": it holds other chunks");
  std::size_t offset = magic_of(ObjectKind::kPack).size();
  std::uint32_t ordinal = 0;
  for (const PackedChunk& chunk : contents.chunks) {
    const ByteView stored = ByteView(*bytes).subspan(offset, chunk.stored_size);
    Status ok;
    if (!hashed) {
      ok = reader.check(chunk, ordinal, stored);
    } else if (auto plain = reader.open(chunk, ordinal, stored); !plain) {
      ok = std::unexpected(std::move(plain.error()));
    }
    if (!ok) return fail_in(name, std::move(ok.error()));
    offset += chunk.stored_size;
    ++ordinal;
  }
  return {};
}

/// One thread's work: it fills a pack of its own.
class ChunkStore::Worker {
 public:
  explicit Worker(ChunkStore& store) : store_(store), keys_(store.repository_.keys()) {}

  void run() {
    while (auto job = store_.next()) {
      if (auto ok = take(*job); !ok) store_.fail_with(std::move(ok.error()));
      job->left->fetch_sub(1, std::memory_order_release);
      store_.done(job->plain.size());
    }
    if (!store_.failure()) return;
    if (auto ok = put(); !ok) store_.fail_with(std::move(ok.error()));
  }

 private:
  Status take(const Job& job) {
    const ChunkId id = keys_.chunk_id(job.plain);
    *job.id = id;
    if (!store_.claim(id)) return {};
    if (!pack_) pack_.emplace(keys_, store_.fresh_id());
    const ByteView small = compress(job.plain, room_);
    PackedChunk chunk;
    chunk.id = id;
    chunk.encoding = small.empty() ? Encoding::kPlain : Encoding::kZstd;
    chunk.plain_size = static_cast<std::uint32_t>(job.plain.size());
    if (auto ok = pack_->add(chunk, small.empty() ? ByteView(job.plain) : small); !ok) return ok;
    return pack_->is_full() ? put() : Status{};
  }

  Status put() {
    if (!pack_) return {};
    if (auto ok = pack_->finish(); !ok) return ok;
    const std::string name = name_of(ObjectKind::kPack, pack_->contents().id);
    if (auto ok = store_.repository_.target().put(name, pack_->view()); !ok) return ok;
    if (auto ok = check_pack(store_.repository_, pack_->contents(), false); !ok) {
      // What could not be read back is of no use to anybody.
      std::ignore = store_.repository_.target().remove(name);
      return fail_in("what was written could not be read back", std::move(ok.error()));
    }
    store_.bytes_stored_.fetch_add(pack_->bytes(), std::memory_order_relaxed);
    const rt::Lock lock(store_.mutex_);
    store_.written_.push_back(pack_->contents());
    pack_.reset();
    return {};
  }

  ChunkStore& store_;
  const Keys& keys_;
  std::optional<PackBuilder> pack_;
  ByteVector room_;
};

ChunkStore::ChunkStore(Repository& repository, const ChunkIndex& known, Random& random,
                       std::size_t workers, bool gentle)
    : repository_(repository), known_(known), random_(random) {
  for (std::size_t i = 0; i < std::max<std::size_t>(workers, 1); ++i) {
    threads_.emplace_back([this, gentle] {
      // Of this thread alone; if that is refused it works as before.
      if (gentle) ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kGentleNice);
      Worker(*this).run();
    });
  }
}

ChunkStore::~ChunkStore() { stop(); }

void ChunkStore::stop() {
  {
    const rt::Lock lock(mutex_);
    if (!error_ && !closed_) {
      error_ = Error{Code::kUnavailable, Remedy::kRetryLater, "the backup was stopped"};
    }
  }
  end_threads();
}

void ChunkStore::end_threads() {
  {
    const rt::Lock lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  threads_.clear();  // joins
}

Status ChunkStore::add(ByteVector plain, ChunkId* id, std::atomic<std::size_t>* left) {
  const std::size_t size = plain.size();
  {
    const rt::Lock lock(mutex_);
    while (!error_ && waiting_ > 0 &&
           (waiting_bytes_ + size > limits::kBackupQueueBytesMax ||
            waiting_ >= limits::kBackupEntryChunksMax)) {
      changed_.wait(mutex_);
    }
    if (error_) return std::unexpected(*error_);
    queue_.push_back({std::move(plain), id, left});
    waiting_bytes_ += size;
    ++waiting_;
  }
  changed_.notify_all();
  return {};
}

Status ChunkStore::wait() {
  const rt::Lock lock(mutex_);
  while (!error_ && waiting_ > 0) changed_.wait(mutex_);
  if (error_) return std::unexpected(*error_);
  return {};
}

Result<std::vector<PackContents>> ChunkStore::close() {
  end_threads();
  const rt::Lock lock(mutex_);
  if (error_) return std::unexpected(*error_);
  return std::move(written_);
}

std::optional<ChunkStore::Job> ChunkStore::next() {
  const rt::Lock lock(mutex_);
  while (queue_.empty() && !closed_ && !error_) changed_.wait(mutex_);
  if (queue_.empty() || error_) return std::nullopt;
  Job job = std::move(queue_.front());
  queue_.pop_front();
  return job;
}

bool ChunkStore::claim(const ChunkId& id) {
  if (known_.has(id)) return false;
  const rt::Lock lock(mutex_);
  return claimed_.insert(id).second;
}

ObjectId ChunkStore::fresh_id() {
  const rt::Lock lock(mutex_);
  return ObjectId::random(random_);
}

void ChunkStore::done(std::size_t bytes) {
  {
    const rt::Lock lock(mutex_);
    waiting_bytes_ -= bytes;
    --waiting_;
  }
  changed_.notify_all();
}

void ChunkStore::fail_with(Error error) {
  {
    const rt::Lock lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  changed_.notify_all();
}

Status ChunkStore::failure() {
  const rt::Lock lock(mutex_);
  if (error_) return std::unexpected(*error_);
  return {};
}

}  // namespace kinode::backup
