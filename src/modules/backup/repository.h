// A repository of backups in a target (docs/formats/backup.md).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "modules/backup/chunk_index.h"
#include "modules/backup/key_slot.h"
#include "modules/backup/manifest.h"
#include "modules/backup/target.h"

namespace kinode::backup {

/// Thread: any; blocks. Lifetime: not longer than its target.
class Repository {
 public:
  /// True: there is one. False: there is nothing that looks like one.
  static Result<bool> is_there(Target& target);

  /// A new one with one key. Error kExists: there is one already, or something else.
  static Result<std::unique_ptr<Repository>> create(
      Target& target, const Secret& secret, Random& random,
      const crypto::Argon2Cost& cost = crypto::kArgon2Cost);

  /// Errors: kNotFound, no repository there; kDenied, no key of it opens with this secret;
  /// kCorrupt; kUnsupported, made by a later version.
  static Result<std::unique_ptr<Repository>> open(Target& target, const Secret& secret);

  /// One more secret that opens it.
  Status add_key(const Secret& secret, Random& random,
                 const crypto::Argon2Cost& cost = crypto::kArgon2Cost);

  Target& target() { return target_; }
  const Keys& keys() const { return keys_; }
  const ObjectId& id() const { return id_; }

  /// Sentences about keys that are damaged.
  Result<std::vector<std::string>> damaged_keys();

  /// All snapshots, oldest first. Error: the first damaged one, by name.
  Result<std::vector<Snapshot>> snapshots();
  Result<Snapshot> snapshot(const ObjectId& id);

  /// What the index objects say is there, of packs that are there and have the size they should
  /// have. `damaged` gets the index objects that cannot be read; their packs are not in the result.
  Result<ChunkIndex> load_index(std::vector<ObjectId>* damaged);

  /// To read from: packs that no index tells of are looked into, so that a lost index is no loss.
  Result<ChunkIndex> full_index();

  /// What one index object says.
  Result<std::vector<PackContents>> read_index(const ObjectId& id);

  /// Objects of one kind, by id. What is not named like one is left out.
  struct Listed {
    ObjectId id;
    std::uint64_t size = 0;
  };
  Result<std::vector<Listed>> list(ObjectKind kind);

  /// The content of a chunk, checked. Errors: kNotFound, kCorrupt, with the pack's name.
  Result<ByteVector> read_chunk(const ChunkIndex& index, const ChunkId& id);

 private:
  Repository(Target& target, const ObjectId& id, crypto::SecretBytes master)
      : target_(target), id_(id), keys_(std::move(master)) {}

  Target& target_;
  const ObjectId id_;
  const Keys keys_;
};

}  // namespace kinode::backup
