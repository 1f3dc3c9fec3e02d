#include "modules/sqlite/sqlite_authorizer.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <sqlite3.h>
#include <string_view>

namespace kinode::sqlite {

namespace {

/// Pragmas that only tell. `database_list` is not among them: it tells where the home is.
constexpr std::array<std::string_view, 31> kReadPragmas{
    "application_id",     "auto_vacuum",    "cache_size",     "collation_list",
    "compile_options",    "data_version",   "encoding",       "foreign_key_check",
    "foreign_key_list",   "foreign_keys",   "freelist_count", "function_list",
    "index_info",         "index_list",     "index_xinfo",    "integrity_check",
    "journal_mode",       "max_page_count", "module_list",    "optimize",
    "page_count",         "page_size",      "pragma_list",    "quick_check",
    "recursive_triggers", "schema_version", "synchronous",    "table_info",
    "table_list",         "table_xinfo",    "user_version"};
/// Those of them whose argument names what is asked about.
constexpr std::array<std::string_view, 11> kPragmasAboutSomething{
    "foreign_key_check", "foreign_key_list", "index_info", "index_list",
    "index_xinfo",       "integrity_check",  "optimize",   "quick_check",
    "table_info",        "table_list",       "table_xinfo"};
/// Those that programs set: numbers of their own in the file's header.
constexpr std::array<std::string_view, 2> kWritablePragmas{"application_id", "user_version"};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

template <std::size_t N>
bool has(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_allowed_pragma(std::string_view name, const char* argument) {
  if (!has(kReadPragmas, name)) return false;
  return argument == nullptr || has(kPragmasAboutSomething, name) || has(kWritablePragmas, name);
}

}  // namespace

Authorizer::Authorizer(sqlite3* connection) : connection_(connection) {
  sqlite3_set_authorizer(connection_, &Authorizer::ask, this);
}

Authorizer::~Authorizer() { sqlite3_set_authorizer(connection_, nullptr, nullptr); }

int Authorizer::ask(void* self, int action, const char* a, const char* b, const char*,
                    const char*) {
  return static_cast<Authorizer*>(self)->decide(action, a, b);
}

int Authorizer::refuse(std::string reason) {
  if (reason_.empty()) reason_ = std::move(reason);
  return SQLITE_DENY;
}

int Authorizer::decide(int action, const char* a, const char* b) {
  if (closed_) return SQLITE_DENY;
  if (trusted_) return SQLITE_OK;
  // VACUUM runs statements of its own, and copies through a file without a name.
  if (is_vacuum_ && (action != SQLITE_ATTACH || (a != nullptr && *a == '\0'))) return SQLITE_OK;
  switch (action) {
    case SQLITE_ATTACH:
      return refuse("a program has its own databases and no other files");
    case SQLITE_DETACH:
      return refuse("a program has its own databases and no other files");
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      return refuse("the connection is shared: use BeginTx and Commit");
    case SQLITE_FUNCTION: {
      const std::string name = lower(b == nullptr ? "" : b);
      if (name == "load_extension" || name == "fts3_tokenizer") {
        return refuse(fmt::format("{} would load code into the node", name));
      }
      return SQLITE_OK;
    }
    case SQLITE_PRAGMA: {
      const std::string name = lower(a == nullptr ? "" : a);
      if (is_allowed_pragma(name, b)) return SQLITE_OK;
      return refuse(fmt::format("the pragma {} is the node's to set", name));
    }
    case SQLITE_CREATE_TEMP_TABLE:
    case SQLITE_CREATE_TEMP_VIEW:
    case SQLITE_CREATE_TEMP_INDEX:
    case SQLITE_CREATE_TEMP_TRIGGER:
      has_temporaries_ = true;
      return SQLITE_OK;
    default:
      return SQLITE_OK;
  }
}

}  // namespace kinode::sqlite
