"""Writes what an inventory came to, in bulk: findings that are new, changed or over; nothing where nothing changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from gpuconsole.core import formats, versions
from gpuconsole.core.ids import new_id
from gpuconsole.inventory.models import Finding, FindingKind, FindingState, HowClosed
from gpuconsole.providers.remote import Remote
from gpuconsole.sync import explaining, finding_news, waits
from gpuconsole.sync.context import Context
from gpuconsole.sync.drift import Difference, Offers
from gpuconsole.sync.explaining import Sorted
from gpuconsole.sync.finding_facts import of_record, of_stray
from gpuconsole.workloads import bulk
from gpuconsole.workloads.models import Workload

MISSING = 2
"""A stray that the provider lists no more is over after so many agreeing looks."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Active work of ours that the provider describes otherwise."""

    workload: Workload
    remote: Remote
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class Look:
    """One inventory with all that was made of it."""

    listed: Sequence[Remote]
    sorted: Sorted
    drifts: Sequence[Drift]
    details: Mapping[str, Remote]
    offers: Offers


def write(context: Context, look: Look) -> datetime | None:
    """Bring the findings of the connection up to the look; gives when the next is needed, None: at its usual time."""
    with transaction.atomic():
        rows = Finding.objects.filter(connection=context.connection).exclude(state=FindingState.CLOSED).order_by("pk")
        standing = {(row.kind, row.remote_id): row for row in rows.select_for_update(of=("self",), no_key=True)}
        writing = _Writing(context, look, context.now, standing)
        writing.strays()
        writing.ghosts()
        writing.drifts()
        writing.rest()
        writing.save()
    return writing.next_at()


@dataclass(slots=True)
class _Writing:
    context: Context
    look: Look
    now: datetime
    standing: dict[tuple[str, str], Finding]
    """Those that this look has not spoken of yet."""
    kept: list[Finding] = field(default_factory=list)
    new: list[Finding] = field(default_factory=list)
    gone: list[Finding] = field(default_factory=list)
    """Seen once, and not borne out: nobody was shown them."""
    opened: list[Finding] = field(default_factory=list)
    changed: dict[int, Finding] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)

    def strays(self) -> None:
        for one in self.look.sorted.strays:
            remote = self.look.details.get(one.remote.id)
            row = self.standing.pop((FindingKind.STRAY, one.remote.id), None)
            facts = of_stray(one, remote, self.look.offers) if remote or row is None else {"missing_count": 0}
            self._see(FindingKind.STRAY, one.remote.id, row, facts)

    def ghosts(self) -> None:
        for workload in self.look.sorted.lost:
            row = self.standing.pop((FindingKind.GHOST, workload.remote_id), None)
            self._see(FindingKind.GHOST, workload.remote_id, row, of_record(workload), is_sure=True)

    def drifts(self) -> None:
        for one in self.look.drifts:
            facts = of_record(one.workload) | {"differences": one.differences, "remote_status": one.remote.status}
            facts |= {"remote_state": one.remote.reading.state.value}
            row = self.standing.pop((FindingKind.DRIFT, one.remote.id), None)
            self._see(FindingKind.DRIFT, one.remote.id, row, facts)

    def rest(self) -> None:
        """What the look did not bear out."""
        by_id = {one.id: one for one in self.look.listed}
        known = {row.remote_id: row for row, _remote in self.look.sorted.known}
        left = {row.workload_id for row in self.standing.values() if row.kind != FindingKind.STRAY}
        records = Workload.objects.only("state", "reason_text").in_bulk(left - {None}) if left else {}
        for row in self.standing.values():
            if row.kind == FindingKind.STRAY:
                self._missing_stray(row, by_id.get(row.remote_id), known.get(row.remote_id))
            elif row.state == FindingState.SEEN:
                self.gone.append(row)
            else:
                self._settled(row, records.get(row.workload_id or 0))

    def save(self) -> None:
        if self.gone:
            Finding.objects.filter(pk__in=[row.pk for row in self.gone]).delete()
        if self.new:
            Finding.objects.bulk_create(self.new)
        bulk.update(list(self.changed.values()), self.columns)
        finding_news.tell_shown(self.context.connection, self.opened, self.now)
        if self.new or self.changed or self.gone:
            versions.bump(f"team:{self.context.connection.team_id}", f"connection:{self.context.connection.pk}")

    def next_at(self) -> datetime | None:
        """At once for ends that are asked for, soon for what was seen once."""
        rows = [*self.kept, *self.new]
        ends = [row.end_due_at for row in rows if row.state == FindingState.ENDING and row.end_due_at]
        again = [self.now + waits.INVENTORY_AGAIN] if any(_is_unsure(row) for row in rows) else []
        return min([*ends, *again], default=None)

    def _see(
        self, kind: str, remote_id: str, row: Finding | None, facts: dict[str, Any], *, is_sure: bool = False
    ) -> None:
        if row is None:
            row = self._fresh(kind, remote_id, facts)
            if is_sure:
                self._open(row)
            self.new.append(row)
            return
        self.kept.append(row)
        fields = {name: value for name, value in facts.items() if getattr(row, name) != value}
        if "remote_status" in fields and row.state != FindingState.SEEN:
            row.tell(
                self.now,
                _("{provider} says “{status}”").format(
                    provider=self.context.provider.name, status=fields["remote_status"]
                ),
            )
        if row.state == FindingState.SEEN:
            self._set(row, fields)
            self._open(row)
        elif row.state == FindingState.IGNORED and (why := self._comes_back(row, fields)):
            row.tell(self.now, why)
            self._set(row, {**fields, "state": FindingState.OPEN, "ignored_until": None, "ignored_price": None})
        elif fields:
            self._set(row, fields)

    def _fresh(self, kind: str, remote_id: str, facts: dict[str, Any]) -> Finding:
        connection = self.context.connection
        row = Finding(
            public_id=new_id("find"),
            team_id=connection.team_id,
            connection=connection,
            provider=connection.provider,
            kind=kind,
            remote_id=remote_id,
            first_seen_at=self.now,
            last_seen_at=self.now,
            **facts,
        )
        row.tell(self.now, _("First seen"))
        return row

    def _open(self, row: Finding) -> None:
        row.tell(self.now, _("Borne out by a second look") if row.kind != FindingKind.GHOST else _("The work is lost"))
        self._set(row, {"state": FindingState.OPEN, "seen_count": 2})
        self.opened.append(row)

    def _comes_back(self, row: Finding, fields: Mapping[str, Any]) -> str:
        if not row.is_put_aside(self.now):
            return _("The time for which it was ignored is over")
        price = fields.get("hourly_price", row.hourly_price)
        if price == row.ignored_price:
            return ""
        new, old = (formats.hourly(one, row.currency) for one in (price, row.ignored_price))
        return _("Its price has changed since it was ignored: {new}, it was {old}").format(new=new, old=old)

    def _missing_stray(self, row: Finding, listed: Remote | None, record: Workload | None) -> None:
        if record is not None:
            proof = _("{workload} ({id}) is its record").format(workload=record.name, id=record.public_id)
            self._close(row, HowClosed.EXPLAINED, proof, record)
        elif listed is None:
            self._unlisted(row)
        elif explaining.is_over(listed):
            self._end(row, self._said(_("{provider} says “{status}”, in its inventory of {at}"), listed))
        elif row.state == FindingState.ENDING:
            self._ending(row, listed)
        elif explaining.is_live(listed):
            self._close(row, HowClosed.EXPLAINED, _("A record of this console explains it"), None)
        else:
            text = _("{provider} says “{status}” in its inventory of {at}, and charges nothing for it")
            self._end(row, self._said(text, listed))

    def _unlisted(self, row: Finding) -> None:
        """Gone at once where its end was asked for; else after so many looks that agree."""
        if row.state == FindingState.ENDING and row.end_tries and not row.end_error:
            self._end(row, self._said(_("{provider} no longer lists it, by its inventory of {at}")))
        elif row.missing_count + 1 >= MISSING:
            self._end(row, self._said(_("{provider} no longer lists it, by its inventory of {at} and the one before")))
        else:
            self.kept.append(row)
            self._set(row, {"missing_count": row.missing_count + 1})

    def _ending(self, row: Finding, listed: Remote) -> None:
        """Still on its way to its end."""
        self.kept.append(row)
        if row.remote_status != listed.status:
            row.tell(self.now, self._said(_("{provider} says “{status}”"), listed))
            self._set(row, {"remote_status": listed.status, "missing_count": 0})

    def _said(self, text: str, listed: Remote | None = None) -> str:
        """A sentence on what this inventory told."""
        status = listed.status if listed else ""
        return text.format(provider=self.context.provider.name, status=status, at=f"{self.now:%F %T} UTC")

    def _end(self, row: Finding, proof: str) -> None:
        how = HowClosed.TERMINATED if row.state == FindingState.ENDING else HowClosed.ENDED
        self._close(row, how, proof, None)

    def _settled(self, row: Finding, workload: Workload | None) -> None:
        if workload is None or workload.is_final:
            self._close(row, HowClosed.ENDED, _("The work has ended"), workload)
        elif row.kind == FindingKind.GHOST:
            self._close(
                row,
                HowClosed.FOUND,
                _("{provider} lists it again").format(provider=self.context.provider.name),
                workload,
            )
        else:
            self._close(row, HowClosed.AGREES, _("Both sides agree again"), workload)

    def _close(self, row: Finding, how: HowClosed, proof: str, workload: Workload | None) -> None:
        if row.state == FindingState.SEEN:
            self.gone.append(row)
            return
        row.tell(self.now, str(how.label), detail=proof)
        closed = {"state": FindingState.CLOSED, "how_closed": how, "closed_at": self.now, "proof": proof}
        self._set(row, {**closed, "workload_id": workload.pk if workload else row.workload_id, "end_due_at": None})

    def _set(self, row: Finding, fields: Mapping[str, Any]) -> None:
        for name, value in fields.items():
            setattr(row, name, value)
        row.last_seen_at = self.now
        if row.pk is not None:
            self.changed[row.pk] = row
            self.columns |= {*fields, "last_seen_at", "story"}


def _is_unsure(row: Finding) -> bool:
    return row.state == FindingState.SEEN or (row.missing_count > 0 and row.state != FindingState.CLOSED)
