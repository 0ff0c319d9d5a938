"""JSON and other source text as escaped, coloured HTML; colouring happens on text that is already escaped."""

from __future__ import annotations

import json
import re
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# Over escaped text: &quot; stands for a quotation mark, so a string is what lies between two of them.
_JSON_TOKEN = re.compile(
    r"(?P<string>&quot;(?:\\(?:&quot;|&#x27;|&amp;|&lt;|&gt;|.)|(?!&quot;)[^\\])*?&quot;)(?P<colon>\s*:)?"
    r"|(?P<literal>\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)",
)
_SHELL_TOKEN = re.compile(
    r"(?P<comment>^\s*#.*$)"
    r"|(?P<string>&quot;(?:\\.|(?!&quot;)[^\\\n])*?&quot;)(?P<colon>\s*:)?"
    r"|(?P<literal>\b(?:True|False|None|true|false|null)\b|(?<![\w.-])\d+(?:\.\d+)?(?![\w.-]))",
    re.MULTILINE,
)


def json_html(value: Any) -> SafeString:
    """Any JSON value, indented by two and coloured."""
    return _coloured(json.dumps(value, indent=2, ensure_ascii=False, default=str), _JSON_TOKEN)


def json_text_html(text: str) -> SafeString:
    """Text that is JSON or pretends to be: what is no JSON is shown as it is, escaped."""
    return _coloured(text, _JSON_TOKEN)


def code_html(text: str) -> SafeString:
    """Shell or Python text with strings, numbers and comment lines coloured."""
    return _coloured(text, _SHELL_TOKEN)


def _coloured(text: str, token: re.Pattern[str]) -> SafeString:
    # The input of the pattern is escaped text and the replacement adds only fixed tags: nothing unescaped passes.
    return mark_safe(token.sub(_mark, escape(text)))  # noqa: S308


def _mark(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if groups.get("comment"):
        return f'<span class="code-c">{groups["comment"]}</span>'
    if groups["literal"]:
        return f'<span class="code-n">{groups["literal"]}</span>'
    kind = "code-k" if groups["colon"] else "code-s"
    return f'<span class="{kind}">{groups["string"]}</span>{groups["colon"] or ""}'
