// Which statements are certain to be short as long as they take few steps.
#pragma once

struct sqlite3;
struct sqlite3_stmt;

namespace kinode::sqlite {

/// Whether every step of the statement's program takes no more than microseconds, given that values
/// are small (limits of the connection) and nothing is read from a disk: comparing, moving in
/// trees, arithmetic. Functions, virtual tables and all that writes are not. Asks SQLite to explain
/// the statement: the connection must be idle. Thread: the connection's.
bool has_short_steps(sqlite3* db, sqlite3_stmt* statement);

}  // namespace kinode::sqlite
