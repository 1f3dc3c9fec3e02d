// Keyfiles: the vectors of kernel.md Appendix A, a file of the original, and damage of every kind.
#include "crypto/keyfile.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "crypto/aes_gcm.h"
#include "crypto/pkcs8.h"

namespace kinode::crypto {
namespace {

constexpr std::string_view kHash =
    "0x6fadcc11520ab2fb071f96b4aa1770ee59fef479aa56b1dfc082ae0cf051c5f3";

Bytes filled(std::size_t size, std::uint8_t with) { return Bytes::adopt(ByteVector(size, with)); }

/// The disk key of all tests here, derived once because it takes a while.
const SecretBytes& golden_disk_key() {
  static const SecretBytes kKey = derive_disk_key(kHash, filled(32, 7).view());
  return kKey;
}

KeyPair golden_key() {
  std::array<std::uint8_t, 32> seed;
  seed.fill(1);
  return KeyPair::from_seed(seed);
}

Bytes sealed(ByteView plain) {
  GcmNonce nonce;
  nonce.fill(3);
  return Bytes::adopt(gcm_seal(golden_disk_key(), nonce, plain).value());
}

SealedKeyfile golden_keyfile() {
  return {"alice-node.os",
          {"r1.os", "r2.os"},
          filled(32, 7),
          sealed(encode_pkcs8(golden_key()).view()),
          sealed(ByteVector{0x00, 0x20}),
          sealed(filled(32, 5).view())};
}

/// A small bincode writer of the test's own.
class Bincode {
 public:
  Bincode& size(std::uint64_t n) {
    for (int i = 0; i < 8; ++i) out_.push_back(static_cast<std::uint8_t>(n >> (8 * i)));
    return *this;
  }
  Bincode& bytes(ByteView bytes) {
    size(bytes.size());
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  const ByteVector& out() const { return out_; }

 private:
  ByteVector out_;
};

std::string refusal(const SealedKeyfile& keyfile) {
  const auto opened = unlock_keyfile(keyfile, golden_disk_key());
  return opened ? "opened" : opened.error().detail;
}

TEST(Keyfile, DiskKeyIsTheDocumentedOne) {
  EXPECT_EQ(hex_encode(golden_disk_key().view()),
            "26bbac6ecb2171ecd0f8dafa86cde766e27d825f557a6edabcdb3f9751f7d905");
}

TEST(Keyfile, AnEncryptedSecretIsTheDocumentedOne) {
  EXPECT_EQ(hex_encode(sealed(ByteVector{0x00, 0x20}).view()),
            "030303030303030303030303577c5ac5b67a5aa254d0cc80eb94f33738d9");
}

TEST(Keyfile, IsWrittenAsAnArrayOfSix) {
  const SealedKeyfile small{"a.os", {"r\"1"}, Bytes::copy("\x01\xff"), {}, Bytes::copy("\x02"), {}};
  EXPECT_EQ(write_keyfile(small), R"(["a.os",["r\"1"],[1,255],[],[2],[]])");
  EXPECT_EQ(parse_keyfile(as_bytes(write_keyfile(small))).value(), small);
}

TEST(Keyfile, OneInBincodeIsReadToo) {
  const SealedKeyfile k = golden_keyfile();
  Bincode old;
  old.bytes(as_bytes(k.username)).size(2);
  for (const auto& router : k.routers) old.bytes(as_bytes(router));
  old.bytes(k.salt.view()).bytes(k.net_key.view()).bytes(k.jwt_secret.view());
  old.bytes(k.file_key.view());
  EXPECT_EQ(parse_keyfile(old.out()).value(), k);
}

TEST(Keyfile, WhatIsNeitherFormIsRefused) {
  const std::string good = write_keyfile(golden_keyfile());
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[\"a\",[],[],[],[]]"),
        std::string("[\"a\",[],[],[],[],[],[]]"), std::string("[\"a\",[],[256],[],[],[]]"),
        good.substr(0, good.size() - 1), good + "]", std::string(40, '\xff')}) {
    EXPECT_EQ(parse_keyfile(as_bytes(text)).error().detail, "failed to deserialize keyfile")
        << text.substr(0, 40);
  }
}

TEST(Keyfile, AFileOfTheOriginalOpensAndIsWrittenByteForByte) {
  const char* source = std::getenv("KINODE_SOURCE_DIR");
  ASSERT_NE(source, nullptr) << "set KINODE_SOURCE_DIR to the checkout, as ctest does";
  std::ifstream file(std::string(source) + "/tests/corpus/home-1.0.0/keys.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(write_keyfile(parse_keyfile(as_bytes(text)).value()), text);
  const auto opened = open_keyfile(as_bytes(text), "secret");
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(opened->username, "fake.dev");
  EXPECT_TRUE(opened->routers.empty());
  EXPECT_EQ(opened->jwt_secret.size(), 32u);
  EXPECT_EQ(opened->file_key.size(), 32u);
}

TEST(Keyfile, WhatWasSealedOpensAgain) {
  SeededRandom random(1);
  const Keyfile made{"bob.os",
                     {"r.os"},
                     golden_key(),
                     SecretBytes::copy(ByteVector{1, 2}),
                     SecretBytes::copy(ByteVector{3})};
  const std::string text = write_keyfile(seal_keyfile(made, kHash, random).value());
  const auto opened = open_keyfile(as_bytes(text), kHash);
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(opened->username, "bob.os");
  EXPECT_EQ(opened->routers, std::vector<std::string>{"r.os"});
  EXPECT_EQ(opened->net_key.public_key(), made.net_key.public_key());
  EXPECT_EQ(opened->jwt_secret, made.jwt_secret);
  EXPECT_EQ(opened->file_key, made.file_key);
}

TEST(Keyfile, AWrongPasswordIsSaidAndNothingElse) {
  const auto opened = unlock_keyfile(golden_keyfile(), "0x00");
  EXPECT_EQ(opened.error(),
            (Error{Code::kDenied, Remedy::kFixRequest, "failed to decrypt networking keys"}));
}

TEST(Keyfile, EachDamagedPartIsNamed) {
  SealedKeyfile k = golden_keyfile();
  k.net_key = sealed(filled(83, 1).view());
  EXPECT_EQ(refusal(k), "failed to parse networking keys");
  k = golden_keyfile();
  k.jwt_secret = Bytes::copy(k.jwt_secret.view().first(20));
  EXPECT_EQ(refusal(k), "failed to decrypt jwt secret");
  k = golden_keyfile();
  k.file_key = {};
  EXPECT_EQ(refusal(k), "failed to decrypt file key");
}

TEST(AesGcm, EveryChangedBitIsNoticed) {
  const Bytes box = sealed(as_bytes("some secret"));
  for (std::size_t i = 0; i < box.size(); ++i) {
    ByteVector changed(box.view().begin(), box.view().end());
    changed[i] ^= 1;
    EXPECT_EQ(gcm_open(golden_disk_key(), changed).error().code, Code::kDenied) << i;
  }
}

TEST(AesGcm, NothingIsAlsoASecret) {
  EXPECT_EQ(gcm_open(golden_disk_key(), sealed({}).view()).value().size(), 0u);
}

}  // namespace
}  // namespace kinode::crypto
