"""What people and providers named: it is shown as it is, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gpuconsole.accounts.models import ApiToken, Invitation, Team, User
from gpuconsole.audit.models import Record
from gpuconsole.catalog.models import Offer
from gpuconsole.connections.models import Connection
from gpuconsole.inventory.models import Finding
from gpuconsole.projects.models import ExchangeRate, Project, Secret
from gpuconsole.providers import registry
from gpuconsole.spend.models import InvoiceLine
from gpuconsole.workloads.models import LaunchRequest, Preset, Workload

_FIELDS = (
    (Team, ("name", "slug")),
    (User, ("name", "email")),
    (Invitation, ("email",)),
    (Record, ("action", "why")),
    (Project, ("name", "slug", "description")),
    (Secret, ("name",)),
    (ApiToken, ("name", "prefix", "scopes")),
    (Connection, ("name", "provider", "health_text")),
    (Finding, ("name", "remote_id", "token", "hardware_id", "region", "remote_status", "end_error")),
    (Offer, ("hardware_id", "region", "regions", "gpu_model", "gpu", "maker", "detail")),
    (
        Workload,
        ("name", "hardware_id", "region", "remote_id", "remote_status", "intent_error", "evidence__text", "labels"),
    ),
    (InvoiceLine, ("name", "resource_id")),
    (ExchangeRate, ("source",)),
    (LaunchRequest, ("name", "why", "reason")),
    (Preset, ("name", "description", "lock_reason")),
)
_WORD = re.compile(r"[A-Za-z][a-z]{2,}")
_OTHERS = (
    *("gpuconsole", "Jupyter", "http", "null", "__label__"),  # and what a script puts in its own words' place
    *("python main.py", "registry.example.com/ml/eval", "qrxv7dw", "sft"),  # values of specs and of what was found
    *("llama", "3-8b-sft-r12"),  # a name, taken apart by what is marked in it
)


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
    for parts in Workload.objects.values_list("parts", flat=True):
        yield from (text for part in parts for text in (part["name"], *(step[1] for step in part.get("trace", []))))
    for steps in Connection.objects.values_list("check_steps", flat=True):
        yield from (step["detail"] for step in steps)
    for model, fields in _FIELDS:
        for row in model.objects.values_list(*fields):  # type: ignore[attr-defined]
            for value in row:
                yield from value if isinstance(value, list) else [value] if isinstance(value, str) else []
