#include "crypto/password_hash.h"

#include <argon2.h>
#include <fmt/format.h>

#include "crypto/hash.h"
#include "crypto/secret.h"

namespace kinode::crypto {

namespace {

constexpr std::uint32_t kMemoryKib = 19456;
constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltBytesMin = 8;

std::string text_of(const Hash& hash) { return "0x" + hex_encode(hash); }

std::string salt_of(std::string_view node_name) {
  std::string salt(node_name);
  if (node_name.size() >= kSaltBytesMin) return salt;
  for (std::size_t i = kSaltBytesMin / node_name.size(); i > 0; --i) salt += node_name;
  return salt;
}

}  // namespace

Result<std::string> password_hash(std::string_view node_name, std::string_view password) {
  if (node_name.empty()) return fail(Code::kInvalid, "a password hash needs the node's name");
  const std::string salt = salt_of(node_name);
  Hash hash;
  const int status =
      argon2id_hash_raw(kPasses, kMemoryKib, kLanes, password.data(), password.size(), salt.data(),
                        salt.size(), hash.data(), hash.size());
  if (status != ARGON2_OK) {
    return fail(Code::kIo, fmt::format("cannot hash the password: {}; free some memory",
                                       argon2_error_message(status)));
  }
  return text_of(hash);
}

std::string password_hash_before_1_0(std::string_view password) {
  return text_of(sha256(as_bytes(password)));
}

std::string password_hash_development(std::string_view node_name, std::string_view password) {
  std::string both(node_name);
  both += password;
  const std::string out = text_of(sha256(as_bytes(both)));
  wipe({reinterpret_cast<std::uint8_t*>(both.data()), both.size()});
  return out;
}

}  // namespace kinode::crypto
