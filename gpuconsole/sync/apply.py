"""One look at all of a connection's work by list calls, and one bulk write for what changed."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gpuconsole.providers.looks import Look
from gpuconsole.providers.remote import Remote
from gpuconsole.sync import holding, telling
from gpuconsole.sync.adopt import SENT_BY
from gpuconsole.sync.context import Context
from gpuconsole.sync.holding import Slim
from gpuconsole.sync.observe import Finding, compare
from gpuconsole.workloads import transitions
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked_many
from gpuconsole.workloads.models import EventKind, Workload, WorkloadQuerySet
from gpuconsole.workloads.row_versions import VERSION
from gpuconsole.workloads.states import FINAL, State

STALE = timedelta(seconds=10)
LONG_STALE = timedelta(seconds=30)
_NAP_S = 0.2
AT_A_TIME = 500
"""Rows that are read and locked together, so that neither memory nor anybody's waiting grows with a first look."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was told of the rows that are not as they were; None for one that is listed no more."""

    remotes: Mapping[str, Remote | None]
    asked: Mapping[int, str]
    now: datetime
    versions: dict[str, str]
    """Of the rows for which nothing is left to do; filled while they are compared and written."""


def observe(context: Context) -> None:
    """Ask the provider about everything that can still change, and write what did. Raises ProviderError.

    Where launches have used up the rate limit, what is known is good enough for a moment.
    """
    if not _may_look(context):
        return
    context.tally.is_observed, began = True, time.monotonic()
    try:
        _look(context)
    finally:
        context.tally.looked_at = time.monotonic()
        context.tally.look_s = context.tally.looked_at - began


def _look(context: Context) -> None:
    rows = _observed(context)
    if not rows:
        context.paged(context.adapter.inventory)
        return
    held_here = context.holding
    held_here.keep_only([row.remote_id for row in rows])
    held = held_here.held(rows, {row.remote_id for row in rows if row.pk in context.watched})
    look = context.paged(lambda: context.adapter.look([row.remote_id for row in rows], held))
    seen = _seen(rows, look, context.now)
    found = _take_in(context, seen)
    held_here.take_in(look, seen.versions, is_whole=not (held.newest and look.newest), found=found)


def _may_look(context: Context) -> bool:
    """Whether there is leave for a look; who waits for a launch or an end goes first, though not for ever."""
    while (wait_s := context.limit.take()) > 0:
        synced_at = context.connection.synced_at
        age = STALE if synced_at is None else context.now - synced_at
        if age < STALE or (age < LONG_STALE and context.lease.is_marked()):
            return False
        time.sleep(min(wait_s, _NAP_S))
    return True


def _all_observed(context: Context) -> WorkloadQuerySet:
    """All that has a remote which is not being replaced by another attempt."""
    rows = Workload.objects.filter(connection=context.connection, sending_at=None)
    return rows.exclude(state__in=[*FINAL, State.DRAFT]).exclude(intent__in=SENT_BY).exclude(remote_id="")


def _observed(context: Context) -> Sequence[Slim]:
    columns = _all_observed(context).values_list("pk", "remote_id", VERSION, holding.LACKS_WAYS)
    return [Slim(*row) for row in columns.iterator(chunk_size=10_000)]


def _is_observed(row: Workload) -> bool:
    return not row.is_final and row.sending_at is None and row.intent not in SENT_BY


def _seen(rows: Sequence[Slim], look: Look, now: datetime) -> _Seen:
    told = {remote.id: remote for remote in look.remotes}
    asked = {row.pk: row.remote_id for row in rows if row.remote_id in told or row.remote_id not in look.as_held}
    as_held = {row.remote_id: row.version for row in rows if row.remote_id in look.as_held}
    return _Seen({remote_id: told.get(remote_id) for remote_id in asked.values()}, asked, now, as_held)


def _take_in(context: Context, seen: _Seen) -> int:
    """Compare what is not as it was, and write what differs, some hundred rows at a time; gives how many did."""
    pks = list(seen.asked)
    return sum(_take_in_some(context, pks[start : start + AT_A_TIME], seen) for start in range(0, len(pks), AT_A_TIME))


def _take_in_some(context: Context, pks: Sequence[int], seen: _Seen) -> int:
    rows = _all_observed(context).filter(pk__in=pks).annotate(version=VERSION)
    changed = []
    for row in rows.defer("spec", "request", "known_remote_ids"):
        if row.remote_id != seen.asked[row.pk]:
            continue
        if _compare(context, row, seen) is not None:
            changed.append(row.pk)
        else:
            seen.versions[row.remote_id] = row.version  # type: ignore[attr-defined]
    if changed:
        _write(context, changed, seen)
    return len(changed)


def _write(context: Context, changed: Collection[int], seen: _Seen) -> None:
    """Compare again with the rows locked, so that whatever a person asked for meanwhile is not written over."""
    with locked_many(changed) as rows:
        fresh = [row for row in rows.values() if row.remote_id == seen.asked[row.pk] and _is_observed(row)]
        found = [finding for row in fresh if (finding := _compare(context, row, seen))]
        transitions.move_many([change for finding in found for change in finding.changes], now=seen.now)
        for finding in found:
            if any(change.state == State.LOST for change in finding.changes):
                telling.lost(finding.workload, seen.now)
            if finding.warning:
                note(finding.workload, finding.warning, kind=EventKind.WARNING)
        settled = {row.pk: row.remote_id for row in fresh if _is_settled(context, row, seen)}
        versions = Workload.objects.filter(pk__in=settled).values_list("pk", VERSION)
        seen.versions.update({settled[pk]: version for pk, version in versions})


def _is_settled(context: Context, row: Workload, seen: _Seen) -> bool:
    """Whether the same answer would change nothing more of the row as it was just written."""
    return _is_observed(row) and _compare(context, row, seen) is None


def _compare(context: Context, row: Workload, seen: _Seen) -> Finding | None:
    remote = seen.remotes[seen.asked[row.pk]]
    return compare(context.provider, row, remote, seen.now, context.connection.synced_at)
