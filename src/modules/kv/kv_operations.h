// Works off what waits for a database: opens it, does what is asked, answers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "modules/kv/kv_databases.h"
#include "modules/kv/kv_freezer.h"
#include "port/port.h"

namespace kinode::kv {

/// What the work needs of the module.
struct KvServices {
  KvEngine& engine;
  KvDatabases& databases;
  KvFreezer& freezer;
  Random& random;
  const Clock& clock;
  /// A success, and the value that goes with it.
  std::function<void(const msg::Envelope& request, std::string_view body, msg::BlobRef blob)>
      answer;
  std::function<void(const msg::Envelope& request, const KvError& error)> refuse;
  /// `process` may read and write the database from now on.
  std::function<Status(const msg::ProcessId& process, const KvSlot& slot)> grant;
  /// A database was closed to make room for another.
  std::function<void()> limit_hit;
  std::function<void()> opened;
};

/// A value with the mime that values have (io.md 9.2).
msg::BlobRef value_blob(Bytes bytes);

/// One run over a group of jobs. Writes that follow each other become one batch, so that a sync is
/// shared by all who wait for it; each is answered when its batch is written.
/// Thread: the owner of the slot's lane, on the blocking pool.
class KvOperations {
 public:
  KvOperations(KvServices& services, KvSlot& slot) : services_(services), slot_(slot) {}

  void run(std::vector<KvJob> jobs);

 private:
  struct Pending {
    msg::EnvelopeRef request;
    Bytes key;
  };

  void request(KvJob& job);
  void sweep();
  bool joins_group(const KvJob& job) const;
  void add_to_group(KvJob& job);
  void write_group();
  bool group_touches(const Bytes& key) const;

  /// Opens the database unless it is open; not there and not `create`: NoDb.
  KvStatus ensure_open(bool create);
  KvStatus open();
  void close_if_failed();

  // One per action; each has answered when it returns.
  void act(const msg::Envelope& request, const action::Open&);
  void act(const msg::Envelope& request, const action::RemoveDb&);
  void act(const msg::Envelope& request, const action::Set& set);
  void act(const msg::Envelope& request, const action::Delete& erase);
  void act(const msg::Envelope& request, const action::Get& get);
  void act(const msg::Envelope& request, const action::BeginTx&);
  void act(const msg::Envelope& request, const action::Commit& commit);
  void act(const msg::Envelope& request, const action::Backup&);
  void act(const msg::Envelope& request, const action::Abort& abort);
  void act(const msg::Envelope& request, const action::GetForUpdate& get);
  void act(const msg::Envelope& request, const action::GetMany& get);
  void act(const msg::Envelope& request, const action::Scan& scan);
  void act(const msg::Envelope& request, const action::CompareAndSet& swap);

  void answer_status(const msg::Envelope& request, const KvStatus& status);
  void answer_value(const msg::Envelope& request, KvResult<KvValue> value, std::string_view body);
  Instant now() const { return services_.clock.now(); }

  KvServices& services_;
  KvSlot& slot_;
  rocksdb::WriteBatch group_;
  std::vector<Pending> pending_;
};

}  // namespace kinode::kv
