"""Terminal output as HTML: colours as classes, everything escaped, no control code left."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpuconsole.core.terminal import markup, plain

ESC = "\x1b"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain <b>", "plain &lt;b&gt;"),
        (f"{ESC}[31mred{ESC}[0m not", '<span class="ansi-red">red</span> not'),
        (
            f"{ESC}[1;92mbold{ESC}[22m green{ESC}[39m.",
            '<span class="ansi-bold ansi-green">bold</span><span class="ansi-green"> green</span>.',
        ),
        (f"{ESC}[41;37mwhite on red{ESC}[m", '<span class="ansi-on-red ansi-white">white on red</span>'),
        (f"{ESC}[38;5;196mred of 256", '<span class="ansi-red">red of 256</span>'),
        (f"{ESC}[38;2;40;200;90mgreen of all", '<span class="ansi-green">green of all</span>'),
        (f"{ESC}[38;5;999mno colour", "no colour"),
        (f"{ESC}[38mcut off", "cut off"),
        (f"{ESC}[2K{ESC}[1Aline{ESC}[?25h", "line"),
        (f"{ESC}]8;;http://x.example{ESC}\\link{ESC}]8;;\x07", "link"),
        (f"{ESC}]0;a title without an end", ""),
        ("bell\x07 back\x08 tab\tkept", "bell back tab\tkept"),
        (f"{ESC}(Bcharset{ESC}", "charset"),
        (f"{ESC}[31m<i>{ESC}[0m", '<span class="ansi-red">&lt;i&gt;</span>'),
    ],
)
def test_codes_become_classes_or_nothing(text: str, html: str) -> None:
    assert markup(text) == html


@given(
    st.text(st.sampled_from([ESC, "[", "]", ";", "m", "1", "3", "8", "5", "\x07", "\x9b", "<", "&", "a", "\t", "\\"]))
)
def test_whatever_comes_is_escaped_and_free_of_codes(text: str) -> None:
    shown = markup(text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)
    assert re.sub(r'</?span(?: class="[a-z -]+")?>', "", shown).count("<") == 0
    assert plain(text).replace("&", "&amp;").replace("<", "&lt;") == re.sub(r"</?span[^>]*>", "", shown)
