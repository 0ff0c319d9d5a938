"""One list call for all of a connection's work, and one bulk write for what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from gpuconsole.providers.remote import Remote
from gpuconsole.sync import telling
from gpuconsole.sync.adopt import SENT_BY
from gpuconsole.sync.context import Context
from gpuconsole.sync.observe import Finding, compare
from gpuconsole.workloads import transitions
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.states import FINAL, State

STALE = timedelta(seconds=10)


def observe(context: Context) -> None:
    """Ask the provider about everything that can still change, and write what did. Raises ProviderError.

    Where launches have used up the rate limit, what is known is good enough for a moment.
    """
    if not _may_look(context):
        return
    context.tally.is_observed = True
    rows = _observed(context)
    if not rows:
        context.count(context.adapter.inventory)
        return
    remotes = context.count(lambda: context.adapter.fetch([row.remote_id for row in rows]))
    by_id = {remote.id: remote for remote in remotes}
    now = context.now
    asked = {row.pk: row.remote_id for row in rows}
    changed = [row.pk for row in rows if _compare(context, row, by_id, now)]
    if changed:
        _write(context, changed, asked, by_id)


def _may_look(context: Context) -> bool:
    if context.limit.take() == 0:
        return True
    synced_at = context.connection.synced_at
    if synced_at is not None and context.now - synced_at < STALE:
        return False
    context.limit.wait()
    return True


def _observed(context: Context) -> Sequence[Workload]:
    """All that has a remote which is not being replaced by another attempt."""
    rows = Workload.objects.filter(connection=context.connection, sending_at=None)
    rows = rows.exclude(state__in=[*FINAL, State.DRAFT]).exclude(intent__in=SENT_BY).exclude(remote_id="")
    return list(rows.defer("spec", "request", "known_remote_ids"))


def _is_observed(row: Workload) -> bool:
    return not row.is_final and row.sending_at is None and row.intent not in SENT_BY


def _write(context: Context, changed: Sequence[int], asked: Mapping[int, str], by_id: Mapping[str, Remote]) -> None:
    """Compare again with the rows locked, so that whatever a person asked for meanwhile is not written over."""
    now = context.now
    with transitions.locked_many(changed) as rows:
        fresh = [row for row in rows.values() if row.remote_id == asked[row.pk] and _is_observed(row)]
        found = [finding for row in fresh if (finding := _compare(context, row, by_id, now))]
        transitions.move_many([change for finding in found for change in finding.changes], now=now)
        for finding in found:
            if any(change.state == State.LOST for change in finding.changes):
                telling.lost(finding.workload, now)
            if finding.warning:
                transitions.note(finding.workload, finding.warning, kind=EventKind.WARNING)


def _compare(context: Context, row: Workload, by_id: Mapping[str, Remote], now: datetime) -> Finding | None:
    return compare(context.provider, row, by_id.get(row.remote_id), now, context.connection.synced_at)
