#include "modules/backup/backup_messages.h"

#include <algorithm>
#include <array>

#include "msg/json_reader.h"
#include "msg/json_writer.h"

namespace kinode::backup {

namespace {

using Kind = BackupAction::Kind;

struct Name {
  std::string_view text;
  Kind kind;
};
constexpr std::array kNames{Name{"Backup", Kind::kBackup}, Name{"List", Kind::kList},
                            Name{"Verify", Kind::kVerify}, Name{"Progress", Kind::kProgress},
                            Name{"Stop", Kind::kStop}};

bool is_bare(Kind kind) { return kind == Kind::kProgress || kind == Kind::kStop; }

struct CodeName {
  std::string_view text;
  Code code;
};
constexpr std::array kCodes{CodeName{"Invalid", Code::kInvalid},
                            CodeName{"NotFound", Code::kNotFound},
                            CodeName{"Exists", Code::kExists},
                            CodeName{"Denied", Code::kDenied},
                            CodeName{"Corrupt", Code::kCorrupt},
                            CodeName{"Unsupported", Code::kUnsupported},
                            CodeName{"Unavailable", Code::kUnavailable},
                            CodeName{"Overloaded", Code::kOverloaded},
                            CodeName{"Io", Code::kIo},
                            CodeName{"Internal", Code::kInternal}};

Result<BackupAction> read_action(const msg::Json& value) {
  const auto variant = msg::read_json_variant(value, "a request");
  if (!variant) return std::unexpected(variant.error());
  const auto* name = std::ranges::find(kNames, variant->name, &Name::text);
  if (name == kNames.end()) {
    return msg::unknown_variant(*variant, "one of `Backup`, `List`, `Verify`, `Progress`, `Stop`");
  }
  if (is_bare(name->kind)) {
    if (auto ok = variant->unit(); !ok) return std::unexpected(std::move(ok.error()));
    BackupAction out;
    out.kind = name->kind;
    return out;
  }
  return msg::read_json_struct<BackupAction>(*variant, 4, [&](msg::StructReader& in, auto& out) {
    out.kind = name->kind;
    std::optional<bool> wait;
    in.field("target", out.target);
    in.field("passphrase", out.passphrase);
    in.field("recovery_key", out.recovery_key);
    in.field("wait", wait);
    out.wait = wait.value_or(true);
  });
}

}  // namespace

Result<BackupAction> decode_backup_action(ByteView body) {
  return msg::decode_json(body, "backup request", read_action);
}

std::string encode_backup_action(const BackupAction& action) {
  const auto* name = std::ranges::find(kNames, action.kind, &Name::kind);
  std::string out;
  if (is_bare(action.kind)) {
    msg::append_json_string(out, name->text);
    return out;
  }
  msg::write_json_struct(out, name->text, [&](msg::JsonObject& fields) {
    fields.field("target", action.target)
        .field("passphrase", action.passphrase)
        .field("recovery_key", action.recovery_key)
        .field("wait", action.wait);
  });
  return out;
}

BackupDone done_of(const BackupReport& report, Nanos paused) {
  using std::chrono::duration_cast;
  const Snapshot& s = report.snapshot;
  return {.snapshot = s.id.text(),
          .node = s.node,
          .unix_ms = s.unix_ms,
          .files = s.files,
          .directories = s.directories,
          .links = s.links,
          .bytes = s.bytes,
          .bytes_read = report.bytes_read,
          .bytes_stored = report.bytes_stored,
          .chunks_new = report.chunks_new,
          .took_ms = static_cast<std::uint64_t>(
              duration_cast<std::chrono::milliseconds>(report.took).count()),
          .paused_us =
              static_cast<std::uint64_t>(duration_cast<std::chrono::microseconds>(paused).count())};
}

Result<BackupReport> report_of(const BackupDone& done) {
  BackupReport out;
  auto id = ObjectId::parse(done.snapshot);
  if (!id) return std::unexpected(std::move(id.error()));
  out.snapshot.id = *id;
  out.snapshot.node = done.node;
  out.snapshot.unix_ms = done.unix_ms;
  out.snapshot.files = done.files;
  out.snapshot.directories = done.directories;
  out.snapshot.links = done.links;
  out.snapshot.bytes = done.bytes;
  out.bytes_read = done.bytes_read;
  out.bytes_stored = done.bytes_stored;
  out.chunks_new = done.chunks_new;
  out.took =
      std::chrono::milliseconds(std::min<std::uint64_t>(done.took_ms, std::uint64_t{1} << 40));
  return out;
}

BackupFailed failed_of(const Error& error) {
  const auto* name = std::ranges::find(kCodes, error.code, &CodeName::code);
  return {std::string(name == kCodes.end() ? "Internal" : name->text), error.detail};
}

Error error_of(const BackupFailed& failed) {
  const auto* name = std::ranges::find(kCodes, failed.kind, &CodeName::text);
  return fail(name == kCodes.end() ? Code::kInternal : name->code, failed.text).error();
}

// What JSON writers and readers find for the types of answers.
void write_json(std::string& out, const BackupDone& done) {
  msg::JsonObject(out)
      .field("snapshot", done.snapshot)
      .field("node", done.node)
      .field("unix_ms", done.unix_ms)
      .field("files", done.files)
      .field("directories", done.directories)
      .field("links", done.links)
      .field("bytes", done.bytes)
      .field("bytes_read", done.bytes_read)
      .field("bytes_stored", done.bytes_stored)
      .field("chunks_new", done.chunks_new)
      .field("took_ms", done.took_ms)
      .field("paused_us", done.paused_us)
      .close();
}

Status read_json(const msg::Json& value, BackupDone& out) {
  msg::StructReader in(value, "a backup", 12);
  in.field("snapshot", out.snapshot);
  in.field("node", out.node);
  in.field("unix_ms", out.unix_ms);
  in.field("files", out.files);
  in.field("directories", out.directories);
  in.field("links", out.links);
  in.field("bytes", out.bytes);
  in.field("bytes_read", out.bytes_read);
  in.field("bytes_stored", out.bytes_stored);
  in.field("chunks_new", out.chunks_new);
  in.field("took_ms", out.took_ms);
  in.field("paused_us", out.paused_us);
  return std::move(in).finish();
}

void write_json(std::string& out, const BackupFailed& failed) {
  msg::JsonObject(out).field("kind", failed.kind).field("text", failed.text).close();
}

Status read_json(const msg::Json& value, BackupFailed& out) {
  msg::StructReader in(value, "an error", 2);
  in.field("kind", out.kind);
  in.field("text", out.text);
  return std::move(in).finish();
}

void write_json(std::string& out, const BackupState& state) {
  msg::JsonObject(out)
      .field("running", state.running)
      .field("entries", state.entries)
      .field("bytes", state.bytes)
      .field("bytes_stored", state.bytes_stored)
      .field("number", state.number)
      .field("done", state.done)
      .field("failed", state.failed)
      .close();
}

Status read_json(const msg::Json& value, BackupState& out) {
  msg::StructReader in(value, "the progress", 7);
  in.field("running", out.running);
  in.field("entries", out.entries);
  in.field("bytes", out.bytes);
  in.field("bytes_stored", out.bytes_stored);
  in.field("number", out.number);
  in.field("done", out.done);
  in.field("failed", out.failed);
  return std::move(in).finish();
}

void write_json(std::string& out, const Snapshot& snapshot) {
  msg::JsonObject(out)
      .field("id", snapshot.id.text())
      .field("node", snapshot.node)
      .field("unix_ms", snapshot.unix_ms)
      .field("files", snapshot.files)
      .field("bytes", snapshot.bytes)
      .close();
}

std::string encode_backup_started(std::uint64_t number) {
  std::string out;
  msg::write_json_struct(out, "Started",
                         [&](msg::JsonObject& fields) { fields.field("number", number); });
  return out;
}

std::string encode_backup_done(const BackupDone& done) {
  std::string out;
  msg::write_json_variant(out, "Done", done);
  return out;
}

std::string encode_backup_state(const BackupState& state) {
  std::string out;
  msg::write_json_variant(out, "Progress", state);
  return out;
}

std::string encode_backup_list(const std::vector<Snapshot>& snapshots) {
  std::string out;
  msg::write_json_variant(out, "List", snapshots);
  return out;
}

std::string encode_backup_verified(const VerifyReport& report) {
  std::string out;
  msg::write_json_struct(out, "Verify", [&](msg::JsonObject& fields) {
    fields.field("packs", report.packs)
        .field("bytes", report.bytes)
        .field("snapshots", report.snapshots)
        .field("findings", report.findings);
  });
  return out;
}

std::string encode_backup_error(const BackupFailed& failed) {
  std::string out;
  msg::write_json_variant(out, "Err", failed);
  return out;
}

namespace {

Result<BackupAnswer> read_answer(const msg::Json& value) {
  const auto variant = msg::read_json_variant(value, "an answer");
  if (!variant) return std::unexpected(variant.error());
  BackupAnswer out;
  if (variant->name == "Ok") return out;
  const auto data = variant->data();
  if (!data) return std::unexpected(data.error());
  if (variant->name == "Err") {
    BackupFailed failed;
    if (auto ok = read_json(**data, failed); !ok) return std::unexpected(std::move(ok.error()));
    return std::unexpected(error_of(failed));
  }
  Status ok;
  if (variant->name == "Started") {
    msg::StructReader in(**data, "Started", 1);
    std::uint64_t number = 0;
    in.field("number", number);
    ok = std::move(in).finish();
    out.started = number;
  } else if (variant->name == "Progress") {
    ok = read_json(**data, out.state.emplace());
  } else {
    return msg::unknown_variant(*variant, "one of `Ok`, `Started`, `Progress`, `Err`");
  }
  if (!ok) return std::unexpected(std::move(ok.error()));
  return out;
}

}  // namespace

Result<BackupAnswer> decode_backup_answer(ByteView body) {
  auto tree = msg::Json::parse(body);
  if (!tree) return fail_in("the node's answer", std::move(tree.error()));
  return read_answer(*tree);
}

}  // namespace kinode::backup
