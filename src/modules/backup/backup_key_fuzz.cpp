// Key slots and locks. The check at the end of a slot is made right, so that what stands in front
// of it is looked at; no key is derived.
#include <algorithm>
#include <cstdint>

#include "base/assert.h"
#include "modules/backup/key_slot.h"
#include "modules/backup/writer_lock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const ByteView input(data, size);
  ByteVector checked(input.begin(), input.end());
  const auto check = crypto::blake2b(input);
  checked.insert(checked.end(), check.begin(), check.end());
  for (const ByteView slot_bytes : {input, ByteView(checked)}) {
    if (const auto slot = backup::decode_key_slot(slot_bytes)) {
      KINODE_ASSERT(std::ranges::equal(backup::encode_key_slot(*slot), slot_bytes));
    } else {
      KINODE_ASSERT(!slot.error().detail.empty());
    }
  }
  if (const auto lock = backup::decode_lock(input)) {
    KINODE_ASSERT(std::ranges::equal(backup::encode_lock(*lock), input));
    static_cast<void>(backup::holder_is_gone(lock->holder));
  }
  if (const auto key = backup::Secret::recovery_key(as_text(input))) {
    KINODE_ASSERT(backup::Secret::recovery_key(key->recovery_text()).has_value());
  }
  return 0;
}
