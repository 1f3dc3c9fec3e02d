// Logging in with keyfiles of every version. Those of the corpus were made by another
// implementation (Python) after the rules of kernel.md 6.1.
#include "crypto/login.h"

#include <../tests/support/scratch.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/stat.h>

#include "crypto/password_hash.h"

namespace kinode::crypto {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kPassword = "password123";
constexpr std::string_view kPublicKey =
    "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string corpus(std::string_view name) {
  const std::string text = read(support::corpus(name));
  EXPECT_FALSE(text.empty()) << name;
  return text;
}

std::string kept_message(const std::string& home) {
  return "the keyfile as it was is kept as " + home + "/.keys.old";
}

class Login : public testing::Test {
 protected:
  std::string keys() const { return read(home + "/.keys"); }
  void put(std::string_view text) const { std::ofstream(home + "/.keys") << text; }
  Result<LoggedIn> log_in(std::string_view password = kPassword) {
    return crypto::log_in(home, password, random);
  }
  /// Refused with this code, and nothing in the home is different.
  std::string refusal(Code code, std::string_view password = kPassword) {
    const std::string before = keys();
    const auto result = log_in(password);
    EXPECT_FALSE(result);
    if (result) return "";
    EXPECT_EQ(result.error().code, code);
    EXPECT_EQ(keys(), before);
    EXPECT_LE(std::distance(fs::directory_iterator(home), {}), 1);
    return result.error().detail;
  }

  const support::Scratch scratch;
  const std::string home = scratch.path();
  SeededRandom random{5};
};

void expect_alice(const Keyfile& keyfile) {
  EXPECT_EQ(keyfile.username, "alice-node.os");
  EXPECT_EQ(hex_encode(keyfile.net_key.public_key()), kPublicKey);
  EXPECT_EQ(keyfile.file_key, SecretBytes::copy(ByteVector(32, 9)));
}

TEST_F(Login, Fault5_AShortSessionSecretIsReplacedAndTheOldFileKept) {
  const std::string old = corpus("keyfile/of_1_0");
  put(old);
  const auto first = log_in();
  ASSERT_TRUE(first) << first.error().detail;
  expect_alice(first->keyfile);
  EXPECT_EQ(first->keyfile.routers.size(), 3u);
  EXPECT_EQ(first->keyfile.jwt_secret.size(), 32u);
  EXPECT_THAT(first->notices, ElementsAre(HasSubstr("log in again"), kept_message(home)));
  EXPECT_EQ(read(home + "/.keys.old"), old);

  const std::string replaced = keys();
  const auto again = log_in();
  ASSERT_TRUE(again) << again.error().detail;
  expect_alice(again->keyfile);
  EXPECT_EQ(again->keyfile.routers, first->keyfile.routers);
  EXPECT_EQ(again->keyfile.jwt_secret, first->keyfile.jwt_secret);
  EXPECT_THAT(again->notices, IsEmpty());
  EXPECT_EQ(keys(), replaced);
}

TEST_F(Login, Fault44_AKeyfileOf0_9OpensAndIsLockedAsToday) {
  std::ofstream(home + "/.keys.old") << "kept by an earlier login";
  put(corpus("keyfile/of_0_9"));
  const auto first = log_in();
  ASSERT_TRUE(first) << first.error().detail;
  expect_alice(first->keyfile);
  EXPECT_THAT(first->notices, ElementsAre(HasSubstr("log in again"), HasSubstr("in the way of 1.0"),
                                          kept_message(home) + "2"));
  EXPECT_EQ(read(home + "/.keys.old"), "kept by an earlier login");
  EXPECT_EQ(read(home + "/.keys.old2"), corpus("keyfile/of_0_9"));
  struct stat info{};
  ASSERT_EQ(::stat((home + "/.keys.old2").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);

  const std::string hash = password_hash("alice-node.os", kPassword).value();
  const auto opened = open_keyfile(as_bytes(keys()), hash);
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(opened->jwt_secret, first->keyfile.jwt_secret);
  EXPECT_TRUE(keys().starts_with('['));
}

TEST_F(Login, Fault44_AKeyfileOfADevelopmentBuildOpens) {
  put(corpus("keyfile/of_development"));
  const auto result = log_in();
  ASSERT_TRUE(result) << result.error().detail;
  expect_alice(result->keyfile);
  EXPECT_THAT(result->keyfile.routers, IsEmpty());
}

TEST_F(Login, Fault45_ANameShorterThan8BytesLogsIn) {
  for (const auto* name : {"keyfile/of_successor", "keyfile/of_successor_v1_key"}) {
    const std::string before = corpus(name);
    put(before);
    const auto result = log_in();
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->keyfile.username, "a.os");
    EXPECT_EQ(hex_encode(result->keyfile.net_key.public_key()), kPublicKey);
    EXPECT_THAT(result->notices, IsEmpty());
    EXPECT_EQ(keys(), before);
  }
}

TEST_F(Login, AWrongPasswordIsRefusedAndTheFileKept) {
  put(corpus("keyfile/of_1_0"));
  EXPECT_EQ(refusal(Code::kDenied, "password124"),
            home +
                "/.keys: could not decode keyfile, password incorrect: give the password of "
                "alice-node.os; nothing was changed");
}

TEST_F(Login, ADamagedFileIsNoWrongPassword) {
  const std::string good = corpus("keyfile/of_successor");
  put(good.substr(0, good.size() / 2));
  EXPECT_THAT(refusal(Code::kCorrupt), HasSubstr("failed to deserialize keyfile"));
  put(R"(["alice.os",[],[1],[2,3],[4],[5]])");
  EXPECT_THAT(refusal(Code::kCorrupt), HasSubstr("its networking key is cut off"));
  SealedKeyfile changed = parse_keyfile(as_bytes(good)).value();
  changed.jwt_secret = Bytes::copy(changed.jwt_secret.view().first(20));
  put(write_keyfile(changed));
  EXPECT_THAT(refusal(Code::kCorrupt), HasSubstr("failed to decrypt jwt secret"));
}

TEST_F(Login, ANameThatIsNoNodesIsRefused) {
  for (const auto* name : {"", "../x", "a@b.os", "\\u001b[2J"}) {
    put("[\"" + std::string(name) + R"(",[],[1],[2],[4],[5]])");
    EXPECT_THAT(refusal(Code::kCorrupt), HasSubstr("is not the name of a node")) << name;
  }
}

TEST_F(Login, WithoutAKeyfileNobodyIsThere) {
  EXPECT_THAT(refusal(Code::kNotFound), HasSubstr("nobody to log in as"));
  EXPECT_TRUE(fs::is_empty(home));
  fs::remove_all(home);
  EXPECT_EQ(log_in().error().code, Code::kNotFound);
  EXPECT_FALSE(fs::exists(home));
}

TEST_F(Login, ADiskThatRefusesKeepsNobodyOut) {
  fs::create_directories(home + "/.keys.new/in the way");
  const std::string before = corpus("keyfile/of_1_0");
  put(before);
  const auto result = log_in();
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->keyfile.jwt_secret.size(), 32u);
  EXPECT_THAT(result->notices,
              ElementsAre(HasSubstr("log in again"), HasSubstr("until the node ends")));
  EXPECT_EQ(keys(), before);
}

}  // namespace
}  // namespace kinode::crypto
