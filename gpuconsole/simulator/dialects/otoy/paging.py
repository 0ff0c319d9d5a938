"""Lists: pages, sorting and `filter[name]=value`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from gpuconsole.simulator.dialects.otoy.checks import uuid_text
from gpuconsole.simulator.dialects.otoy.errors import invalid
from gpuconsole.simulator.web import Response, json_response

Row = Mapping[str, Any]
Test = Callable[[Row], bool]
Filter = Callable[[str, str], Test]
MOST, USUAL = 50, 20


class Lazy(Mapping[str, Any]):
    """A row of a long list, of which only a page is told: what it is filtered by needs no telling of the whole."""

    __slots__ = ("_known", "_tell", "_told")

    def __init__(self, known: Row, tell: Callable[[], Row]) -> None:
        self._known, self._tell = known, tell
        self._told: Row | None = None

    @property
    def told(self) -> Row:
        """The whole row."""
        if self._told is None:
            self._told = self._tell()
        return self._told

    def __getitem__(self, name: str) -> Any:
        return self._known[name] if name in self._known else self.told[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.told)

    def __len__(self) -> int:
        return len(self.told)


def answer(rows: Iterable[Row], query: Mapping[str, str], filters: Mapping[str, Filter]) -> Response:
    """One page of the rows that pass the filters. Rows come oldest first; newest first is the order that is assumed."""
    tests = _tests(query, filters)
    page, limit = _whole(query, "page", 1, 2**53 - 1, 1), _whole(query, "limit", 1, MOST, USUAL)
    sort = query.get("sort") or "-created_at"
    if sort not in ("created_at", "-created_at"):
        raise invalid([("sort", "must be created_at or -created_at")])
    chosen = list(rows)
    for test in tests:
        chosen = [row for row in chosen if test(row)]
    if sort.startswith("-"):
        chosen.reverse()
    shown = [row.told if isinstance(row, Lazy) else row for row in chosen[(page - 1) * limit : page * limit]]
    return json_response({"data": shown, "page": page, "limit": limit, "total": len(chosen)})


def joined(query_string: str) -> dict[str, str]:
    """The query; a filter that comes more than once is the list that it amounts to (assumed), of all else the last."""
    query: dict[str, str] = {}
    for name, value in parse_qsl(query_string, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query and name.startswith("filter[") else value
    return query


def words(query: Mapping[str, str], field: str) -> frozenset[str]:
    """The words of an ``any_of`` filter, so that a long list need not make rows only to pass them by; none: all."""
    return frozenset(part.strip() for part in query.get(f"filter[{field}]", "").split(",") if part.strip())


def _tests(query: Mapping[str, str], filters: Mapping[str, Filter]) -> list[Test]:
    tests = []
    for name, value in query.items():
        if name.startswith("filter["):
            field = name.removeprefix("filter[").removesuffix("]")
            if field not in filters:
                raise invalid([(name, f"is no filter here; there are {', '.join(filters)}")])
            if value:
                tests.append(filters[field](name, value))
    return tests


def _whole(query: Mapping[str, str], name: str, least: int, most: int, usual: int) -> int:
    value = query.get(name)
    if not value:
        return usual
    if not value.isascii() or not value.isdecimal() or not least <= int(value[:20]) <= most:
        raise invalid([(name, f"must be an integer between {least} and {most}")])
    return int(value)


def any_of(field: str, known: tuple[str, ...]) -> Filter:
    """A list of known values, separated by commas."""

    def make(name: str, value: str) -> Test:
        wanted = {part.strip() for part in value.split(",")}
        if odd := sorted(wanted - set(known)):
            raise invalid([(name, f"must be of {', '.join(known)}, and is {odd[0]}")])
        return lambda row: row[field] in wanted

    return make


def uuid_of(field: str) -> Filter:
    """One UUID."""

    def make(name: str, value: str) -> Test:
        if wrong := [*uuid_text(value, name)]:
            raise invalid(wrong)
        return lambda row: row[field] == value.lower()

    return make


def only(field: str, known: tuple[str, ...]) -> Filter:
    """One of the known values."""

    def make(name: str, value: str) -> Test:
        if value not in known:
            raise invalid([(name, f"must be one of {', '.join(known)}")])
        return lambda row: row[field] == value

    return make


def within(field: str) -> Filter:
    """A number, or two as a range, both ends in it."""

    def make(name: str, value: str) -> Test:
        try:
            ends = [float(part) for part in value.split(",")]
        except ValueError:
            ends = []
        if len(ends) not in (1, 2):
            raise invalid([(name, "must be a number, or two with a comma between them")])
        return lambda row: ends[0] <= row[field] <= ends[-1]

    return make


def between_dates(name: str, value: str) -> Test:
    """Two dates or moments, both in it; a date as the second one means its whole day."""
    try:
        first, last = (_moment(part.strip()) for part in value.split(","))
    except ValueError:
        raise invalid([(name, "must be two ISO 8601 dates with a comma between them")]) from None
    if len(value.split(",")[1].strip()) == len("2026-01-01"):
        last += timedelta(days=1, milliseconds=-1)
    return lambda row: first <= datetime.fromisoformat(row["created_at"]) <= last


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
