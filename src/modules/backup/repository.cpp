#include "modules/backup/repository.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "base/limits.h"
#include "modules/backup/pack.h"
#include "modules/backup/wire.h"

namespace kinode::backup {

namespace {

constexpr std::string_view kConfigName = "config";
constexpr std::string_view kConfigMagic = "KNBconf1";
constexpr std::string_view kKeysPrefix = "keys/";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kMasterBytes = 32;
constexpr std::size_t kCheckBytes = 32;

ByteVector encode_config(const ObjectId& id) {
  WireWriter out;
  out.raw(as_bytes(kConfigMagic));
  out.number(kVersion);
  out.raw(id.bytes);
  out.raw(crypto::blake2b(out.bytes()));
  return out.take();
}

Result<ObjectId> decode_config(ByteView bytes) {
  WireReader in(bytes);
  ObjectId id;
  const ByteView magic = in.raw(kConfigMagic.size());
  const auto version = in.number<std::uint32_t>();
  const ByteView text = in.raw(id.bytes.size());
  const ByteView check = in.raw(kCheckBytes);
  if (!in.ok() || !in.at_end() || as_text(magic) != kConfigMagic ||
      !std::ranges::equal(crypto::blake2b(bytes.first(bytes.size() - kCheckBytes)), check)) {
    return fail(Code::kCorrupt, "config: the repository's first object is damaged");
  }
  if (version != kVersion) {
    return fail(Code::kUnsupported,
                fmt::format("the repository has version {}: a newer program reads it", version));
  }
  std::ranges::copy(text, id.bytes.begin());
  return id;
}

/// The key slots as they are, with their names.
Result<std::vector<std::pair<std::string, ByteVector>>> read_slots(Target& target) {
  auto listed = target.list(kKeysPrefix);
  if (!listed) return std::unexpected(std::move(listed.error()));
  if (listed->size() > limits::kBackupKeySlotsMax) {
    return fail(Code::kInvalid, fmt::format("{} has more than {} keys", target.place(),
                                            limits::kBackupKeySlotsMax));
  }
  std::vector<std::pair<std::string, ByteVector>> out;
  for (const TargetObject& object : *listed) {
    auto bytes = target.get(object.name);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    out.emplace_back(object.name, std::move(*bytes));
  }
  return out;
}

Error no_key_fits(const Target& target, Secret::Kind kind, std::size_t tried,
                  const std::string& damaged) {
  if (!damaged.empty()) {
    return {Code::kCorrupt, Remedy::kFixSystem,
            fmt::format("{}: {} is damaged, and no other key opens with this secret",
                        target.place(), damaged)};
  }
  const bool phrase = kind == Secret::Kind::kPassphrase;
  const std::string_view what = phrase ? "passphrase" : "recovery key";
  if (tried == 0) {
    return {Code::kDenied, Remedy::kFixRequest,
            fmt::format("the repository in {} has no {}: use its {}", target.place(), what,
                        phrase ? "recovery key" : "passphrase")};
  }
  return {
      Code::kDenied, Remedy::kFixRequest,
      fmt::format("the {} is wrong: it does not open the repository in {}", what, target.place())};
}

}  // namespace

Result<bool> Repository::is_there(Target& target) {
  auto config = target.list(kConfigName);
  if (!config) return std::unexpected(std::move(config.error()));
  return !config->empty();
}

Result<std::unique_ptr<Repository>> Repository::create(Target& target, const Secret& secret,
                                                       Random& random,
                                                       const crypto::Argon2Cost& cost) {
  auto there = target.list("");
  if (!there) return std::unexpected(std::move(there.error()));
  if (!there->empty()) {
    return fail(Code::kExists, fmt::format("{} is not empty and no repository: choose another "
                                           "place for the backups",
                                           target.place()));
  }
  std::unique_ptr<Repository> out(new Repository(
      target, ObjectId::random(random), crypto::SecretBytes::random(kMasterBytes, random)));
  // The config is last: without it there is no repository.
  if (auto ok = out->add_key(secret, random, cost); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  if (auto ok = target.put(kConfigName, encode_config(out->id_)); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  return out;
}

Result<std::unique_ptr<Repository>> Repository::open(Target& target, const Secret& secret) {
  auto config = target.get(kConfigName);
  if (!config && config.error().code == Code::kNotFound) {
    return fail(Code::kNotFound, fmt::format("there is no repository in {}: name the directory "
                                             "that `kinode backup` wrote to",
                                             target.place()));
  }
  if (!config) return std::unexpected(std::move(config.error()));
  auto id = decode_config(*config);
  if (!id) return fail_in(target.place(), std::move(id.error()));
  auto slots = read_slots(target);
  if (!slots) return std::unexpected(std::move(slots.error()));
  std::size_t tried = 0;
  std::string damaged;
  for (const auto& [name, bytes] : *slots) {
    auto slot = decode_key_slot(bytes);
    if (!slot) {
      damaged = name;
      continue;
    }
    if (slot->kind != secret.kind) continue;
    ++tried;
    auto master = unwrap_master_key(*slot, secret, *id);
    if (master && master->size() == kMasterBytes) {
      return std::unique_ptr<Repository>(new Repository(target, *id, std::move(*master)));
    }
    if (!master && master.error().code != Code::kDenied) {
      return std::unexpected(std::move(master.error()));
    }
  }
  return std::unexpected(no_key_fits(target, secret.kind, tried, damaged));
}

Status Repository::add_key(const Secret& secret, Random& random, const crypto::Argon2Cost& cost) {
  auto slots = target_.list(kKeysPrefix);
  if (!slots) return std::unexpected(std::move(slots.error()));
  if (slots->size() >= limits::kBackupKeySlotsMax) {
    return fail(Code::kOverloaded,
                fmt::format("the repository has {} keys already", limits::kBackupKeySlotsMax));
  }
  auto slot = wrap_master_key(secret, keys_.master(), id_, cost, random);
  if (!slot) return std::unexpected(std::move(slot.error()));
  return target_.put(std::string(kKeysPrefix) + ObjectId::random(random).text(),
                     encode_key_slot(*slot));
}

Result<std::vector<Repository::Listed>> Repository::list(ObjectKind kind) {
  const std::string_view prefix = prefix_of(kind);
  auto objects = target_.list(prefix);
  if (!objects) return std::unexpected(std::move(objects.error()));
  std::vector<Listed> out;
  for (const TargetObject& object : *objects) {
    const auto id = ObjectId::parse(std::string_view(object.name).substr(prefix.size()));
    if (id) out.push_back({*id, object.size});
  }
  return out;
}

Result<Snapshot> Repository::snapshot(const ObjectId& id) {
  const std::string name = name_of(ObjectKind::kSnapshot, id);
  auto sealed = target_.get(name);
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  auto plain = open_object(keys_, ObjectKind::kSnapshot, id, *sealed);
  if (!plain) return std::unexpected(std::move(plain.error()));
  auto snapshot = decode_snapshot(*plain);
  if (!snapshot) return fail_in(name, std::move(snapshot.error()));
  snapshot->id = id;
  return snapshot;
}

Result<std::vector<Snapshot>> Repository::snapshots() {
  auto listed = list(ObjectKind::kSnapshot);
  if (!listed) return std::unexpected(std::move(listed.error()));
  std::vector<Snapshot> out;
  for (const Listed& object : *listed) {
    auto one = snapshot(object.id);
    if (!one) return std::unexpected(std::move(one.error()));
    out.push_back(std::move(*one));
  }
  std::ranges::sort(out, {}, [](const Snapshot& s) { return std::pair(s.unix_ms, s.id); });
  return out;
}

Result<std::vector<PackContents>> Repository::read_index(const ObjectId& id) {
  const std::string name = name_of(ObjectKind::kIndex, id);
  auto sealed = target_.get(name);
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  auto plain = open_object(keys_, ObjectKind::kIndex, id, *sealed);
  if (!plain) return std::unexpected(std::move(plain.error()));
  auto packs = decode_index(*plain);
  if (!packs) return fail_in(name, std::move(packs.error()));
  return packs;
}

Result<ChunkIndex> Repository::load_index(std::vector<ObjectId>* damaged) {
  auto listed = list(ObjectKind::kIndex);
  if (!listed) return std::unexpected(std::move(listed.error()));
  auto packs = list(ObjectKind::kPack);
  if (!packs) return std::unexpected(std::move(packs.error()));
  std::map<ObjectId, std::uint64_t> present;
  for (const Listed& pack : *packs) present.emplace(pack.id, pack.size);
  ChunkIndex out;
  for (const Listed& object : *listed) {
    auto contents = read_index(object.id);
    if (!contents && contents.error().code == Code::kCorrupt) {
      damaged->push_back(object.id);
      continue;
    }
    if (!contents) return std::unexpected(std::move(contents.error()));
    for (const PackContents& pack : *contents) {
      const auto found = present.find(pack.id);
      if (found == present.end() || found->second != pack.size) continue;
      if (auto ok = out.add(pack); !ok) return std::unexpected(std::move(ok.error()));
    }
  }
  return out;
}

Result<ChunkIndex> Repository::full_index() {
  std::vector<ObjectId> damaged;
  auto index = load_index(&damaged);
  if (!index) return index;
  auto packs = list(ObjectKind::kPack);
  if (!packs) return std::unexpected(std::move(packs.error()));
  for (const Listed& pack : *packs) {
    if (index->has_pack(pack.id)) continue;
    const auto bytes = target_.get(name_of(ObjectKind::kPack, pack.id));
    if (!bytes) continue;
    const auto contents = PackReader(keys_, pack.id).contents(*bytes);
    if (!contents) continue;
    if (auto ok = index->add(*contents); !ok) return std::unexpected(std::move(ok.error()));
  }
  return index;
}

Result<std::vector<std::string>> Repository::damaged_keys() {
  auto slots = read_slots(target_);
  if (!slots) return std::unexpected(std::move(slots.error()));
  std::vector<std::string> out;
  for (const auto& [name, bytes] : *slots) {
    if (const auto slot = decode_key_slot(bytes); !slot) {
      out.push_back(fmt::format("{}: {}", name, slot.error().detail));
    }
  }
  return out;
}

Result<ByteVector> Repository::read_chunk(const ChunkIndex& index, const ChunkId& id) {
  const auto place = index.find(id);
  if (!place) {
    return fail(Code::kNotFound, "a chunk is missing: no pack of the repository has it");
  }
  const std::string name = name_of(ObjectKind::kPack, place->pack);
  auto stored = target_.get_range(name, place->offset, place->chunk.stored_size);
  if (!stored) return std::unexpected(std::move(stored.error()));
  auto plain = PackReader(keys_, place->pack).open(place->chunk, place->ordinal, *stored);
  if (!plain) return fail_in(name, std::move(plain.error()));
  return plain;
}

}  // namespace kinode::backup
