#include "kinode/database.h"

#include "ask.h"
#include "kinode/json.h"

namespace kinode::detail {

namespace {

struct TransactionId {
  uint64_t tx_id = 0;
};
KINODE_JSON(TransactionId, tx_id)

}  // namespace

DatabaseRef::DatabaseRef(ProcessIdView module, std::string_view name,
                         const DatabaseOptions& options)
    : module_(module),
      name_ok_(check_text("the database's name", name)),
      seconds_(options.seconds) {
  const PackageIdView package = options.package ? options.package->view() : our()->package_id();
  head_ =
      joined(R"({"package_id":{"package_name":)", quoted(package.package), R"(,"publisher_node":)",
             quoted(package.publisher), R"(},"db":)", quoted(name), R"(,"action":)");
}

Result<Answer> DatabaseRef::ask(std::string_view action, std::optional<BytesArg> blob,
                                std::string_view addition) const {
  if (!name_ok_) return std::unexpected(name_ok_.error());
  return detail::ask({.module = module_,
                      .body = joined(head_, action, "}"),
                      .blob = std::move(blob),
                      .seconds = seconds_,
                      .addition = addition});
}

Status DatabaseRef::act(std::string_view action, std::optional<BytesArg> blob,
                        std::string_view addition) const {
  return done(ask(action, std::move(blob), addition));
}

Result<uint64_t> DatabaseRef::begin() const {
  const auto answer = ask("\"BeginTx\"");
  if (!answer) return std::unexpected(answer.error());
  const auto id = from_json<TransactionId>(answer->data());
  if (!answer->is("BeginTx") || !id) return answer->not_understood();
  return id->tx_id;
}

Status Transaction::check_open() const {
  if (open_) return {};
  return fail(ErrorKind::kNoTransaction, "this transaction has ended: begin another one");
}

Status Transaction::commit() {
  if (auto open = check_open(); !open) return open;
  open_ = false;
  return database_.act(joined(R"({"Commit":{"tx_id":)", id(), "}}"));
}

Status Transaction::abort() {
  if (auto open = check_open(); !open) return open;
  open_ = false;
  return database_.act(joined(R"({"Abort":{"tx_id":)", id(), "}}"), {}, "Abort");
}

Status end_scope(Transaction& transaction, Status result) {
  if (!transaction.is_open()) return result;
  // That it could not be ended changes nothing: it has no effect, which is what counts.
  std::ignore = transaction.abort();
  if (!result) return result;
  return fail(ErrorKind::kInvalid,
              "the transaction was not committed, and has no effect: commit() or abort() it");
}

}  // namespace kinode::detail
