"""Reads an invoice file, CSV or JSON, into lines; pure functions that report every mistake with row and column."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.spend.invoices.columns import BY_NAME, COLUMNS, NEEDED_IN_HEAD, BadCell

MOST_ROWS = 100_000
MOST_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the row as an editor counts it (JSON: the line's place from 1; 0 the file itself), the column."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        place = _("row {row}").format(row=self.row) if self.row else _("the file")
        if self.column:
            place = _("{place}, column {column}").format(place=place, column=self.column)
        return f"{place}: {self.message}"


class BadFile(Exception):
    """The file cannot be taken; nothing of it was."""

    def __init__(self, problems: Sequence[Problem], *, more: bool = False) -> None:
        super().__init__("; ".join(map(str, problems[:3])))
        self.problems = tuple(problems)
        self.has_more = more


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an invoice, read."""

    row: int
    line_id: str
    resource_id: str
    name: str
    what: str
    run: int | None
    part: str
    started_at: datetime
    ended_at: datetime
    is_open: bool
    billed_s: Decimal | None
    units: int | None
    unit: str
    hourly_price: Decimal | None
    amount: Decimal | None
    currency: str


Cells = Mapping[str, str]
Row = tuple[int, "Cells | Problem"]
"""A row that could be parted into cells, or what is wrong with it as a whole."""


def read(content: bytes, provider: str) -> list[Line]:
    """The lines of a file of that provider, told by its first sign to be JSON or CSV. Raises BadFile."""
    try:
        plain = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BadFile([Problem(0, "", _("It is no text in UTF-8. Save it as “CSV UTF-8”."))]) from exc
    rows = from_json(plain) if plain.lstrip()[:1] in ("{", "[") else from_csv(plain)
    return lines(rows, provider)


def lines(rows: Iterable[Row], provider: str) -> list[Line]:
    """Rows of cells made into lines, each once. Raises BadFile with all mistakes, the first fifty of them."""
    found, problems = list[Line](), list[Problem]()
    seen: dict[tuple[str, datetime], int] = {}
    for row, cells in _to_the_end(rows, problems):
        if len(found) >= MOST_ROWS:
            text = _("It has more than {most} lines. Split it by month.").format(most=MOST_ROWS)
            raise BadFile([Problem(row, "", text)])
        line = None
        if isinstance(cells, Problem):
            problems.append(cells)
        else:
            line = _line(row, cells, provider, problems)
        if line is not None:
            first = seen.setdefault((line.line_id, line.started_at), row)
            if first != row:
                problems.append(
                    Problem(row, "line_id", _("The same line stands in row {first}. Take one out.").format(first=first))
                )
            found.append(line)
        if len(problems) > MOST_PROBLEMS:
            raise BadFile(problems[:MOST_PROBLEMS], more=True)
    if problems:
        raise BadFile(problems)
    if not found:
        raise BadFile([Problem(0, "", _("It has no lines."))])
    return found


def _to_the_end(rows: Iterable[Row], problems: Sequence[Problem]) -> Iterator[Row]:
    """What makes the rest unreadable is told with the mistakes before it."""
    try:
        yield from rows
    except BadFile as exc:
        raise BadFile([*problems, *exc.problems][:MOST_PROBLEMS], more=exc.has_more) from exc


def digest(found: Sequence[Line]) -> str:
    """The same for the same lines in whatever order and spelling they came."""
    said = sorted(repr(_identity(line)) for line in found)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def from_csv(plain: str) -> Iterator[Row]:
    """Rows with their cells by column, blank ones left out."""
    reader = csv.reader(io.StringIO(plain, newline=""), strict=True)
    head: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if head is None:
                head = _checked_head([cell.strip() for cell in cells], reader.line_num)
                continue
            if len(cells) != len(head):
                text = _("It has {cells} cells and the head {columns} columns. Quote cells that hold a comma.")
                yield reader.line_num, Problem(reader.line_num, "", text.format(cells=len(cells), columns=len(head)))
                continue
            yield reader.line_num, dict(zip(head, (cell.strip() for cell in cells), strict=True))
    except csv.Error as exc:
        raise BadFile([Problem(reader.line_num, "", _("It is no CSV from here on ({exc}).").format(exc=exc))]) from exc


def from_json(plain: str) -> Iterator[Row]:
    """The objects under ``lines``, or of a list, as rows of cells."""
    try:
        told = json.loads(plain, parse_float=Decimal, parse_int=Decimal, parse_constant=str)
    except (ValueError, RecursionError) as exc:
        raise BadFile([Problem(0, "", _("It is no JSON: {exc}.").format(exc=exc))]) from exc
    rows = told.get("lines") if isinstance(told, dict) else told
    if not isinstance(rows, list):
        raise BadFile([Problem(0, "", _("It has no list of lines. Write {“lines”: […]}."))])
    for place, row in enumerate(rows, start=1):
        yield place, _cells(place, row) if isinstance(row, dict) else Problem(place, "", _("It is no object."))


def _cells(place: int, row: Mapping[str, Any]) -> Cells | Problem:
    _checked_head(list(row), place)
    cells = {}
    for name, value in row.items():
        if isinstance(value, dict | list):
            return Problem(place, name, _("It is no text, number or truth value."))
        cells[name] = _as_text(value)
    return cells


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) and abs(value.adjusted()) < 100 else str(value).strip()


def _checked_head(head: list[str], row: int) -> list[str]:
    """The names of the columns, if all are known, none comes twice and none that is needed is missing."""
    problems = [Problem(row, name[:60], _unknown(name)) for name in head if name not in BY_NAME]
    problems += [Problem(row, name, _("It comes twice.")) for name in sorted({n for n in head if head.count(n) > 1})]
    if missing := [name for name in NEEDED_IN_HEAD if name not in head]:
        problems.append(
            Problem(
                row, missing[0], _("There is no column {names}. Add it to the head.").format(names=", ".join(missing))
            )
        )
    if problems:
        raise BadFile(problems[:MOST_PROBLEMS])
    return head


def _unknown(name: str) -> str:
    if ";" in name:
        return _("The columns are parted by semicolons. Save the file with commas.")
    return _("There is no such column. Take it out; known are {names}.").format(names=", ".join(BY_NAME))


def _line(row: int, cells: Cells, provider: str, problems: list[Problem]) -> Line | None:
    before = len(problems)
    values = {column.name: column.empty for column in COLUMNS}
    for name, cell in cells.items():
        try:
            values[name] = _value(name, cell)
        except BadCell as exc:
            problems.append(Problem(row, name, str(exc)))
    if len(problems) == before:
        problems += _contradictions(row, values, provider)
    if len(problems) > before:
        return None
    line = Line(
        row=row,
        line_id=values["line_id"] or "",
        resource_id=values["resource_id"],
        name=values["name"],
        what=values["what"],
        run=values["run"],
        part=values["part"],
        started_at=values["from"],
        ended_at=values["to"],
        is_open=values["is_open"],
        billed_s=values["seconds"] if values["billed_seconds"] is None else values["billed_seconds"],
        units=values["units"],
        unit=values["unit"],
        hourly_price=values["hourly_price"],
        amount=values["amount"],
        currency=values["currency"],
    )
    return line if line.line_id else _named(line)


def _value(name: str, cell: str) -> Any:
    column = BY_NAME[name]
    if cell:
        return column.read(cell)
    if column.is_required:
        raise BadCell(_("It is empty. Every line needs it."))
    return column.empty


def _contradictions(row: int, values: Mapping[str, Any], provider: str) -> Iterator[Problem]:
    if values["to"] < values["from"]:
        yield Problem(row, "to", _("It lies before “from”. Swap the two."))
    if values["provider"] not in ("", provider):
        text = _("The line is of {provider}, the connection of {other}. Import it there.").format(
            provider=values["provider"], other=provider
        )
        yield Problem(row, "provider", text)


def _named(line: Line) -> Line:
    """With an id made of what the line says, so that it is known again in another file."""
    said = (line.resource_id, line.what, line.part, line.run, line.started_at.isoformat(), line.ended_at.isoformat())
    made = hashlib.sha256(repr(said).encode()).hexdigest()[:24]
    return Line(**{name: getattr(line, name) for name in Line.__slots__ if name != "line_id"}, line_id=f"made-{made}")


def _identity(line: Line) -> tuple[Any, ...]:
    """All that a line says, numbers in one spelling, but for where it stood."""
    values = (getattr(line, name) for name in Line.__slots__ if name != "row")
    return tuple(str(value.normalize()) if isinstance(value, Decimal) else str(value) for value in values)
