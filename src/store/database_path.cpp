#include "store/database_path.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "store/files.h"

namespace kinode::store {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPartBytesMax = 255;
// No database can have a name with it, so what is being removed is never mistaken for one.
constexpr std::string_view kRemoved = "~";

bool is_new_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return name.size() <= limits::kDatabaseNameBytesMax && std::ranges::all_of(name, allowed);
}

/// One part of a path that names something below it and nothing else.
bool is_part(std::string_view name) {
  return !name.empty() && name.size() <= kPartBytesMax && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

std::unexpected<Error> refuse(std::string_view what, std::string_view name) {
  return fail(Code::kInvalid,
              fmt::format("{} \"{}\" cannot be used: up to {} letters, digits, '.', '_' and '-' "
                          "make a name, but not \".\" and \"..\"",
                          what, printable(name.substr(0, 80)), limits::kDatabaseNameBytesMax));
}

}  // namespace

Result<std::string> database_directory(const std::string& root, const msg::DatabaseKey& key) {
  const std::string package = key.package.text();
  if (!is_part(package) || key.package.package.empty() || key.package.publisher.empty() ||
      std::ranges::count(package, ':') != 1) {
    return refuse("the package", package);
  }
  if (!is_part(key.db)) return refuse("the database name", key.db);
  std::string directory = fmt::format("{}/{}/{}", root, package, key.db);
  if (is_new_name(key.db)) return directory;
  std::error_code error;
  if (!key.db.ends_with(kRemoved) && fs::is_directory(directory, error)) return directory;
  return refuse("the database name", key.db);
}

Status remove_database_directory(const std::string& directory, Durability durability) {
  const std::string removed = directory + std::string(kRemoved);
  std::error_code error;
  fs::remove_all(removed, error);
  if (error) return fail(Code::kIo, error.message());
  fs::rename(directory, removed, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  if (error) return fail(Code::kIo, error.message());
  if (durability == Durability::kPower) {
    error = sync_directory(fs::path(directory).parent_path().string());
    if (error) return fail(Code::kIo, error.message());
  }
  fs::remove_all(removed, error);
  if (error) return fail(Code::kIo, error.message());
  return {};
}

}  // namespace kinode::store
