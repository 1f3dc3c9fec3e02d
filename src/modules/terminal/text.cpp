#include "modules/terminal/text.h"

#include <algorithm>
#include <utf8proc.h>

#include "base/bytes.h"

namespace kinode::terminal {

namespace {

struct CodePoint {
  utf8proc_int32_t value = 0;
  std::size_t bytes = 0;
  bool valid = false;
};

CodePoint first_of(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  if (bytes[0] < 0x80) return {bytes[0], 1, true};
  CodePoint out;
  const auto n =
      utf8proc_iterate(bytes.data(), static_cast<utf8proc_ssize_t>(bytes.size()), &out.value);
  if (n <= 0) return {0xfffd, 1, false};
  out.bytes = static_cast<std::size_t>(n);
  out.valid = true;
  return out;
}

constexpr utf8proc_int32_t kEmojiPresentation = 0xfe0f;

bool is_regional_indicator(utf8proc_int32_t c) { return c >= 0x1f1e6 && c <= 0x1f1ff; }

std::size_t width_of(utf8proc_int32_t c) {
  const int width = utf8proc_charwidth(c);
  return static_cast<std::size_t>(std::clamp(width, 0, 2));
}

/// Printable ASCII, of which each stands alone beside others: most of all text.
bool is_plain(utf8proc_int32_t c) { return c >= 0x20 && c < 0x7f; }

/// Left-to-right and right-to-left marks are harmless and needed; these change the order of what
/// follows.
bool reorders(utf8proc_int32_t c) {
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool may_be_typed(utf8proc_int32_t c) {
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      return !reorders(c);
  }
}

/// Length of `ESC [ digits and semicolons m` at the start of the text, or 0.
std::size_t colour_sequence(std::string_view text) {
  constexpr std::size_t kLongest = 24;
  if (!text.starts_with("\x1b[")) return 0;
  for (std::size_t i = 2; i < std::min(text.size(), kLongest); ++i) {
    const char c = text[i];
    if (c == 'm') return i + 1;
    if ((c < '0' || c > '9') && c != ';') return 0;
  }
  return 0;
}

}  // namespace

std::vector<Grapheme> graphemes(std::string_view text) {
  std::vector<Grapheme> out;
  out.reserve(text.size());
  utf8proc_int32_t before = 0;
  utf8proc_int32_t state = 0;
  bool joins = false;  // whether what comes may belong to the last one
  std::size_t column = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = first_of(text.substr(at));
    const bool plain = is_plain(c.value) && is_plain(before);
    const bool begins =
        !joins || !c.valid || plain || utf8proc_grapheme_break_stateful(before, c.value, &state);
    const std::size_t width = is_plain(c.value) || !c.valid ? 1 : width_of(c.value);
    if (begins) {
      out.push_back({at, c.bytes, column, width});
      if (!c.valid || !joins || plain) state = 0;
    } else {
      Grapheme& last = out.back();
      last.bytes += c.bytes;
      column -= last.columns;
      last.columns = std::max(last.columns, width);
      // Two letters of a flag, or a sign that asks for its coloured form.
      if (is_regional_indicator(c.value) || (c.value == kEmojiPresentation && last.columns == 1)) {
        last.columns = 2;
      }
    }
    column += out.back().columns;
    before = c.value;
    joins = c.valid;
    at += c.bytes;
  }
  return out;
}

std::size_t columns_of(std::string_view text) {
  const auto all = graphemes(text);
  return all.empty() ? 0 : all.back().column + all.back().columns;
}

std::string_view head_of(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  for (const Grapheme& g : graphemes(text)) {
    if (g.column + g.columns > columns) break;
    bytes = g.offset + g.bytes;
  }
  return text.substr(0, bytes);
}

std::string typed_text(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const CodePoint c = first_of(bytes.substr(at));
    if (c.valid && may_be_typed(c.value)) out += bytes.substr(at, c.bytes);
    at += c.bytes;
  }
  return out;
}

std::string_view head_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  for (int i = 0; i < 3 && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80; ++i)
    --end;
  return text.substr(0, end);
}

std::string safe_text(std::string_view content, Colours keep_colours) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = content.find('\x1b'); at != std::string_view::npos;
       at = content.find('\x1b', at)) {
    const std::size_t length = colour_sequence(content.substr(at));
    if (length == 0) {
      ++at;
      continue;
    }
    out += printable(content.substr(done, at - done));
    if (keep_colours == Colours::kKeep) out += content.substr(at, length);
    at += length;
    done = at;
  }
  return out + printable(content.substr(done));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t end = text.find('\n');
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

}  // namespace kinode::terminal
