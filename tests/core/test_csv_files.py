"""CSV files: plain decimals, nothing for an unknown, and no formula that a spreadsheet would run."""

from decimal import Decimal

import pytest

from gpuconsole.core import csv_files


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (Decimal("0.000001"), "0.000001"),
        (Decimal("-3.50"), "-3.50"),
        (8, "8"),
        ("plain", "plain"),
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-x", "'-x"),
        ("@cmd", "'@cmd"),
    ],
)
def test_a_cell_is_written_as_what_it_is(value: object, written: str) -> None:
    assert csv_files.cell(value) == written


def test_lines_come_one_by_one_and_quoted() -> None:
    answer = csv_files.answer("x.csv", iter([["a", 'say "b"'], ["c,d", None]]))

    assert [line.decode() for line in answer] == ['a,"say ""b"""\r\n', '"c,d",\r\n']
