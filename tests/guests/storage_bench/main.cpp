// What benchmarks of storage run: files and databases as a program uses them, by the library, each
// call awaited. The message is what to do and how often; the answer is "done", or what went wrong:
//
//   kv_set <n>       sets a value of 100 bytes
//   kv_get <n>       gets one
//   sqlite_read <n>  selects one row by its key
//   vfs_write <n>    writes 4 KB into a file
#include <charconv>
#include <kinode/kv.h>
#include <kinode/process.h>
#include <kinode/sqlite.h>
#include <kinode/vfs.h>

using namespace kinode;

namespace storage_bench {

constexpr int kKeys = 1000;

static std::string key(uint64_t i) { return "key" + std::to_string(i % kKeys); }

static Status kv_set(uint64_t count) {
  const auto db = kv::Database::open("bench");
  if (!db) return std::unexpected(db.error());
  const std::string value(100, 'v');
  Status done;
  for (uint64_t i = 0; i < count && done; ++i) done = db->set(key(i), value);
  return done;
}

static Status kv_get(uint64_t count) {
  const kv::Database db("bench");
  for (uint64_t i = 0; i < count; ++i) {
    if (const auto value = db.get(key(i)); !value) return std::unexpected(value.error());
  }
  return {};
}

static Status sqlite_fill(const sqlite::Database& db) {
  auto made = db.write("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, name TEXT)");
  for (int i = 0; i < 100 && made; ++i) {
    made = db.write("INSERT OR IGNORE INTO t (id, name) VALUES (?, ?)", {i, "some name"});
  }
  return made;
}

static Status sqlite_read(uint64_t count) {
  const auto db = sqlite::Database::open("bench");
  if (!db) return std::unexpected(db.error());
  if (auto filled = sqlite_fill(*db); !filled) return filled;
  for (uint64_t i = 0; i < count; ++i) {
    auto rows = db->query("SELECT id, name FROM t WHERE id = ?", {i % 100});
    if (!rows) return std::unexpected(rows.error());
    const auto* row = rows->next();
    if (row == nullptr || !row->as<uint64_t, std::string>()) {
      return std::unexpected(Error{ErrorKind::kNotFound, "a row is missing"});
    }
  }
  return {};
}

static Status vfs_write(uint64_t count) {
  const auto drive = vfs::create_drive("bench");
  if (!drive) return std::unexpected(drive.error());
  const auto file = vfs::File::create(drive->at("a"));
  if (!file) return std::unexpected(file.error());
  const std::string content(4096, 'x');
  Status done;
  for (uint64_t i = 0; i < count && done; ++i) {
    done = vfs::write_at(file->path(), i % 256 * content.size(), content);
  }
  return done;
}

static Status carry_out(std::string_view order) {
  const auto space = order.find(' ');
  uint64_t count = 0;
  const auto number = order.substr(space == order.npos ? order.size() : space + 1);
  std::from_chars(number.data(), number.data() + number.size(), count);
  const auto what = order.substr(0, space);
  if (what == "kv_set") return kv_set(count);
  if (what == "kv_get") return kv_get(count);
  if (what == "sqlite_read") return sqlite_read(count);
  if (what == "vfs_write") return vfs_write(count);
  return std::unexpected(Error{ErrorKind::kInvalid, "no such order"});
}

static void init(const Address&) {
  for (;;) {
    const auto message = receive();
    if (!message || !message->is_request()) continue;
    const auto done = carry_out(message->body());
    respond(done ? "done" : done.error().sentence);
  }
}

}  // namespace storage_bench

KINODE_PROCESS(storage_bench::init)
