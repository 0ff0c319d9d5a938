"""Going on in a text that has no cursor."""

import pytest

from gpuconsole.providers.otoy.logs import Place, follow, read_cursor, write_cursor


def test_only_what_is_new_is_told() -> None:
    first, place = follow("a\nb\n", Place(), is_over=False)
    second, place = follow("a\nb\nc\n", place, is_over=False)
    assert (first, second) == (["a", "b"], ["c"])
    assert follow("a\nb\nc\n", place, is_over=False)[0] == []


def test_a_line_without_its_end_waits_until_the_run_is_over() -> None:
    first, place = follow("a\nb", Place(), is_over=False)
    second, place = follow("a\nbc\nd", place, is_over=False)
    last, place = follow("a\nbc\nd", place, is_over=True)
    assert (first, second, last) == (["a"], ["bc"], ["d"])
    assert place.is_done


def test_a_text_that_lost_its_beginning_is_gone_on_with() -> None:
    text = "".join(f"line {number}\n" for number in range(10))
    _, place = follow(text, Place(), is_over=False)
    cut = "".join(f"line {number}\n" for number in range(4, 13))
    assert follow(cut, place, is_over=False)[0] == ["line 10", "line 11", "line 12"]


def test_a_text_that_has_nothing_of_the_old_one_is_told_whole() -> None:
    _, place = follow("a\nb\nc\n", Place(), is_over=False)
    assert follow("x\ny\n", place, is_over=False)[0] == ["x", "y"]


def test_the_cursor_keeps_the_place_of_each_run() -> None:
    places = [follow("a\n", Place(), is_over=True)[1], Place()]
    assert read_cursor(write_cursor(places)) == places
    assert read_cursor("") == []
    with pytest.raises(ValueError, match="unpack"):
        read_cursor("nonsense")
