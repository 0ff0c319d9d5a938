"""Questions that the inbox, the overview and the API ask of findings, each with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.db.models import Case, Count, DecimalField, F, Q, Sum, Value, When
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats
from gpuconsole.inventory import access
from gpuconsole.inventory.models import Finding, FindingKind, FindingQuerySet, FindingState, InventoryReading
from gpuconsole.projects import rates

DEAREST_FIRST = ("-worth", "-id")
NEWEST_FIRST = ("-closed_at", "-id")
_WORTH: DecimalField[Decimal, Decimal] = DecimalField(max_digits=30, decimal_places=12)
_UNPRICED = Decimal("0.000000001")
"""What nobody priced comes before what costs nothing."""


class FindingView(StrEnum):
    """Which findings: those that need a person, those of other consoles, those put aside, those that are over."""

    OPEN = "open"
    OTHERS = "others"
    IGNORED = "ignored"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Total:
    """Findings of one kind together: how many, what they cost per hour now, by currency, and how many nobody priced."""

    count: int
    unpriced: int
    hourly: Mapping[str, Decimal]

    @property
    def words(self) -> str:
        """What they cost: ``$2.20 per hour, €1.00 per hour and 2 not priced``."""
        prices = ", ".join(formats.hourly(amount, currency) for currency, amount in self.hourly.items())
        if not self.unpriced:
            return prices
        text = _("{prices} and {count} not priced") if prices else _("{count} not priced")
        return text.format(prices=prices, count=self.unpriced)


def listing(viewer: Viewer, view: FindingView, now: datetime) -> FindingQuerySet:
    """Rows fit for a table, without the provider's answers; with ``worth`` to be ordered by."""
    found = access.visible(viewer).select_related("connection", "workload", "workload__project", "asked_by")
    found = found.defer("remote", "story", *_heavy("connection", _CONNECTION), *_heavy("workload", _WORKLOAD))
    return worth(viewer, _narrowed(found, view, now))


def order(view: FindingView) -> tuple[str, ...]:
    """Most costly first; what is over, newest first."""
    return NEWEST_FIRST if view is FindingView.CLOSED else DEAREST_FIRST


def worth(viewer: Viewer, found: FindingQuerySet) -> FindingQuerySet:
    """With what each costs per hour now in the team's currency; a currency without a rate counts at face value."""
    known = rates.into(viewer.team.currency) if viewer.team else {}
    in_team = [When(currency=code, then=F("hourly_now") * Value(quote.value)) for code, quote in known.items()]
    amount = Case(When(hourly_now=None, then=Value(_UNPRICED)), *in_team, default=F("hourly_now"), output_field=_WORTH)
    return found.annotate(worth=amount)


def alarming(viewer: Viewer, now: datetime) -> FindingQuerySet:
    """Those that need a person and that this one sees, for the navigation to count."""
    return access.visible(viewer).alarming(now)


def sums(found: FindingQuerySet) -> dict[str, Total]:
    """By kind. One query."""
    rows = (
        found.order_by("currency")
        .values("kind", "currency")
        .annotate(count=Count("pk"), unpriced=Count("pk", filter=Q(hourly_now=None)), hourly=Sum("hourly_now"))
    )
    by_kind: dict[str, Total] = {}
    for row in rows:
        before = by_kind.get(row["kind"], Total(0, 0, {}))
        hourly = dict(before.hourly)
        if row["hourly"] is not None:
            hourly[row["currency"]] = hourly.get(row["currency"], Decimal(0)) + row["hourly"]
        by_kind[row["kind"]] = Total(before.count + row["count"], before.unpriced + row["unpriced"], hourly)
    return by_kind


def unexplained(viewer: Viewer, now: datetime) -> Total:
    """What strays cost that nobody has put aside and no other console looks after. One query."""
    strays = alarming(viewer, now).filter(kind=FindingKind.STRAY)
    return sums(strays).get(FindingKind.STRAY, Total(0, 0, {}))


def counts(viewer: Viewer, now: datetime) -> dict[FindingView, int]:
    """How many there are in each view that stands. One query."""
    standing = access.visible(viewer).standing().order_by()
    ignored = Q(pk__in=Finding.objects.ignored(now).values("pk"))
    others = Q(kind=FindingKind.STRAY, mark="other", state=FindingState.OPEN)
    found = standing.aggregate(
        ignored=Count("pk", filter=ignored),
        others=Count("pk", filter=others),
        open=Count("pk", filter=~ignored & ~others),
    )
    return {FindingView(name): count for name, count in found.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest inventory of a connection and what it left to be looked at."""

    reading: InventoryReading | None = None
    count: int = 0


def by_connection(connections: Collection[int], now: datetime) -> dict[int, Standing]:
    """By connection. Two queries."""
    readings = {row.connection_id: row for row in InventoryReading.objects.filter(connection__in=connections)}
    rows = Finding.objects.filter(connection__in=connections).alarming(now).order_by()
    count = dict(rows.values_list("connection").annotate(Count("pk")))
    return {pk: Standing(readings.get(pk), count.get(pk, 0)) for pk in connections}


def _narrowed(found: FindingQuerySet, view: FindingView, now: datetime) -> FindingQuerySet:
    if view is FindingView.CLOSED:
        return found.filter(state=FindingState.CLOSED)
    if view is FindingView.IGNORED:
        return found.ignored(now)
    if view is FindingView.OTHERS:
        return found.of_other_consoles().filter(state=FindingState.OPEN)
    return found.alarming(now)


_CONNECTION = ("credentials", "new_credentials", "old_credentials", "check_steps")
_WORKLOAD = (
    *("spec", "defaults", "request", "remote", "parts", "connect", "hidden_ways", "ports"),
    *("known_remote_ids", "log_cursor", "phases", "edit", "edit_errors"),
)


def _heavy(relation: str, names: tuple[str, ...]) -> list[str]:
    return [f"{relation}__{name}" for name in names]
