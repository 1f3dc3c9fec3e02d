#include "kinode/ids.h"

namespace kinode {

std::string_view describe(IdError error) {
  switch (error) {
    case IdError::kMissingField:
      return "a part between the colons is missing";
    case IdError::kTooManyColons:
      return "there are too many colons";
    case IdError::kMissingNode:
      return "an address starts with a node and '@'";
    case IdError::kTooManyAts:
      return "an address has one '@' only";
  }
  return "not an id";
}

std::string PackageIdView::text() const { return std::string(PackageId(*this).text()); }
std::string ProcessIdView::text() const { return std::string(ProcessId(*this).text()); }
std::string AddressView::text() const { return std::string(Address(*this).text()); }

}  // namespace kinode
