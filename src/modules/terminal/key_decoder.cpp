#include "modules/terminal/key_decoder.h"

#include <array>
#include <charconv>

#include "base/bytes.h"
#include "base/limits.h"

namespace kinode::terminal {

namespace {

constexpr unsigned char kEsc = 0x1b;
constexpr unsigned char kDel = 0x7f;
constexpr std::string_view kPasteEnd = "\x1b[201~";

// Longer than any sequence that a keyboard sends.
constexpr std::size_t kParametersMax = 64;

// A keyboard sends a sequence at once; a slow line may need this long between two of its bytes.
constexpr Nanos kSequencePatience = std::chrono::milliseconds(50);

// Ending a paste too early would turn its newlines into commands, so this is generous. It only
// matters to a terminal that forgets to say where its paste ends.
constexpr Nanos kPastePatience = std::chrono::seconds(5);

void add_text(std::string_view text, std::vector<Key>& out) {
  if (!out.empty() && out.back().kind == KeyKind::kText) {
    out.back().text += text;
  } else {
    out.push_back({KeyKind::kText, std::string(text)});
  }
}

void control(unsigned char byte, std::vector<Key>& out) {
  switch (byte) {
    case '\r':
      out.push_back({KeyKind::kEnter});
      return;
    case 0x08:
    case kDel:
      out.push_back({KeyKind::kBackspace});
      return;
    default:
      if (byte >= 1 && byte <= 26)
        out.push_back({KeyKind::kControl, {}, static_cast<char>('A' + byte - 1)});
  }
}

std::size_t utf8_length(unsigned char first) {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

/// `12:3;4:5` as the first two numbers of the first three parameters; what is missing is 0.
using Parameters = std::array<std::array<std::uint32_t, 2>, 3>;

Parameters parse_parameters(std::string_view text) {
  Parameters out{};
  for (auto& parameter : out) {
    const std::size_t end = text.find(';');
    std::string_view part = text.substr(0, end);
    for (auto& number : parameter) {
      const std::size_t colon = part.find(':');
      const std::string_view digits = part.substr(0, colon);
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
      part = colon == std::string_view::npos ? std::string_view() : part.substr(colon + 1);
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

constexpr std::uint32_t kReleased = 3;

/// A key that is told as its character and modifiers (1 plus 1 shift, 2 alt, 4 control).
void coded_key(std::uint32_t code, std::uint32_t modifiers, std::vector<Key>& out) {
  const std::uint32_t held = modifiers == 0 ? 0 : modifiers - 1;
  if (code == '\r' || code == 0x08 || code == kDel)
    return control(static_cast<unsigned char>(code), out);
  if ((held & 4) != 0) {
    if (code >= 'a' && code <= 'z') control(static_cast<unsigned char>(code - 'a' + 1), out);
    return;
  }
  if ((held & 2) != 0 || code < 0x20 || code >= 0x80) return;
  const char c = static_cast<char>(code);
  add_text({&c, 1}, out);
}

/// The key of `ESC [ final` and `ESC O final`.
std::optional<KeyKind> named_key(char final) {
  switch (final) {
    case 'A':
      return KeyKind::kUp;
    case 'B':
      return KeyKind::kDown;
    case 'C':
      return KeyKind::kRight;
    case 'D':
      return KeyKind::kLeft;
    case 'H':
      return KeyKind::kHome;
    case 'F':
      return KeyKind::kEnd;
    default:
      return std::nullopt;
  }
}

/// The key of `ESC [ number ~`.
std::optional<KeyKind> numbered_key(std::uint32_t number) {
  switch (number) {
    case 1:
    case 7:
      return KeyKind::kHome;
    case 3:
      return KeyKind::kDelete;
    case 4:
    case 8:
      return KeyKind::kEnd;
    default:
      return std::nullopt;
  }
}

}  // namespace

void KeyDecoder::feed(std::string_view bytes, std::vector<Key>& out) {
  for (const char c : bytes) take(static_cast<unsigned char>(c), out);
}

void KeyDecoder::take(unsigned char byte, std::vector<Key>& out) {
  switch (state_) {
    case State::kGround:
      return ground(byte, out);
    case State::kEscape:
      return escape(byte, out);
    case State::kSs3:
      return ss3(byte, out);
    case State::kSequence:
      return sequence(byte, out);
    case State::kSkipOne:
      state_ = State::kGround;
      return;
    case State::kString:
      return string(byte, out);
    case State::kPaste:
      return paste(byte, out);
  }
}

void KeyDecoder::ground(unsigned char byte, std::vector<Key>& out) {
  if (partial_left_ > 0) {
    if ((byte & 0xc0) == 0x80) {
      partial_.push_back(static_cast<char>(byte));
      if (--partial_left_ == 0 && is_utf8(as_bytes(partial_))) add_text(partial_, out);
      return;
    }
    partial_left_ = 0;  // cut off: this byte begins something else
  }
  if (byte == kEsc) {
    state_ = State::kEscape;
  } else if (byte < 0x20 || byte == kDel) {
    control(byte, out);
  } else if (byte < 0x80) {
    const char c = static_cast<char>(byte);
    add_text({&c, 1}, out);
  } else if (const std::size_t length = utf8_length(byte); length > 0) {
    partial_.assign(1, static_cast<char>(byte));
    partial_left_ = length - 1;
  }
}

/// A control character within a sequence ends it and counts itself, so that Ctrl-C always works.
void KeyDecoder::give_up(unsigned char byte, std::vector<Key>& out) {
  state_ = State::kGround;
  ground(byte, out);
}

void KeyDecoder::escape(unsigned char byte, std::vector<Key>& out) {
  if (byte < 0x20) return give_up(byte, out);
  parameters_.clear();
  overlong_ = false;
  switch (byte) {
    case '[':
      state_ = State::kSequence;
      return;
    case 'O':
      state_ = State::kSs3;
      return;
    case ']':
    case 'P':
    case '_':
    case '^':
    case 'X':
      state_ = State::kString;
      string_escape_ = false;
      return;
    default:
      state_ = State::kGround;  // Alt and a key: nothing of ours
  }
}

void KeyDecoder::ss3(unsigned char byte, std::vector<Key>& out) {
  if (byte < 0x20) return give_up(byte, out);
  state_ = State::kGround;
  if (byte == 'M') {
    out.push_back({KeyKind::kEnter});  // of a keypad
  } else if (const auto kind = named_key(static_cast<char>(byte))) {
    out.push_back({*kind});
  }
}

void KeyDecoder::sequence(unsigned char byte, std::vector<Key>& out) {
  if (byte < 0x20) return give_up(byte, out);
  if (byte == '[' && parameters_.empty() && !overlong_) {
    state_ = State::kSkipOne;
  } else if (byte >= 0x40 && byte <= 0x7e) {
    state_ = State::kGround;
    if (!overlong_) end_sequence(static_cast<char>(byte), out);
  } else if (byte >= 0x80) {
    state_ = State::kGround;  // not of a sequence
  } else if (parameters_.size() >= kParametersMax) {
    overlong_ = true;
  } else {
    parameters_.push_back(static_cast<char>(byte));
  }
}

void KeyDecoder::end_sequence(char final, std::vector<Key>& out) {
  const Parameters p = parse_parameters(parameters_);
  if (p[1][1] == kReleased) return;
  if (final == 'u') return coded_key(p[0][0], p[1][0], out);
  if (final == '~' && p[0][0] == 27) return coded_key(p[2][0], p[1][0], out);
  if (final == '~' && p[0][0] == 200) {
    state_ = State::kPaste;
    pasted_.clear();
    paste_match_ = 0;
    return;
  }
  const auto kind = final == '~' ? numbered_key(p[0][0]) : named_key(final);
  if (kind) out.push_back({*kind});
}

void KeyDecoder::string(unsigned char byte, std::vector<Key>& out) {
  const bool after_escape = string_escape_;
  string_escape_ = byte == kEsc;
  // Interrupt, end of transmission, cancel and substitute end it as they do for terminals.
  if (byte == 0x03 || byte == 0x04 || byte == 0x18 || byte == 0x1a) return give_up(byte, out);
  if (byte == 0x07) {
    state_ = State::kGround;
  } else if (after_escape) {
    state_ = State::kGround;
    if (byte != '\\') {
      state_ = State::kEscape;
      escape(byte, out);
    }
  }
}

void KeyDecoder::paste(unsigned char byte, std::vector<Key>& out) {
  const auto keep = [this](std::string_view text) {
    if (pasted_.size() + text.size() <= limits::kTerminalLineBytesMax) pasted_ += text;
  };
  const char c = static_cast<char>(byte);
  if (c == kPasteEnd[paste_match_]) {
    if (++paste_match_ == kPasteEnd.size()) end_paste(out);
    return;
  }
  keep(kPasteEnd.substr(0, paste_match_));
  paste_match_ = byte == kEsc ? 1 : 0;
  if (paste_match_ == 0) keep({&c, 1});
}

void KeyDecoder::end_paste(std::vector<Key>& out) {
  state_ = State::kGround;
  if (!pasted_.empty()) out.push_back({KeyKind::kPaste, std::move(pasted_)});
  pasted_ = {};
  paste_match_ = 0;
}

std::optional<Nanos> KeyDecoder::patience() const {
  if (state_ == State::kPaste) return kPastePatience;
  if (state_ != State::kGround || partial_left_ > 0) return kSequencePatience;
  return std::nullopt;
}

void KeyDecoder::pause(std::vector<Key>& out) {
  if (state_ == State::kPaste) end_paste(out);
  state_ = State::kGround;
  partial_left_ = 0;
}

}  // namespace kinode::terminal
