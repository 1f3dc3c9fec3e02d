// Hashes against the vectors of kernel.md Appendix A and net-eth.md 9.2.
#include "crypto/hash.h"

#include <gtest/gtest.h>

namespace kinode::crypto {
namespace {

TEST(Hash, Sha256IsTheStandardOne) {
  EXPECT_EQ(hex_encode(sha256({})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hash, Sha256OfPartsIsThatOfTheWhole) {
  Sha256 hash;
  for (const std::string_view part : {"a", "", "bc"}) hash.add(as_bytes(part));
  EXPECT_EQ(hash.finish(), sha256(as_bytes("abc")));
  EXPECT_EQ(Sha256().finish(), sha256({}));
}

TEST(Hash, KeccakIsTheOneBeforeSha3) {
  EXPECT_EQ(hex_encode(keccak256({})),
            "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
}

TEST(Namehash, MatchesTheChain) {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"os", "deeac81ae11b64e7cab86d089c306e5d223552a630f02633ce170d2786ff1bbd"},
      {"dev", "137d9e4cc0479164d40577620cb3b41b083c6e8dbf58f8523be76d207d6fd8ea"},
      {"kino", "a97b78a60e0b2cabb62703473679a95c9b516efee10a3a77e064de823e201c84"},
      {"alice.os", "fc921cbdfda30a7b21ad8f5c9ad542cbb5f6f3d0f8c2831fcd0325d1dbbdce8b"},
      {"~net-key.alice.os", "2612e9785e426e0a457eef342ca955b5000c4bd37d24c42f23f8cc4316a7614f"},
      {"~ip.alice.os", "50aa34421e3be4b2646f203d71756a0a361d9302b75978a9d8db557dc969b024"},
      {"~routers.alice.os", "5b2b51199e16e7f2593aaabb72f029c880c649aa43bd1a25473318b48c5b0a2d"},
      {"default-router-1.kino", "f62e57a8845cf65a6157583f06e18482539671d4f78bd378c639fdc5101b1653"},
      {"fake.dev", "ab5fa7fb3fb1a074e0e4cafe7c9dd070c7ca078fab9ce533828eaa89de850115"},
  };
  for (const auto& [name, hash] : vectors) EXPECT_EQ(hex_encode(namehash(name)), hash) << name;
}

TEST(Namehash, TheEmptyNameIsTheRoot) { EXPECT_EQ(namehash(""), Hash{}); }

}  // namespace
}  // namespace kinode::crypto
