"""Going on in a text that has no cursor."""

import pytest

from gpuconsole.providers.otoy.logs import Place, follow, read_cursor, write_cursor


def test_only_what_is_new_is_told() -> None:
    read = follow("a\nb\n", Place(), is_over=False)
    first, place = read.lines, read.place
    read = follow("a\nb\nc\n", place, is_over=False)
    second, place = read.lines, read.place
    assert (first, second) == (["a", "b"], ["c"])
    assert follow("a\nb\nc\n", place, is_over=False).lines == []


def test_a_line_without_its_end_waits_until_the_run_is_over() -> None:
    read = follow("a\nb", Place(), is_over=False)
    first, place = read.lines, read.place
    read = follow("a\nbc\nd", place, is_over=False)
    second, place = read.lines, read.place
    read = follow("a\nbc\nd", place, is_over=True)
    last, place = read.lines, read.place
    assert (first, second, last) == (["a"], ["bc"], ["d"])
    assert place.is_done


def test_a_text_that_lost_its_beginning_is_gone_on_with() -> None:
    text = "".join(f"line {number}\n" for number in range(10))
    place = follow(text, Place(), is_over=False).place
    cut = "".join(f"line {number}\n" for number in range(4, 13))
    assert follow(cut, place, is_over=False).lines == ["line 10", "line 11", "line 12"]


def test_a_text_that_has_nothing_of_the_old_one_is_told_whole() -> None:
    place = follow("a\nb\nc\n", Place(), is_over=False).place
    assert follow("x\ny\n", place, is_over=False).lines == ["x", "y"]


def test_the_cursor_keeps_the_place_of_each_run() -> None:
    places = [follow("a\n", Place(), is_over=True).place, Place()]
    assert read_cursor(write_cursor(places)) == places
    assert read_cursor("") == []
    with pytest.raises(ValueError, match="unpack"):
        read_cursor("nonsense")


def test_what_was_lost_is_said_and_what_is_not_there_for_a_moment_is_not_read_again() -> None:
    place = follow("a\nb\nc\n", Place(), is_over=False).place
    torn = follow("x\ny\n", place, is_over=False)
    assert (torn.lines, torn.is_torn) == (["x", "y"], True)
    away = follow("", place, is_over=False)
    assert (away.lines, away.place, away.is_torn) == ([], place, False)
    assert follow("a\nb\nc\nd\n", away.place, is_over=False).lines == ["d"]
