"""What people and providers named: it is shown as it is, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gpuconsole.accounts.models import ApiToken, Invitation, Team, User
from gpuconsole.audit.models import Record
from gpuconsole.catalog.models import Offer
from gpuconsole.connections.models import Connection
from gpuconsole.projects.models import Project, Secret
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Preset, Workload

_FIELDS = (
    (Team, ("name", "slug")),
    (User, ("name", "email")),
    (Invitation, ("email",)),
    (Record, ("action", "why")),
    (Project, ("name", "slug", "description")),
    (Secret, ("name",)),
    (ApiToken, ("name",)),
    (Connection, ("name", "provider")),
    (Offer, ("hardware_id", "region", "gpu_model", "gpu", "maker", "detail")),
    (Workload, ("name", "hardware_id", "region", "remote_status", "evidence__text")),
    (Preset, ("name", "description", "lock_reason")),
)
_WORD = re.compile(r"[A-Za-z][a-z]{2,}")
_OTHERS = ("gpuconsole",)


def all_names() -> list[str]:
    """Of every row in the database and of the providers; the longest first."""
    found = {name for name in _named() if _WORD.search(name)}
    return sorted(found, key=len, reverse=True)  # a name may be part of another


def without_names(texts: Iterable[str], names: Iterable[str]) -> set[str]:
    """The texts in which words are left once the names are taken out."""
    pattern = re.compile("|".join(re.escape(name) for name in names))
    return {text for text in texts if _WORD.search(pattern.sub("", text))}


def _named() -> Iterator[str]:
    yield from _OTHERS
    yield from (provider.name for provider in registry.every())
    for model, fields in _FIELDS:
        for row in model.objects.values_list(*fields):  # type: ignore[attr-defined]
            yield from (value for value in row if isinstance(value, str))
