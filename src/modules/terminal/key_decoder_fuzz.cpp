// Whatever a keyboard sends: keys are well-formed, and the same however the bytes were cut up.
#include <cstdint>
#include <cstdlib>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "modules/terminal/key_decoder.h"

namespace {

using kinode::terminal::Key;
using kinode::terminal::KeyKind;

/// Text that came in pieces as one.
std::vector<Key> joined(const std::vector<Key>& keys) {
  std::vector<Key> out;
  for (const Key& key : keys) {
    if (key.kind == KeyKind::kText && !out.empty() && out.back().kind == KeyKind::kText) {
      out.back().text += key.text;
    } else {
      out.push_back(key);
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  kinode::terminal::KeyDecoder whole;
  std::vector<Key> at_once;
  whole.feed(bytes, at_once);

  kinode::terminal::KeyDecoder pieces;
  std::vector<Key> one_by_one;
  for (const char c : bytes) pieces.feed({&c, 1}, one_by_one);
  KINODE_ASSERT(joined(at_once) == joined(one_by_one));

  whole.pause(at_once);
  KINODE_ASSERT(!whole.patience());
  for (const Key& key : at_once) {
    if (key.kind == KeyKind::kText) {
      KINODE_ASSERT(!key.text.empty() && kinode::is_utf8(kinode::as_bytes(key.text)));
    } else if (key.kind == KeyKind::kPaste) {
      KINODE_ASSERT(key.text.size() <= kinode::limits::kTerminalLineBytesMax);
    } else if (key.kind == KeyKind::kControl) {
      KINODE_ASSERT(key.letter >= 'A' && key.letter <= 'Z');
    }
  }

  // Whatever came before, an interrupt is understood after a pause.
  std::vector<Key> last;
  whole.feed("\x03", last);
  KINODE_ASSERT(last.size() == 1 && last[0].letter == 'C');
  return 0;
}
