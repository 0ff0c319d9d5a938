"""Lines of KEY=value as people paste them: whole .env files with export, quotes, comments and either line end.

``static/js/dotenv.js`` reads a paste by the same rules; one table of tests holds both to them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HEAD = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.\-/]*)[ \t]*=[ \t]*")
_QUOTED = {
    "'": re.compile(r"'([^']*)'[ \t]*(?:#[^\n]*)?(?=\n|$)"),
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"[ \t]*(?:#[^\n]*)?(?=\n|$)', re.DOTALL),
}
_COMMENT = re.compile(r"(?:^|[ \t]+)#.*$")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was read, in order, and the lines that say no KEY=value."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def read(text: str) -> Pasted:
    """The pairs of a text. Values in quotes may span lines; double ones know ``\\n`` and the like."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found, at = Pasted(), 0
    while at < len(text):
        head = _HEAD.match(text, at)
        quote = text[head.end() : head.end() + 1] if head else ""
        quoted = _QUOTED[quote].match(text, head.end()) if head and quote in _QUOTED else None
        end = quoted.end() if quoted else _line_end(text, at)
        if head and quoted:
            found.pairs.append((head.group(1), _unescaped(quoted.group(1), quote)))
        elif head:
            found.pairs.append((head.group(1), _COMMENT.sub("", text[head.end() : end]).strip()))
        elif (line := text[at:end].strip()) and not line.startswith("#"):
            found.left.append(line)
        at = end + 1
    return found


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _unescaped(text: str, quote: str) -> str:
    if quote == "'":
        return text
    return re.sub(r"\\(.)", lambda one: _ESCAPES.get(one.group(1), one.group(1)), text, flags=re.DOTALL)
