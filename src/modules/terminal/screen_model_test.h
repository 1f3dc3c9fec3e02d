// A small terminal for tests: takes bytes, and says what a person would see.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "modules/terminal/screen.h"
#include "modules/terminal/text.h"

namespace kinode::terminal {

/// Understands what the terminal sends and nothing else: whatever else comes is written down in
/// `unknown`. Resizing cuts or fills at the right, and at the top like xterm.
class ScreenModel {
 public:
  explicit ScreenModel(Size size) { resize(size); }

  void resize(Size size) {
    columns_ = std::max<std::size_t>(size.columns, 1);
    const std::size_t rows = std::max<std::size_t>(size.rows, 1);
    while (rows_.size() < rows) rows_.emplace_back();
    while (rows_.size() > rows && row_ + 1 < rows_.size()) rows_.pop_back();
    while (rows_.size() > rows) {
      scrolled_.push_back(text_of(rows_.front()));
      rows_.erase(rows_.begin());
      --row_;
    }
    for (auto& row : rows_) row.resize(std::min(row.size(), columns_));
    row_ = std::min(row_, rows_.size() - 1);
    column_ = std::min(column_, columns_ - 1);
    wraps_ = false;
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      // Sequences are bytes: what follows one does not combine with its last.
      const bool in_sequence = !pending_.empty() || bytes[0] == '\x1b';
      const std::string_view part = bytes.substr(0, in_sequence ? 1 : bytes.find('\x1b'));
      if (in_sequence) {
        take(part, 0);
      } else {
        for (const Grapheme& g : graphemes(part)) take(part.substr(g.offset, g.bytes), g.columns);
      }
      bytes.remove_prefix(part.size());
    }
  }

  // --- what is seen ---
  std::string row(std::size_t index) const { return text_of(rows_.at(index)); }
  std::string bottom() const { return text_of(rows_.back()); }
  std::size_t rows() const { return rows_.size(); }
  std::size_t cursor_row() const { return row_; }
  std::size_t cursor_column() const { return column_; }

  /// The rows that are not empty, one per line, with what has scrolled off first.
  std::string all() const {
    std::string out;
    for (const auto& line : scrolled_) out += line + "\n";
    for (const auto& row : rows_) {
      const std::string text = text_of(row);
      if (!text.empty()) out += text + "\n";
    }
    return out;
  }

  bool shows(std::string_view part) const { return all().find(part) != std::string::npos; }

  /// The SGR parameters in force where `part` begins on a visible row; "-" when it is not there.
  std::string style_of(std::string_view part) const {
    for (const auto& row : rows_) {
      std::string text;
      for (const auto& cell : row) {
        if (text_of(row).find(part) == text.size()) return cell.style;
        text += cell.text;
      }
    }
    return "-";
  }

  /// Characters of the bottom row that are underlined.
  std::string underlined() const {
    std::string out;
    for (const auto& cell : rows_.back()) {
      if (cell.underlined) out += cell.text;
    }
    return out;
  }

  std::size_t bells = 0;
  bool alternate = false;
  bool cursor_shown = true;
  bool bracketed_paste = false;
  std::string title;
  std::vector<std::string> unknown;

 private:
  struct Cell {
    std::string text = " ";
    std::string style;
    bool underlined = false;
  };
  using Row = std::vector<Cell>;

  static std::string text_of(const Row& row) {
    std::string out;
    for (const auto& cell : row) out += cell.text;
    out.erase(out.find_last_not_of(' ') + 1);
    return out;
  }

  void take(std::string_view text, std::size_t columns) {
    if (!pending_.empty()) {
      pending_ += text;
      if (complete(pending_)) sequence(std::exchange(pending_, {}));
    } else if (text == "\x1b") {
      pending_ = text;
    } else if (text == "\r\n") {
      column_ = 0;
      line_feed();
    } else if (text == "\r") {
      column_ = 0;
      wraps_ = false;
    } else if (text == "\n") {
      line_feed();
    } else if (text == "\t") {
      column_ = std::min((column_ / 8 + 1) * 8, columns_ - 1);
    } else if (text == "\a") {
      ++bells;
    } else if (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7f) {
      unknown.emplace_back(text);
    } else if (columns > 0) {
      put(text, columns);
    }
  }

  static bool complete(std::string_view s) {
    if (s.size() < 3) return false;
    if (s[1] == ']') return s.ends_with('\a') || s.ends_with("\x1b\\");
    return s.back() >= 0x40 && s.back() <= 0x7e;
  }

  void put(std::string_view text, std::size_t columns) {
    if (wraps_ || column_ + columns > columns_) {
      column_ = 0;
      line_feed();
    }
    Row& row = rows_[row_];
    if (row.size() < std::min(column_ + columns, columns_)) row.resize(column_ + columns);
    if (column_ < row.size()) row[column_] = {std::string(text), style_, underline_};
    for (std::size_t i = 1; i < columns && column_ + i < row.size(); ++i)
      row[column_ + i].text = "";
    column_ += columns;
    wraps_ = column_ >= columns_;
    column_ = std::min(column_, columns_ - 1);
  }

  void line_feed() {
    wraps_ = false;
    if (row_ + 1 < rows_.size()) {
      ++row_;
      return;
    }
    scrolled_.push_back(text_of(rows_.front()));
    rows_.erase(rows_.begin());
    rows_.emplace_back();
  }

  static std::size_t number(std::string_view text, std::size_t otherwise) {
    std::size_t out = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
  }

  void sequence(const std::string& s) {
    if (s[1] == ']') {
      title = s.starts_with("\x1b]0;") ? s.substr(4, s.size() - 5) : title;
      return;
    }
    const std::string_view body = std::string_view(s).substr(2, s.size() - 3);
    switch (s.back()) {
      case 'H': {
        row_ = std::min(number(body, 1), rows_.size()) - 1;
        const std::size_t semicolon = body.find(';');
        column_ =
            std::min(semicolon == body.npos ? 1 : number(body.substr(semicolon + 1), 1), columns_) -
            1;
        wraps_ = false;
        return;
      }
      case 'C':
        column_ = std::min(column_ + number(body, 1), columns_ - 1);
        wraps_ = false;
        return;
      case 'J':
        return erase(number(body, 0));
      case 'K':
        if (body == "2") rows_[row_].clear();
        if (body != "2") unknown.push_back(s);
        return;
      case 'm':
        return style(body);
      case 'h':
      case 'l':
        return mode(s, s.back() == 'h');
      default:
        unknown.push_back(s);
    }
  }

  void erase(std::size_t what) {
    if (what == 2) {
      for (auto& row : rows_) row.clear();
      return;
    }
    rows_[row_].resize(std::min(rows_[row_].size(), column_));
    for (std::size_t i = row_ + 1; i < rows_.size(); ++i) rows_[i].clear();
  }

  void style(std::string_view body) {
    if (body == "4" || body == "24") {
      underline_ = body == "4";
    } else {
      style_ = body == "0" ? "" : std::string(body);
      if (body == "0") underline_ = false;
    }
  }

  void mode(const std::string& s, bool on) {
    if (s.starts_with("\x1b[?1049")) {
      if (on == alternate) return;
      alternate = on;
      std::swap(rows_, other_);
      std::swap(row_, other_row_);
      rows_.resize(other_.size());
      resize({columns_, rows_.size()});
    } else if (s.starts_with("\x1b[?25")) {
      cursor_shown = on;
    } else if (s.starts_with("\x1b[?2004")) {
      bracketed_paste = on;
    } else {
      unknown.push_back(s);
    }
  }

  std::size_t columns_ = 1;
  std::vector<Row> rows_;
  std::vector<Row> other_;
  std::size_t other_row_ = 0;
  std::vector<std::string> scrolled_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  bool wraps_ = false;
  std::string style_;
  bool underline_ = false;
  std::string pending_;
};

}  // namespace kinode::terminal
