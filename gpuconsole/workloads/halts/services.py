"""Halts: the end of everything in reach is written down, batch by batch; the engine asks, the provider confirms."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import ApiToken, User
from gpuconsole.audit import services as audit
from gpuconsole.core import versions
from gpuconsole.core.errors import Refused
from gpuconsole.core.ids import new_id
from gpuconsole.projects import rules
from gpuconsole.workloads.halts import plans, progress
from gpuconsole.workloads.halts.burn import burn
from gpuconsole.workloads.halts.reach import Reach, reach_of
from gpuconsole.workloads.locking import locked_many
from gpuconsole.workloads.models import Decision, Effect, Halt, HaltEntry, HaltScope, InstanceEnd, Via, Workload
from gpuconsole.workloads.requests import services as requests
from gpuconsole.workloads.services.many import Answer, end_many
from gpuconsole.workloads.states import Kind, Reason, ReasonCode, Verb

logger = logging.getLogger(__name__)

BATCH = 100
"""Workloads in one transaction."""
MOST_AT_ONCE = 1_000
"""Workloads that one press writes down itself; workers go on with the rest."""
INTERRUPTED_AFTER = timedelta(seconds=10)


def stop_everything(
    *,
    reach: Reach,
    by: User | None,
    instances: InstanceEnd,
    holds_launches: bool = False,
    api_token: ApiToken | None = None,
    via: Via | None = None,
    key: str | None = None,
) -> Halt:
    """Ask for the end of everything in reach, and give the halt that follows it.

    Launches that were never sent are cancelled, requests for launches turned down. Asking twice does no harm, nor do
    two people who ask at once; the same ``key`` gives the first halt again. Raises Refused where there is nothing to
    stop. Whether the reach is theirs the caller has asked.
    """
    halt = _begin(reach, by, instances, holds_launches, api_token, via, key)
    carry_on(halt)
    return halt


def carry_on(halt: Halt, most: int = MOST_AT_ONCE) -> None:
    """Go on where it was left, until all is asked for or enough for once."""
    for _start in range(0, most, BATCH):
        if not _one_batch(halt):
            return


def resume_due(now: datetime) -> int:
    """Go on with those that were interrupted, or are too large for one press; gives how many."""
    left = Halt.objects.filter(asked_at=None, started_at__lte=now - INTERRUPTED_AFTER).order_by("pk")
    found = list(left.select_related("team", "person", "project", "connection", "by")[:10])
    for halt in found:
        carry_on(halt)
    return len(found)


def ask_again(*, halt: Halt, by: User | None) -> int:
    """Ask at once for all that is not confirmed, instead of at the end of each one's wait; gives for how many."""
    found = progress.unconfirmed(HaltEntry.objects.filter(halt=halt, workload__isnull=False))
    pks = list(found.order_by("workload").values_list("workload", flat=True))
    count = sum(_ask(halt, pks[start : start + BATCH], by) for start in range(0, len(pks), BATCH))
    audit.record("halt.again", by=by, team=halt.team, project=halt.project, target=halt, after={"workloads": count})
    versions.bump_now(*halt.topics)
    return count


def _ask(halt: Halt, pks: Sequence[int | None], by: User | None) -> int:
    with locked_many([pk for pk in pks if pk is not None]) as rows:
        now, plan = timezone.now(), _plan(rows.values(), InstanceEnd(halt.instances))
        return len(_end(halt, rows, plan, by, now))


@transaction.atomic
def release(*, halt: Halt, by: User | None) -> Halt:
    """Let launches be made again. Pressed again it changes nothing."""
    row = _locked(halt)
    if not row.is_holding:
        return row
    row.released_at, row.released_by = timezone.now(), by
    row.save(update_fields=["released_at", "released_by"])
    audit.record("halt.release", by=by, team=row.team, project=row.project, target=row)
    versions.bump(*row.topics)
    return row


@transaction.atomic
def _begin(
    reach: Reach,
    by: User | None,
    instances: InstanceEnd,
    holds_launches: bool,
    api_token: ApiToken | None,
    via: Via | None,
    key: str | None,
) -> Halt:
    if holds_launches and not reach.may_hold:
        raise Refused(
            _("Launches are held for a project, a connection or a team."), code="invalid", field="hold_launches"
        )
    # launches under way are there when the locks are ours, and those that come after see what is held
    rules.lock_all(reach.team, reach.project if reach.kind is HaltScope.PROJECT else None)
    now, halt = timezone.now(), reach.row
    halt.instances, halt.holds_launches = instances, holds_launches
    first = Halt.objects.filter(team=reach.team, key=key).first() if key else None
    if first is not None:
        return _again(first, halt)
    waiting = reach.requests(now)
    if not holds_launches and not reach.taken_in(instances).exists() and not waiting.exists():
        raise Refused(_("There is nothing to stop: nothing runs here."), code="nothing_to_stop")
    halt.public_id, halt.by, halt.api_token, halt.key, halt.started_at = new_id("halt"), by, api_token, key, now
    halt.save(force_insert=True)
    _turn_down(halt, reach, via, now)
    versions.bump(*halt.topics)
    return halt


def _again(first: Halt, asked: Halt) -> Halt:
    told = ("scope", "person_id", "project_id", "connection_id", "instances", "holds_launches")
    if any(getattr(first, name) != getattr(asked, name) for name in told):
        text = _("This idempotency key was used to stop something else. Use a new key for a new request.")
        raise Refused(text, code="idempotency_conflict")
    return first


def _turn_down(halt: Halt, reach: Reach, via: Via | None, now: datetime) -> None:
    state = Decision.WITHDRAWN if reach.kind is HaltScope.MINE else Decision.DECLINED
    reason = _("{who} stopped everything {phrase}.").format(who=_who(halt.by), phrase=halt.phrase)
    found = requests.turn_down_many(
        requests=reach.requests(now), state=state, by=halt.by, via=via, reason=reason, now=now
    )
    HaltEntry.objects.bulk_create(
        HaltEntry(halt=halt, request=row, at=now, effect=Effect.TURN_DOWN, hourly_price=0) for row in found
    )


def _one_batch(halt: Halt) -> bool:
    """Write down the next ones; false when all are."""
    with transaction.atomic():
        row = _locked(halt)
        if row.asked_at is not None:
            halt.asked_at = row.asked_at
            return False
        instances = InstanceEnd(row.instances)
        due = reach_of(row).taken_in(instances).filter(pk__gt=row.upto).order_by("pk")
        pks = list(due.values_list("pk", flat=True)[:BATCH])
        if pks:
            _take(row, pks, instances)
            row.upto = pks[-1]
        else:
            row.asked_at = timezone.now()
            _record(row)
        row.save(update_fields=["upto", "asked_at"])
        versions.bump(*row.topics)
    halt.upto, halt.asked_at = row.upto, row.asked_at
    return halt.asked_at is None


def _take(halt: Halt, pks: Sequence[int], instances: InstanceEnd) -> None:
    with locked_many(pks) as rows:
        now, plan = timezone.now(), _plan(rows.values(), instances)
        before = {pk: (rows[pk].state, plans.hourly(rows[pk])) for pk in plan}
        answers = _end(halt, rows, plan, halt.by, now)
        HaltEntry.objects.bulk_create(
            (_entry(halt, answer, plan[answer.workload.pk], *before[answer.workload.pk], now) for answer in answers),
            ignore_conflicts=True,
        )


def _end(
    halt: Halt, rows: Mapping[int, Workload], plan: Mapping[int, Effect], by: User | None, now: datetime
) -> list[Answer]:
    return end_many(
        [row for row in rows.values() if row.pk in plan],
        {pk: plans.VERB_OF[effect][Kind(rows[pk].kind)] for pk, effect in plan.items()},
        by=by,
        reason_of=lambda verb: _reason(halt, by, verb),
        detail=str(halt),
        now=now,
    )


def _plan(rows: Iterable[Workload], instances: InstanceEnd) -> dict[int, Effect]:
    found = {row.pk: plans.effect_of(row, instances) for row in rows}
    return {pk: effect for pk, effect in found.items() if effect is not None}


def _entry(halt: Halt, answer: Answer, effect: Effect, was: str, hourly: Decimal | None, now: datetime) -> HaltEntry:
    workload: Workload = answer.workload
    return HaltEntry(
        halt=halt,
        workload=workload,
        at=now,
        effect=effect,
        is_repeat=answer.is_repeat,
        refusal=answer.refusal,
        was=was,
        hourly_price=hourly,
        currency=workload.currency,
    )


def _reason(halt: Halt, by: User | None, verb: Verb) -> Reason:
    text = _("Stopped by {person} with everything {scope}.")
    if verb is Verb.TERMINATE:
        text = _("Terminated by {person} with everything {scope}.")
    return Reason(ReasonCode.STOPPED_BY_PERSON, text.format(person=_who(by), scope=halt.phrase))


def _who(by: User | None) -> str:
    return by.display_name if by else _("whoever runs this console")


def _record(halt: Halt) -> None:
    """One line in the audit log for all of it."""
    found = HaltEntry.objects.filter(halt=halt)
    counts = found.aggregate(
        workloads=Count("workload"), requests=Count("request"), refused=Count("pk", filter=~Q(refusal=""))
    )
    costs = burn(found.filter(workload__isnull=False).values_list("currency", "hourly_price"))
    after = {
        "scope": halt.scope,
        "instances": halt.instances,
        "holds_launches": halt.holds_launches,
        **counts,
        "hourly": {currency: str(amount) for currency, amount in costs.hourly.items()},
        "unknown_prices": costs.unknown,
    }
    audit.record("halt.begin", by=halt.by, team=halt.team, project=halt.project, target=halt, after=after)
    logger.info("everything is asked to end", extra={"halt": halt.pk, **counts})


def _locked(halt: Halt) -> Halt:
    rows = Halt.objects.select_related("team", "person", "project", "connection", "by")
    return rows.select_for_update(of=("self",)).get(pk=halt.pk)
