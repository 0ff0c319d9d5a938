"""The right rail of a launch form: what was chosen, what it costs, what stands in the way, and the button's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from gpuconsole.core import formats
from gpuconsole.core.money import Money
from gpuconsole.core.spec_forms import is_stand_in
from gpuconsole.workloads import rail_figures as figures_of
from gpuconsole.workloads.estimates import Estimate
from gpuconsole.workloads.forms import LaunchForm
from gpuconsole.workloads.limits import left, tight
from gpuconsole.workloads.limits.bars import Bar
from gpuconsole.workloads.limits.verdicts import NEEDS_APPROVAL, Check
from gpuconsole.workloads.rail_figures import Line
from gpuconsole.workloads.states import Kind

ASK_FIRST = Decimal(50)
"""Money above which a launch asks once more, in the team's currency, where person and project set no other line."""
ASK_FIRST_GPUS = 8
_BUTTONS = {
    "over_quota": gettext_noop("Over quota: ask an admin"),
    "over_budget": gettext_noop("Over budget: ask an admin"),
    "needs_deadline": gettext_noop("Say when to stop to launch"),
    "launches_held": gettext_noop("Launches are held"),
}
_NOT_NOW = gettext_noop("Not possible just now")
"""What the button says where a launch would be refused, by the code of the refusal."""


@dataclass(frozen=True, slots=True)
class Rail:
    """What the rail shows; empty figures where nothing is known yet."""

    title: str
    detail: str
    hourly: str
    hourly_note: str
    price_note: str
    is_priced: bool
    lines: Sequence[Line]
    checks: Sequence[Check]
    button: str
    is_ready: bool
    note: str
    asks: bool = False
    """Pressing it asks an admin."""
    bars: Sequence[Bar] = ()
    """The fullest of the quotas that have a say."""


def rail(form: LaunchForm) -> Rail:
    """The rail for a form as it is filled in now."""
    figures = form.estimate
    button, is_ready = _button(form, figures)
    if figures is None or is_stand_in(figures.pricing.hardware_id) or is_stand_in(figures.hardware):
        return Rail("", "", "", "", "", False, (), (), button, is_ready, "")
    offer = next((row for row in form.offers if row.hardware_id == figures.pricing.hardware_id), None)
    return Rail(
        title=figures_of.title(figures),
        detail=figures_of.detail(figures, offer),
        hourly=figures_of.money(figures.hourly_in_team or figures.hourly),
        hourly_note=figures_of.hourly_note(figures),
        price_note=figures_of.price_note(figures),
        is_priced=figures.hourly is not None,
        lines=tuple(figures_of.lines(form, figures)),
        checks=figures.checks,
        button=button,
        is_ready=is_ready,
        note=_note(form, figures),
        asks=is_ready and figures.needs_approval,
        bars=tight.fullest(figures.uses, form.project.team.currency) if form.project else (),
    )


def must_ask(form: LaunchForm) -> bool:
    """Whether a launch this large is asked about once more."""
    figures = form.estimate
    if figures is None:
        return False
    most = figures.upper_in_team or figures.upper
    return (most is not None and most.amount > ask_first_line(form)) or figures.gpu_count > ASK_FIRST_GPUS


def ask_first_line(form: LaunchForm) -> Decimal:
    """The lower of the person's own line and the project's, or the usual one where neither has set one."""
    lines = (form.viewer.user.ask_first_above, form.project.ask_first_above if form.project else None)
    return min((line for line in lines if line is not None), default=ASK_FIRST)


def question(form: LaunchForm) -> dict[str, Any]:
    """The confirmation: the amount in title and button."""
    figures = form.estimate
    assert figures is not None and form.project is not None
    most = figures.upper_in_team or figures.upper
    hourly = figures_of.money(figures.hourly_in_team or figures.hourly)
    pairs: list[dict[str, Any]] = [{"label": _("Per hour"), "value": hourly}]
    if figures.ends_s is not None:
        label = _("Until the {time} limit").format(time=formats.duration(figures.ends_s))
        pairs.append({"label": label, "value": figures_of.money(most), "is_total": True})
    if figures.budget_after is not None and figures.upper is not None:
        pairs.append({"label": _("Budget left afterwards"), "value": str(figures.budget_after)})
    return {
        "question": _question(form.provider.kind, most),
        "text": _("{name} on {hardware} at {provider}, charged to {project}.").format(
            name=_name(form),
            hardware=figures_of.title(figures),
            provider=form.provider.name,
            project=form.project.name,
        ),
        "pairs": pairs,
        "action_label": _button_for(most),
        "keep_label": _("Back"),
    }


def _question(kind: str, most: Money | None) -> str:
    if most is None:
        is_job = kind == Kind.JOB
        return _("Launch 1 job for an unknown amount?") if is_job else _("Launch 1 instance for an unknown amount?")
    text = _("Launch 1 job for up to {amount}?") if kind == Kind.JOB else _("Launch 1 instance for up to {amount}?")
    return text.format(amount=most)


def _button_for(most: Money | None) -> str:
    if most is None:
        return _("Launch for an unknown amount")
    return _("Launch for up to {amount}").format(amount=most)


def _name(form: LaunchForm) -> str:
    return form.name or (_("An unnamed job") if form.provider.kind == Kind.JOB else _("An unnamed instance"))


def asks(form: LaunchForm) -> bool:
    """Whether it can only be launched with an admin's yes."""
    return form.request is None and form.estimate is not None and form.estimate.needs_approval


def asking(form: LaunchForm) -> dict[str, Any]:
    """What is asked for: the limits in the way, and the figures that the admin will see, too."""
    figures = form.estimate
    assert figures is not None and form.project is not None and form.connection is not None
    most = figures.upper_in_team or figures.upper
    label = _("At most")
    if figures.ends_s is not None:
        label = _("At most, {time}").format(time=formats.duration(figures.ends_s))
    pairs: list[dict[str, Any]] = [
        {"label": _("Per hour"), "value": figures_of.money(figures.hourly_in_team or figures.hourly)},
        {"label": label, "value": figures_of.money(most), "is_total": True},
    ]
    keys = [check.limit for check in figures.blocking]
    pairs += [{"label": one.label, "value": one.words} for one in left.lines(form.project, form.owner, keys)]
    return {
        "name": _name(form),
        "text": _("{hardware} at {provider}, charged to {project}.").format(
            hardware=figures_of.title(figures), provider=form.provider.name, project=form.project.name
        ),
        "limits": figures.blocking,
        "pairs": pairs,
        "is_sandbox": figures.is_sandbox,
    }


def _button(form: LaunchForm, figures: Estimate | None) -> tuple[str, bool]:
    kind = form.provider.kind
    if not form.projects:
        return _("No project to launch in"), False
    if form.refused in _BUTTONS:
        return _(_BUTTONS[form.refused]), False
    if form.error_count:
        number, is_shown = form.error_count, bool(form.spec_form.shown or form.guards_form.shown or form.json_error)
        if is_shown:
            text = ngettext("Fix {number} field to launch", "Fix {number} fields to launch", number)
        else:
            text = ngettext("Fill in {number} field to launch", "Fill in {number} fields to launch", number)
        return text.format(number=number), False
    if form.connection is None:
        return _("Connect {provider} to launch").format(provider=form.provider.name), False
    if form.request is not None:
        waits = figures is not None and all(check.code == NEEDS_APPROVAL for check in figures.blocking)
        return (_("Approve with these changes"), True) if waits else (_(_NOT_NOW), False)
    if figures is not None and figures.needs_approval:
        return _("Ask an admin"), True
    if figures is not None and figures.blocking:
        return _(_BUTTONS.get(figures.blocking[0].code, _NOT_NOW)), False
    return _("Launch job") if kind == Kind.JOB else _("Launch instance"), True


def _note(form: LaunchForm, figures: Estimate) -> str:
    if form.request is not None:
        text = _("Launched at once for {name}; the limits above are waived for it.")
        return text.format(name=form.request.by or _("who asked"))
    if figures.needs_approval:
        return _("It waits for an admin; you see what they are told before it is sent.")
    if must_ask(form):
        if figures.gpu_count > ASK_FIRST_GPUS:
            return _("Asks once more: it takes more than {number} GPUs.").format(number=ASK_FIRST_GPUS)
        return _("Asks once more: it is above the {amount} line.").format(amount=_line(form))
    return _("Sent once, with an idempotency key.")


def _line(form: LaunchForm) -> str:
    currency = form.project.team.currency if form.project else "USD"
    return formats.money(ask_first_line(form), currency, summary=True).removesuffix(".00")
