"""Search over the whole console: work by name, id, label or person; what can be done with the first; where to go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.models import User
from gpuconsole.core import formats
from gpuconsole.dashboard.places import Place, commands, places
from gpuconsole.projects.access import visible_projects
from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
from gpuconsole.workloads import access, acts, queries
from gpuconsole.workloads.models import Workload, WorkloadQuerySet
from gpuconsole.workloads.presets import access as presets
from gpuconsole.workloads.states import Kind, Verb

MOST = 8
"""Rows of one group."""
LONGEST = 200
_MOST_COUNTED = 1_000
_ID_FROM = 6
"""Characters from which on the begin of an id is looked for."""
_ONLY = ("public_id", "kind", "name", "state", "provider", "is_sandbox", "team", "project__name")
_KEYS = {Verb.CLONE: "C", Verb.STOP: "S"}


@dataclass(frozen=True, slots=True)
class Hit:
    """One row: where it leads, its words with what was looked for marked, and what stands beside them."""

    url: str
    label: SafeString
    note: SafeString | str = ""
    icon: str = ""
    workload: Workload | None = None
    key: str = ""
    asks: bool = False
    is_danger: bool = False
    count: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading."""

    title: str
    hits: Sequence[Hit]


def groups(viewer: Viewer, text: str) -> list[Group]:
    """What a text finds. It may begin with ``>`` for actions, ``@`` for people, ``#`` for projects."""
    text = text.strip()[:LONGEST]
    sign, rest = (text[:1], text[1:].strip()) if text[:1] in ("#", ">", "@") else ("", text)
    if sign == ">":
        found = [Group(_("Actions"), [_to(place, rest) for place in _matching(commands(viewer), rest)])]
    elif sign == "@":
        found = [Group(_("People"), _people(viewer, rest))]
    elif sign == "#":
        found = [Group(_("Projects"), _projects(viewer, rest))]
    else:
        found = _everything(viewer, rest)
    return [group for group in found if group.hits]


def jump(viewer: Viewer, text: str) -> Workload | None:
    """The one workload that has exactly this id, ours or its provider's."""
    text = text.strip()
    if len(text) < 2:
        return None
    found = _light(access.listed_workloads(viewer)).filter(Q(public_id=text) | Q(remote_id=text))
    rows = list(found[:2])
    return rows[0] if len(rows) == 1 else None


def _everything(viewer: Viewer, text: str) -> list[Group]:
    rows = workloads(viewer, text)
    hits = [Hit(row.get_absolute_url(), marked(row.name, text), row.project.name, workload=row) for row in rows]
    found = [Group(_("Workloads") if text else _("Newest workloads"), hits)]
    if rows and text:
        found.append(Group(_("Actions on {name}").format(name=rows[0].name), _actions(viewer, rows[0])))
    return [*found, Group("Go to", _places(viewer, text))]


def workloads(viewer: Viewer, text: str) -> list[Workload]:
    """The work that a text is most likely about: by id, then by name, by label, by person; each newest first."""
    everything = access.listed_workloads(viewer)
    scope = _light(everything)
    if not text:
        return list(scope.order_by("-id")[:5])
    name = Q(name__holds=text) if len(text) >= queries.SHORT else Q(name__begins=text)
    ways = [Q(public_id=text) | Q(remote_id=text), name, Q(labels__contains=[text])]
    if len(text) >= _ID_FROM:
        ways[0] |= Q(public_id__startswith=text) | Q(remote_id__startswith=text)
    found: dict[int, Workload] = {}
    order = "-newest" if queries.is_rare(everything, text) else "-id"
    for way in ways:
        _take(found, queries.newest_first(scope).filter(way), order)
    people = [] if len(found) >= MOST else _members(viewer, text)[:5]
    for person in people:
        _take(found, scope.filter(owner=person.pk), "-id")
    return list(found.values())[:MOST]


def _take(found: dict[int, Workload], rows: WorkloadQuerySet, order: str) -> None:
    if len(found) < MOST:
        found.update({row.pk: row for row in rows.order_by(order)[:MOST] if row.pk not in found})


def _light(rows: WorkloadQuerySet) -> WorkloadQuerySet:
    return rows.select_related("project").only(*_ONLY)


def _actions(viewer: Viewer, row: Workload) -> list[Hit]:
    workload = access.find_workload(viewer, row.public_id)
    url = workload.get_absolute_url()
    found = [
        Hit(
            act.url,
            SafeString(format_html("{}{}", act.label, "…" if act.asks else "")),
            icon=act.icon,
            key=_KEYS.get(act.verb, ""),
            asks=act.asks,
            is_danger=bool(act.css),
        )
        for act in acts.of(viewer, workload, url)
        if not act.reason
    ]
    if Feature.LOGS in registry.get(workload.provider).features:
        found.insert(0, Hit(f"{url}logs/", SafeString(_("Open log")), icon="scroll-text", key="L"))
    return found[:MOST]


def _places(viewer: Viewer, text: str) -> list[Hit]:
    hits = [_to(place, text) for place in _matching(places(viewer), text)]
    if not text:
        return hits[:MOST]
    own = presets.visible(viewer).filter(name__icontains=text).order_by("name")[:3]
    for preset in own:
        slug, kind = preset.provider, registry.get(preset.provider).kind
        note = format_html(_("preset {preset}"), preset=marked(preset.name, text))
        url = f"/launch/{slug}/{kind}/?{urlencode({'preset': preset.public_id})}"
        hits.append(
            Hit(url, SafeString(_("Launch on {provider}").format(provider=registry.get(slug).name)), note, "rocket")
        )
    lists = (
        (Kind.JOB, _("Jobs with “{text}”"), "/jobs/", "list-video"),
        (Kind.INSTANCE, _("Instances with “{text}”"), "/instances/", "server"),
    )
    for kind, words, url, icon in lists:
        rows = access.listed_workloads(viewer).filter(queries.matching(text), kind=kind)
        count = queries.capped_count(rows, _MOST_COUNTED)
        if count:
            label = format_html(words, text=marked(text, text))
            shown = f"{formats.count(_MOST_COUNTED)}+" if count > _MOST_COUNTED else formats.count(count)
            hits.append(Hit(f"{url}?{urlencode({'q': text})}", label, icon=icon, count=shown))
    return hits[-MOST:] if len(hits) > MOST else hits


def _people(viewer: Viewer, text: str) -> list[Hit]:
    return [
        Hit(f"/jobs/?{urlencode({'owner': person.email})}", marked(person.display_name, text), person.email, "user")
        for person in _members(viewer, text)[:MOST]
    ]


def _members(viewer: Viewer, text: str) -> list[User]:
    people = User.objects.filter(memberships__team=viewer.team)
    if text:
        people = people.filter(Q(name__icontains=text) | Q(email__istartswith=text))
    return list(people.order_by("name", "email")[:MOST])


def _projects(viewer: Viewer, text: str) -> list[Hit]:
    rows = visible_projects(viewer).filter(archived_at=None)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(slug__istartswith=text))
    return [
        Hit(f"/?{urlencode({'project': project.slug})}", marked(project.name, text), project.slug, "folder")
        for project in rows.order_by("name")[:MOST]
    ]


def _matching(found: Iterable[Place], text: str) -> list[Place]:
    wanted = text.lower()
    return [place for place in found if wanted in place.label.lower()][:MOST]


def _to(place: Place, text: str) -> Hit:
    return Hit(place.url, marked(place.label, text), icon=place.icon, key=place.key)


def marked(label: str, text: str) -> SafeString:
    """The words with the part that was looked for marked."""
    at = label.lower().find(text.lower()) if text else -1
    if at < 0:
        return format_html("{}", label)
    end = at + len(text)
    return format_html("{}<mark>{}</mark>{}", label[:at], label[at:end], label[end:])


def context(viewer: Viewer, text: str) -> dict[str, Any]:
    """What the page and the palette show, each row with its number."""
    found, number = [], 0
    for group in groups(viewer, text):
        hits = [(number + at, hit) for at, hit in enumerate(group.hits)]
        number += len(hits)
        found.append({"title": group.title, "hits": hits})
    return {"groups": found, "text": text, "total": number}
