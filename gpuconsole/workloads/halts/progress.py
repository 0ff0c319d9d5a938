"""How far each entry of a halt has come, read from the workloads and their events: nothing of it is stored twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.connections.models import Connection, Health
from gpuconsole.core import formats
from gpuconsole.core.badges import BadgeChoices
from gpuconsole.providers import registry
from gpuconsole.workloads.halts import plans
from gpuconsole.workloads.halts.burn import Burn, burn
from gpuconsole.workloads.halts.reach import reach_of
from gpuconsole.workloads.models import Effect, Event, Halt, HaltEntry, InstanceEnd, Intent, Workload
from gpuconsole.workloads.states import ACTIVE, FINAL, ReasonCode, State


class Step(BadgeChoices):
    """How far one entry has come; the first five are asked for on and on by themselves."""

    ASKED = "asked", gettext_lazy("Asked")
    ACCEPTED = "accepted", gettext_lazy("Accepted")
    WAITING = "waiting", gettext_lazy("Waiting")
    LOOKING = "looking", gettext_lazy("Looked for")
    REFUSED = "refused", gettext_lazy("Refused")
    NOT_FOUND = "not_found", gettext_lazy("Not found")
    LEFT = "left", gettext_lazy("Left running")
    CONFIRMED = "confirmed", gettext_lazy("Confirmed")

    @classmethod
    def looks(cls) -> Mapping[Any, tuple[str, ...]]:
        return _LOOKS


_LOOKS = {
    Step.ASKED: ("arrow-up-from-line", ""),
    Step.ACCEPTED: ("circle-stop", ""),
    Step.WAITING: ("hourglass", "warning"),
    Step.LOOKING: ("search", "warning"),
    Step.REFUSED: ("circle-x", "bad"),
    Step.NOT_FOUND: ("circle-help", "warning"),
    Step.LEFT: ("circle-play", "bad"),
    Step.CONFIRMED: ("circle-check", "ok"),
}
_FEW_TRIES = 2
STUCK = frozenset({Step.REFUSED, Step.NOT_FOUND, Step.LEFT})
"""These need a person, also where we go on asking."""
_TROUBLED = (Health.FAILING, Health.REFUSED)
_NOT_SEEN = Q(workload__state=State.CANCELLED, workload__reason_code=ReasonCode.NOT_FOUND)
_NEEDED = (
    *("id", "halt", "request", "at", "effect", "is_repeat", "refusal", "was", "hourly_price", "currency"),
    *(
        f"workload__{name}"
        for name in (
            *("public_id", "kind", "name", "provider", "state", "state_at", "intent", "intent_at", "intent_tries"),
            *(
                "intent_error",
                "is_intent_refused",
                "due_at",
                "sending_at",
                "remote_id",
                "remote_status",
                "reason_code",
                "is_sandbox",
                "currency",
            ),
            *("hourly_price", "resting_hourly_price", "billed_since", "billed_tariff", "billed_lanes"),
            *("gpu_count", "gpu_model", "hardware_id", "project__name", "project__slug", "owner__name", "owner__email"),
            *("connection__name", "connection__health", "connection__health_text", "connection__breaker_until"),
        )
    ),
    *(f"request__{name}" for name in ("public_id", "name", "kind", "provider", "state", "project__name")),
)


def told(entries: QuerySet[HaltEntry]) -> QuerySet[HaltEntry]:
    """Entries with ``confirmed_at``: when we learned of the provider's word for the end, or that nothing was sent."""
    ends = Event.objects.filter(workload=OuterRef("workload"), written_at__gte=OuterRef("at"))
    ends = ends.annotate(effect=ExpressionWrapper(OuterRef("effect"), output_field=models.CharField()))
    ends = ends.filter(Q(state__in=FINAL) | Q(state=State.STOPPED, effect=Effect.STOP)).order_by("id")
    turned_down = models.Case(models.When(request__isnull=False, then="at"))
    return entries.annotate(confirmed_at=Coalesce(Subquery(ends.values("written_at")[:1]), turned_down))


def unconfirmed(entries: QuerySet[HaltEntry]) -> QuerySet[HaltEntry]:
    """Those whose end nobody has confirmed."""
    return told(entries).filter(Q(confirmed_at=None) | _NOT_SEEN)


def confirmed(entries: QuerySet[HaltEntry]) -> QuerySet[HaltEntry]:
    return told(entries).exclude(Q(confirmed_at=None) | _NOT_SEEN)


def readable(entries: QuerySet[HaltEntry]) -> QuerySet[HaltEntry]:
    """With all that ``Progress`` reads, in one query."""
    related = ("workload__project", "workload__owner", "workload__connection", "request__project")
    return told(entries).select_related(*related).only(*_NEEDED)


@dataclass(frozen=True, slots=True)
class Progress:
    """One entry as it stands now."""

    entry: HaltEntry
    step: Step
    text: str
    confirmed_at: datetime | None
    runs_again: bool
    """It was confirmed, and has been started or retried since."""

    @property
    def is_confirmed(self) -> bool:
        return self.step is Step.CONFIRMED


def of(entry: HaltEntry) -> Progress:
    """Where one entry, read by ``readable``, stands."""
    workload, at = entry.workload, entry.confirmed_at  # type: ignore[attr-defined] # annotated
    if workload is None:
        return Progress(entry, Step.CONFIRMED, _("It will not be launched."), at, runs_again=False)
    step, text = _step(entry, workload, at)
    is_confirmed = step is Step.CONFIRMED
    again = is_confirmed and workload.state in ACTIVE and workload.state_at > at
    return Progress(entry, step, text, at if is_confirmed else None, again)


def _step(entry: HaltEntry, workload: Workload, confirmed_at: datetime | None) -> tuple[Step, str]:
    name = registry.get(workload.provider).name
    if workload.state == State.CANCELLED and workload.reason_code == ReasonCode.NOT_FOUND:
        return Step.NOT_FOUND, _("It was sent, and {provider} never showed it. Look there whether it runs.").format(
            provider=name
        )
    if confirmed_at is not None:
        return Step.CONFIRMED, _confirmation(entry, workload, name)
    if entry.refusal:
        return Step.REFUSED, entry.refusal
    if workload.sending_at is not None and not workload.remote_id:
        return Step.LOOKING, _("{provider} has not answered its launch. It is ended as soon as it is found.").format(
            provider=name
        )
    if workload.state != State.STOPPING and workload.intent not in (Intent.STOP, Intent.END):
        return Step.LEFT, _("It runs, and nobody asks for its end any more. Ask again.")
    if workload.intent_error and workload.is_intent_refused:
        text = _("{provider} refuses: {words}").format(provider=name, words=workload.intent_error)
        return Step.REFUSED, f"{text} {_tries(workload)}"
    if workload.intent_error:
        return Step.WAITING, f"{name}: {workload.intent_error} {_tries(workload)}"
    if workload.intent_tries or not workload.intent:
        return Step.ACCEPTED, _acceptance(workload, name)
    if workload.connection.health in _TROUBLED:
        return Step.WAITING, _out_of_reach(workload.connection)
    return Step.ASKED, _("Written down; {provider} is asked next.").format(provider=name)


def _confirmation(entry: HaltEntry, workload: Workload, name: str) -> str:
    if entry.effect == Effect.CANCEL:
        return _("Cancelled before it was sent.")
    if workload.reason_code == ReasonCode.NEVER_SENT:
        return _("{provider} never made it.").format(provider=name)
    if workload.state in (State.SUCCEEDED, State.FAILED):
        return _("It had ended by itself: {state_word}.").format(state_word=workload.state_word.label.lower())
    if entry.effect == Effect.STOP and workload.state not in FINAL:
        return _("{provider} confirms that it is off.").format(provider=name)
    return _("{provider} confirms the end.").format(provider=name)


def _acceptance(workload: Workload, name: str) -> str:
    if workload.intent_tries <= _FEW_TRIES:
        return _("{provider} has accepted it and not confirmed the end yet.").format(provider=name)
    text = _("{provider} has accepted it.")
    if workload.remote_status:
        text = _("{provider} has accepted it and still says “{status}”.")
    return f"{text.format(provider=name, status=workload.remote_status)} {_tries(workload)}"


def _out_of_reach(connection: Connection) -> str:
    text = _("{connection} can't be reached: {reason}").format(
        connection=connection.name, reason=connection.health_text
    )
    if connection.breaker_until is None:
        return text
    return f"{text} {_('The next call is at {time} UTC.').format(time=formats.exact_time(connection.breaker_until))}"


def _tries(workload: Workload) -> str:
    tried = formats.plural(workload.intent_tries, "try", "tries")
    if workload.due_at is None:
        return f"{tried}."
    return _("{tries}; the next at {time} UTC.").format(tries=tried, time=formats.exact_time(workload.due_at))


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole halt: how many stand where, what they cost, and how long it took."""

    counts: Mapping[Step, int]
    before: Burn
    """What they cost per hour when it was pressed."""
    now: Burn
    """What those cost that are not confirmed, and what is kept of those that are at rest."""
    open: Burn
    """Of that, what is not confirmed."""
    last_at: datetime | None
    """When the last confirmation came."""
    began_since: int
    """What runs in its reach now and was not taken in."""
    runs_again: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def confirmed(self) -> int:
        return self.counts.get(Step.CONFIRMED, 0)

    @property
    def left(self) -> int:
        return self.total - self.confirmed

    @property
    def stuck(self) -> int:
        """Of those that are left, how many need a person."""
        return sum(self.counts.get(step, 0) for step in STUCK)

    @property
    def saved(self) -> Burn:
        """What it costs no more."""
        return self.before - self.now

    def took(self, halt: Halt) -> timedelta | None:
        """From the press to the last confirmation; None while any is missing."""
        return None if self.left or self.last_at is None or halt.asked_at is None else self.last_at - halt.started_at


def summary(halt: Halt, entries: Iterable[HaltEntry]) -> Summary:
    """Added up from entries that were read by ``readable``; one more query for what was not taken in."""
    found = [of(entry) for entry in entries]
    times = [one.confirmed_at for one in found if one.confirmed_at is not None]
    lasting = [one for one in found if not one.is_confirmed]
    resting = [one for one in found if one.is_confirmed and not one.runs_again and one.entry.effect == Effect.STOP]
    return Summary(
        counts=Counter(one.step for one in found),
        before=burn((one.entry.currency, one.entry.hourly_price) for one in found),
        now=burn(map(_cost, (*lasting, *resting))),
        open=burn(map(_cost, lasting)),
        last_at=max(times, default=None),
        began_since=began_since(halt).count(),
        runs_again=sum(one.runs_again for one in found),
    )


def began_since(halt: Halt) -> QuerySet[Workload]:
    """Active work in its reach that is not among its entries: launched or started after the press."""
    mine = HaltEntry.objects.filter(halt=halt, workload=OuterRef("pk"))
    return reach_of(halt).taken_in(InstanceEnd.STOP).filter(~models.Exists(mine)).order_by("-id")


def _cost(one: Progress) -> tuple[str, Decimal | None]:
    workload = one.entry.workload
    assert workload is not None  # a request is confirmed at once
    return workload.currency, plans.hourly(workload)
