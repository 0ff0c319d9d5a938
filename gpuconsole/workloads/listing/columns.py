"""The columns of a list: which there are, which a person shows, and in what order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.models import User
from gpuconsole.workloads.listing import cells
from gpuconsole.workloads.listing.cells import Line
from gpuconsole.workloads.states import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``css`` is for its head and its cells alike."""

    key: str
    name: str
    """Its head, to translate."""
    cell: Callable[[Line], str]
    """Makes HTML."""
    css: str = ""
    sort: str = ""
    """The order that its head sorts by; empty: none."""
    is_fixed: bool = False
    """It stands first and can't be hidden."""
    is_usual: bool = True

    @property
    def label(self) -> str:
        return _(self.name)


COLUMNS = (
    Column("state", gettext_noop("State"), cells.state, "c-state", is_fixed=True),
    Column("name", gettext_noop("Name"), cells.name, "c-name", is_fixed=True),
    Column("provider", gettext_noop("Provider"), cells.provider, "not-small"),
    Column("hardware", gettext_noop("Hardware"), cells.machine, "c-facts"),
    Column("phases", gettext_noop("Phases"), cells.phases, "c-bar not-medium"),
    Column("duration", gettext_noop("Duration"), cells.duration, "c-time number", sort="duration"),
    Column("cost", gettext_noop("Cost so far"), cells.cost, "c-cost money", sort="cost"),
    Column("owner", gettext_noop("Owner"), cells.owner, "not-medium not-small"),
    Column("created", gettext_noop("Created"), cells.created, "number not-medium not-small", sort="created"),
    Column("labels", gettext_noop("Labels"), cells.labels, "c-labels not-medium not-small", is_usual=False),
    Column("region", gettext_noop("Region"), cells.region, "not-small", is_usual=False),
    Column("id", gettext_noop("Id"), cells.our_id, "not-medium not-small", is_usual=False),
    Column("remote", gettext_noop("Provider id"), cells.remote_id, "not-medium not-small", is_usual=False),
)
BY_KEY = {column.key: column for column in COLUMNS}
FIXED = tuple(column.key for column in COLUMNS if column.is_fixed)
USUAL = tuple(column.key for column in COLUMNS if column.is_usual and not column.is_fixed)


def preference(kind: Kind) -> str:
    """The name under which a person's choice is kept."""
    return f"columns_{kind.value}"


def chosen(user: User, kind: Kind) -> list[str]:
    """Keys of the columns that the person shows besides the fixed ones, in order."""
    kept = user.preferences.get(preference(kind))
    return tidy(kept) if isinstance(kept, list) else list(USUAL)


def shown(user: User, kind: Kind) -> Sequence[Column]:
    """The columns of the person's table."""
    return [BY_KEY[key] for key in (*FIXED, *chosen(user, kind))]


def tidy(keys: Iterable[object]) -> list[str]:
    """Those that there are and that may be chosen, each once."""
    known = [str(key) for key in keys if key in BY_KEY and key not in FIXED]
    return list(dict.fromkeys(known))


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the page on which columns are chosen."""

    column: Column
    is_shown: bool
    is_first: bool
    is_last: bool


def choices(keys: Sequence[str]) -> list[Choice]:
    """The shown ones in their order, then the others."""
    listed = [*keys, *(column.key for column in COLUMNS if column.key not in keys and not column.is_fixed)]
    last = len(listed) - 1
    return [Choice(BY_KEY[key], key in keys, at == 0, at == last) for at, key in enumerate(listed)]


def pressed(data: QueryDict) -> list[str]:
    """The columns as a form says them: ticked ones in the order listed, one moved by the arrow that was pressed."""
    listed, ticked = tidy(data.getlist("column")), set(data.getlist("shown"))
    for name, step in (("up", -1), ("down", 1)):
        key = data.get(name, "")
        if key in listed:
            at = listed.index(key)
            listed.insert(min(max(at + step, 0), len(listed) - 1), listed.pop(at))
    return [key for key in listed if key in ticked]
