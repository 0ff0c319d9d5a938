"""A press that ends, stops or starts many workloads at once, with one record for all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils import timezone

from gpuconsole.accounts.models import Team, User
from gpuconsole.audit import services as audit
from gpuconsole.core.errors import Refused
from gpuconsole.workloads.locking import locked_many
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.services.acts import start, stopped_by
from gpuconsole.workloads.services.many import Answer, end_many
from gpuconsole.workloads.states import Verb

BATCH = 100
"""Workloads in one transaction."""


def act_on_many(*, team: Team, pks: Collection[int], verb: Verb, by: User) -> list[Answer]:
    """Stop, terminate or start work of one team, each checked as one alone would be; that of others is no obstacle."""
    ordered = sorted(pks)
    if verb is Verb.START:
        return [_started(row, by) for row in Workload.objects.filter(pk__in=ordered).order_by("pk")]
    answers = [
        answer for first in range(0, len(ordered), BATCH) for answer in _ended(ordered[first : first + BATCH], verb, by)
    ]
    asked = [answer.workload.public_id for answer in answers if not answer.refusal]
    audit.record(f"workload.{verb}_many", by=by, team=team, after={"workloads": asked})
    return answers


def _ended(pks: Sequence[int], verb: Verb, by: User) -> list[Answer]:
    with locked_many(pks) as rows:
        return end_many(
            list(rows.values()),
            dict.fromkeys(rows, verb),
            by=by,
            reason_of=lambda one: stopped_by(one, by),
            detail="",
            now=timezone.now(),
        )


def _started(row: Workload, by: User) -> Answer:
    try:
        return Answer(start(workload=row, by=by))
    except Refused as refused:
        return Answer(row, refusal=refused.message)
