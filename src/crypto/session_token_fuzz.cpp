// Cookies from browsers. A token holds exactly when it is the one that was made; signed content of
// any kind is refused or read, never worse.
#include <cstdint>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.h"
#include "crypto/session_token.h"

namespace {

using namespace kinode;

std::string url_encode(ByteView bytes) {
  std::string out = base64_encode(bytes);
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

std::string signed_content(const crypto::SecretBytes& secret, ByteView header, ByteView claims) {
  const std::string content = url_encode(header) + '.' + url_encode(claims);
  std::array<std::uint8_t, 32> mac;
  HMAC(EVP_sha256(), secret.view().data(), static_cast<int>(secret.size()),
       as_bytes(content).data(), content.size(), mac.data(), nullptr);
  return content + '.' + url_encode(mac);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kSecret = crypto::SecretBytes::copy(ByteVector{0x2a, 0x20});
  const ByteView input(data, size);
  const std::string_view text = as_text(input);
  const crypto::Session session{"alice-node.os", std::nullopt};

  // The golden token holds, and nothing else that only looks like it.
  const std::string golden = crypto::make_session_token(kSecret, session, 1'800'000'000);
  KINODE_ASSERT(crypto::verify_session_token(kSecret, text, session, 0).has_value() ==
                (text == golden));

  // Any content, signed right: cut in header and claims, or under the header of ours.
  const auto cut = std::min(text.find('\n'), size);
  const ByteView rest = input.subspan(std::min(cut + 1, size));
  for (const ByteView header : {input.first(cut), as_bytes(R"({"alg":"HS256"})")}) {
    const std::string token = signed_content(kSecret, header, rest);
    const auto ok = crypto::verify_session_token(kSecret, token, session, 1000);
    KINODE_ASSERT(ok || ok.error().code == Code::kDenied);
    const crypto::SecretBytes other(32);
    KINODE_ASSERT(!crypto::verify_session_token(other, token, session, 0));
  }

  // Any name is signed and read back, as long as it is text.
  if (is_utf8(input)) {
    const crypto::Session named{std::string(text), std::string(text)};
    const std::string token = crypto::make_session_token(kSecret, named, 10);
    KINODE_ASSERT(crypto::verify_session_token(kSecret, token, named, 9));
    KINODE_ASSERT(!crypto::verify_session_token(kSecret, token, named, 10));
  }
  return 0;
}
