"""Coloured source text: whatever it holds, it is shown as text."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gpuconsole.core.json_markup import code_html, json_html, json_text_html

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
TAGS = re.compile(r'</?span(?: class="code-[knsc]")?>')


def plain(markup: str) -> str:
    return html.unescape(TAGS.sub("", markup))


@given(VALUES)
def test_the_text_survives_and_no_other_tag_appears(value: Any) -> None:
    markup = json_html(value)
    assert plain(markup) == json.dumps(value, indent=2, ensure_ascii=False)
    assert "<" not in TAGS.sub("", markup)


@given(st.text())
def test_any_text_is_escaped(text: str) -> None:
    assert "<" not in TAGS.sub("", json_text_html(text))
    assert "<" not in TAGS.sub("", code_html(text))


def test_keys_strings_and_numbers_have_their_colours() -> None:
    markup = json_html({"name": "a <b>", "count": 2, "spot": True, "memory": None})
    assert '<span class="code-k">&quot;name&quot;</span>:' in markup
    assert '<span class="code-s">&quot;a &lt;b&gt;&quot;</span>' in markup
    assert '<span class="code-n">2</span>' in markup
    assert '<span class="code-n">true</span>' in markup
    assert '<span class="code-n">null</span>' in markup


def test_a_quote_inside_a_string_does_not_end_it() -> None:
    assert json_html('say "hi" 5') == '<span class="code-s">&quot;say \\&quot;hi\\&quot; 5&quot;</span>'


def test_comment_lines_of_a_script_are_grey() -> None:
    assert code_html("# 202 Accepted") == '<span class="code-c"># 202 Accepted</span>'
