"""A file is read whole or refused with the row and column of every mistake."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpuconsole.spend.invoices import reading
from gpuconsole.spend.invoices.columns import BY_NAME
from gpuconsole.spend.invoices.reading import BadFile, Line, Problem
from tests.spend.invoices.words import LINE, as_csv, line


def read(content: bytes) -> list[Line]:
    return reading.read(content, "baseten")


def mistakes(content: bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(BadFile) as caught:
        read(content)
    return [(one.row, one.column, one.message) for one in caught.value.problems]


def outcome(reads: Callable[[], list[Line]]) -> tuple[list[Line], Sequence[Problem]]:
    """What was read, and what was wrong."""
    try:
        return reads(), ()
    except BadFile as bad:
        return [], bad.problems


def test_a_line_is_read_with_what_it_does_not_say_unknown() -> None:
    [found] = read(as_csv())
    assert found.started_at == datetime(2026, 11, 3, 10, tzinfo=UTC)
    assert (found.amount, found.currency, found.what) == (Decimal("26"), "USD", "compute")
    assert (found.billed_s, found.hourly_price, found.units, found.run) == (None, None, None, None)
    assert found.line_id.startswith("made-")


def test_a_zone_is_honoured_and_a_byte_order_mark_and_blank_rows_are_skipped() -> None:
    content = as_csv(line(**{"from": "2026-11-03T12:00:00+02:00"})) + b"\r\n,,,,\r\n"
    [found] = read(b"\xef\xbb\xbf" + content)
    assert found.started_at == datetime(2026, 11, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        ({"amount": "1,234.56"}, "amount", "“1,234.56” is no number. Write it as 1234.56"),
        ({"amount": "NaN"}, "amount", "“NaN” is no number"),
        ({"amount": "1e3"}, "amount", "“1e3” is no number"),
        ({"amount": "0.1234567"}, "amount", "It has more than 6 digits after the point. Round it."),
        ({"amount": "1" * 40}, "amount", "It has more than 10 digits before the point."),
        ({"hourly_price": "-1"}, "hourly_price", "It must not be negative."),
        ({"currency": "usd"}, "currency", "“usd” is no currency. Write three capital letters such as USD or EUR."),
        ({"currency": ""}, "currency", "It is empty. Every line needs it."),
        ({"from": "yesterday"}, "from", "“yesterday” is no time. Write it as 2026-11-21T10:00:00Z or 2026-11-21."),
        ({"to": "2026-11-01"}, "to", "It lies before “from”. Swap the two."),
        ({"units": "1.5"}, "units", "“1.5” is no whole number"),
        ({"what": "lunch"}, "what", "“lunch” is none of compute, storage, subscription, credit, other."),
        ({"is_open": "perhaps"}, "is_open", "“perhaps” is neither true nor false."),
        ({"provider": "novita"}, "provider", "The line is of novita, the connection of baseten. Import it there."),
        ({"name": "x" * 201}, "name", "It has 201 characters, at most 200 are kept. Shorten it."),
    ],
)
def test_a_broken_cell_is_told_with_row_and_column(changes: dict[str, Any], column: str, message: str) -> None:
    [(row, where, text)] = mistakes(as_csv(line(), line(resource_id="remote-2", **changes)))
    assert (row, where) == (3, column)
    assert text.startswith(message)


def test_all_mistakes_are_told_at_once_and_the_first_fifty_of_many() -> None:
    found = mistakes(as_csv(line(amount="x", currency="y"), line(resource_id="b", units="z")))
    assert [(row, column) for row, column, _ in found] == [(2, "amount"), (2, "currency"), (3, "units")]
    cut = as_csv(line(amount="x")) + b"a,b\n" + as_csv(line(resource_id="c", amount="z")).partition(b"\n")[2] + b'"d'
    assert [(row, column) for row, column, _ in mistakes(cut)] == [(2, "amount"), (3, ""), (4, "amount"), (5, "")]
    many = [line(resource_id=f"r{n}", amount="x") for n in range(80)]
    with pytest.raises(BadFile) as caught:
        read(as_csv(*many))
    assert (len(caught.value.problems), caught.value.has_more) == (50, True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "It has no lines."),
        (b"resource_id,from,to,amount,currency\n", "It has no lines."),
        (b"resource_id;from;to;amount;currency\n", "The columns are parted by semicolons. Save the file with commas."),
        (b"resource_id,from,to\n", "There is no column currency, amount. Add it to the head."),
        (b"resource_id,from,to,amount,currency,colour\n", "There is no such column. Take it out; known are"),
        (b"resource_id,from,to,amount,currency,currency\n", "It comes twice."),
        (as_csv() + b'"remote-2', "It is no CSV from here on"),
        (as_csv() + b"a,b\n", "It has 2 cells and the head 5 columns."),
        ("resource_id,Ünits".encode("latin-1"), "It is no text in UTF-8."),
        (b"{", "It is no JSON:"),
        (b"{}", "It has no list of lines."),
        (b"[1]", "It is no object."),
        (b'[{"resource_id": {}}]', "There is no column"),
        (b"[" * 100_000, "It is no JSON:"),
    ],
)
def test_what_is_no_invoice_is_refused_as_a_whole(content: bytes, message: str) -> None:
    assert mistakes(content)[0][2].startswith(message)


def test_the_same_line_twice_names_the_first() -> None:
    assert mistakes(as_csv(line(), line())) == [(3, "line_id", "The same line stands in row 2. Take one out.")]


def test_json_says_the_same_as_csv() -> None:
    full = line(line_id="l1", provider="baseten", units="2", is_open="true", seconds="7200")
    told = {**full, "units": 2, "is_open": True, "amount": 26.0, "hourly_price": None, "seconds": 7200}
    content = json.dumps({"lines": [told], "totals": []}).encode()
    assert reading.digest(read(content)) == reading.digest(read(as_csv(full)))


@settings(max_examples=60, deadline=None)
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace"))))
def test_whatever_comes_is_read_or_refused(content: bytes) -> None:
    head = b"resource_id,from,to,amount,currency\n"
    for sent in (content, head + content):
        found, problems = outcome(lambda sent=sent: read(sent))
        assert bool(found) != bool(problems)


@settings(max_examples=60, deadline=None)
@given(
    cells=st.fixed_dictionaries(
        {name: st.text(max_size=30) for name in LINE},
        optional={name: st.text(max_size=30) for name in BY_NAME if name not in LINE},
    )
)
def test_whatever_stands_in_cells_is_read_or_refused_at_its_place(cells: dict[str, str]) -> None:
    row = {name: cell.strip() for name, cell in cells.items()}
    found, problems = outcome(lambda: reading.lines([(2, row)], "baseten"))
    assert bool(found) != bool(problems)
    assert {one.row for one in problems} <= {2}
    assert {one.column for one in problems} <= set(BY_NAME)


@settings(max_examples=40, deadline=None)
@given(
    amounts=st.lists(st.decimals("-99999", "99999", places=6), min_size=1, max_size=8),
    units=st.integers(0, 5000),
    name=st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=40),
)
def test_what_is_written_is_read_back(amounts: list[Decimal], units: int, name: str) -> None:
    rows = [line(line_id=f"l{n}", amount=f"{a:f}", units=units, name=name) for n, a in enumerate(amounts)]
    found = read(as_csv(*rows))
    assert [one.amount for one in found] == amounts
    assert {(one.units, one.name) for one in found} == {(units, name.strip())}
