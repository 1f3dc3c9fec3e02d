#include "kinode/kv.h"

#include "ask.h"
#include "kinode/json.h"

namespace kinode::kv {

using namespace kinode::literals;
using kinode::detail::Answer;
using kinode::detail::DatabaseRef;
using kinode::detail::joined;
using kinode::detail::numbers;
using kinode::detail::numbers_or_null;

namespace {

constexpr auto kModule = "kv:distro:sys"_process;

std::string keyed(std::string_view action, std::string_view key, std::string_view tx_id = "null") {
  return joined("{\"", action, R"(":{"key":)", numbers(key), R"(,"tx_id":)", tx_id, "}}");
}

/// A value that may be missing.
Result<std::optional<Blob>> optional_value(Result<Blob> value) {
  if (value) return std::optional(*std::move(value));
  if (value.error().kind == ErrorKind::kNotFound) return std::nullopt;
  return std::unexpected(std::move(value.error()));
}

struct SwapAnswer {
  bool done = false;
};
KINODE_JSON(SwapAnswer, done)

std::string action_of(const Range& range) {
  return joined(R"({"Scan":{"prefix":)", numbers(range.prefix), R"(,"from":)",
                numbers_or_null(range.from), R"(,"after":)", numbers_or_null(range.after),
                R"(,"reverse":)", range.reverse, R"(,"limit":)", range.page, R"(,"keys_only":)",
                range.keys_only, "}}");
}

/// One page as it came: its pairs are read from the blob, one after the other.
struct RawPage {
  Blob blob;
  std::optional<std::string> next;
};

std::unexpected<Error> bad_blob() {
  return kinode::detail::fail(ErrorKind::kBadAnswer,
                              "kv:distro:sys gave pairs that are not understood");
}

Result<RawPage> fetch(const DatabaseRef& database, const Range& range) {
  const auto answer = database.ask(action_of(range), {}, "Scan");
  if (!answer) return std::unexpected(answer.error());
  if (!answer->is("Scan")) return answer->not_understood();
  JsonReader in(answer->data());
  if (!in.take('{') || in.string() != "next" || !in.take(':')) return answer->not_understood();
  RawPage page;
  if (!in.take_word("null")) {
    page.next = in.bytes();
    if (!page.next) return answer->not_understood();
  }
  page.blob = get_blob().value_or(Blob("[]"));
  return page;
}

/// Calls each(key, value) until it gives false. Gives whether it came to the end.
template <class Each>
Result<bool> read_pairs(std::string_view json, bool keys_only, Each each) {
  const auto text = json_value(json);
  if (!text) return bad_blob();
  JsonReader in(*text);
  if (!in.take('[')) return bad_blob();
  if (in.take(']')) return true;
  do {
    if (!keys_only && !in.take('[')) return bad_blob();
    auto key = in.bytes();
    if (!key) return bad_blob();
    std::optional<std::string> value("");
    if (!keys_only) {
      if (!in.take(',')) return bad_blob();
      value = in.bytes();
      if (!value || !in.take(']')) return bad_blob();
    }
    if (!each(*std::move(key), *std::move(value))) return false;
  } while (in.take(','));
  return true;
}

}  // namespace

Status Transaction::set(std::string_view key, BytesArg value) {
  if (auto open = check_open(); !open) return open;
  return database().act(keyed("Set", key, id()), std::move(value));
}

Status Transaction::erase(std::string_view key) {
  if (auto open = check_open(); !open) return open;
  return database().act(keyed("Delete", key, id()));
}

Result<std::optional<Blob>> Transaction::find_for_update(std::string_view key) {
  if (auto open = check_open(); !open) return std::unexpected(open.error());
  return optional_value(kinode::detail::content(
      database().ask(keyed("GetForUpdate", key, id()), {}, "GetForUpdate"), "Get"));
}

Result<Database> Database::open(std::string_view name, const Options& options) {
  Database database(name, options);
  if (auto opened = database.ref_.act("\"Open\""); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return database;
}

Database::Database(std::string_view name, const Options& options) : ref_(kModule, name, options) {}

Result<Blob> Database::get(std::string_view key) const {
  return kinode::detail::content(ref_.ask(joined(R"({"Get":)", numbers(key), "}")), "Get");
}

Result<std::optional<Blob>> Database::find(std::string_view key) const {
  return optional_value(get(key));
}

Result<std::vector<std::optional<std::string>>> Database::get_many(
    std::span<const std::string_view> keys) const {
  std::string list;
  for (const auto key : keys) {
    if (!list.empty()) list += ',';
    list += numbers(key);
  }
  const auto blob = kinode::detail::content(
      ref_.ask(joined(R"({"GetMany":[)", list, "]}"), {}, "GetMany"), "GetMany");
  if (!blob) return std::unexpected(blob.error());
  const auto text = json_value(blob->bytes());
  if (!text) return bad_blob();
  JsonReader in(*text);
  std::vector<std::optional<std::string>> values;
  values.reserve(keys.size());
  if (!in.take('[')) return bad_blob();
  while (values.size() < keys.size()) {
    if (!values.empty() && !in.take(',')) return bad_blob();
    if (in.take_word("null")) {
      values.emplace_back();
      continue;
    }
    auto value = in.bytes();
    if (!value) return bad_blob();
    values.push_back(std::move(value));
  }
  if (!in.take(']')) return bad_blob();
  return values;
}

Status Database::set(std::string_view key, BytesArg value) const {
  return ref_.act(keyed("Set", key), std::move(value));
}

Status Database::erase(std::string_view key) const { return ref_.act(keyed("Delete", key)); }

Status Database::write(std::span<const Change> changes) const {
  return transaction([&](Transaction& all) -> Status {
    for (const auto& change : changes) {
      auto queued = change.value ? all.set(change.key, *change.value) : all.erase(change.key);
      if (!queued) return queued;
    }
    return all.commit();
  });
}

Result<Swapped> Database::compare_and_set(std::string_view key,
                                          std::optional<std::string_view> expected,
                                          std::optional<BytesArg> value) const {
  const auto answer = ref_.ask(joined(R"({"CompareAndSet":{"key":)", numbers(key),
                                      R"(,"expected":)", numbers_or_null(expected), "}}"),
                               std::move(value), "CompareAndSet");
  if (!answer) return std::unexpected(answer.error());
  const auto swapped = from_json<SwapAnswer>(answer->data());
  if (!answer->is("CompareAndSet") || !swapped) return answer->not_understood();
  return Swapped{swapped->done, swapped->done ? std::nullopt : get_blob()};
}

Result<Page> Database::scan_page(const Range& range) const {
  auto raw = fetch(ref_, range);
  if (!raw) return std::unexpected(std::move(raw.error()));
  Page page{{}, std::move(raw->next)};
  const auto read =
      read_pairs(raw->blob.bytes(), range.keys_only, [&](std::string key, std::string value) {
        page.pairs.push_back({std::move(key), std::move(value)});
        return true;
      });
  if (!read) return std::unexpected(read.error());
  return page;
}

Status Database::scan_with(Range range, bool (*each)(void*, std::string_view, std::string_view),
                           void* to) const {
  std::optional<std::string> next;
  do {
    if (next) range.after = std::string_view(*next);
    auto page = fetch(ref_, range);
    if (!page) return std::unexpected(std::move(page.error()));
    const auto more = read_pairs(
        page->blob.bytes(), range.keys_only,
        [&](const std::string& key, const std::string& value) { return each(to, key, value); });
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    next = std::move(page->next);
  } while (next);
  return {};
}

Result<Transaction> Database::begin() const {
  const auto id = ref_.begin();
  if (!id) return std::unexpected(id.error());
  return Transaction(ref_, *id);
}

Status Database::sync() const { return ref_.act("\"Backup\"", {}, "Backup"); }

Status remove(std::string_view name, const Options& options) {
  return DatabaseRef(kModule, name, options).act("\"RemoveDb\"");
}

}  // namespace kinode::kv
