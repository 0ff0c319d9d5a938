"""Stamps of polled regions: they tell, without a query on what is shown, whether a region is still as it was drawn."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from gpuconsole.core import versions

PARAMETER = "v"
FIRST_FRESH_S = 10
_READ = "_polled_stamp"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a region was drawn from: for whom, on which topics at which counters, and when."""

    user: int
    topics: tuple[str, ...]
    version: str
    drawn_at: float
    fresh_s: int | None
    watches: tuple[int, int] | None
    """(connection, workload) that an open page keeps watched."""
    version_now: str
    """At which counters its topics stood when this poll came: what is drawn in answer to it is at least so new."""


def stamp(
    request: HttpRequest,
    *topics: str,
    fresh_s: int | None = None,
    watches: tuple[int, int] | None = None,
) -> str:
    """The signed stamp of a region drawn now for the signed-in user.

    ``fresh_s``: after so many seconds it counts as changed, for regions that draw the time itself.
    """
    asked: Stamp | None = getattr(request, _READ, None)
    if asked is not None and asked.topics == topics:
        version = asked.version_now
    else:  # what was read before this may be older than the counters are now: it is soon drawn once more
        version, fresh_s = versions.read(*topics), min(FIRST_FRESH_S, fresh_s or FIRST_FRESH_S)
    facts = [request.user.pk, list(topics), version, round(time.time(), 1), fresh_s, watches]
    return _signer().sign_object(facts, compress=True)


def read(request: HttpRequest) -> Stamp | None:
    """The stamp that a poll carries; None where it has none, or one that was not made here for this user."""
    text = request.GET.get(PARAMETER, "")
    if not text or not request.user.is_authenticated:
        return None
    try:
        user, topics, version, drawn_at, fresh_s, watches = _signer().unsign_object(text[:4000])
    except (BadSignature, ValueError):
        return None
    if user != request.user.pk:
        return None
    seen = tuple(watches) if watches else None
    found = Stamp(user, tuple(topics), version, drawn_at, fresh_s, seen, versions.read(*topics))
    setattr(request, _READ, found)
    return found


def is_unchanged(found: Stamp | None) -> bool:
    """Whether the region would be drawn again just as it is."""
    if found is None:
        return False
    if found.fresh_s is not None and time.time() - found.drawn_at > found.fresh_s:
        return False
    return found.version_now == found.version


def _signer() -> Signer:
    return Signer(salt="gpuconsole.polling")
