#include "modules/kv/kv_operations.h"

#include <algorithm>
#include <type_traits>

#include "base/limits.h"
#include "msg/json_writer.h"
#include "port/answer.h"
#include "store/database_path.h"

namespace kinode::kv {

namespace {

/// Whether the action may bring a database into being that is not there (io.md 9.4; reads must
/// not, 14.4 Q4).
bool creates(const KvAction& action) {
  return std::visit(
      [](const auto& a) {
        using T = std::decay_t<decltype(a)>;
        return std::is_same_v<T, action::Open> || std::is_same_v<T, action::Set> ||
               std::is_same_v<T, action::Delete> || std::is_same_v<T, action::BeginTx> ||
               std::is_same_v<T, action::CompareAndSet>;
      },
      action);
}

/// The transaction that the action belongs to.
std::optional<std::uint64_t> transaction_of(const KvAction& action) {
  return std::visit(
      [](const auto& a) -> std::optional<std::uint64_t> {
        if constexpr (requires { a.tx_id; }) {
          return a.tx_id;
        } else {
          return std::nullopt;
        }
      },
      action);
}

/// `[value,null,..]`
std::string json_of(const std::vector<KvValue>& values) {
  std::string out;
  msg::write_json(out, values);
  return out;
}

/// `[[key,value],..]`, or `[key,..]`
std::string json_of(const KvDatabase::Page& page, bool keys_only) {
  std::string out = "[";
  for (const auto& [key, value] : page.pairs) {
    if (out.size() > 1) out.push_back(',');
    if (!keys_only) out.push_back('[');
    msg::append_json_bytes(out, key.view());
    if (keys_only) continue;
    out.push_back(',');
    msg::append_json_bytes(out, value.view());
    out.push_back(']');
  }
  out.push_back(']');
  return out;
}

}  // namespace

msg::BlobRef value_blob(Bytes bytes) {
  auto blob = std::make_shared<msg::Blob>();
  blob->mime = "application/octet-stream";
  blob->bytes = std::move(bytes);
  return blob;
}

void KvOperations::run(std::vector<KvJob> jobs) {
  for (KvJob& job : jobs) {
    switch (job.kind) {
      case KvJob::Kind::kRequest:
        request(job);
        slot_.last_used.store(now());
        break;
      case KvJob::Kind::kProcessEnded:
        if (slot_.transactions) slot_.transactions->abort_all_of(job.process);
        break;
      case KvJob::Kind::kSweep:
        sweep();
        break;
      case KvJob::Kind::kClose:
        write_group();
        slot_.close();
        break;
    }
    services_.databases.finished(job.bytes);
  }
  write_group();
  slot_.has_transactions.store(slot_.transactions && !slot_.transactions->empty());
}

void KvOperations::sweep() {
  if (!slot_.db) return;
  slot_.transactions->abort_unused_since(now() - limits::kTransactionIdleTimeMax);
  const bool unused = slot_.last_used.load() < now() - limits::kDatabaseIdleTimeMax;
  if (!unused || !slot_.transactions->empty()) return;
  write_group();
  slot_.close();
}

bool KvOperations::joins_group(const KvJob& job) const {
  if (const auto* set = std::get_if<action::Set>(&job.action)) return !set->tx_id;
  if (const auto* erase = std::get_if<action::Delete>(&job.action)) return !erase->tx_id;
  return false;
}

void KvOperations::request(KvJob& job) {
  const msg::Envelope& request = *job.request;
  if (joins_group(job)) return add_to_group(job);
  // A read of a key that no waiting write touches sees the same before and after them.
  const auto* get = std::get_if<action::Get>(&job.action);
  if (get == nullptr || group_touches(get->key)) write_group();
  const auto tx_id = transaction_of(job.action);
  if (tx_id && !slot_.db) return services_.refuse(request, KvError::no_tx(*tx_id));
  if (!std::holds_alternative<action::RemoveDb>(job.action)) {
    if (auto ok = ensure_open(creates(job.action)); !ok) {
      return services_.refuse(request, ok.error());
    }
  }
  std::visit([&](const auto& action) { act(request, action); }, job.action);
  close_if_failed();
}

void KvOperations::add_to_group(KvJob& job) {
  if (auto ok = ensure_open(true); !ok) return services_.refuse(*job.request, ok.error());
  rocksdb::Status queued;
  Bytes key;
  if (const auto* set = std::get_if<action::Set>(&job.action)) {
    key = set->key;
    queued = group_.Put(slice(key.view()), slice(job.request->blob->bytes.view()));
  } else {
    key = std::get<action::Delete>(job.action).key;
    queued = group_.Delete(slice(key.view()));
  }
  if (!queued.ok()) return services_.refuse(*job.request, slot_.db->error(queued));
  pending_.push_back({std::move(job.request), std::move(key)});
  if (group_.GetDataSize() >= limits::kDatabaseGroupBytesMax) write_group();
}

void KvOperations::write_group() {
  if (pending_.empty()) return;
  const KvStatus done = slot_.db->write(group_);
  for (const auto& pending : pending_) answer_status(*pending.request, done);
  group_.Clear();
  pending_.clear();
  close_if_failed();
}

bool KvOperations::group_touches(const Bytes& key) const {
  return std::ranges::any_of(pending_, [&](const Pending& p) { return p.key == key; });
}

KvStatus KvOperations::ensure_open(bool create) {
  if (slot_.db) return {};
  if (!create && !KvDatabase::exists(slot_.directory)) {
    return std::unexpected(KvError::no_db(slot_.key));
  }
  KvDatabases& all = services_.databases;
  if (all.make_room(slot_, all.open_max())) services_.limit_hit();
  auto opened = open();
  // Fewer descriptors than the manager knows of: whoever rests gives way.
  if (!opened && opened.error().cause == "Overloaded" && all.make_room(slot_, 1)) {
    services_.limit_hit();
    opened = open();
  }
  if (!opened) return std::unexpected(std::move(opened.error()));
  services_.opened();
  return {};
}

KvStatus KvOperations::open() {
  const auto pass = services_.engine.pass();
  services_.freezer.before_change(slot_.directory);
  auto opened = KvDatabase::open(services_.engine, slot_.directory, slot_.key.text());
  if (!opened) return std::unexpected(std::move(opened.error()));
  slot_.db = std::move(*opened);
  slot_.transactions = std::make_unique<KvTransactions>(*slot_.db, services_.random);
  slot_.last_used.store(now());
  slot_.is_open.store(true);
  return {};
}

void KvOperations::close_if_failed() {
  // What was acknowledged is in the log; opening again finds it, and more can be written then.
  if (slot_.db && slot_.db->failed()) slot_.close();
}

void KvOperations::answer_status(const msg::Envelope& request, const KvStatus& status) {
  if (!status) return services_.refuse(request, status.error());
  services_.answer(request, encode_kv_ok(), nullptr);
}

void KvOperations::answer_value(const msg::Envelope& request, KvResult<KvValue> value,
                                std::string_view body) {
  if (!value) return services_.refuse(request, value.error());
  if (!*value) return services_.refuse(request, {KvError::Kind::kKeyNotFound, {}, 0, {}, {}});
  services_.answer(request, body, value_blob(std::move(**value)));
}

void KvOperations::act(const msg::Envelope& request, const action::Open&) {
  if (!services_.grant(request.source->process, slot_)) {
    return services_.refuse(request, {KvError::Kind::kAddCapFailed, {}, 0, {}, {}});
  }
  services_.answer(request, encode_kv_ok(), nullptr);
}

void KvOperations::act(const msg::Envelope& request, const action::RemoveDb&) {
  slot_.close();
  const auto pass = services_.engine.pass();
  services_.freezer.before_change(slot_.directory);
  auto removed = store::remove_database_directory(slot_.directory, services_.engine.durability());
  if (!removed) return services_.refuse(request, KvError::io(removed.error().detail, "Io"));
  services_.answer(request, encode_kv_ok(), nullptr);
}

void KvOperations::act(const msg::Envelope& request, const action::Set& set) {
  answer_status(request,
                slot_.transactions->set(*set.tx_id, request.source->process, set.key.view(),
                                        request.blob->bytes.view(), now()));
}

void KvOperations::act(const msg::Envelope& request, const action::Delete& erase) {
  answer_status(request, slot_.transactions->erase(*erase.tx_id, request.source->process,
                                                   erase.key.view(), now()));
}

void KvOperations::act(const msg::Envelope& request, const action::Get& get) {
  answer_value(request, slot_.db->get(get.key.view()), encode_kv_get(get.key.view(), get.old_form));
}

void KvOperations::act(const msg::Envelope& request, const action::BeginTx&) {
  auto id = slot_.transactions->begin(request.source->process, now());
  if (!id) return services_.refuse(request, id.error());
  services_.answer(request, encode_kv_begin_tx(*id), nullptr);
}

void KvOperations::act(const msg::Envelope& request, const action::Commit& commit) {
  answer_status(request, slot_.transactions->commit(commit.tx_id, request.source->process));
}

void KvOperations::act(const msg::Envelope& request, const action::Backup&) {
  answer_status(request, slot_.db->sync());
}

void KvOperations::act(const msg::Envelope& request, const action::Abort& abort) {
  answer_status(request, slot_.transactions->abort(abort.tx_id, request.source->process));
}

void KvOperations::act(const msg::Envelope& request, const action::GetForUpdate& get) {
  answer_value(
      request,
      slot_.transactions->get_for_update(get.tx_id, request.source->process, get.key.view(), now()),
      encode_kv_get(get.key.view()));
}

void KvOperations::act(const msg::Envelope& request, const action::GetMany& get) {
  auto values = slot_.db->get_many(get.keys);
  if (!values) return services_.refuse(request, values.error());
  const auto found = std::ranges::count_if(*values, [](const KvValue& v) { return v.has_value(); });
  services_.answer(request, encode_kv_get_many(static_cast<std::size_t>(found)),
                   port::json_blob(json_of(*values)));
}

void KvOperations::act(const msg::Envelope& request, const action::Scan& scan) {
  auto page = slot_.db->scan(scan);
  if (!page) return services_.refuse(request, page.error());
  services_.answer(request, encode_kv_scan(page->next),
                   port::json_blob(json_of(*page, scan.keys_only)));
}

void KvOperations::act(const msg::Envelope& request, const action::CompareAndSet& swap) {
  auto value = slot_.db->get(swap.key.view());
  if (!value) return services_.refuse(request, value.error());
  if (*value != swap.expected) {
    return services_.answer(request, encode_kv_compare_and_set(false),
                            *value ? value_blob(std::move(**value)) : nullptr);
  }
  // Nothing comes between the read and the write: the lane is ours.
  rocksdb::WriteBatch batch;
  const auto queued = request.blob
                          ? batch.Put(slice(swap.key.view()), slice(request.blob->bytes.view()))
                          : batch.Delete(slice(swap.key.view()));
  if (!queued.ok()) return services_.refuse(request, slot_.db->error(queued));
  if (auto done = slot_.db->write(batch); !done) return services_.refuse(request, done.error());
  services_.answer(request, encode_kv_compare_and_set(true), nullptr);
}

}  // namespace kinode::kv
