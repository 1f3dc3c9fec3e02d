// What the statements of programs may do, asked of SQLite's parser (io.md 14.1, S8).
#pragma once

#include <string>

struct sqlite3;

namespace kinode::sqlite {

/// Installed on one connection; lives as long as it. Refuses what reaches beyond the database or
/// into other connections: attaching, loading code, transactions by hand, pragmas that are not
/// known to be harmless. Thread: that of the connection.
class Authorizer {
 public:
  explicit Authorizer(sqlite3* connection);
  ~Authorizer();
  Authorizer(const Authorizer&) = delete;
  Authorizer& operator=(const Authorizer&) = delete;

  /// Before a statement is prepared or run. VACUUM does by itself what programs may not.
  void begin(bool is_vacuum) {
    is_vacuum_ = is_vacuum;
    reason_.clear();
  }

  /// Why the last statement was refused; empty: it was not.
  const std::string& reason() const { return reason_; }

  /// Whether a temporary table, view, index or trigger was made: only this connection sees it.
  bool has_temporaries() const { return has_temporaries_; }

  /// While the module's own statements run, everything is allowed.
  class Trusted {
   public:
    explicit Trusted(Authorizer& a) : a_(a) { a_.trusted_ = true; }
    ~Trusted() { a_.trusted_ = false; }
    Trusted(const Trusted&) = delete;
    Trusted& operator=(const Trusted&) = delete;

   private:
    Authorizer& a_;
  };

  /// While one exists, nothing is prepared: a kept statement that another schema has made out of
  /// date fails instead of becoming another program.
  class Closed {
   public:
    explicit Closed(Authorizer& a) : a_(a) { a_.closed_ = true; }
    ~Closed() { a_.closed_ = false; }
    Closed(const Closed&) = delete;
    Closed& operator=(const Closed&) = delete;

   private:
    Authorizer& a_;
  };

 private:
  static int ask(void* self, int action, const char* a, const char* b, const char* db,
                 const char* trigger);
  int decide(int action, const char* a, const char* b);
  int refuse(std::string reason);

  sqlite3* const connection_;
  bool trusted_ = false;
  bool closed_ = false;
  bool is_vacuum_ = false;
  bool has_temporaries_ = false;
  std::string reason_;
};

}  // namespace kinode::sqlite
