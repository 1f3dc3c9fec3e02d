// Secrets as people type them and read them from paper.
#include <algorithm>
#include <fmt/format.h>

#include "base/limits.h"
#include "modules/backup/key_slot.h"

namespace kinode::backup {

namespace {

// Crockford's: without I, L, O and U, which are misread.
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kKeyBytes = 20;
constexpr std::size_t kKeyLetters = kKeyBytes * 8 / 5;
constexpr std::size_t kCheckLetters = 4;
constexpr std::size_t kGroup = 4;

std::string letters_of(ByteView bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    for (held += 8; held >= 5; held -= 5) out += kAlphabet[(bits >> (held - 5)) & 31];
  }
  return out;
}

ByteVector bytes_of(std::string_view letters) {
  ByteVector out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char letter : letters) {
    bits = (bits << 5) | static_cast<std::uint32_t>(kAlphabet.find(letter));
    held += 5;
    if (held >= 8) out.push_back(static_cast<std::uint8_t>(bits >> (held -= 8)));
  }
  return out;
}

std::string check_of(ByteView key) {
  return letters_of(crypto::blake2b(key)).substr(0, kCheckLetters);
}

/// As in the alphabet; 0 for what stands between groups, kNone for what is no letter of a key.
constexpr char kBetween = 0;
constexpr char kNone = 1;
char letter_of(char c) {
  if (c == ' ' || c == '-' || c == '\n' || c == '\r' || c == '\t') return kBetween;
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  return kAlphabet.find(c) == std::string_view::npos ? kNone : c;
}

}  // namespace

Result<Secret> Secret::passphrase(std::string_view text) {
  if (text.empty()) return fail(Code::kInvalid, "the passphrase is empty: choose a longer one");
  if (text.size() > limits::kBackupPassphraseBytesMax) {
    return fail(Code::kInvalid, fmt::format("the passphrase is longer than {} bytes",
                                            limits::kBackupPassphraseBytesMax));
  }
  return Secret{Kind::kPassphrase, crypto::SecretBytes::copy(as_bytes(text))};
}

Result<Secret> Secret::recovery_key(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    const char letter = letter_of(c);
    if (letter == kBetween) continue;
    if (letter == kNone || letters.size() == kKeyLetters + kCheckLetters) {
      return fail(Code::kInvalid,
                  "this is no recovery key: those are nine groups of four letters "
                  "and digits");
    }
    letters += letter;
  }
  if (letters.size() != kKeyLetters + kCheckLetters) {
    return fail(Code::kInvalid,
                fmt::format("the recovery key has {} letters and digits instead of {}: some are "
                            "missing",
                            letters.size(), kKeyLetters + kCheckLetters));
  }
  ByteVector key = bytes_of(std::string_view(letters).substr(0, kKeyLetters));
  if (check_of(key) != std::string_view(letters).substr(kKeyLetters)) {
    return fail(Code::kInvalid,
                "a letter of the recovery key is wrong: compare it with what was "
                "printed");
  }
  Secret secret{Kind::kRecoveryKey, crypto::SecretBytes::copy(key)};
  crypto::wipe(key);
  return secret;
}

Secret Secret::fresh_recovery_key(Random& random) {
  return {Kind::kRecoveryKey, crypto::SecretBytes::random(kKeyBytes, random)};
}

std::string Secret::recovery_text() const {
  const std::string letters = letters_of(bytes.view()) + check_of(bytes.view());
  std::string out;
  for (std::size_t i = 0; i < letters.size(); i += kGroup) {
    if (i > 0) out += '-';
    out += letters.substr(i, kGroup);
  }
  return out;
}

}  // namespace kinode::backup
