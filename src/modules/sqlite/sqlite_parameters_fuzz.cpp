// Parameters of statements: refused, or values that SQLite can be given.
#include <cstdint>

#include "base/assert.h"
#include "modules/sqlite/sqlite_values.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const auto parameters = sqlite::decode_parameters({data, size});
  if (!parameters) {
    KINODE_ASSERT(parameters.error().kind == sqlite::SqliteError::Kind::kInvalidParameters);
    return 0;
  }
  // Every value takes two bytes of JSON at least: itself and what is around it.
  KINODE_ASSERT(parameters->size() <= size / 2);
  return 0;
}
