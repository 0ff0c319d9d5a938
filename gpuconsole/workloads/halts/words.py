"""Sentences of halts: what is about to end, what goes on costing money, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gpuconsole.core import formats
from gpuconsole.workloads.halts.burn import Burn
from gpuconsole.workloads.halts.outlook import Outlook
from gpuconsole.workloads.halts.progress import Summary
from gpuconsole.workloads.models import Effect, Halt, HaltScope, InstanceEnd

NOT_IN_REACH = (
    "Only work of this console is in reach. What else runs on the accounts stands under Reconcile, with its price."
)


def asked(seen: Outlook) -> str:
    """How much it is, and what it costs."""
    if seen.is_empty:
        return "Nothing runs here, and nothing waits to be launched."
    count = formats.plural(len(seen.rows), "workload", "workloads")
    gpus = f" on {formats.plural(seen.gpus, 'GPU', 'GPUs')}" if seen.gpus else ""
    maybe = ""
    if seen.maybe.hourly or seen.maybe.unknown:
        maybe = f" Launches without an answer may cost {seen.maybe.words} on top."
    return f"{count}{gpus}: {seen.burn.words}.{maybe} The meter runs until each provider confirms the end."


def becomes(seen: Outlook) -> list[dict[str, Any]]:
    """What becomes of what, apart from the instances about which there is a choice."""
    counts, chosen = seen.effects(InstanceEnd.STOP), len(seen.choosable)
    rows = [
        (counts[Effect.END], "job is cancelled", "jobs are cancelled", "for good", True),
        (counts[Effect.TERMINATE], "instance is terminated", "instances are terminated", _why_for_good(seen), True),
        (counts[Effect.CANCEL], "launch is cancelled", "launches are cancelled", "not sent yet", True),
        (seen.requests, *_requests(seen), True),
        (seen.pending, "of them is ending already", "of them are ending already", "asked again", False),
    ]
    found = [
        {"word": f"{count} {one if count == 1 else many}", "note": note, "is_lost": is_lost}
        for count, one, many, note, is_lost in rows
        if count
    ]
    if found or chosen:
        found.append({"word": "Logs, figures and costs", "note": "stay here", "is_lost": False})
    return found


def choices(seen: Outlook) -> Sequence[dict[str, str]]:
    """The two ways to go with instances that can rest, and what goes on costing; empty: there are none."""
    up, resting = len(seen.choosable), len(seen.resting)
    if not up and not resting:
        return ()
    kept = f"What is kept, such as disks, goes on costing {seen.kept.words}."
    kept = kept if _costs(seen.kept) else "They cost nothing then."
    stop = f"Their memory is lost, their disks stay, and they can be started again. {kept}"
    at_rest = f" Of them, {resting} {'is' if resting == 1 else 'are'} at rest already." if resting and up else ""
    end = f"Deleted at the provider for good, with their disks; nothing goes on costing.{at_rest}"
    stays = f" Instances at rest already ({resting}) stay as they are." if resting and up else ""
    rest = f"Leave {formats.plural(resting, 'instance', 'instances')} at rest"
    return (
        {
            "value": InstanceEnd.STOP.value,
            "label": f"Stop {formats.plural(up, 'instance', 'instances')}" if up else rest,
            "help": f"{stop}{stays}" if up else kept,
        },
        {
            "value": InstanceEnd.TERMINATE.value,
            "label": f"Terminate {formats.plural(up + resting, 'instance', 'instances')}",
            "help": end,
        },
    )


def figures(halt: Halt, summary: Summary) -> list[dict[str, Any]]:
    """The strip of key figures of a report."""
    took = summary.took(halt)
    percent = summary.confirmed * 100 // summary.total if summary.total else 100
    return [
        {
            "label": "Confirmed",
            "value": formats.count(summary.confirmed),
            "small": f"of {formats.count(summary.total)}",
            "percent": percent,
            "percent_label": f"{summary.confirmed} of {summary.total} are confirmed",
        },
        {"label": "Was costing", "value": summary.before.words},
        {"label": "Costs no more", "value": summary.saved.words},
        {"label": "Still costs", "value": summary.now.words, "note": _still(summary)},
        {
            "label": "Took" if took is not None else "So far",
            "value": formats.duration(took) if took is not None else "not done",
            "note": "from the press to the last confirmation" if took is not None else "",
        },
    ]


def released(halt: Halt) -> str:
    """Who let launches be made again, and when; empty where they were not held, or are."""
    if halt.released_at is None:
        return ""
    who = f" by {halt.released_by.display_name}" if halt.released_by else ""
    return f"and let go {halt.released_at:%F %H:%M} UTC{who}."


def _still(summary: Summary) -> str:
    if summary.left:
        return f"not confirmed: {summary.open.words}"
    return "kept at rest, such as disks" if _costs(summary.now) else ""


def _costs(burn: Burn) -> bool:
    return bool(burn.hourly) or burn.unknown > 0


def _requests(seen: Outlook) -> tuple[str, str, str]:
    if seen.reach.kind is HaltScope.MINE:
        return "launch request is withdrawn", "launch requests are withdrawn", "they wait for an admin"
    return "launch request is declined", "launch requests are declined", "they wait for an admin"


def _why_for_good(seen: Outlook) -> str:
    return "can't be put to rest" if seen.choosable else "for good"
