"""Which record explains what a provider lists, and what no record explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from gpuconsole.connections.models import Connection
from gpuconsole.inventory.models import Mark
from gpuconsole.providers.remote import Remote, RemoteState, Tariff
from gpuconsole.sync.context import Context
from gpuconsole.workloads import tokens
from gpuconsole.workloads.decisions.queries import is_unanswered, senders_of
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FINAL, FROM_REMOTE, State

BATCH = 500
_COMPARED = (
    *("public_id", "team_id", "connection_id", "kind", "provider", "name", "token", "state", "state_at", "attempt"),
    *("remote_id", "remote_status", "intent", "sending_at", "look_until", "known_remote_ids"),
    *("hardware_id", "gpu_model", "gpu_count", "region", "hourly_price", "resting_hourly_price", "currency"),
    *("rounding", "billed_since", "billed_tariff", "billed_lanes", "missing_since", "started_at", "created_at"),
)


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A remote that no record explains, the record that launched it where there is one, and whose mark it carries."""

    remote: Remote
    mark: Mark
    workload: Workload | None = None
    deployment: str = ""


@dataclass(slots=True)
class Sorted:
    """One inventory beside our records."""

    known: list[tuple[Workload, Remote]] = field(default_factory=list)
    """Active work of ours with what the provider says of it."""
    strays: list[Unexplained] = field(default_factory=list)
    lost: list[Workload] = field(default_factory=list)
    """Active work of ours that the provider does not list."""


def is_live(remote: Remote) -> bool:
    """Whether it runs, is about to, or costs money: what is off and free is nobody's trouble."""
    state, tariff = remote.reading.state, remote.reading.tariff
    return not is_over(remote) and (state is not RemoteState.STOPPED or tariff is not Tariff.NOTHING)


def is_over(remote: Remote) -> bool:
    """Whether it has ended for good."""
    return FROM_REMOTE.get(remote.reading.state) in FINAL


def sort(context: Context, listed: Sequence[Remote]) -> Sorted:
    """Tell apart what a record explains, what none does, and which records the provider says nothing of.

    Launches that are just being sent or looked for are explained: nobody knows yet which remote is theirs.
    """
    rows = Workload.objects.filter(connection=context.connection).exclude(state__in=[*FINAL, State.DRAFT])
    own = list(rows.only(*_COMPARED))
    by_id = {row.remote_id: row for row in own if row.remote_id}
    held = _Held(context, own, listed)
    found, rest, ids = Sorted(), list[Remote](), set[str]()
    for remote in listed:
        ids.add(remote.id)
        row = by_id.get(remote.id)
        if row is not None:
            found.known.append((row, remote))
        elif is_live(remote) and not held.has(remote):
            rest.append(remote)
    found.lost = [row for row in own if row.state == State.LOST and row.remote_id not in ids]
    for start in range(0, len(rest), BATCH):
        found.strays += _unexplained(context, rest[start : start + BATCH])
    return found


class _Held:
    """What may belong to a launch whose answer is not there yet."""

    def __init__(self, context: Context, own: Iterable[Workload], listed: Sequence[Remote]) -> None:
        looked_for = [row for row in own if is_unanswered(row) and not _is_looking_over(context, row)]
        retried = {row.remote_id for row in looked_for if row.remote_id}
        self._tokens = {row.token for row in looked_for}
        self._tokens |= {one.token for one in listed if one.id in retried and one.token}  # a retry keeps the name
        untold = [] if context.provider.keeps_token else looked_for
        self._known = [frozenset(row.known_remote_ids) for row in untold]

    def has(self, remote: Remote) -> bool:
        return remote.token in self._tokens or any(remote.id not in known for known in self._known)


def _is_looking_over(context: Context, row: Workload) -> bool:
    return row.look_until is not None and context.now >= row.look_until


def _unexplained(context: Context, remotes: Sequence[Remote]) -> list[Unexplained]:
    ours = tokens.deployment_mark()
    records, elsewhere = _records(context, remotes), _elsewhere(context, remotes)
    found = []
    for remote in remotes:
        record = records.get(remote.id) or records.get(remote.token or remote.id)
        if _explains(context, record, remote) or remote.id in elsewhere:
            continue
        origin = tokens.origin(remote.token, ours=ours)
        own = record if record is not None and record.team_id == context.connection.team_id else None
        found.append(Unexplained(remote, _mark(origin, own), own, origin.deployment))
    return found


def _records(context: Context, remotes: Sequence[Remote]) -> Mapping[str, Workload]:
    """Records by remote id or token: ended work of this connection, and whatever carries such a token. Two queries,
    and others where a mark is ours that no row has any more, as after a retry or where it was sent again."""
    rows = Workload.objects.only(*_COMPARED).order_by("pk")
    ids, marks = [one.id for one in remotes], {one.token for one in remotes if one.token}
    found = {row.remote_id: row for row in rows.filter(connection=context.connection, remote_id__in=ids)}
    if marks:
        found |= {row.token: row for row in rows.filter(token__in=marks)}
    if untold := marks - found.keys():
        found |= senders_of(untold)
    left = [one.id for one in remotes if one.token and one.token not in found and one.id not in found]
    if left:
        before = Q()
        for remote_id in left:
            before |= Q(phases__contains=[{"remote_id": remote_id}])
        retried = rows.only(*_COMPARED, "phases").filter(before, connection=context.connection, attempt__gt=1)
        for row in retried:
            found |= {attempt["remote_id"]: row for attempt in row.phases if attempt.get("remote_id") in left}
    return found


def _elsewhere(context: Context, remotes: Sequence[Remote]) -> frozenset[str]:
    """Those that active work on another connection to the same account is: two teams may well share one."""
    others = Connection.objects.filter(provider=context.provider.slug).exclude(pk=context.connection.pk)
    others = others.filter(base_url=context.connection.base_url, is_sandbox=context.connection.is_sandbox)
    rows = Workload.objects.filter(connection__in=list(others.values_list("pk", flat=True)))
    rows = rows.filter(remote_id__in=[one.id for one in remotes]).exclude(state__in=FINAL)
    return frozenset(rows.values_list("remote_id", flat=True))


def _explains(context: Context, record: Workload | None, remote: Remote) -> bool:
    """Whether the record is active and this is its remote, or may be: on another connection it is looked for there."""
    if record is None or record.is_final:
        return False
    is_looked_for = not record.remote_id and record.connection_id != context.connection.pk
    return record.remote_id == remote.id or is_looked_for


def _mark(origin: tokens.Origin, record: Workload | None) -> Mark:
    if record is not None:
        return Mark.OURS
    marks = {tokens.Maker.US: Mark.UNKNOWN, tokens.Maker.OTHER_CONSOLE: Mark.OTHER}
    return marks.get(origin.maker, Mark.NONE)
