#include "modules/backup/key_slot.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits.h"
#include "modules/backup/wire.h"

namespace kinode::backup {

namespace {

constexpr std::string_view kMagic = "KNBkey_1";
constexpr std::size_t kMasterBytes = 32;
constexpr std::size_t kCheckBytes = 32;
constexpr std::size_t kWrappedBytes =
    std::tuple_size_v<crypto::GcmNonce> + kMasterBytes + crypto::Aead::kTagBytes;

// RFC 9106 allows less, but nobody writes less.
bool allowed(const KeySlot& slot) {
  const crypto::Argon2Cost& cost = slot.cost;
  if (slot.kind == Secret::Kind::kRecoveryKey) return cost == crypto::Argon2Cost{};
  return slot.kind == Secret::Kind::kPassphrase && cost.lanes >= 1 &&
         cost.lanes <= limits::kBackupArgonLanesMax && cost.passes >= 1 &&
         cost.passes <= limits::kBackupArgonPassesMax && cost.memory_kib >= 8 * cost.lanes &&
         cost.memory_kib <= limits::kBackupArgonMemoryKibMax;
}

/// What the wrapping binds: everything in front of it, and the repository.
ByteVector associated(const KeySlot& slot, const ObjectId& repository) {
  WireWriter out;
  out.raw(as_bytes(kMagic));
  out.number(static_cast<std::uint8_t>(slot.kind));
  out.number(slot.cost.memory_kib);
  out.number(slot.cost.passes);
  out.number(slot.cost.lanes);
  out.raw(slot.salt);
  out.raw(repository.bytes);
  return out.take();
}

Result<crypto::SecretBytes> wrapping_key(const KeySlot& slot, const Secret& secret) {
  if (slot.kind == Secret::Kind::kRecoveryKey) {
    return crypto::derive_key(secret.bytes, "kinode backup recovery key", slot.salt);
  }
  return crypto::argon2id(secret.bytes.view(), slot.salt, slot.cost);
}

}  // namespace

ByteVector encode_key_slot(const KeySlot& slot) {
  WireWriter out;
  out.raw(as_bytes(kMagic));
  out.number(static_cast<std::uint8_t>(slot.kind));
  out.number(slot.cost.memory_kib);
  out.number(slot.cost.passes);
  out.number(slot.cost.lanes);
  out.raw(slot.salt);
  out.raw(slot.wrapped);
  out.raw(crypto::blake2b(out.bytes()));
  return out.take();
}

Result<KeySlot> decode_key_slot(ByteView bytes) {
  const auto damaged = [] { return fail(Code::kCorrupt, "the key is damaged"); };
  if (bytes.size() < kCheckBytes) return damaged();
  const ByteView checked = bytes.first(bytes.size() - kCheckBytes);
  if (!std::ranges::equal(crypto::blake2b(checked), bytes.last(kCheckBytes))) return damaged();
  WireReader in(checked);
  if (as_text(in.raw(kMagic.size())) != kMagic) return damaged();
  KeySlot slot;
  slot.kind = static_cast<Secret::Kind>(in.number<std::uint8_t>());
  slot.cost.memory_kib = in.number<std::uint32_t>();
  slot.cost.passes = in.number<std::uint32_t>();
  slot.cost.lanes = in.number<std::uint32_t>();
  const ByteView salt = in.raw(slot.salt.size());
  const ByteView wrapped = in.raw(kWrappedBytes);
  if (!in.ok() || !in.at_end()) return damaged();
  if (!allowed(slot)) {
    return fail(Code::kUnsupported, "the key is of a kind or cost that this program does not take");
  }
  std::ranges::copy(salt, slot.salt.begin());
  slot.wrapped.assign(wrapped.begin(), wrapped.end());
  return slot;
}

Result<KeySlot> wrap_master_key(const Secret& secret, const crypto::SecretBytes& master,
                                const ObjectId& repository, const crypto::Argon2Cost& cost,
                                Random& random) {
  KeySlot slot;
  slot.kind = secret.kind;
  if (secret.kind == Secret::Kind::kPassphrase) slot.cost = cost;
  if (!allowed(slot)) return fail(Code::kInvalid, "no such cost of a key is allowed");
  random.fill(slot.salt);
  auto key = wrapping_key(slot, secret);
  if (!key) return std::unexpected(std::move(key.error()));
  crypto::GcmNonce nonce;
  random.fill(nonce);
  slot.wrapped.assign(nonce.begin(), nonce.end());
  auto ok =
      crypto::Aead(*key).seal(nonce, associated(slot, repository), master.view(), slot.wrapped);
  if (!ok) return std::unexpected(std::move(ok.error()));
  return slot;
}

Result<crypto::SecretBytes> unwrap_master_key(const KeySlot& slot, const Secret& secret,
                                              const ObjectId& repository) {
  if (slot.kind != secret.kind || slot.wrapped.size() != kWrappedBytes) {
    return fail(Code::kDenied, "the key is of another kind");
  }
  auto key = wrapping_key(slot, secret);
  if (!key) return std::unexpected(std::move(key.error()));
  crypto::GcmNonce nonce;
  std::copy_n(slot.wrapped.begin(), nonce.size(), nonce.begin());
  auto plain = crypto::Aead(*key).open(nonce, associated(slot, repository),
                                       ByteView(slot.wrapped).subspan(nonce.size()));
  if (!plain) return fail(Code::kDenied, "another secret opens this key");
  auto master = crypto::SecretBytes::copy(*plain);
  crypto::wipe(*plain);
  return master;
}

}  // namespace kinode::backup
