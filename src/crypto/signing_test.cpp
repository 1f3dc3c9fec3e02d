// Signatures and key documents against the vectors of kernel.md Appendix A.
#include "crypto/signing.h"

#include <gtest/gtest.h>

#include "crypto/pkcs8.h"

namespace kinode::crypto {
namespace {

constexpr std::string_view kPublic =
    "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";
constexpr std::string_view kSeed =
    "0101010101010101010101010101010101010101010101010101010101010101";
constexpr std::string_view kSignature =
    "3e3e6225edc1374aa5a8b3797dd6f617f9b14302eb5f193564a16365ddfd338a"
    "4f3d32a078ed4814962e0776a57a569042cef8292808e7024d8cdfd39c6e0903";

KeyPair golden_key() {
  std::array<std::uint8_t, 32> seed;
  seed.fill(1);
  return KeyPair::from_seed(seed);
}

msg::Capability golden_cap() { return msg::messaging_cap({"a.os", {"p", "k", "sys"}}); }

ByteVector hex(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) text += part;
  return hex_decode(text).value();
}

TEST(KeyPair, TheSeedDecidesThePublicKey) {
  EXPECT_EQ(hex_encode(golden_key().public_key()), kPublic);
  EXPECT_EQ(golden_key().public_key_text(), "0x" + std::string(kPublic));
}

TEST(KeyPair, TwoFreshKeysDiffer) {
  SeededRandom random(7);
  const KeyPair one = KeyPair::generate(random);
  const KeyPair other = KeyPair::generate(random);
  EXPECT_NE(one.public_key(), other.public_key());
  EXPECT_TRUE(verify(one.public_key(), as_bytes("x"), one.sign(as_bytes("x"))));
  EXPECT_FALSE(verify(other.public_key(), as_bytes("x"), one.sign(as_bytes("x"))));
}

TEST(CapabilitySignature, IsTheDocumentedOne) {
  EXPECT_EQ(hex_encode(golden_key().sign(golden_cap()).view()), kSignature);
}

TEST(CapabilitySignature, HoldsForThisCapabilityOnly) {
  const KeyPair key = golden_key();
  const Bytes signature = key.sign(golden_cap());
  EXPECT_TRUE(verify(key.public_key(), golden_cap(), signature.view()));
  EXPECT_FALSE(verify(key.public_key(), msg::network_cap("a.os"), signature.view()));
}

TEST(CapabilitySignature, OfAnotherSizeDoesNotHold) {
  const KeyPair key = golden_key();
  const Bytes signature = key.sign(golden_cap());
  EXPECT_FALSE(verify(key.public_key(), golden_cap(), {}));
  EXPECT_FALSE(verify(key.public_key(), golden_cap(), signature.view().first(63)));
}

TEST(CapabilitySignature, WithOneBitChangedDoesNotHold) {
  const KeyPair key = golden_key();
  for (std::size_t byte = 0; byte < 64; ++byte) {
    Signature changed = key.sign(msg::capability_signing_bytes(golden_cap()));
    changed[byte] ^= 4;
    EXPECT_FALSE(verify(key.public_key(), golden_cap(), changed)) << byte;
  }
}

TEST(Pkcs8, IsWrittenAsDocumented) {
  const ByteVector expected = hex({"3051020101300506032b657004220420", kSeed, "812100", kPublic});
  EXPECT_EQ(hex_encode(encode_pkcs8(golden_key()).view()), hex_encode(expected));
}

TEST(Pkcs8, AllThreeFormsAreRead) {
  for (const auto& document :
       {hex({"3051020101300506032b657004220420", kSeed, "812100", kPublic}),
        hex({"3053020101300506032b657004220420", kSeed, "a123032100", kPublic}),
        hex({"302e020100300506032b657004220420", kSeed})}) {
    const auto key = decode_pkcs8(document);
    ASSERT_TRUE(key) << document.size();
    EXPECT_EQ(hex_encode(key->public_key()), kPublic);
  }
}

TEST(Pkcs8, APublicKeyOfSomebodyElseIsRefused) {
  ByteVector document = hex({"3051020101300506032b657004220420", kSeed, "812100", kPublic});
  document.back() ^= 1;
  EXPECT_EQ(decode_pkcs8(document).error().detail,
            "the public key does not belong to the private key");
}

TEST(Pkcs8, EverythingElseIsRefused) {
  const ByteVector good = hex({"3051020101300506032b657004220420", kSeed, "812100", kPublic});
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(decode_pkcs8(ByteView(good).first(size))) << size;
  }
  for (const std::size_t byte : {0, 1, 4, 15, 48, 50}) {
    ByteVector changed = good;
    changed[byte] ^= 0x40;
    EXPECT_FALSE(decode_pkcs8(changed)) << byte;
  }
}

}  // namespace
}  // namespace kinode::crypto
