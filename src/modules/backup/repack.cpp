#include "modules/backup/repack.h"

#include <deque>
#include <map>

#include "base/assert.h"
#include "modules/backup/chunk_store.h"
#include "modules/backup/index_writer.h"

namespace kinode::backup {

namespace {

/// A pack is worth writing again when this part of it is not needed.
constexpr std::uint64_t kWasteDivisor = 4;

class Run {
 public:
  Run(Repository& repository, const RepackOptions& options)
      : repository_(repository),
        options_(options),
        store_(repository, nothing_, *options.random, options.workers, false) {}
  ~Run() { store_.stop(); }  // its threads write into this
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Result<RepackReport> all() {
    auto indexes = repository_.list(ObjectKind::kIndex);
    if (!indexes) return std::unexpected(std::move(indexes.error()));
    if (auto ok = read_indexes(*indexes); !ok) return std::unexpected(std::move(ok.error()));
    auto packs = repository_.list(ObjectKind::kPack);
    if (!packs) return std::unexpected(std::move(packs.error()));
    for (std::size_t i = 0; i < packs->size(); ++i) {
      if (auto ok = take((*packs)[i]); !ok) return std::unexpected(std::move(ok.error()));
      if (options_.progress) options_.progress(i + 1, packs->size());
      if (options_.stop != nullptr && options_.stop->load()) {
        return fail(Code::kUnavailable, "stopped: nothing was removed");
      }
    }
    if (obsolete_.empty() && !index_damaged_) return report_;
    auto written = store_.close();
    if (!written) return std::unexpected(std::move(written.error()));
    if (auto ok = replace(*indexes, std::move(*written)); !ok) {
      return std::unexpected(std::move(ok.error()));
    }
    return report_;
  }

 private:
  Status read_indexes(const std::vector<Repository::Listed>& indexes) {
    for (const auto& index : indexes) {
      auto packs = repository_.read_index(index.id);
      if (!packs && packs.error().code == Code::kCorrupt) {
        index_damaged_ = true;
        continue;
      }
      if (!packs) return std::unexpected(std::move(packs.error()));
      for (PackContents& pack : *packs) {
        const ObjectId id = pack.id;
        known_.insert_or_assign(id, std::move(pack));
      }
    }
    return {};
  }

  bool is_needed(const ChunkId& id) const {
    return options_.needed == nullptr || options_.needed->contains(id);
  }

  Status take(const Repository::Listed& pack) {
    report_.bytes_before += pack.size;
    const auto known = known_.find(pack.id);
    std::uint64_t waste = 0;
    bool empty = true;
    if (known != known_.end()) {
      for (const PackedChunk& chunk : known->second.chunks) {
        if (is_needed(chunk.id)) {
          empty = false;
        } else {
          waste += chunk.stored_size;
        }
      }
      const bool intact = known->second.size == pack.size;
      if (intact && empty) return drop(pack);
      if (intact && !options_.check && waste * kWasteDivisor < pack.size) {
        return keep(known->second);
      }
    }
    return look_into(pack, known == known_.end() ? nullptr : &known->second,
                     waste * kWasteDivisor >= pack.size);
  }

  /// Reads a pack, whose contents may be known, and decides.
  Status look_into(const Repository::Listed& pack, const PackContents* known, bool wasteful) {
    auto bytes = repository_.target().get(name_of(ObjectKind::kPack, pack.id));
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    PackReader reader(repository_.keys(), pack.id);
    auto own = reader.contents(*bytes);
    const bool same = own && (known == nullptr || *own == *known);
    if (known == nullptr && !own) return drop(pack);  // nobody can say what is in it
    const PackContents& contents = known != nullptr ? *known : *own;
    std::vector<ByteVector> good;
    std::uint64_t offset = magic_of(ObjectKind::kPack).size();
    std::uint32_t ordinal = 0;
    std::uint64_t damaged = 0;
    for (const PackedChunk& chunk : contents.chunks) {
      const bool there = offset + chunk.stored_size <= bytes->size();
      auto plain =
          there ? reader.open(chunk, ordinal, ByteView(*bytes).subspan(offset, chunk.stored_size))
                : Result<ByteVector>(fail(Code::kCorrupt, "cut short"));
      offset += chunk.stored_size;
      ++ordinal;
      if (!plain) {
        ++damaged;
      } else if (is_needed(chunk.id)) {
        good.push_back(std::move(*plain));
      }
    }
    report_.chunks_damaged += damaged;
    if (same && damaged == 0 && !wasteful && !good.empty()) return keep(contents);
    for (ByteVector& plain : good) {
      auto ok = store_.add(std::move(plain), &ids_.emplace_back(), &left_);
      if (!ok) return ok;
    }
    return drop(pack);
  }

  Status keep(const PackContents& pack) {
    report_.bytes_after += pack.size;
    kept_.push_back(pack);
    return {};
  }

  Status drop(const Repository::Listed& pack) {
    obsolete_.push_back(pack.id);
    return {};
  }

  /// New indexes stand before anything is removed.
  Status replace(const std::vector<Repository::Listed>& old_indexes,
                 std::vector<PackContents> written) {
    report_.packs_written = written.size();
    report_.packs_removed = obsolete_.size();
    for (PackContents& pack : written) {
      report_.bytes_after += pack.size;
      kept_.push_back(std::move(pack));
    }
    if (auto ok = write_indexes(repository_, *options_.random, std::move(kept_)); !ok) return ok;
    for (const auto& index : old_indexes) {
      auto ok = repository_.target().remove(name_of(ObjectKind::kIndex, index.id));
      if (!ok) return ok;
    }
    for (const ObjectId& id : obsolete_) {
      auto ok = repository_.target().remove(name_of(ObjectKind::kPack, id));
      if (!ok) return ok;
    }
    return {};
  }

  Repository& repository_;
  const RepackOptions& options_;
  const ChunkIndex nothing_;  // everything that is added is written
  std::deque<ChunkId> ids_;
  std::atomic<std::size_t> left_ = 0;
  std::map<ObjectId, PackContents> known_;
  std::vector<PackContents> kept_;
  std::vector<ObjectId> obsolete_;
  bool index_damaged_ = false;
  RepackReport report_;
  ChunkStore store_;
};

}  // namespace

Result<RepackReport> repack(Repository& repository, const RepackOptions& options) {
  KINODE_ASSERT(options.clock != nullptr && options.random != nullptr);
  return Run(repository, options).all();
}

}  // namespace kinode::backup
