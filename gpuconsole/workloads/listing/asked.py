"""What the address of a list asks for, and addresses that change one part of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.access import Viewer
from gpuconsole.projects.access import visible_projects
from gpuconsole.providers import registry
from gpuconsole.workloads import causes, queries
from gpuconsole.workloads.lists import Words
from gpuconsole.workloads.models import SavedView
from gpuconsole.workloads.states import Kind, State

FILTERS = ("q", "state", "cause", "provider", "in", "owner", "gpu", "label", "cost", "since")
"""Names that narrow a list; ``in`` are slugs of projects (``project`` is the switcher's own)."""
SIZES = (25, 50, 100)
USUAL_SIZE = 50
SIZE_COOKIE = "rows"
OPEN = "open"
"""Beside the states: all that have not ended."""
ME = "me"
SINCE = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30), "90d": timedelta(days=90)}
SORTS = ("created", "cost", "duration")
USUAL_SORT = "-created"
_KEPT = (*FILTERS, "sort", "view")
_LONGEST = 200
_MOST_VALUES = 50
_MOST_MONEY = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class View:
    """A tab: filters under a name; an own one may be renamed and removed, and is called as its person calls it."""

    slug: str
    name: str
    query: Mapping[str, str]
    is_own: bool = False

    @property
    def label(self) -> str:
        """The name in the reader's language, where it is a text of ours."""
        return self.name if self.is_own else _(self.name)


BUILT_IN = (
    View("active", gettext_noop("Active"), {"state": OPEN}),
    View("mine", gettext_noop("Mine"), {"owner": ME}),
    View("failed", gettext_noop("Failed this week"), {"state": State.FAILED.value, "since": "7d"}),
)


NOT_OWN = frozenset({"", *(view.slug for view in BUILT_IN)})


class Asked:
    """One list as its address asks for it. A view's own filters count where the address names none itself."""

    def __init__(self, params: QueryDict, words: Words, own: Sequence[SavedView] = (), *, size: str = "") -> None:
        self.words = words
        self.views = (*BUILT_IN, *(View(one.slug, one.name, clean(one.query), is_own=True) for one in own))
        given = clean({name: ",".join(params.getlist(name)) for name in _KEPT if name in params})
        chosen = next((view for view in self.views if view.slug == given.get("view")), None)
        narrows = any(name in given for name in FILTERS)
        if chosen is not None and not narrows:
            given = {**chosen.query, **given}
        self.given = given
        self.view = chosen if chosen is not None and self._holds(chosen) else None
        self.paging = {name: str(params[name]) for name in ("after", "before", "at") if params.get(name)}
        given_size = str(params.get("size", "")) or size
        self.size = next((one for one in SIZES if str(one) == given_size), USUAL_SIZE)

    @property
    def text(self) -> str:
        """What the search field holds."""
        return self.given.get("q", "")

    @property
    def sort(self) -> str:
        """One of ``SORTS``, with a minus for the largest first."""
        found = self.given.get("sort", USUAL_SORT)
        return found if found.removeprefix("-") in SORTS else USUAL_SORT

    @property
    def is_filtered(self) -> bool:
        return any(name in self.given for name in FILTERS)

    @property
    def kept(self) -> dict[str, str]:
        """What a view keeps."""
        return {name: value for name, value in self.given.items() if name != "view"}

    def values(self, name: str) -> tuple[str, ...]:
        """The values of one filter."""
        return tuple(_unpacked(part) for part in self.given.get(name, "").split(",") if part)

    def filters(self, viewer: Viewer, now: datetime) -> queries.Filters:
        """The same as queries take it; words that nobody knows narrow nothing."""
        states = self.values("state")
        since = SINCE.get(self.given.get("since", ""))
        return queries.Filters(
            providers=[slug for slug in self.values("provider") if slug in registry.SLUGS],
            project_pks=_projects(viewer, self.values("in")),
            states=[state for state in states if state in State.values],
            is_open=OPEN in states,
            causes=[code for code in self.values("cause") if code in causes.FILTERS],
            owner_pks=[viewer.user.pk] if ME in self.values("owner") else (),
            owners=[address for address in self.values("owner") if address != ME],
            gpus=self.values("gpu"),
            labels=self.values("label"),
            text=self.text,
            created_from=None if since is None else now - since,
            cost_from=amount(self.given.get("cost", "")),
            now=now,
        )

    def as_of(self, now: datetime) -> datetime:
        """The moment for which running figures are compared, so that pages of one order fit together."""
        at = self.paging.get("at", "")
        whole = now.replace(microsecond=0)
        moment = datetime.fromtimestamp(int(at), UTC) if at.isdecimal() and len(at) < 12 else whole
        return moment if now - timedelta(days=1) <= moment <= now else whole

    def url(self, **changes: str | None) -> str:
        """The list from its first page, with these parts changed; None takes one away."""
        return self.address(self._changed(changes))

    def query(self, **changes: str | None) -> str:
        """The same behind the question mark."""
        return urlencode(self._changed(changes))

    def page_url(self, cursor: dict[str, str]) -> str:
        """Another page of the same."""
        return self.address({**self._changed({}), **cursor})

    def address(self, params: Mapping[str, str]) -> str:
        return f"{self.words.url}?{urlencode(params)}" if params else self.words.url

    def toggled(self, name: str, value: str) -> str:
        """The list with one value of a filter put in or taken out."""
        values = [one for one in self.values(name) if one != value]
        values += [value] if value not in self.values(name) else []
        return self.url(**{name: ",".join(map(packed, values)) or None})

    @cached_property
    def _plain(self) -> dict[str, str]:
        if self.view is not None and self.kept == dict(self.view.query):
            return {"view": self.view.slug}
        return {**self.kept, **({"view": self.view.slug} if self.view else {})}

    def _changed(self, changes: Mapping[str, str | None]) -> dict[str, str]:
        if not changes:
            return self._plain
        params = {name: value for name, value in {**self.kept, **changes}.items() if value}
        if params.get("sort") == USUAL_SORT:
            del params["sort"]
        if self.view and all(params.get(name) == value for name, value in self.view.query.items()):
            params["view"] = self.view.slug
        return params

    def _holds(self, view: View) -> bool:
        return all(self.given.get(name) == value for name, value in view.query.items())


def of(request: HttpRequest, words: Words, own: Sequence[SavedView]) -> Asked:
    """What this request asks for; the size of a page is the one that this browser chose last."""
    return Asked(request.GET, words, own, size=request.COOKIES.get(SIZE_COOKIE, ""))


def own_views(viewer: Viewer, words: Words) -> list[SavedView]:
    """The person's own tabs, oldest first."""
    return list(views_of(viewer).filter(kind=words.kind))


def find_view(viewer: Viewer, kind: Kind, slug: str) -> SavedView:
    """One of them. Raises Http404 where there is none, whoever else may have one."""
    found = views_of(viewer).filter(kind=kind, slug=slug).first()
    if found is None:
        raise Http404
    return found


def views_of(viewer: Viewer) -> QuerySet[SavedView]:
    """All own tabs of a person, above either list."""
    return SavedView.objects.filter(team=viewer.team, user=viewer.user).order_by("pk")


def amount(text: str) -> Decimal | None:
    """The least cost that a filter names; None for what is no amount of money."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 < found < _MOST_MONEY else None


def packed(value: str) -> str:
    """One value among several, told apart by commas."""
    return value.replace("%", "%25").replace(",", "%2C")


def _unpacked(value: str) -> str:
    return value.replace("%2C", ",").replace("%25", "%")


def clean(params: Mapping[str, str]) -> dict[str, str]:
    """As far as a list knows what it is, without blanks and what is said twice."""
    found = {}
    for name, value in params.items():
        text = str(value).replace("\0", "")
        if name == "q":
            text = text.strip()[:_LONGEST]
        elif name in FILTERS:
            text = ",".join(_some(text.split(",")))
        if text and name in _KEPT:
            found[name] = text
    return found


def _some(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one.strip()[:_LONGEST] for one in values if one.strip()))[:_MOST_VALUES]


def _projects(viewer: Viewer, slugs: Sequence[str]) -> Sequence[int]:
    """Keys of these projects; of none that the viewer does not see. A slug that is none leaves nothing to show."""
    if not slugs:
        return ()
    found = visible_projects(viewer).filter(slug__in=slugs).values_list("pk", flat=True)
    return list(found) or [0]
