"""Sentences of halts: what is about to end, what goes on costing money, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gpuconsole.core import formats
from gpuconsole.workloads.halts.burn import Burn
from gpuconsole.workloads.halts.outlook import Outlook
from gpuconsole.workloads.halts.progress import Summary
from gpuconsole.workloads.models import Effect, Halt, HaltScope, InstanceEnd


def not_in_reach() -> str:
    """What a halt never touches."""
    return _(
        "Only work of this console is in reach. What else runs on the accounts stands under Reconcile, with its price."
    )


def asked(seen: Outlook) -> str:
    """How much it is, and what it costs."""
    if seen.is_empty:
        return _("Nothing runs here, and nothing waits to be launched.")
    count, gpus = formats.plural(len(seen.rows), "workload", "workloads"), formats.plural(seen.gpus, "GPU", "GPUs")
    text = _("{workloads} on {gpus}: {cost}.") if seen.gpus else _("{workloads}: {cost}.")
    sentences = [text.format(workloads=count, gpus=gpus, cost=seen.burn.words)]
    if seen.maybe.hourly or seen.maybe.unknown:
        maybe = _("Launches without an answer may cost {cost} on top.")
        sentences.append(maybe.format(cost=seen.maybe.words))
    return " ".join((*sentences, _("The meter runs until each provider confirms the end.")))


def becomes(seen: Outlook) -> list[dict[str, Any]]:
    """What becomes of what, apart from the instances about which there is a choice."""
    counts, chosen = seen.effects(InstanceEnd.STOP), len(seen.choosable)
    jobs, instances, launches = counts[Effect.END], counts[Effect.TERMINATE], counts[Effect.CANCEL]
    pending = formats.plural(seen.pending, "of them is ending already", "of them are ending already")
    rows = [
        (jobs, formats.plural(jobs, "job is cancelled", "jobs are cancelled"), _("for good"), True),
        (
            instances,
            formats.plural(instances, "instance is terminated", "instances are terminated"),
            _why_for_good(seen),
            True,
        ),
        (
            launches,
            formats.plural(launches, "launch is cancelled", "launches are cancelled"),
            _("not sent yet"),
            True,
        ),
        (seen.requests, _requests(seen), _("they wait for an admin"), True),
        (seen.pending, pending, _("asked again"), False),
    ]
    found = [{"word": word, "note": note, "is_lost": is_lost} for count, word, note, is_lost in rows if count]
    if found or chosen:
        found.append({"word": _("Logs, figures and costs"), "note": _("stay here"), "is_lost": False})
    return found


def choices(seen: Outlook) -> Sequence[dict[str, str]]:
    """The two ways to go with instances that can rest, and what goes on costing; empty: there are none."""
    up, resting = len(seen.choosable), len(seen.resting)
    if not up and not resting:
        return ()
    kept = _("What is kept, such as disks, goes on costing {words}.").format(words=seen.kept.words)
    kept = kept if _costs(seen.kept) else _("They cost nothing then.")
    stop = [_("Their memory is lost, their disks stay, and they can be started again."), kept]
    end = [_("Deleted at the provider for good, with their disks; nothing goes on costing.")]
    if resting and up:
        at_rest = ngettext("Of them, {count} is at rest already.", "Of them, {count} are at rest already.", resting)
        end.append(at_rest.format(count=resting))
        stop.append(_("Instances at rest already ({count}) stay as they are.").format(count=resting))
    stopped = ngettext("Stop {count} instance", "Stop {count} instances", up)
    rest = ngettext("Leave {count} instance at rest", "Leave {count} instances at rest", resting)
    ended = ngettext("Terminate {count} instance", "Terminate {count} instances", up + resting)
    return (
        {
            "value": InstanceEnd.STOP.value,
            "label": stopped.format(count=formats.count(up)) if up else rest.format(count=formats.count(resting)),
            "help": " ".join(stop) if up else kept,
        },
        {
            "value": InstanceEnd.TERMINATE.value,
            "label": ended.format(count=formats.count(up + resting)),
            "help": " ".join(end),
        },
    )


def figures(halt: Halt, summary: Summary) -> list[dict[str, Any]]:
    """The strip of key figures of a report."""
    took = summary.took(halt)
    percent = summary.confirmed * 100 // summary.total if summary.total else 100
    return [
        {
            "label": _("Confirmed"),
            "value": formats.count(summary.confirmed),
            "small": _("of {count}").format(count=formats.count(summary.total)),
            "percent": percent,
            "percent_label": _("{confirmed} of {total} are confirmed").format(
                confirmed=summary.confirmed, total=summary.total
            ),
        },
        {"label": _("Was costing"), "value": summary.before.words},
        {"label": _("Costs no more"), "value": summary.saved.words},
        {"label": _("Still costs"), "value": summary.now.words, "note": _still(summary)},
        {
            "label": _("Took") if took is not None else _("So far"),
            "value": formats.duration(took) if took is not None else _("not done"),
            "note": _("from the press to the last confirmation") if took is not None else "",
        },
    ]


def released(halt: Halt) -> str:
    """Who let launches be made again, and when; empty where they were not held, or are."""
    if halt.released_at is None:
        return ""
    text = _("and let go {time} UTC by {person}.") if halt.released_by else _("and let go {time} UTC.")
    name = halt.released_by.display_name if halt.released_by else ""
    return text.format(time=f"{halt.released_at:%F %H:%M}", person=name)


def _still(summary: Summary) -> str:
    if summary.left:
        return _("not confirmed: {words}").format(words=summary.open.words)
    return _("kept at rest, such as disks") if _costs(summary.now) else ""


def _costs(burn: Burn) -> bool:
    return bool(burn.hourly) or burn.unknown > 0


def _requests(seen: Outlook) -> str:
    if seen.reach.kind is HaltScope.MINE:
        return formats.plural(seen.requests, "launch request is withdrawn", "launch requests are withdrawn")
    return formats.plural(seen.requests, "launch request is declined", "launch requests are declined")


def _why_for_good(seen: Outlook) -> str:
    return _("can't be put to rest") if seen.choosable else _("for good")
