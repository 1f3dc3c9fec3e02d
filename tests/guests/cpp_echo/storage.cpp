#include "storage.h"

#include <kinode/kv_map.h>
#include <kinode/sqlite.h>
#include <kinode/vfs.h>

using namespace kinode;

namespace cpp_echo {
namespace {

struct Name {
  std::string name;
};
KINODE_JSON(Name, name)

/// The outcomes of the steps so far, as the elements of a list.
class Steps {
 public:
  void add(const Status& status) { add_text(status ? "{\"ok\":null}" : failed(status.error())); }
  template <class T>
  void add(const Result<T>& result) {
    add_text(result ? "{\"ok\":" + to_json(*result) + "}" : failed(result.error()));
  }
  void add_seen(bool seen) { add_text(seen ? "true" : "false"); }

  std::string json() const { return "[" + text_ + "]"; }

 private:
  static std::string failed(const Error& error) {
    return "{\"err\":" + to_json(error.sentence) + "}";
  }
  void add_text(std::string_view text) {
    if (!text_.empty()) text_ += ',';
    text_ += text;
  }

  std::string text_;
};

std::string pairs() {
  Steps steps;
  const auto numbers = kv::Map<std::string, uint64_t>::open("numbers");
  if (!numbers) return steps.json();
  steps.add(numbers->set("one", 1));
  steps.add(numbers->get("one"));
  const auto done = numbers->transaction([&](kv::Transaction& all) -> Status {
    steps.add(numbers->set(all, "two", 2));
    steps.add_seen(numbers->find("two").value_or(2) == std::nullopt);
    auto committed = all.commit();
    steps.add(committed);
    return committed;
  });
  if (!done) return steps.json();
  steps.add(numbers->get("two"));
  steps.add(numbers->erase("one"));
  const auto gone = numbers->get("one");
  steps.add_seen(!gone && gone.error().kind == ErrorKind::kNotFound);
  steps.add(kv::remove("numbers"));
  return steps.json();
}

std::string rows() {
  Steps steps;
  const auto people = sqlite::Database::open("people");
  if (!people) return steps.json();
  steps.add(people->write("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)"));
  constexpr std::string_view kInsert = "INSERT INTO people (name) VALUES (?)";
  steps.add(people->write(kInsert, {"Bob"}));
  const auto done = people->transaction([&](sqlite::Transaction& all) -> Status {
    steps.add(all.write(kInsert, {"Ann"}));
    auto committed = all.commit();
    steps.add(committed);
    return committed;
  });
  if (!done) return steps.json();
  steps.add(people->query_as<Name>("SELECT name FROM people WHERE id < ? ORDER BY id", {3}));
  const auto refused = people->query("DELETE FROM people");
  steps.add_seen(!refused && refused.error().kind == ErrorKind::kInvalid);
  steps.add(sqlite::remove("people"));
  return steps.json();
}

/// Each step's result, or its error, as the element of a list.
class Seen {
 public:
  template <class T>
  void add(const Result<T>& result) {
    if (!text_.empty()) text_ += ',';
    if constexpr (std::same_as<T, Blob>) {
      text_ += to_json(result ? std::string(result->bytes()) : result.error().sentence);
    } else {
      text_ += result ? to_json(*result) : to_json(result.error().sentence);
    }
  }
  std::string json() const { return "[" + text_ + "]"; }

 private:
  std::string text_;
};

/// What goes wrong here shows in what is read afterwards.
void passed(const Status& status) {
  if (!status) print("files: ", status.error().sentence);
}

}  // namespace

std::string use_files(std::string_view drive_name) {
  Seen seen;
  const auto drive = vfs::create_drive(drive_name);
  if (!drive) return to_json(drive.error().sentence);
  const auto path = drive->at("a.txt");
  const auto file = vfs::File::create(path);
  if (!file) return to_json(file.error().sentence);
  passed(file->write("hello "));
  passed(file->write("world"));
  passed(file->append("!"));
  seen.add(vfs::read(path));
  if (const auto moved = file->seek(vfs::File::From::kStart, 6); !moved) seen.add(moved);
  seen.add(file->read_to_string());
  seen.add(vfs::size(path));
  passed(vfs::set_size(path, 5));
  seen.add(vfs::read(path));
  passed(vfs::for_each_entry(drive->path, [&](const vfs::Entry& entry) {
    seen.add(Result<std::string>(entry.path.substr(1)));
  }));
  passed(vfs::remove_file(path));
  if (const auto gone = vfs::File::open(path); !gone) {
    seen.add(Result<std::string>(std::unexpected(gone.error())));
  }
  return seen.json();
}

std::string use_storage() { return "{\"kv\":" + pairs() + ",\"sqlite\":" + rows() + "}"; }

}  // namespace cpp_echo
