"""Finds functions and their lengths in C++ and Rust, by braces."""

import re

_CPP_TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/'  # comments
    r'|R"([^()\\ ]*)\(.*?\)\1"'  # raw strings
    r'|"(?:\\.|[^"\\\n])*"'  # strings
    r"|(?<![0-9A-Fa-f])'(?:\\.[^'\n]*|[^'\\\n])'"  # characters, but no digit separators
    r'|^[ \t]*#(?:\\\n|[^\n])*',  # preprocessor lines
    re.DOTALL | re.MULTILINE)
_RUST_TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/|r(#+)".*?"\1|b?"(?:\\.|[^"\\])*"' r"|b?'(?:\\[^'\n]*|[^'\\\n])'",
    re.DOTALL)


# What may stand before a declaration: access labels, and macros that need no semicolon.
_LEAD = re.compile(
    r"(?:\s+|\b(?:public|private|protected)\s*:(?!:)"
    r"|\b[A-Z][A-Z0-9_]+\s*\((?:[^()]|\([^()]*\))*\)(?=\s*[\w\[:~]))*")


def blank(text, tokens):
    """The text with comments, strings and the like replaced by spaces, lines kept."""
    return tokens.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def code_only(text, suffix):
    return blank(text, _RUST_TOKENS if suffix == ".rs" else _CPP_TOKENS)


def functions(text, suffix):
    """Yields (first line, lines, name) of each function; those inside another count with it."""
    code = code_only(text, suffix)
    found = _rust_functions(code) if suffix == ".rs" else _cpp_functions(code)
    for start, end, name in found:
        first = code.count("\n", 0, start) + 1
        yield first, code.count("\n", start, end) + 1, name


def _closing(code, position):
    """Where the brace that opens at `position` closes."""
    depth = 0
    for match in re.finditer(r"[{}]", code[position:]):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return position + match.start()
    return len(code) - 1


def _rust_functions(code):
    end = -1
    for match in re.finditer(r"\bfn\s+(\w+)[^;{]*\{", code):
        if match.start() > end:
            end = _closing(code, match.end() - 1)
            yield match.start(), end, match.group(1)


def _cpp_functions(code):
    """Walks the code outside of function bodies; `head` is where the current declaration begins."""
    head, parens, position = 0, 0, 0
    for match in re.finditer(r"[(){};]", code):
        if match.start() < position:
            continue
        sign = match.group()
        if sign in "()":
            parens += 1 if sign == "(" else -1
        elif sign == "{" and parens > 0:
            position = _closing(code, match.start()) + 1
        elif sign == "{":
            kind, name = _classify(code[head : match.start()])
            if kind == "scope":
                head = match.end()
                continue
            position = _closing(code, match.start()) + 1
            if kind == "function":
                lead = _LEAD.match(code, head, match.start())
                yield lead.end(), position - 1, name
                head = position
        elif parens == 0:
            head = match.end()


def _classify(head):
    """What the brace after this text opens: a scope, a function, or an initialiser."""
    plain = re.sub(r"operator\s*[^\w\s(]+", "operator_", head)
    plain = plain[_LEAD.match(plain).end() :]
    plain = re.sub(r"^template\s*<[^{]*?>\s*(?=\w)", "", plain)
    if re.match(r"(inline\s+)?(namespace|class|struct|union|enum|extern)\b(?![^{]*\)\s*(const)?$)",
                plain):
        return "scope", None
    if re.search(r"(?<![=!<>])=(?!=)", re.sub(r"\([^()]*(\([^()]*\)[^()]*)*\)", "()", plain)):
        return "initialiser", None
    call = re.search(r"([\w:~]+)\s*\(", plain)
    if not call:
        return ("scope" if not plain.strip() else "initialiser"), None
    if re.search(r"\)[^{};()]*:(?!:)", plain) and re.search(r"[\w>]\s*$", plain):
        return "initialiser", None  # x_{...} in a constructor's list
    return "function", call.group(1)
