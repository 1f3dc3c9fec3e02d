#include "modules/sqlite/sqlite_quick.h"

#include <algorithm>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace kinode::sqlite {

namespace {

/// Sorted. An operation that is not here may take long, or is one that nobody has looked at.
constexpr std::string_view kShort[] = {
    "Add",         "Affinity",      "And",          "BeginSubrtn", "BitAnd",       "BitNot",
    "BitOr",       "Cast",          "CollSeq",      "Column",      "Compare",      "Concat",
    "Copy",        "DecrJumpZero",  "DeferredSeek", "Divide",      "EndCoroutine", "Eq",
    "Explain",     "FinishSeek",    "Found",        "Ge",          "Gosub",        "Goto",
    "Gt",          "Halt",          "HaltIfNull",   "IdxGE",       "IdxGT",        "IdxLE",
    "IdxLT",       "IdxRowid",      "If",           "IfNot",       "IfNullRow",    "IfPos",
    "Init",        "InitCoroutine", "Int64",        "Integer",     "IsNull",       "IsTrue",
    "Jump",        "Last",          "Le",           "Lt",          "MakeRecord",   "Move",
    "Multiply",    "MustBeInt",     "Ne",           "Next",        "NoConflict",   "Noop",
    "Not",         "NotExists",     "NotFound",     "NotNull",     "Null",         "NullRow",
    "OffsetLimit", "Once",          "OpenPseudo",   "OpenRead",    "Or",           "Permutation",
    "Prev",        "Real",          "RealAffinity", "Remainder",   "ReopenIdx",    "ResultRow",
    "Return",      "Rewind",        "Rowid",        "SCopy",       "SeekGE",       "SeekGT",
    "SeekLE",      "SeekLT",        "SeekRowid",    "Sequence",    "SorterData",   "SorterInsert",
    "SorterNext",  "SorterOpen",    "SorterSort",   "String",      "String8",      "Subtract",
    "Transaction", "Variable",      "Yield",        "ZeroOrNull"};
static_assert(std::ranges::is_sorted(kShort));

}  // namespace

bool has_short_steps(sqlite3* db, sqlite3_stmt* statement) {
  if (sqlite3_stmt_readonly(statement) == 0 || sqlite3_stmt_isexplain(statement) != 0) return false;
  const std::string explain = std::string("EXPLAIN ") + sqlite3_sql(statement);
  sqlite3_stmt* program = nullptr;
  if (sqlite3_prepare_v2(db, explain.c_str(), static_cast<int>(explain.size()), &program,
                         nullptr) != SQLITE_OK) {
    return false;
  }
  bool all_short = true;
  int code = SQLITE_ROW;
  while (all_short && (code = sqlite3_step(program)) == SQLITE_ROW) {
    const auto* name = reinterpret_cast<const char*>(sqlite3_column_text(program, 1));
    all_short = name != nullptr && std::ranges::binary_search(kShort, std::string_view(name));
  }
  sqlite3_finalize(program);
  return all_short && code == SQLITE_DONE;
}

}  // namespace kinode::sqlite
