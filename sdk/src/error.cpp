#include "kinode/error.h"

#include "ask.h"
#include "kinode/json.h"

namespace kinode {

std::string_view describe(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNotFound:
      return "not found";
    case ErrorKind::kExists:
      return "exists already";
    case ErrorKind::kNoRight:
      return "no right";
    case ErrorKind::kConflict:
      return "conflict";
    case ErrorKind::kNoTransaction:
      return "no such transaction";
    case ErrorKind::kConstraint:
      return "constraint";
    case ErrorKind::kFull:
      return "disk full";
    case ErrorKind::kOverloaded:
      return "overloaded";
    case ErrorKind::kInvalid:
      return "invalid";
    case ErrorKind::kUnsupported:
      return "unsupported";
    case ErrorKind::kDamaged:
      return "damaged";
    case ErrorKind::kIo:
      return "failed";
    case ErrorKind::kTimeout:
      return "timeout";
    case ErrorKind::kOffline:
      return "offline";
    case ErrorKind::kBadAnswer:
      return "bad answer";
  }
  return "failed";
}

namespace detail {
namespace {

struct Cause {
  std::optional<std::string> kind;
  std::optional<size_t> statement;
};
KINODE_JSON(Cause, kind, statement)

struct ParseFailure {
  std::string error;
  std::string path;
};
KINODE_JSON(ParseFailure, error, path)

struct Known {
  std::string_view name;
  ErrorKind kind;
  std::string_view sentence = {};
};

/// The errors' names, in all three modules (io.md 8.3, 9.3, 10.8).
constexpr Known kNames[] = {
    {"NoWriteCap", ErrorKind::kNoRight, "no right to write there: open it first, or be given it"},
    {"NoReadCap", ErrorKind::kNoRight, "no right to read there: open it first, or be given it"},
    {"MismatchingPackageId", ErrorKind::kNoRight,
     "only processes of its own package open or remove a database"},
    {"AddCapFailed", ErrorKind::kIo, "the right for it could not be stored"},
    {"KeyNotFound", ErrorKind::kNotFound, "there is no such key"},
    {"NoDb", ErrorKind::kNotFound, "there is no such database: open it first"},
    {"NoTx", ErrorKind::kNoTransaction, "there is no such transaction: it has ended"},
    {"NoBlob", ErrorKind::kInvalid, "the bytes to write are missing"},
    {"MalformedRequest", ErrorKind::kInvalid, "the module refuses the request: is the path right?"},
    {"InvalidParameters", ErrorKind::kInvalid,
     "a parameter is none that this node knows; Kinode 1.0 has no form for infinity, nor for texts "
     "that look like base64"},
    {"NotAWriteKeyword", ErrorKind::kInvalid, "this statement does not write: use query()"},
    {"NotAReadKeyword", ErrorKind::kInvalid, "this statement does not only read: use write()"},
    {"UnzipError", ErrorKind::kInvalid, "an entry of the archive cannot be unpacked"},
    {"ParseError", ErrorKind::kInvalid},
    {"IOError", ErrorKind::kIo},
    {"RocksDBError", ErrorKind::kIo},
    {"RusqliteError", ErrorKind::kIo},
};

/// What the module says beside the error, in a word that stays.
constexpr Known kCauses[] = {
    {"NotFound", ErrorKind::kNotFound},
    {"AlreadyExists", ErrorKind::kExists},
    {"PermissionDenied", ErrorKind::kNoRight},
    {"ReadOnlyFilesystem", ErrorKind::kNoRight},
    {"Denied", ErrorKind::kNoRight},
    {"NotAuthorized", ErrorKind::kNoRight},
    {"IsADirectory", ErrorKind::kInvalid},
    {"NotADirectory", ErrorKind::kInvalid},
    {"DirectoryNotEmpty", ErrorKind::kInvalid},
    {"InvalidInput", ErrorKind::kInvalid},
    {"InvalidFilename", ErrorKind::kInvalid},
    {"InvalidName", ErrorKind::kInvalid},
    {"Invalid", ErrorKind::kInvalid},
    {"Sql", ErrorKind::kInvalid},
    {"TooBig", ErrorKind::kInvalid},
    {"FileTooLarge", ErrorKind::kInvalid},
    {"StorageFull", ErrorKind::kFull},
    {"DiskFull", ErrorKind::kFull},
    {"Overloaded", ErrorKind::kOverloaded},
    {"Busy", ErrorKind::kOverloaded},
    {"Conflict", ErrorKind::kConflict},
    {"Constraint", ErrorKind::kConstraint},
    {"Corrupt", ErrorKind::kDamaged},
    {"Timeout", ErrorKind::kTimeout},
};

/// What the texts say where no word stands beside them, as on a node of Kinode 1.0.
constexpr Known kTexts[] = {
    {"(os error 2)", ErrorKind::kNotFound},       {"(os error 17)", ErrorKind::kExists},
    {"(os error 1)", ErrorKind::kNoRight},        {"(os error 13)", ErrorKind::kNoRight},
    {"(os error 30)", ErrorKind::kNoRight},       {"(os error 20)", ErrorKind::kInvalid},
    {"(os error 21)", ErrorKind::kInvalid},       {"(os error 22)", ErrorKind::kInvalid},
    {"(os error 39)", ErrorKind::kInvalid},       {"early eof", ErrorKind::kInvalid},
    {"valid UTF-8", ErrorKind::kInvalid},         {"(os error 28)", ErrorKind::kFull},
    {"onstraint failed", ErrorKind::kConstraint}, {"database is locked", ErrorKind::kOverloaded},
};

template <size_t Count>
const Known* find(const Known (&all)[Count], std::string_view name) {
  for (const auto& known : all) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

/// The text that stands beside the error's name, if it has one.
std::string text_of(std::string_view data) {
  if (auto text = from_json<std::string>(data)) return *std::move(text);
  if (auto failure = from_json<ParseFailure>(data)) return failure->error + " in " + failure->path;
  return {};
}

ErrorKind kind_of(ErrorKind by_name, const Cause& cause, std::string_view text) {
  if (cause.kind) {
    const auto* known = find(kCauses, *cause.kind);
    return known != nullptr ? known->kind : by_name;
  }
  for (const auto& known : kTexts) {
    if (text.find(known.name) != text.npos) return known.kind;
  }
  return by_name;
}

}  // namespace

Error read_error(std::string_view error, std::optional<std::string_view> cause_json,
                 std::string_view addition) {
  JsonReader reader(error);
  const bool has_data = reader.take('{');
  const std::string name = reader.string().value_or("");
  const std::string text = has_data && reader.take(':') ? text_of(reader.value().value_or("")) : "";
  if (name == "MalformedRequest" && !addition.empty()) {
    return {ErrorKind::kUnsupported,
            joined("the node refuses ", addition,
                   ": it is a Kinode 1.0, which does not know it, or the name in it is none")};
  }
  const auto* known = find(kNames, name);
  if (known == nullptr) {
    return {ErrorKind::kBadAnswer, joined("an error that is not known: ", lossy_utf8(error))};
  }
  Cause cause;
  if (cause_json) cause = from_json<Cause>(*cause_json).value_or(Cause{});
  return {kind_of(known->kind, cause, text), text.empty() ? std::string(known->sentence) : text,
          cause.statement};
}

}  // namespace detail
}  // namespace kinode
