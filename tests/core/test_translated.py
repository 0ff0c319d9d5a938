"""Sentences that providers declare, said in another language."""

from __future__ import annotations

import copy

from gpuconsole.core.translated import each_translated, translated
from gpuconsole.providers.words import Counted, Sentence
from tests.gallery.speech import CLOSE, OPEN, brackets


def said(text: str) -> str:
    with brackets():
        return translated(text).replace(OPEN, "<").replace(CLOSE, ">")


def test_a_sentence_is_its_english_and_is_said_anew_with_its_values() -> None:
    text = Sentence("Must be at most {most}.", most=8)
    assert text == "Must be at most 8."
    assert said(text) == "<Must be at most 8.>"
    assert said(copy.deepcopy(text)) == said(text)


def test_braces_that_are_no_values_stay() -> None:
    assert said('Such as {"name": "hf_token"}.') == '<Such as {"name": "hf_token"}.>'
    assert said(Sentence('Such as {"name": "hf_token"}.')) == '<Such as {"name": "hf_token"}.>'


def test_a_sentence_inside_another_is_translated_and_a_name_is_not() -> None:
    text = Sentence("{port} is used by {user}.", port="8080/tcp", user=Sentence("row {row}", row=2))
    assert text == "8080/tcp is used by row 2."
    assert said(text) == "<8080/tcp is used by <row 2>.>"


def test_a_count_picks_its_form() -> None:
    one, more = (Counted("{number} GPU on {host}", "{number} GPUs on {host}", n, host="a1") for n in (1, 4))
    assert (one, more) == ("1 GPU on a1", "4 GPUs on a1")
    assert (said(one), said(copy.deepcopy(more))) == ("<1 GPU on a1>", "<4 GPUs on a1>")


def test_sentences_by_path_keep_their_paths() -> None:
    with brackets():
        found = each_translated({"compute.count": Sentence("At least {least}.", least=1)})
    assert found == {"compute.count": f"{OPEN}At least 1.{CLOSE}"}
