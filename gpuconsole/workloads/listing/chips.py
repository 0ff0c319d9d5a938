"""The filters of a list: a chip each, and its values when somebody opens it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.models import User
from gpuconsole.projects.access import visible_projects
from gpuconsole.providers import registry
from gpuconsole.workloads import causes
from gpuconsole.workloads.listing.asked import ME, OPEN, Asked, packed
from gpuconsole.workloads.models import WorkloadQuerySet
from gpuconsole.workloads.states import State

RECENT = 5_000
"""Newest workloads among which hardware and labels are looked for: no list is narrowed to what was not used since."""
SEARCHED_FROM = 9
"""Values from which on a menu has a search field."""
_SINCE = (("24h", "last 24 hours"), ("7d", "last 7 days"), ("30d", "last 30 days"), ("90d", "last 90 days"))
_STATES = ((OPEN, "not ended"), *((state.value, state.label) for state in State if state != State.DRAFT))


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

    label: str
    values: Callable[[Viewer, WorkloadQuerySet], Pairs]
    is_single: bool = False


def _projects(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    return list(visible_projects(viewer).order_by("name").values_list("slug", "name"))


def _people(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    people = User.objects.filter(memberships__team=viewer.team).exclude(pk=viewer.user.pk).order_by("name", "email")
    return [(ME, "me"), *((person.email, person.display_name) for person in people)]


def _gpus(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    recent = scope.order_by("-id").values_list("gpu_model", flat=True)[:RECENT]
    return [(gpu, gpu) for gpu in sorted(set(recent) - {""})]


def _labels(viewer: Viewer, scope: WorkloadQuerySet) -> Pairs:
    recent = scope.exclude(labels=[]).order_by("-id").values_list("labels", flat=True)[:RECENT]
    return [(label, label) for label in sorted({label for labels in recent for label in labels})]


KINDS: dict[str, _Kind] = {
    "state": _Kind("State", lambda viewer, scope: _STATES),
    "provider": _Kind("Provider", lambda viewer, scope: [(one.slug, one.name) for one in registry.every()]),
    "in": _Kind("Project", _projects),
    "owner": _Kind("Owner", _people),
    "gpu": _Kind("GPU", _gpus),
    "label": _Kind("Label", _labels),
    "cause": _Kind("Cause", lambda viewer, scope: list(causes.FILTERS.items())),
    "since": _Kind("Started", lambda viewer, scope: _SINCE, is_single=True),
}
_WORDS = {"state": dict(_STATES), "cause": dict(causes.FILTERS), "since": dict(_SINCE), "owner": {ME: "me"}}


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
        return f"any of {len(chosen)}"
    return "".join(_word(name, value) for value in chosen)


def _word(name: str, value: str) -> str:
    if name == "provider" and value in registry.SLUGS:
        return registry.get(value).name
    return _WORDS.get(name, {}).get(value, value)
