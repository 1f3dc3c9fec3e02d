#include "crypto/session_token.h"

#include <algorithm>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.h"
#include "crypto/hash.h"
#include "msg/json_reader.h"
#include "msg/json_writer.h"

namespace kinode::crypto {

namespace {

constexpr std::string_view kHeader = R"({"alg":"HS256"})";
constexpr std::string_view kAlgorithm = "HS256";

struct Claims {
  std::string username;
  std::optional<std::string> subdomain;
  std::uint64_t expiration = 0;
};

/// Base64 of RFC 4648 section 5 without padding.
std::string url_encode(ByteView bytes) {
  std::string out = base64_encode(bytes);
  while (out.ends_with('=')) out.pop_back();
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

Result<ByteVector> url_decode(std::string_view text) {
  if (text.find_first_of("+/=") != text.npos) return fail(Code::kInvalid, "not base64url");
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  standard.append((4 - standard.size() % 4) % 4, '=');
  return base64_decode(standard);
}

std::string signature_of(const SecretBytes& secret, std::string_view content) {
  Hash mac;
  unsigned size = mac.size();
  const auto* made = HMAC(EVP_sha256(), secret.view().data(), static_cast<int>(secret.size()),
                          as_bytes(content).data(), content.size(), mac.data(), &size);
  KINODE_ASSERT(made != nullptr && size == mac.size());
  return url_encode(mac);
}

bool same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool is_our_header(std::string_view part) {
  const auto text = url_decode(part);
  if (!text) return false;
  const auto tree = msg::Json::parse(*text);
  if (!tree) return false;
  std::string algorithm;
  msg::StructReader in(*tree, "header", 1);
  in.field("alg", algorithm);
  return std::move(in).finish() && algorithm == kAlgorithm;
}

Result<Claims> read_claims(std::string_view part) {
  const auto text = url_decode(part);
  if (!text) return std::unexpected(text.error());
  const auto tree = msg::Json::parse(*text);
  if (!tree) return std::unexpected(tree.error());
  Claims claims;
  msg::StructReader in(*tree, "claims", 3);
  in.field("username", claims.username);
  in.field("subdomain", claims.subdomain);
  in.field("expiration", claims.expiration);
  if (auto ok = std::move(in).finish(); !ok) return std::unexpected(std::move(ok.error()));
  return claims;
}

std::unexpected<Error> deny(std::string_view why) {
  return fail(Code::kDenied, std::string(why) + ": log in again");
}

}  // namespace

std::string make_session_token(const SecretBytes& secret, const Session& session,
                               std::uint64_t expiration) {
  std::string claims;
  msg::JsonObject(claims)
      .field("username", session.username)
      .field("subdomain", session.subdomain)
      .field("expiration", expiration)
      .close();
  std::string token = url_encode(as_bytes(kHeader)) + '.' + url_encode(as_bytes(claims));
  const std::string signature = signature_of(secret, token);
  return token + '.' + signature;
}

Status verify_session_token(const SecretBytes& secret, std::string_view token,
                            const Session& session, std::uint64_t now) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  // Without a secret everybody could sign.
  if (first == last || secret.size() == 0) return deny("this is not a session of this node");
  const std::string_view content = token.substr(0, last);
  if (!same_text(token.substr(last + 1), signature_of(secret, content)) ||
      !is_our_header(content.substr(0, first))) {
    return deny("this is not a session of this node");
  }
  const auto claims = read_claims(content.substr(first + 1));
  if (!claims) return deny("this session cannot be read");
  if (claims->username != session.username || claims->subdomain != session.subdomain) {
    return deny("this session belongs to another name or program");
  }
  if (claims->expiration <= now) return deny("this session has expired");
  return {};
}

}  // namespace kinode::crypto
