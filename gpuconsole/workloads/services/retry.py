"""Retries: the provider's own "same again" as another attempt, else a new workload with the same spec."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core.errors import Refused
from gpuconsole.projects import rules
from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads import causes, guarding, names, phases, transitions
from gpuconsole.workloads.estimates import deadline
from gpuconsole.workloads.events import note
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.limits.verdicts import NEEDS_APPROVAL
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.services.acts import refuse_in_state
from gpuconsole.workloads.services.launch import estimate_again, launch, only_launches_ask, refuse_closed, warn
from gpuconsole.workloads.services.waking import wake
from gpuconsole.workloads.states import FINAL, State, Verb
from gpuconsole.workloads.tokens import new_token
from gpuconsole.workloads.unspecified import refuse_without_spec


def retry(*, workload: Workload, by: User | None, key: str = "") -> Workload:
    """Run failed or cancelled work again; gives the workload to follow: itself, or the one that was launched instead.

    Pressing again while the retry is on its way, or with the same ``key``, gives the same one. Quotas and budgets are
    asked again. What its cause says to change first stands among the ``warnings`` of the answer.
    """
    with transaction.atomic():
        rules.lock(workload.project)
        with locked(workload.pk) as row:
            if (made := _made_before(row, key)) is not None:
                return made
            refuse_in_state(row, Verb.RETRY)
            refuse_without_spec(row, Verb.RETRY)
            provider = registry.get(row.provider)
            warning = causes.warning(row, provider)
            spec = provider.spec.read(row.spec)
            may_go_on = row.remote_id and not _is_going(row) and not guarding.is_used_up(row, timezone.now())
            if Feature.RETRY in provider.features and may_go_on:
                made = _another_attempt(row, spec, by, key)
            else:
                made = _another_workload(row, by, key)
            made.warnings = (*made.warnings, *([warning] if warning else []))
            return made


def _made_before(row: Workload, key: str) -> Workload | None:
    """What the same press, or one before it whose retry has not ended, has made."""
    if row.intent == Intent.RETRY or (key and row.retry_key == key):
        return row
    same = row.retries.filter(idempotency_key=_key(row, key)).first() if key else None
    return same or row.retries.exclude(state__in=FINAL).order_by("-id").first()


def _key(row: Workload, key: str) -> str | None:
    return f"retry:{row.public_id}:{key}" if key else None


def _is_going(row: Workload) -> bool:
    """Whether the provider has been asked to forget the remote that a retry would begin from."""
    return row.removed_at is not None or row.intent == Intent.DELETE


def _another_attempt(row: Workload, spec: Spec, by: User | None, key: str) -> Workload:
    now = timezone.now()
    refuse_closed(row.project, row.connection)
    figures = estimate_again(row, spec, now)
    row.token, row.intent, row.intent_at, row.intent_by, row.due_at = new_token(), Intent.RETRY, now, by, now
    row.intent_tries, row.intent_error = 0, ""
    row.sending_at = row.look_until = row.missing_since = None
    row.known_remote_ids, row.missing_count = [], 0
    row.stop_after_s, row.ends_by = figures.longest_s, deadline(now, figures.longest_s)
    row.idle_since = row.measured_at = row.queue_warned_at = None
    row.is_log_complete, row.is_output_complete, row.log_cursor = False, False, ""
    row.attempt_log_from, row.retry_key = row.log_size, key
    row.reserved = None if figures.upper is None else row.cost_closed + figures.upper.amount
    if figures.hourly is not None and figures.hourly.currency == row.currency:
        row.hourly_price, row.price_seen_at = figures.hourly.amount, figures.price_seen_at
    row.phases = phases.known_as(row.phases, row.remote_id)
    transitions.move(row, State.SUBMITTING, why=_("Retry asked"), by=by, fields=_SET)
    warn(row, figures, by)
    audit.record(
        "workload.retry",
        by=by,
        team=row.project.team,
        project=row.project,
        target=row,
        after={"attempt": row.attempt},
    )
    wake(row, now)
    return row


_SET = (
    *(
        "token",
        "intent",
        "intent_at",
        "intent_by",
        "intent_tries",
        "intent_error",
        "due_at",
        "sending_at",
        "look_until",
    ),
    *("missing_since", "missing_count", "known_remote_ids", "ends_by", "stop_after_s", "attempt"),
    *("idle_since", "measured_at", "queue_warned_at"),
    *("is_log_complete", "is_output_complete", "log_cursor", "attempt_log_from", "retry_key"),
    *("hourly_price", "price_seen_at"),
)


def _another_workload(row: Workload, by: User | None, key: str) -> Workload:
    """With the same spec, labels and latest end, under the next name; each of the two tells of the other."""
    provider = registry.get(row.provider)
    name = names.next_free(row.project, row.name, longest=provider.name_max)
    try:
        made = launch(
            project=row.project,
            connection=row.connection,
            spec=provider.spec.read(names.renamed(row.spec, provider.name_path, name)),
            name=name,
            by=by,
            stop_after_s=row.stop_after_s,
            guards=Guards.of(row),
            idempotency_key=_key(row, key),
            labels=row.labels,
            retry_of=row,
        )
    except Refused as no:
        if no.code != NEEDS_APPROVAL:
            raise
        raise Refused(no.message, code=no.code, details=[*no.details, only_launches_ask()]) from no
    text = _("Retried as {name}").format(name=made.name)
    note(row, text, kind=EventKind.INTENT, detail=made.public_id, by=by)
    note(made, _("Retry of {name}").format(name=row.name), detail=row.public_id)
    return made
