"""The filters of a list: a chip each, and its values when somebody opens it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.models import User
from gpuconsole.projects.access import visible_projects
from gpuconsole.providers import registry
from gpuconsole.workloads import causes
from gpuconsole.workloads.listing.asked import ME, OPEN, Asked, amount, packed
from gpuconsole.workloads.models import WorkloadQuerySet
from gpuconsole.workloads.states import ReasonCode, State

RECENT = 5_000
"""Newest workloads among which hardware and labels are looked for: no list is narrowed to what was not used since."""
SEARCHED_FROM = 9
"""Values from which on a menu has a search field."""
_LEAST_COSTS = ("1", "10", "50", "100", "500", "1000")
"""In whatever currency each is charged: amounts are not converted to find work."""
_SINCE = {
    "24h": gettext_noop("last 24 hours"),
    "7d": gettext_noop("last 7 days"),
    "30d": gettext_noop("last 30 days"),
    "90d": gettext_noop("last 90 days"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter as it stands: its value in words (empty: none), and where it is cleared and opened."""

    name: str
    label: str
    value: str
    clear_url: str
    menu_url: str


@dataclass(frozen=True, slots=True)
class Value:
    """One value that can be chosen: its word, where choosing it leads, and how a form sends it."""

    word: str
    url: str
    sent: str
    is_chosen: bool


Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A filter: how its values are found, and whether one of them replaces another."""

    name: str
    """To translate."""
    values: Callable[[Viewer, WorkloadQuerySet], Pairs]
    is_single: bool = False

    @property
    def label(self) -> str:
        return _(self.name)


def _states(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    return [(OPEN, _word("state", OPEN)), *((one.value, str(one.label)) for one in State if one != State.DRAFT)]


def _providers(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    return [(one.slug, one.name) for one in registry.every()]


def _projects(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    return list(visible_projects(viewer).order_by("name").values_list("slug", "name"))


def _people(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    people = User.objects.filter(memberships__team=viewer.team).exclude(pk=viewer.user.pk).order_by("name", "email")
    return [(ME, _word("owner", ME)), *((person.email, person.display_name) for person in people)]


def _gpus(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    recent = scope.order_by("-id").values_list("gpu_model", flat=True)[:RECENT]
    return [(gpu, gpu) for gpu in sorted(set(recent) - {""})]


def _labels(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    recent = scope.exclude(labels=[]).order_by("-id").values_list("labels", flat=True)[:RECENT]
    return [(label, label) for label in sorted({label for labels in recent for label in labels})]


def _causes(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    return [(code, _word("cause", code)) for code in causes.FILTERS]


def _times(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    return [(slug, _(word)) for slug, word in _SINCE.items()]


def _costs(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    return [(value, _word("cost", value)) for value in _LEAST_COSTS]


KINDS: dict[str, _Kind] = {
    "state": _Kind(gettext_noop("State"), _states),
    "provider": _Kind(gettext_noop("Provider"), _providers),
    "in": _Kind(gettext_noop("Project"), _projects),
    "owner": _Kind(gettext_noop("Owner"), _people),
    "gpu": _Kind(gettext_noop("GPU"), _gpus),
    "label": _Kind(gettext_noop("Label"), _labels),
    "cause": _Kind(gettext_noop("Cause"), _causes),
    "cost": _Kind(gettext_noop("Cost"), _costs, is_single=True),
    "since": _Kind(gettext_noop("Started"), _times, is_single=True),
}


def chips(asked: Asked, *, has_project: bool) -> list[Chip]:
    """Every filter; that of the project only where the page is not narrowed to one."""
    return [
        Chip(name, kind.label, _shown(asked, name), asked.url(**{name: None}), menu_url(asked, name))
        for name, kind in KINDS.items()
        if name != "in" or not has_project
    ]


def menu_url(asked: Asked, name: str) -> str:
    """Where the values of one filter are listed."""
    query = asked.query()
    return f"{asked.words.url}filter/?by={name}{f'&{query}' if query else ''}"


def values(asked: Asked, viewer: Viewer, scope: WorkloadQuerySet, name: str) -> list[Value]:
    """What one filter can be set to; what is chosen already is there even if it is of no use any more."""
    kind, chosen = KINDS[name], asked.values(name)
    pairs = list(kind.values(viewer, scope))
    pairs += [(value, value) for value in chosen if value not in dict(pairs)]
    return [
        Value(
            word,
            (asked.url(**{name: None if value in chosen else value}) if kind.is_single else asked.toggled(name, value)),
            packed(value),
            value in chosen,
        )
        for value, word in pairs
    ]


def _shown(asked: Asked, name: str) -> str:
    chosen = asked.values(name)
    if len(chosen) > 1:
        return _("any of {count}").format(count=len(chosen))
    return "".join(_word(name, value) for value in chosen)


def _word(name: str, value: str) -> str:
    """A value as it is shown: in our words where it is one of ours, else as it is."""
    if name == "provider" and value in registry.SLUGS:
        return registry.get(value).name
    if name == "state":
        return _("not ended") if value == OPEN else str(State(value).label) if value in State.values else value
    if name == "owner" and value == ME:
        return _("me")
    if name == "cause" and value in causes.FILTERS:
        return capfirst(_(causes.MEANINGS[ReasonCode(value)].word))
    if name == "cost" and (least := amount(value)) is not None:
        return _("{amount} or more").format(amount=f"{least:,f}")
    return _(_SINCE[value]) if name == "since" and value in _SINCE else value
