"""Pasted lines of KEY=value, and values that look like keys."""

from __future__ import annotations

import pytest

from gpuconsole.core.spec_forms import dotenv
from gpuconsole.core.spec_forms.keyish import looks_like_key
from tests.core.spec_forms.dotenv_cases import CASES


@pytest.mark.parametrize(("text", "pairs", "left"), CASES)
def test_lines_are_read_as_whoever_wrote_them_meant(text: str, pairs: list[list[str]], left: list[str]) -> None:
    found = dotenv.read(text)
    assert ([list(pair) for pair in found.pairs], found.left) == (pairs, left)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANY", "hf_abcdefghijklmnopqrstuvwx"),
        ("ANY", "AKIAABCDEFGHIJKLMNOP"),
        ("ANY", "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abc"),
        ("WANDB_API_KEY", "0123456789abcdef0123456789abcdef01234567"),
        ("db.password", "correct-horse"),
    ],
)
def test_a_key_is_known_by_how_it_is_written_or_called(name: str, value: str) -> None:
    assert looks_like_key(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKENIZER", "bert-base-uncased"),
        ("MAX_TOKENS", "16000"),
        ("TOKEN", "/run/secrets/token"),
        ("API_KEY", "$FROM_ELSEWHERE"),
        ("SORT_KEY", "date"),
        ("COMMIT", "0123456789abcdef0123456789abcdef01234567"),
    ],
)
def test_what_only_sounds_alike_is_no_key(name: str, value: str) -> None:
    assert not looks_like_key(name, value)
