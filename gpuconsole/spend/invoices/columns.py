"""The columns of an invoice file, each with how its cells are read; the documentation is made from these lines too."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.spend.models import What

_CURRENCY = re.compile(r"[A-Z]{3}")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class BadCell(ValueError):
    """A cell cannot be read; the text says what is wrong and what to write."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how it is called, how a cell that is not empty is read, and what it means."""

    name: str
    read: Callable[[str], Any]
    meaning: str
    """As it is marked for translation."""
    is_required: bool = False
    """No cell of it may be empty."""
    empty: Any = None
    """What an empty cell means."""

    @property
    def help(self) -> str:
        """What it means, for people."""
        return _(self.meaning).format(words=", ".join(What.values))


def text(most: int) -> Callable[[str], str]:
    """Any text of so many characters."""

    def read(cell: str) -> str:
        if len(cell) > most:
            raise BadCell(
                _("It has {number} characters, at most {most} are kept. Shorten it.").format(
                    number=len(cell), most=most
                )
            )
        if "\0" in cell or not _is_storable(cell):
            raise BadCell(_("It holds a character that is none (NUL or half of a pair). Take it out."))
        return cell

    return read


def number(digits: int, places: int, *, may_be_negative: bool = False) -> Callable[[str], Decimal]:
    """A plain decimal with so many digits before the point and after it."""

    def read(cell: str) -> Decimal:
        if not _NUMBER.fullmatch(cell):
            raise BadCell(
                _("{cell} is no number. Write it as 1234.56, without signs, commas or spaces.").format(
                    cell=_quoted(cell)
                )
            )
        try:
            found = Decimal(cell)
            exact = found.quantize(Decimal(1).scaleb(-places))
        except InvalidOperation as exc:
            raise BadCell(_("It has more than {digits} digits before the point.").format(digits=digits)) from exc
        if found < 0 and not may_be_negative:
            raise BadCell(_("It must not be negative."))
        if abs(found) >= Decimal(10) ** digits:
            raise BadCell(_("It has more than {digits} digits before the point.").format(digits=digits))
        if exact != found:
            raise BadCell(_("It has more than {places} digits after the point. Round it.").format(places=places))
        return exact

    return read


def whole(most: int = 2_000_000_000) -> Callable[[str], int]:
    """A whole number, not negative."""

    def read(cell: str) -> int:
        if not cell.isascii() or not cell.isdecimal() or len(cell) > 10 or int(cell) > most:
            raise BadCell(_("{cell} is no whole number from 0 to {most}.").format(cell=_quoted(cell), most=most))
        return int(cell)

    return read


def moment(cell: str) -> datetime:
    """ISO 8601; without a zone it is UTC, a date alone is its first moment."""
    try:
        found = datetime.fromisoformat(cell)
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise BadCell(
            _("{cell} is no time. Write it as 2026-11-21T10:00:00Z or 2026-11-21.").format(cell=_quoted(cell))
        ) from exc


def currency(cell: str) -> str:
    """Three capital letters after ISO 4217."""
    if not _CURRENCY.fullmatch(cell):
        raise BadCell(
            _("{cell} is no currency. Write three capital letters such as USD or EUR.").format(cell=_quoted(cell))
        )
    return cell


def flag(cell: str) -> bool:
    """True or false."""
    if cell.lower() not in _WORDS:
        raise BadCell(_("{cell} is neither true nor false.").format(cell=_quoted(cell)))
    return _WORDS[cell.lower()]


def what(cell: str) -> str:
    """One of the known words."""
    if cell not in What.values:
        raise BadCell(_("{cell} is none of {names}.").format(cell=_quoted(cell), names=", ".join(What.values)))
    return cell


def _is_storable(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True


def _quoted(cell: str) -> str:
    return f"“{cell[:40]}{'…' if len(cell) > 40 else ''}”"


COLUMNS = (
    Column("resource_id", text(200), gettext_noop("The provider's id of the work or storage."), is_required=True),
    Column(
        "from", moment, gettext_noop("When the line begins: 2026-11-21T10:00:00Z, or a date (UTC)."), is_required=True
    ),
    Column(
        "to",
        moment,
        gettext_noop("When it ends; a line over the end of a month counts in both by time."),
        is_required=True,
    ),
    Column(
        "amount",
        number(10, 6, may_be_negative=True),
        gettext_noop("What is asked for; empty where the provider names none."),
    ),
    Column("currency", currency, "USD, EUR, …", is_required=True),
    Column(
        "line_id",
        text(200),
        gettext_noop("The provider's own id of the line; without it one is made of the other columns."),
    ),
    Column("provider", text(30), gettext_noop("If given, it must be the connection's own."), empty=""),
    Column("name", text(200), gettext_noop("The name at the provider."), empty=""),
    Column(
        "what",
        what,
        gettext_noop("One of {words}; compute if empty."),
        empty=What.COMPUTE.value,
    ),
    Column("run", whole(), gettext_noop("Which start or try of the resource.")),
    Column("part", text(200), gettext_noop("The provider's id of that run, or of a disk."), empty=""),
    Column("is_open", flag, gettext_noop("True while the line still grows."), empty=False),
    Column("seconds", number(12, 6), gettext_noop("How long it lasted.")),
    Column("billed_seconds", number(12, 6), gettext_noop("The seconds that are paid for, of one unit.")),
    Column("units", whole(), gettext_noop("How many GPUs, nodes, workers or GB.")),
    Column("unit", text(40), gettext_noop("What is counted."), empty=""),
    Column("hourly_price", number(10, 10), gettext_noop("Price of one unit for an hour.")),
)
BY_NAME = {column.name: column for column in COLUMNS}
REQUIRED = tuple(column.name for column in COLUMNS if column.is_required)
NEEDED_IN_HEAD = (*REQUIRED, "amount")
