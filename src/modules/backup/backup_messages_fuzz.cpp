// What programs ask for backups, and what a tool reads of the answers: refused with a reason, or
// the same after a round trip.
#include <cstdint>

#include "base/assert.h"
#include "modules/backup/backup_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const ByteView bytes{data, size};
  const auto answer = backup::decode_backup_answer(bytes);
  if (!answer) {
    KINODE_ASSERT(size > 0 || !answer.error().detail.empty());
  } else if (answer->state) {
    const auto again =
        backup::decode_backup_answer(as_bytes(backup::encode_backup_state(*answer->state)));
    KINODE_ASSERT(again && again->state == answer->state);
  }
  const auto action = backup::decode_backup_action(bytes);
  if (!action) {
    KINODE_ASSERT(!action.error().detail.empty());
    return 0;
  }
  const auto same = backup::decode_backup_action(as_bytes(backup::encode_backup_action(*action)));
  KINODE_ASSERT(same && *same == *action);
  return 0;
}
