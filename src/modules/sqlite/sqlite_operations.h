// Does what is asked of a database, and answers.
#pragma once

#include <functional>
#include <string>

#include "modules/sqlite/sqlite_freezer.h"

namespace kinode::sqlite {

/// What the work needs of the module.
struct Services {
  Databases& databases;
  SqliteFreezer& freezer;
  Random& random;
  const Clock& clock;
  std::string old_directory;
  /// A success, and the blob that goes with it.
  std::function<void(const msg::Envelope& request, std::string_view body, msg::BlobRef blob)>
      answer;
  std::function<void(const msg::Envelope& request, const SqliteError& error)> refuse;
  /// `process` may read and write the database from now on.
  std::function<Status(const msg::ProcessId& process, const Slot& slot)> grant;
  /// A database was closed to make room for another.
  std::function<void()> limit_hit;
  std::function<void()> opened;
};

/// One job. Thread: whoever has the job's turn on the slot, on a pool.
class Operation {
 public:
  enum class Outcome : std::uint8_t {
    kDone,
    kNeedsAll,  // the database is not open: the job has to come again with everything's turn
    kDamaged,   // done, and the database should be closed
  };

  Operation(Services& services, Slot& slot, const Job& job)
      : services_(services), slot_(slot), job_(job) {}

  Outcome run();

  /// Answers a query that takes microseconds only. False: nothing happened, it needs run(). Does
  /// not wait, so any thread may call it that has the turn.
  bool run_now();

 private:
  void request();
  void sweep();
  SqliteStatus ensure_open();
  Patience patience() const { return {services_.clock, job_.deadline, *job_.given_up}; }
  Slot::Preserve preserve() const {
    return [this](const Slot& slot) { services_.freezer.before_change(slot); };
  }
  Instant now() const { return services_.clock.now(); }
  const msg::ProcessId& asker() const { return job_.process; }

  // One per action; each has answered when it returns.
  void act(const action::Open&);
  void act(const action::RemoveDb&);
  void act(const action::Write& write);
  void act(const action::Query& query);
  void act(const action::BeginTx&);
  void act(const action::Commit& commit);
  void act(const action::Backup&);
  void act(const action::Abort& abort);

  SqliteResult<Parameters> parameters() const;
  SqliteResult<std::string> rows_of(const action::Query& query);
  /// Rows when the statement gives some, as with RETURNING.
  SqliteResult<std::optional<std::string>> write_now(const std::string& sql,
                                                     const Parameters& parameters);
  SqliteStatus queue(const action::Write& write, Parameters parameters);
  SqliteStatus commit_all(const std::vector<Transactions::Statement>& statements);
  void answer(std::string_view body, std::optional<std::string> rows = {});
  void answer(const SqliteStatus& status);
  void refuse(const SqliteError& error);

  Services& services_;
  Slot& slot_;
  const Job& job_;
  bool damaged_ = false;
};

}  // namespace kinode::sqlite
