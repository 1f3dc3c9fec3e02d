// Where a backup goes: a store of whole objects under flat names, as a directory or an object store
// offers them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace kinode::backup {

/// True for what may name an object: parts of a-z, 0-9 with `/` between them, at most 200 bytes.
bool is_object_name(std::string_view name);

struct TargetObject {
  std::string name;
  std::uint64_t size = 0;
};

/// Nothing in it is trusted: what comes from it is checked by whoever reads it.
/// Thread: any; blocks. Errors of all: kNotFound; kIo, with a sentence that names the place;
/// kInvalid, no object name.
class Target {
 public:
  virtual ~Target() = default;

  /// All of it or nothing, in the place of an object of that name; survives a power cut when this
  /// returns.
  virtual Status put(std::string_view name, ByteView content) = 0;

  /// A whole object of at most limits::kBackupObjectBytesMax.
  virtual Result<ByteVector> get(std::string_view name) = 0;

  /// Exactly these bytes; kCorrupt when the object is shorter.
  virtual Result<ByteVector> get_range(std::string_view name, std::uint64_t offset,
                                       std::size_t size) = 0;

  /// Objects whose name begins with `prefix`, such as "packs/", by name.
  virtual Result<std::vector<TargetObject>> list(std::string_view prefix) = 0;

  /// Also when it was not there.
  virtual Status remove(std::string_view name) = 0;

  /// Throws away what interrupted puts left. Only whoever is the only writer may call it.
  virtual Status sweep() = 0;

  /// For sentences, such as "/backups/home".
  virtual std::string place() const = 0;
};

}  // namespace kinode::backup
