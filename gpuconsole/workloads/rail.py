"""The right rail of a launch form: what was chosen, what it costs, what stands in the way, and the button's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gpuconsole.core import formats
from gpuconsole.core.money import Money
from gpuconsole.core.spec_forms import is_stand_in
from gpuconsole.providers.remote import Offer
from gpuconsole.workloads.estimates import Estimate
from gpuconsole.workloads.forms import LaunchForm
from gpuconsole.workloads.limits import left, tight
from gpuconsole.workloads.limits.bars import Bar
from gpuconsole.workloads.limits.verdicts import NEEDS_APPROVAL, Check

ASK_FIRST = Decimal(50)
"""Money above which a launch asks once more, in the team's currency, where person and project set no other line."""
ASK_FIRST_GPUS = 8
_MONTH_H = 30 * 24
_BUTTONS = {
    "over_quota": "Over quota: ask an admin",
    "over_budget": "Over budget: ask an admin",
    "needs_deadline": "Say when to stop to launch",
    "launches_held": "Launches are held",
}
"""What the button says where a launch would be refused, by the code of the refusal."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the rail."""

    label: str
    value: str
    is_total: bool = False


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
        title=_title(figures),
        detail=_detail(figures, offer),
        hourly=_money(figures.hourly_in_team or figures.hourly),
        hourly_note=_hourly_note(figures),
        price_note=_price_note(figures),
        is_priced=figures.hourly is not None,
        lines=tuple(_lines(form, figures)),
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
    bound = f"up to {most}" if most else "an unknown amount"
    pairs: list[dict[str, Any]] = [{"label": "Per hour", "value": _money(figures.hourly_in_team or figures.hourly)}]
    if figures.ends_s is not None:
        label = f"Until the {formats.duration(figures.ends_s)} limit"
        pairs.append({"label": label, "value": _money(most), "is_total": True})
    if figures.budget_after is not None and figures.upper is not None:
        pairs.append({"label": "Budget left afterwards", "value": str(figures.budget_after)})
    return {
        "question": f"Launch 1 {form.provider.kind} for {bound}?",
        "text": f"{form.name or f'An unnamed {form.provider.kind}'} on {_title(figures)} at {form.provider.name}, "
        f"charged to {form.project.name}.",
        "pairs": pairs,
        "action_label": f"Launch for {bound}",
        "keep_label": "Back",
    }


def asks(form: LaunchForm) -> bool:
    """Whether it can only be launched with an admin's yes."""
    return form.request is None and form.estimate is not None and form.estimate.needs_approval


def asking(form: LaunchForm) -> dict[str, Any]:
    """What is asked for: the limits in the way, and the figures that the admin will see, too."""
    figures = form.estimate
    assert figures is not None and form.project is not None and form.connection is not None
    most = figures.upper_in_team or figures.upper
    label = f"At most, {formats.duration(figures.ends_s)}" if figures.ends_s is not None else "At most"
    pairs: list[dict[str, Any]] = [
        {"label": "Per hour", "value": _money(figures.hourly_in_team or figures.hourly)},
        {"label": label, "value": _money(most), "is_total": True},
    ]
    keys = [check.limit for check in figures.blocking]
    pairs += [{"label": one.label, "value": one.words} for one in left.lines(form.project, form.owner, keys)]
    return {
        "name": form.name or f"An unnamed {form.provider.kind}",
        "text": f"{_title(figures)} at {form.provider.name}, charged to {form.project.name}.",
        "limits": figures.blocking,
        "pairs": pairs,
        "is_sandbox": figures.is_sandbox,
    }


def _button(form: LaunchForm, figures: Estimate | None) -> tuple[str, bool]:
    kind = form.provider.kind
    if not form.projects:
        return "No project to launch in", False
    if form.refused in _BUTTONS:
        return _BUTTONS[form.refused], False
    if form.error_count:
        fields = f"{form.error_count} field{'s' if form.error_count > 1 else ''}"
        shown = len(form.spec_form.shown) + len(form.guards_form.shown)
        return (f"Fix {fields} to launch" if shown or form.json_error else f"Fill in {fields} to launch"), False
    if form.connection is None:
        return f"Connect {form.provider.name} to launch", False
    if form.request is not None:
        waits = figures is not None and all(check.code == NEEDS_APPROVAL for check in figures.blocking)
        return ("Approve with these changes", True) if waits else ("Not possible just now", False)
    if figures is not None and figures.needs_approval:
        return "Ask an admin", True
    if figures is not None and figures.blocking:
        return _BUTTONS.get(figures.blocking[0].code, "Not possible just now"), False
    return f"Launch {kind}", True


def _title(figures: Estimate) -> str:
    if not figures.pricing.hardware_id and not figures.hardware:
        return "Hardware not chosen"
    return formats.gpus(figures.gpu_count, figures.hardware) if figures.gpu_count else "CPU only"


def _detail(figures: Estimate, offer: Offer | None) -> str:
    parts = [figures.pricing.hardware_id]
    if figures.pricing.units > 1 and figures.pricing.hardware_id:
        parts = [f"{figures.pricing.hardware_id} × {figures.pricing.units}"]
    if offer is not None:
        vram = offer.hardware.vram_gb if offer.hardware else None
        parts += [f"{vram} GB each"] if vram else []
        parts += [f"{offer.cpu_count.normalize():f} vCPU"] if offer.cpu_count else []
        parts += [formats.size(offer.ram_gb, "GiB")] if offer.ram_gb else []
    return " · ".join(part for part in parts if part)


def _hourly_note(figures: Estimate) -> str:
    if figures.hourly is None:
        return (
            "The provider tells no price for this."
            if figures.pricing.hardware_id
            else "Pick hardware to see its price."
        )
    billed = f"billed {figures.rounding.words}"
    if figures.quote is not None:
        return f"{figures.hourly} per hour, {figures.quote}, {billed}"
    compute = figures.hourly - figures.resting if figures.resting else figures.hourly
    if figures.gpu_count > 1:
        each = Money(compute.amount / figures.gpu_count, compute.currency)
        return f"{each} per GPU-hour, {billed}"
    return billed.capitalize()


def _price_note(figures: Estimate) -> str:
    """Whose price it is, and how old; empty without one."""
    if figures.hourly is None:
        return ""
    if figures.price_seen_at is None:
        return f"{figures.price_source}, never read"
    odd = "An odd price, most likely a mistake. " if figures.is_doubted else ""
    return f"{odd}{figures.price_source}, seen {formats.ago(timezone.now() - figures.price_seen_at)}"


def _lines(form: LaunchForm, figures: Estimate) -> list[Line]:
    found = []
    price = figures.hourly_in_team or figures.hourly
    if figures.typical is not None and figures.typical.cost is not None:
        run = formats.duration(figures.typical.run_s)
        found.append(
            Line(
                f"Typical run, {run}, of {figures.typical.count}",
                formats.estimated(figures.typical.cost.amount, figures.typical.cost.currency),
            )
        )
    if figures.is_capped:
        found.append(Line("Until stopped at its cost", _money(figures.upper_in_team or figures.upper), is_total=True))
    elif figures.ends_s is not None:
        most = _money(figures.upper_in_team or figures.upper)
        whose = "Until stop limit" if figures.ends_s == figures.longest_s else "With all tries, at most"
        found.append(Line(f"{whose}, {formats.duration(figures.ends_s)}", most, is_total=True))
    else:
        found.append(Line("Until stop limit", "no limit set", is_total=True))
    at_cost = form.other_guards.stop_at_cost
    if at_cost is not None and not figures.is_capped:
        found.append(Line("Your cost stop", formats.money(at_cost, figures.pricing.currency)))
    is_endless = form.provider.kind == "instance" or (form.spec is not None and form.spec.is_endless)
    if is_endless and price is not None:
        found.append(Line("If left on for 30 days", str(price * _MONTH_H)))
    if figures.resting is not None:
        found.append(Line(f"{figures.resting_for}, while it is off", f"{figures.resting} per hour"))
    if figures.pricing.units > 1 and price is not None:
        found.append(Line("One worker less", f"− {price * (Decimal(1) / figures.pricing.units)} per hour"))
    found += [Line(what, formats.not_priced()) for what in figures.not_priced]
    return found


def _note(form: LaunchForm, figures: Estimate) -> str:
    if form.request is not None:
        return f"Launched at once for {form.request.by or 'who asked'}; the limits above are waived for it."
    if figures.needs_approval:
        return "It waits for an admin; you see what they are told before it is sent."
    if must_ask(form):
        return (
            f"Asks once more: it is above the {_line(form)} line."
            if figures.gpu_count <= ASK_FIRST_GPUS
            else (f"Asks once more: it takes more than {ASK_FIRST_GPUS} GPUs.")
        )
    return "Sent once, with an idempotency key."


def _line(form: LaunchForm) -> str:
    currency = form.project.team.currency if form.project else "USD"
    return formats.money(ask_first_line(form), currency, summary=True).removesuffix(".00")


def _money(amount: Money | None) -> str:
    return formats.not_priced() if amount is None else str(amount)
