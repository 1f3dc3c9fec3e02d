#include "modules/sqlite/sqlite_access.h"

#include "modules/sqlite/sqlite_gate.h"
#include "port/database_rights.h"

namespace kinode::sqlite {

using Kind = SqliteError::Kind;

SqliteStatus check_access(const port::Port& port, const msg::Address& self,
                          const msg::ProcessId& source, const SqliteRequest& request,
                          const Slot* known) {
  const msg::DatabaseKey& key = request.database;
  if (std::holds_alternative<action::Open>(request.action) ||
      std::holds_alternative<action::RemoveDb>(request.action)) {
    if (source.package_id() != key.package) return refuse(Kind::kMismatchingPackageId);
    return {};
  }
  const auto has = [&](msg::DatabaseRight right) {
    return port::has_right(port, source, right, self, key, known ? &known->rights : nullptr);
  };
  if (std::holds_alternative<action::Query>(request.action)) {
    if (!has(msg::DatabaseRight::kRead)) return refuse(Kind::kNoReadCap);
    return {};
  }
  if (!has(msg::DatabaseRight::kWrite)) return refuse(Kind::kNoWriteCap);
  return {};
}

Job::Needs needs_of(const SqliteAction& action, const Slot* known) {
  const auto* query = std::get_if<action::Query>(&action);
  if (std::holds_alternative<action::RemoveDb>(action)) return Job::Needs::kAll;
  if (query == nullptr) return Job::Needs::kWriter;
  // Only the writer sees its temporary tables.
  const bool temporaries = known != nullptr && known->has_temporaries.load();
  const bool can_write = way_of_query(first_word(query->statement)) == Way::kReadOrWrite;
  return temporaries || can_write ? Job::Needs::kWriter : Job::Needs::kReader;
}

}  // namespace kinode::sqlite
