"""A small terminal: takes the bytes that a program writes, and says what a person would see.

Understands what the node's terminal sends and nothing else; whatever else comes stands in
`unknown`."""

import codecs
import re
import unicodedata

SEQUENCE = re.compile(r"\x1b(?:\[([?0-9;]*)([@-~])|\](.*?)(?:\x07|\x1b\\))", re.DOTALL)


def columns_of(character):
    if unicodedata.combining(character) or character in "\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    def __init__(self, columns=80, rows=24):
        self.lines = []
        self.scrolled = []  # what has left at the top
        self.row = self.column = 0
        self.style = ""
        self.underline = False
        self.title = None
        self.bells = 0
        self.alternate = False
        self.cursor_shown = True
        self.bracketed_paste = False
        self.unknown = []
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._other = ([], 0)
        self.resize(columns, rows)

    def resize(self, columns, rows):
        self.columns, self.rows = max(columns, 1), max(rows, 1)
        while len(self.lines) > self.rows and self.row + 1 < len(self.lines):
            self.lines.pop()
        while len(self.lines) > self.rows:
            self.scrolled.append(self._text(self.lines.pop(0)))
            self.row -= 1
        while len(self.lines) < self.rows:
            self.lines.append([])
        self.lines = [line[:self.columns] for line in self.lines]
        self.row, self.column = min(self.row, self.rows - 1), min(self.column, self.columns - 1)

    def write(self, data):
        text = self._rest + self._decoder.decode(data)
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self._character(text[at])
                at += 1
                continue
            found = SEQUENCE.match(text, at)
            if not found:
                break  # the rest is still to come
            self._sequence(found)
            at = found.end()
        self._rest = text[at:]

    # --- what is seen ---
    @staticmethod
    def _text(line):
        return "".join(cell[0] for cell in line).rstrip()

    def text_of(self, row):
        return self._text(self.lines[row])

    @property
    def bottom(self):
        return self.text_of(-1)

    def all(self):
        """Everything, also what has scrolled off; rows that were wrapped are several lines."""
        shown = (self._text(line) for line in self.lines)
        return "\n".join([*self.scrolled, *(line for line in shown if line)])

    def style_of(self, part):
        """The colour of the first visible occurrence; None when it is not there."""
        for line in self.lines:
            at = self._text(line).find(part)
            if at >= 0:
                return line[at][1]
        return None

    def underlined(self):
        return "".join(cell[0] for cell in self.lines[-1] if cell[2])

    # --- what is written ---
    def _character(self, c):
        if c == "\r":
            self.column = 0
        elif c == "\n":
            self._line_feed()
        elif c == "\a":
            self.bells += 1
        elif c == "\t":
            self.column = min((self.column // 8 + 1) * 8, self.columns - 1)
        elif c < " " or c == "\x7f":
            self.unknown.append(c)
        elif columns_of(c):
            self._put(c)

    def _put(self, c):
        width = columns_of(c)
        if self.column + width > self.columns:
            self.column = 0
            self._line_feed()
        line = self.lines[self.row]
        while len(line) < self.column + width:
            line.append((" ", "", False))
        line[self.column] = (c, self.style, self.underline)
        if width == 2:
            line[self.column + 1] = ("", "", False)
        self.column += width

    def _line_feed(self):
        if self.row + 1 < self.rows:
            self.row += 1
        else:
            self.scrolled.append(self._text(self.lines.pop(0)))
            self.lines.append([])

    def _sequence(self, found):
        parameters, final, title = found.groups()
        if title is not None:
            if title.startswith("0;"):
                self.title = title[2:]
            elif not title.startswith("8;"):  # links
                self.unknown.append(found.group())
            return
        numbers = [int(n or 0) for n in parameters.lstrip("?").split(";")]
        if final == "H":
            self.row = min(max(numbers[0], 1), self.rows) - 1
            self.column = min(max((*numbers, 1)[1], 1), self.columns) - 1
        elif final == "C":
            self.column = min(self.column + max(numbers[0], 1), self.columns - 1)
        elif final == "K" and numbers[0] == 2:
            self.lines[self.row] = []
        elif final == "J" and numbers[0] in (0, 2):
            self._erase(numbers[0])
        elif final == "m":
            self._set_style(parameters)
        elif parameters.startswith("?") and final in "hl":
            self._mode(numbers[0], final == "h", found.group())
        else:
            self.unknown.append(found.group())

    def _erase(self, what):
        if what == 2:
            self.lines = [[] for _ in self.lines]
        else:
            del self.lines[self.row][self.column:]
            self.lines[self.row + 1:] = [[] for _ in self.lines[self.row + 1:]]

    def _set_style(self, parameters):
        if parameters in ("4", "24"):
            self.underline = parameters == "4"
        else:
            self.style = "" if parameters in ("", "0") else parameters

    def _mode(self, number, on, sequence):
        if number == 1049:
            if on != self.alternate:
                self.alternate = on
                self._other, (self.lines, self.row) = (self.lines, self.row), self._other
                self.resize(self.columns, self.rows)
        elif number == 25:
            self.cursor_shown = on
        elif number == 2004:
            self.bracketed_paste = on
        else:
            self.unknown.append(sequence)
