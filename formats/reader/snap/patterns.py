"""Patterns of a part (copy-state.md section 6): rules of a git ignore file, of what is included."""

import re

from .files import LINK

_CLASSES = {b"alnum": rb"0-9A-Za-z", b"alpha": rb"A-Za-z", b"blank": rb" \t", b"cntrl": rb"\x00-\x1f\x7f", b"digit": rb"0-9",
            b"graph": rb"\x21-\x7e", b"lower": rb"a-z", b"print": rb"\x20-\x7e", b"punct": rb"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
            b"space": rb"\x20\t-\r", b"upper": rb"A-Z", b"xdigit": rb"0-9A-Fa-f"}
_ONE, _NAME = rb"[^/]", rb"[^/]*"

IGNORE_FILE = b".snapignore"


class _Malformed(Exception):
    """A pattern that matches nothing."""


def _hex(byte):
    return b"\\x%02x" % byte


def _set(text, at):
    """The bracket expression behind `[` at `at`: its regular expression, and where it ends."""
    inverted = text[at:at + 1] in (b"!", b"^")
    at += inverted
    members, first, before = b"", True, None
    while first or text[at:at + 1] != b"]":
        first = False
        if at >= len(text):
            raise _Malformed
        named = re.compile(rb"\[:([^\]]*):\]").match(text, at)
        if named:
            if named[1] not in _CLASSES:
                raise _Malformed
            members, at, before = members + _CLASSES[named[1]], named.end(), None
        elif text[at:at + 1] == b"-" and before is not None and text[at + 1:at + 2] not in (b"", b"]"):
            upper, at = _member(text, at + 1)
            members, before = members + (_hex(before) + b"-" + _hex(upper) if before <= upper else b""), None
        else:
            before, at = _member(text, at)
            members += _hex(before)
    if inverted:
        return rb"[^/" + members + b"]", at + 1
    return (rb"(?!/)[" + members + b"]" if members else b"(?!)"), at + 1


def _member(text, at):
    if text[at:at + 1] == b"\\":
        at += 1
    if at >= len(text):
        raise _Malformed
    return text[at], at + 1


def _expression(text, of_name):
    out, at = b"", 0
    while at < len(text):
        byte, start = text[at:at + 1], at
        at += 1
        if byte == b"*":
            while text[at:at + 1] == b"*":
                at += 1
            whole = at - start > 1 and not of_name and (start == 0 or text[start - 1:start] == b"/")
            if whole and at == len(text):
                out += b".*"
            elif whole and text[at:at + 1] == b"/":
                out, at = out + b"(?:.*/)?", at + 1
            elif whole and text[at:at + 2] == b"\\/":
                out += b".*"
            else:
                out += _NAME
        elif byte == b"?":
            out += _ONE
        elif byte == b"[":
            found, at = _set(text, at)
            out += found
        elif byte == b"\\":
            if at == len(text):
                raise _Malformed
            out, at = out + _hex(text[at]), at + 1
        else:
            out += _hex(byte[0])
    return out


class Rule:
    """One pattern."""

    def __init__(self, text):
        self.takes_back = text.startswith(b"!")
        text = text[self.takes_back:]
        self.of_directories = text.endswith(b"/")
        text = text[:-1] if self.of_directories else text
        self.of_name = b"/" not in text
        text = text.removeprefix(b"/")
        try:
            self.expression = re.compile(_expression(text, self.of_name), re.DOTALL) if text else None
        except _Malformed:
            self.expression = None

    def matches(self, path, is_directory):
        if self.expression is None or (self.of_directories and not is_directory):
            return False
        return self.expression.fullmatch(path.rpartition(b"/")[2] if self.of_name else path) is not None


class Part:
    """Which entries of a version patterns give."""

    def __init__(self, patterns):
        self.rules = [Rule(pattern.encode()) for pattern in patterns]

    def _matches(self, path, is_directory):
        last = next((rule for rule in reversed(self.rules) if rule.matches(path, is_directory)), None)
        return last is not None and not last.takes_back

    def of(self, entries, directory_type):
        """Those of `entries`, in order, that are included or lead to one that is, and the ignore files beside these."""
        included, taken = set(), set()
        for entry in entries:
            parent = entry.path.rpartition(b"/")[0]
            if parent in included or self._matches(entry.path, entry.type == directory_type):
                if entry.type == directory_type:
                    included.add(entry.path)
                path = entry.path
                while path and path not in taken:
                    taken.add(path)
                    path = path.rpartition(b"/")[0]
        for entry in entries if taken else ():
            folder, _, name = entry.path.rpartition(b"/")
            if name == IGNORE_FILE and entry.type not in (directory_type, LINK) and (not folder or folder in taken):
                taken.add(entry.path)
        return [entry for entry in entries if entry.path in taken]
