"""The key figures of one workload: hardware, place, time, cost and limit, in words and with live clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core import formats
from gpuconsole.core.templatetags import formats as live
from gpuconsole.providers import registry
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import connecting, guarding
from gpuconsole.workloads.lists import hardware
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Kind, State
from gpuconsole.workloads.usage import billed_so_far_s, cost_so_far, step

_LIMITS = {Kind.JOB: gettext_noop("Time limit"), Kind.INSTANCE: gettext_noop("Auto-stop")}
"""What its latest end is called."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell of the strip: a label, the value and what stands small behind it, a line below it, and a meter where
    there is a limit."""

    label: str
    value: str
    note: str = ""
    small: str = ""
    percent: Decimal | None = None
    percent_label: str = ""
    url: str = ""
    url_label: str = ""
    """What can be done about it."""
    person: str = ""
    """Whose mark stands before the note."""


def of(workload: Workload, now: datetime, extend_url: str = "") -> list[Figure]:
    """The strip of one workload; unknown figures say so. ``extend_url`` leads whoever may to another latest end."""
    return [
        _hardware(workload),
        _place(workload),
        _time(workload, now),
        _cost(workload, now),
        _limit(workload, now, extend_url),
        _charged(workload),
    ]


def _hardware(workload: Workload) -> Figure:
    is_many = len(workload.parts) > 1
    note = f"{connecting.count_parts(workload)}, {workload.hardware_id}" if is_many else workload.hardware_id
    return Figure(_("Hardware"), hardware(workload), note)


def _place(workload: Workload) -> Figure:
    provider, connection = registry.get(workload.provider).name, workload.connection.name
    return Figure(_("Region"), workload.region or _("not told"), " · ".join(dict.fromkeys((provider, connection))))


def _time(workload: Workload, now: datetime) -> Figure:
    """All that was billed, closed and open together; what is billed side by side does not run as one clock."""
    billed_s = float(billed_so_far_s(workload, now))
    note: str = _("{length} billed").format(length=formats.duration(billed_s)) if billed_s else ""
    if workload.billed_since is not None and not workload.billed_lanes:
        note = format_html(_("{length} billed"), length=live.elapsed_short(now - timedelta(seconds=billed_s)))
    return Figure(_("Elapsed"), live.elapsed(workload.created_at, workload.ended_at), note)


def _cost(workload: Workload, now: datetime) -> Figure:
    amount = cost_so_far(workload, now)
    if amount is None:
        return Figure(_("Cost so far"), formats.not_priced(), _("the provider names no price for it"))
    value = live.cost_so_far(amount, workload.hourly_now, workload.currency, step(workload, now))
    if workload.is_final:
        return Figure(_("Cost"), value, _("final"))
    most = "" if workload.reserved is None else formats.at_most(workload.reserved, workload.currency)
    is_off = workload.billed_tariff == Tariff.REST
    rate = formats.hourly(workload.hourly_now if is_off else workload.hourly_price, workload.currency)
    rate = _("{rate} while it is off").format(rate=rate) if is_off else rate
    if workload.state == State.LOST:
        return Figure(_("May have cost"), value, _("it may be costing {rate}").format(rate=rate))
    if workload.billed_since is None:
        return Figure(_("Cost so far"), value, f"{rate}, {most}" if most else rate)
    return Figure(_("Cost so far"), value, _bound(workload, most), small=f"+ {rate}")


def _bound(workload: Workload, most: str) -> str:
    """The most that it can cost, and what an instance costs while it is off."""
    if workload.billed_tariff == Tariff.REST or guarding.no_rest(registry.get(workload.provider)):
        return most or _("no limit to the sum")
    price, resting = workload.resting_hourly_price, _("nothing when stopped")
    if price:
        resting = _("{rate} when stopped").format(rate=formats.hourly(price, workload.currency))
    return f"{most}; {resting}" if most else resting


_ENDS = {Kind.JOB: gettext_noop("it ends by itself"), Kind.INSTANCE: gettext_noop("it runs until somebody ends it")}


def _limit(workload: Workload, now: datetime, extend_url: str) -> Figure:
    label = _(_LIMITS[Kind(workload.kind)])
    if workload.ends_by is None:
        return Figure(label, _("none"), _(_ENDS[Kind(workload.kind)]))
    if workload.is_final:
        note = _("not reached") if _ended_early(workload) else _("reached")
        return Figure(label, live.moment(workload.ends_by), note)
    began = workload.clock_began
    whole = workload.ends_by - began
    gone = min(max(now - began, timedelta()), whole)
    percent = Decimal(gone / whole * 100).quantize(Decimal("0.01")) if whole else Decimal(100)
    note = format_html(_("ends by {moment}"), moment=live.moment(workload.ends_by))
    text = _("{time} of {limit} used").format(time=formats.duration(gone), limit=formats.duration(whole))
    value, small = live.elapsed_short(began), _("of {limit}").format(limit=formats.duration(whole))
    if now > workload.ends_by:
        value = formats.duration(whole)
    return Figure(label, value, note, small, percent, text, extend_url, _("Extend"))


def _ended_early(workload: Workload) -> bool:
    return workload.ended_at is not None and workload.ends_by is not None and workload.ended_at < workload.ends_by


def _charged(workload: Workload) -> Figure:
    owner = workload.owner.display_name if workload.owner else ""
    project = workload.project
    link: SafeString = format_html('<a href="/jobs/?project={}">{}</a>', quote(project.slug), project.name)
    return Figure(_("Project"), link, owner or "gpuconsole", person=owner)
