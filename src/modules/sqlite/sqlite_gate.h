// Which statements go which way (io.md 10.6): the original looked at the first word only; here it
// only chooses the way, and what the parsed statement does decides.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kinode::sqlite {

/// The first word in capitals, behind white space and comments.
std::string first_word(std::string_view sql);

enum class Way : std::uint8_t {
  kRead,         // on a connection that cannot write
  kReadOrWrite,  // PRAGMA and ANALYZE: the original takes them here although they can write
  kRefused,      // NotAReadKeyword, NotAWriteKeyword
  kWrite,
  kUnknown,  // no word that the original knows: what SQLite makes of it decides
};

/// What a `Query` with this first word is.
Way way_of_query(std::string_view word);
/// What a `Write` with this first word is.
Way way_of_write(std::string_view word);

}  // namespace kinode::sqlite
