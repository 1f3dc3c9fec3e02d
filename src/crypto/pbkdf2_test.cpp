// PBKDF2 against published vectors, and against another implementation.
#include "crypto/pbkdf2.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace kinode::crypto {
namespace {

std::string derived(std::string_view password, std::string_view salt, std::uint32_t rounds) {
  return hex_encode(pbkdf2_sha256(password, as_bytes(salt), rounds).view());
}

std::string by_openssl(std::string_view password, std::string_view salt, int rounds) {
  std::array<std::uint8_t, 32> out;
  EXPECT_EQ(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                              as_bytes(salt).data(), static_cast<int>(salt.size()), rounds,
                              EVP_sha256(), out.size(), out.data()),
            1);
  return hex_encode(out);
}

TEST(Pbkdf2, IsTheOneOfRfc7914) {
  EXPECT_EQ(derived("passwd", "salt", 1),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  EXPECT_EQ(derived("Password", "NaCl", 80000),
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56");
}

TEST(Pbkdf2, AgreesWithOpenSslAtEveryLength) {
  const std::string text(200, 'x');
  for (const std::size_t size : {0, 1, 8, 63, 64, 65, 66, 128, 200}) {
    const std::string password = text.substr(0, size);
    EXPECT_EQ(derived(password, "salt", 3), by_openssl(password, "salt", 3)) << size;
    EXPECT_EQ(derived("password", password, 2), by_openssl("password", password, 2)) << size;
  }
  EXPECT_EQ(derived(std::string("\0\xff", 2), "s", 100), by_openssl({"\0\xff", 2}, "s", 100));
}

}  // namespace
}  // namespace kinode::crypto
