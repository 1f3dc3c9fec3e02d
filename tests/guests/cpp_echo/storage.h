// What the test guest does with files and databases.
#pragma once

#include <string>
#include <string_view>

namespace cpp_echo {

/// `{"op":"storage"}`: uses a kv and an SQL database of its own package from opening to removing;
/// gives what each step gave, as JSON, the same as the guests of other languages.
std::string use_storage();

/// `{"op":"vfs","drive":T}`: writes and reads a file in this drive; gives what it saw, as JSON.
std::string use_files(std::string_view drive);

}  // namespace cpp_echo
