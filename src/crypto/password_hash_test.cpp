// Password hashes of each version (kernel.md 6.1, Appendix A).
#include "crypto/password_hash.h"

#include <gtest/gtest.h>

namespace kinode::crypto {
namespace {

TEST(PasswordHash, IsTheDocumentedOne) {
  EXPECT_EQ(password_hash("alice-node.os", "password123").value(),
            "0x6fadcc11520ab2fb071f96b4aa1770ee59fef479aa56b1dfc082ae0cf051c5f3");
}

TEST(PasswordHash, OldFormsAreTheDocumentedOnes) {
  EXPECT_EQ(password_hash_before_1_0("password123"),
            "0xef92b778bafe771e89245b89ecbc08a44a4e166c06659911881f383d4473e94f");
  EXPECT_EQ(password_hash_development("pass", "word123"), password_hash_before_1_0("password123"));
}

TEST(PasswordHash, Fault45_ShortNamesAreRepeatedUntilTheyMakeASalt) {
  EXPECT_EQ(password_hash("a.os", "x").value(), password_hash("a.osa.osa.os", "x").value());
  EXPECT_EQ(password_hash("abc.dev", "x").value(), password_hash("abc.devabc.dev", "x").value());
  EXPECT_EQ(password_hash("a", "x").value(), password_hash("aaaaaaaaa", "x").value());
  EXPECT_NE(password_hash("8byte.os", "x").value(), password_hash("8byte.os8byte.os", "x").value());
}

TEST(PasswordHash, NeedsAName) { EXPECT_EQ(password_hash("", "x").error().code, Code::kInvalid); }

TEST(PasswordHash, AnEmptyPasswordIsAPassword) { EXPECT_TRUE(password_hash("alice-node.os", "")); }

}  // namespace
}  // namespace kinode::crypto
