// Session tokens: the vector of kernel.md Appendix A, and everything that must not be let in.
#include "crypto/session_token.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace kinode::crypto {
namespace {

constexpr std::uint64_t kEnd = 1'800'000'000;
constexpr std::string_view kGolden =
    "eyJhbGciOiJIUzI1NiJ9."
    "eyJ1c2VybmFtZSI6ImFsaWNlLW5vZGUub3MiLCJzdWJkb21haW4iOm51bGwsImV4cGlyYXRpb24iOjE4MDAwMDAwMDB9."
    "XS1E18kKELRAUX_swRpRaenyBjS7oiQMQWqOoUwBqS8";

const Session kAlice{"alice-node.os", std::nullopt};

SecretBytes golden_secret() { return SecretBytes::copy(ByteVector{0x2a, 0x20}); }

std::string refusal(std::string_view token, const Session& session = kAlice,
                    std::uint64_t now = 0) {
  const auto ok = verify_session_token(golden_secret(), token, session, now);
  if (ok) return "let in";
  EXPECT_EQ(ok.error().code, Code::kDenied);
  return ok.error().detail;
}

std::string url_encode(ByteView bytes) {
  std::string out = base64_encode(bytes);
  out.resize(out.find_last_not_of('=') + 1);
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

/// Any content under the golden secret, so that only the content is at fault.
std::string signed_token(std::string_view header, std::string_view claims) {
  const std::string content = url_encode(as_bytes(header)) + '.' + url_encode(as_bytes(claims));
  const SecretBytes secret = golden_secret();
  std::array<std::uint8_t, 32> mac;
  HMAC(EVP_sha256(), secret.view().data(), static_cast<int>(secret.size()),
       as_bytes(content).data(), content.size(), mac.data(), nullptr);
  return content + '.' + url_encode(mac);
}

constexpr std::string_view kLetIn = "let in";
constexpr std::string_view kNotOurs = "this is not a session of this node: log in again";
constexpr std::string_view kUnreadable = "this session cannot be read: log in again";
constexpr std::string_view kOther = "this session belongs to another name or program: log in again";
constexpr std::string_view kExpired = "this session has expired: log in again";

TEST(SessionToken, IsTheDocumentedOne) {
  EXPECT_EQ(make_session_token(golden_secret(), kAlice, kEnd), kGolden);
  EXPECT_EQ(refusal(kGolden), kLetIn);
}

TEST(SessionToken, HoldsUntilItsEnd) {
  EXPECT_EQ(refusal(kGolden, kAlice, kEnd - 1), kLetIn);
  EXPECT_EQ(refusal(kGolden, kAlice, kEnd), kExpired);
  EXPECT_EQ(kSessionSeconds, 182u * 24 * 3600);
}

TEST(SessionToken, ThoseOf0_9NeverHold) {
  EXPECT_EQ(refusal(make_session_token(golden_secret(), kAlice, 0)), kExpired);
}

TEST(SessionToken, HoldsForItsNameAndProgramOnly) {
  const Session app{"alice-node.os", "chess:chess:sys"};
  const std::string token = make_session_token(golden_secret(), app, kEnd);
  EXPECT_EQ(refusal(token, app), kLetIn);
  EXPECT_EQ(refusal(token), kOther);
  EXPECT_EQ(refusal(token, {"alice-node.os", "chess:chess:sys2"}), kOther);
  EXPECT_EQ(refusal(kGolden, app), kOther);
  EXPECT_EQ(refusal(kGolden, {"alice-node.dev", std::nullopt}), kOther);
}

TEST(SessionToken, OfAnotherSecretIsNotOurs) {
  SeededRandom random(1);
  const SecretBytes other = SecretBytes::random(32, random);
  EXPECT_EQ(refusal(make_session_token(other, kAlice, kEnd)), kNotOurs);
  EXPECT_TRUE(verify_session_token(other, make_session_token(other, kAlice, kEnd), kAlice, 0));
}

TEST(SessionToken, WithoutASecretNobodyIsLetIn) {
  const SecretBytes none;
  EXPECT_FALSE(verify_session_token(none, make_session_token(none, kAlice, kEnd), kAlice, 0));
}

TEST(SessionToken, WithAnyCharacterChangedIsNotOurs) {
  for (std::size_t i = 0; i < kGolden.size(); ++i) {
    for (const char c : {'A', 'B', '.', '=', '\0'}) {
      std::string changed(kGolden);
      if (changed[i] == c) continue;
      changed[i] = c;
      EXPECT_EQ(refusal(changed), kNotOurs) << i;
    }
  }
}

TEST(SessionToken, CutOrLengthenedIsNotOurs) {
  for (std::size_t size = 0; size < kGolden.size(); ++size) {
    EXPECT_EQ(refusal(kGolden.substr(0, size)), kNotOurs) << size;
  }
  for (const std::string more : {"=", ".", "A", ".x", " "}) {
    EXPECT_EQ(refusal(std::string(kGolden) + more), kNotOurs) << more;
    EXPECT_EQ(refusal(more + std::string(kGolden)), kNotOurs) << more;
  }
  EXPECT_EQ(refusal(".."), kNotOurs);
}

TEST(SessionToken, SignedRightButWithOtherContentIsRefused) {
  constexpr std::string_view kHeader = R"({"alg":"HS256"})";
  constexpr std::string_view kClaims =
      R"({"username":"alice-node.os","subdomain":null,"expiration":1800000000})";
  const struct {
    std::string_view header, claims, refusal;
  } cases[] = {
      {kHeader, kClaims, kLetIn},
      {R"({"typ":"JWT","alg":"HS256"})", kClaims, kLetIn},
      {R"({"alg":"none"})", kClaims, kNotOurs},
      {R"({"alg":"HS512"})", kClaims, kNotOurs},
      {R"({})", kClaims, kNotOurs},
      {"", kClaims, kNotOurs},
      {kHeader, "", kUnreadable},
      {kHeader, "[1]", kUnreadable},
      {kHeader, R"({"username":"alice-node.os","expiration":1800000000})", kLetIn},
      {kHeader, R"({"username":"alice-node.os","subdomain":null})", kUnreadable},
      {kHeader, R"({"username":"alice-node.os","expiration":-1})", kUnreadable},
      {kHeader, R"({"username":"alice-node.os","expiration":1e30})", kUnreadable},
      {kHeader, R"({"username":"a.os","username":"alice-node.os","expiration":1})", kUnreadable},
      {kHeader, R"({"username":"bob.os","subdomain":null,"expiration":1800000000})", kOther},
      {kHeader, R"({"username":"alice-node.os","subdomain":"","expiration":1800000000})", kOther},
  };
  for (const auto& [header, claims, expected] : cases) {
    EXPECT_EQ(refusal(signed_token(header, claims)), expected) << header << claims;
  }
}

}  // namespace
}  // namespace kinode::crypto
