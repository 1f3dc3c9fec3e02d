#include "store/scratch_test.h"

#include <cstdlib>

namespace kinode::store {

std::string corpus(std::string_view folder) {
  const char* source = std::getenv("KINODE_SOURCE_DIR");
  if (source == nullptr) {
    ADD_FAILURE() << "set KINODE_SOURCE_DIR to the checkout, as ctest does";
    return {};
  }
  return std::string(source) + "/tests/corpus/" + std::string(folder);
}

}  // namespace kinode::store
