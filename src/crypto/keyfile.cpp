#include "crypto/keyfile.h"

#include "crypto/aes_gcm.h"
#include "crypto/pbkdf2.h"
#include "crypto/pkcs8.h"
#include "msg/bincode_reader.h"
#include "msg/json_reader.h"
#include "msg/json_writer.h"

namespace kinode::crypto {

namespace {

constexpr std::uint32_t kRounds = 1'000'000;
constexpr std::size_t kSaltBytes = 32;

Result<SealedKeyfile> parse_json(ByteView file) {
  auto tree = msg::Json::parse(file);
  if (!tree) return std::unexpected(std::move(tree.error()));
  SealedKeyfile out;
  auto in = msg::StructReader::tuple(*tree, "keyfile", 6);
  in.field("username", out.username);
  in.field("routers", out.routers);
  in.field("salt", out.salt);
  in.field("networking key", out.net_key);
  in.field("jwt secret", out.jwt_secret);
  in.field("file key", out.file_key);
  if (auto ok = std::move(in).finish(); !ok) return std::unexpected(std::move(ok.error()));
  return out;
}

Result<SealedKeyfile> parse_bincode(ByteView file) {
  msg::BincodeReader in(file);
  SealedKeyfile out;
  out.username = in.text("username");
  const std::size_t routers = in.count("routers", 8);
  for (std::size_t i = 0; i < routers && in.ok(); ++i) out.routers.emplace_back(in.text("router"));
  out.salt = Bytes::copy(in.bytes("salt"));
  out.net_key = Bytes::copy(in.bytes("networking key"));
  out.jwt_secret = Bytes::copy(in.bytes("jwt secret"));
  out.file_key = Bytes::copy(in.bytes("file key"));
  if (auto ok = in.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return out;
}

Result<Bytes> seal_one(const SecretBytes& key, ByteView plain, Random& random) {
  GcmNonce nonce;
  random.fill(nonce);
  auto sealed = gcm_seal(key, nonce, plain);
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  return Bytes::adopt(std::move(*sealed));
}

}  // namespace

Result<SealedKeyfile> parse_keyfile(ByteView file) {
  auto json = parse_json(file);
  if (json) return json;
  auto bincode = parse_bincode(file);
  if (bincode) return bincode;
  return fail(Code::kCorrupt, "failed to deserialize keyfile");
}

std::string write_keyfile(const SealedKeyfile& sealed) {
  std::string out = "[";
  msg::write_json(out, sealed.username);
  out.push_back(',');
  msg::write_json(out, sealed.routers);
  for (const Bytes* part : {&sealed.salt, &sealed.net_key, &sealed.jwt_secret, &sealed.file_key}) {
    out.push_back(',');
    msg::write_json(out, *part);
  }
  out.push_back(']');
  return out;
}

SecretBytes derive_disk_key(std::string_view password_hash, ByteView salt) {
  return pbkdf2_sha256(password_hash, salt, kRounds);
}

Result<Keyfile> unlock_keyfile(const SealedKeyfile& sealed, const SecretBytes& disk_key) {
  auto document = gcm_open(disk_key, sealed.net_key.view());
  if (!document) return fail(document.error().code, "failed to decrypt networking keys");
  auto pair = decode_pkcs8(document->view());
  if (!pair) return fail(Code::kCorrupt, "failed to parse networking keys");
  // The key fits from here on, so what does not open was damaged.
  auto jwt_secret = gcm_open(disk_key, sealed.jwt_secret.view());
  if (!jwt_secret || jwt_secret->size() == 0) {
    return fail(Code::kCorrupt, "failed to decrypt jwt secret");
  }
  auto file_key = gcm_open(disk_key, sealed.file_key.view());
  if (!file_key) return fail(Code::kCorrupt, "failed to decrypt file key");
  return Keyfile{sealed.username, sealed.routers, std::move(*pair), std::move(*jwt_secret),
                 std::move(*file_key)};
}

Result<Keyfile> unlock_keyfile(const SealedKeyfile& sealed, std::string_view password_hash) {
  return unlock_keyfile(sealed, derive_disk_key(password_hash, sealed.salt.view()));
}

Result<Keyfile> open_keyfile(ByteView file, std::string_view password_hash) {
  auto sealed = parse_keyfile(file);
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  return unlock_keyfile(*sealed, password_hash);
}

Bytes fresh_salt(Random& random) {
  ByteVector salt(kSaltBytes);
  random.fill(salt);
  return Bytes::adopt(std::move(salt));
}

Result<SealedKeyfile> seal_keyfile(const Keyfile& keyfile, const SecretBytes& disk_key, Bytes salt,
                                   Random& random) {
  auto net_key = seal_one(disk_key, encode_pkcs8(keyfile.net_key).view(), random);
  if (!net_key) return std::unexpected(std::move(net_key.error()));
  auto jwt_secret = seal_one(disk_key, keyfile.jwt_secret.view(), random);
  if (!jwt_secret) return std::unexpected(std::move(jwt_secret.error()));
  auto file_key = seal_one(disk_key, keyfile.file_key.view(), random);
  if (!file_key) return std::unexpected(std::move(file_key.error()));
  return SealedKeyfile{keyfile.username,    keyfile.routers,        std::move(salt),
                       std::move(*net_key), std::move(*jwt_secret), std::move(*file_key)};
}

Result<SealedKeyfile> seal_keyfile(const Keyfile& keyfile, std::string_view password_hash,
                                   Random& random) {
  Bytes salt = fresh_salt(random);
  const SecretBytes key = derive_disk_key(password_hash, salt.view());
  return seal_keyfile(keyfile, key, std::move(salt), random);
}

}  // namespace kinode::crypto
