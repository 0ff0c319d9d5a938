"""What the script says: English as it is written there, another language from its catalogue."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from gpuconsole.core.templatetags.ui import script_texts
from tests.core import catalogues

SCRIPTS = sorted((Path(django_settings.BASE_DIR) / "static" / "js").glob("*.js"))
_REMARK = re.compile(r"/\*.*?\*/|(?<![:\"'`/])//[^\n]*", re.DOTALL)
_SAID = re.compile(r'n?gettext\("(?:[^"\\]|\\.)*"(?:, "(?:[^"\\]|\\.)*")?')
_SELECTOR = re.compile(
    r'\b(?:querySelector(?:All)?|closest|matches|all|startsWith)(?:\?\.)?\(["`][^"`]*|\bon\("\w+", "[^"]*'
)
_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`')
_VALUE = re.compile(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_SENTENCE = re.compile(r"^[^\[\]<>#=_{}]*[A-Za-z]{2,}[,.]? [a-z']{2,}[^\[\]<>#=_{}]*$|^[A-Z][a-z]+[…. ]*$")
_KEYS = {"Enter", "Escape", "Home", "End"}


def test_english_loads_no_catalogue() -> None:
    assert script_texts() == ""


def test_another_language_loads_its_texts_once(tmp_path: Path, settings: Any, client: Client) -> None:
    more = {"{number} more\0{number} more": "{number} weiterer\0{number} weitere"}
    catalogues.speak_german(settings, tmp_path, {"Copied": "Kopiert", **more})
    [url] = re.findall(r'^<script defer src="(/words/de/\w+\.js)"></script>$', script_texts())

    answer, former = client.get(url), client.get("/words/de/before.js")

    assert "Kopiert" in answer.content.decode() and "weiterer" in answer.content.decode()
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert former["Cache-Control"] == "no-store"
    assert client.get("/words/../x.js").status_code == client.get("/words/xx/1.js").status_code == 404


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_says_nothing_past_its_texts(path: Path) -> None:
    code = _SELECTOR.sub('"', _SAID.sub("", _REMARK.sub("", path.read_text())))
    texts = {_VALUE.sub("", text[1:-1]).strip() for text in _TEXT.findall(code)}
    assert {text for text in texts - _KEYS if _SENTENCE.match(text)} == set()
