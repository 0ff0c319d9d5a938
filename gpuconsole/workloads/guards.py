"""The guard rails of a launch form: fields of ours, declared like a provider's, and not sent to it."""

from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, Field, create_model

from gpuconsole.providers import registry
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Listed, Section, Ui, Widget
from gpuconsole.workloads.guarding import IDLE_PERCENT, no_idle, no_rest
from gpuconsole.workloads.labels import LONGEST as LONGEST_LABEL
from gpuconsole.workloads.labels import MOST as MOST_LABELS
from gpuconsole.workloads.models import QueueThen
from gpuconsole.workloads.names import LONGEST

PROJECTS = "our projects"
"""Source of the projects that the person may launch in."""
GROUP = gettext_noop("Guard rails")
SHORTEST_S, LONGEST_S = 60, 366 * 86_400
SHORTEST_IDLE_S = 300
"""So that a pause between two steps ends nothing; it is a few samples long."""
SHORTEST_REST_S = 3600
"""What is terminated is lost with its disks: nobody should find that out after a coffee."""
MOST_COST = Decimal(10) ** 9
AT_COST = "guards.stop_at_cost"
"""Path of the one that is money: its currency is the one that the provider charges in."""
OURS = "console"
"""The location of fields that are no part of any request."""
_STOP = Ui(location=OURS, group=GROUP, widget=Widget.QUANTITY, unit="s", units=("h", "min", "d"), width=4)
_WAIT = Ui(location=OURS, group=GROUP, widget=Widget.QUANTITY, unit="s", units=("min", "h", "d"), width=4)


class Charged(SpecPart):
    """What every launch has."""

    project: Annotated[
        str,
        Field(title=gettext_noop("Charge to"), description=gettext_noop("Quota and budget of this project count.")),
        Ui(location=OURS, group=GROUP, choices=PROJECTS, width=4),
    ]


class Named(SpecPart):
    """Where the provider keeps no name."""

    name: Annotated[
        str | None,
        Field(
            title=gettext_noop("Name"),
            description=gettext_noop("Only in this console: the provider keeps none."),
            max_length=LONGEST,
        ),
        Ui(location=OURS, group=GROUP, width=4),
    ] = None


class MayEnd(SpecPart):
    """Work that ends by itself may have a limit."""

    stop_after_s: Annotated[
        int | None,
        Field(
            title=gettext_noop("Stop after"),
            description=gettext_noop("We stop it at this age."),
            ge=SHORTEST_S,
            le=LONGEST_S,
        ),
        _STOP,
    ] = None


class MustEnd(SpecPart):
    """Work that runs until somebody ends it needs a latest end."""

    stop_after_s: Annotated[
        int,
        Field(
            title=gettext_noop("Stop at the latest after"),
            description=gettext_noop("Instances must have an end here."),
            ge=SHORTEST_S,
            le=LONGEST_S,
        ),
        _STOP,
    ]


class MayNeverEnd(SpecPart):
    """The same in a project that allows work without an end."""

    stop_after_s: Annotated[
        int | None,
        Field(
            title=gettext_noop("Stop at the latest after"),
            description=gettext_noop("Empty: the project's usual end, or none where it has no such."),
            ge=SHORTEST_S,
            le=LONGEST_S,
        ),
        _STOP,
    ] = None


class Capped(SpecPart):
    """What every launch may have besides."""

    stop_at_cost: Annotated[
        Decimal | None,
        Field(
            title=gettext_noop("Stop at cost"),
            description=gettext_noop("We stop it once it has cost so much."),
            gt=0,
            max_digits=13,
            decimal_places=4,
        ),
        Ui(location=OURS, group=GROUP, width=4),
    ] = None


class MayQueue(SpecPart):
    """How long it may wait for its hardware."""

    queue_limit_s: Annotated[
        int | None,
        Field(
            title=gettext_noop("Queued too long after"),
            description=gettext_noop("Time without hardware."),
            ge=SHORTEST_S,
            le=LONGEST_S,
        ),
        _WAIT,
    ] = None
    queue_then: Annotated[
        Literal["warn", "cancel"],
        Field(
            title=gettext_noop("Queued too long, then"),
            description=gettext_noop("Tells you, or cancels it and tells you."),
        ),
        Ui(
            location=OURS,
            group=GROUP,
            widget=Widget.RADIO,
            width=4,
            listed=tuple(Listed(one.value, str(one.label)) for one in QueueThen),
        ),
    ] = "warn"


class MayIdle(SpecPart):
    """Where the use of its GPUs is measured."""

    idle_after_s: Annotated[
        int | None,
        Field(
            title=gettext_noop("Stop when idle for"),
            description=gettext_noop("No GPU is busier than the limit for so long."),
            ge=SHORTEST_IDLE_S,
            le=LONGEST_S,
        ),
        _WAIT,
    ] = None
    idle_percent: Annotated[
        int,
        Field(title=gettext_noop("Idle means GPU under"), description=gettext_noop("Of the busiest GPU."), ge=1, le=99),
        Ui(location=OURS, group=GROUP, unit="%", width=4),
    ] = IDLE_PERCENT


class MayWarn(SpecPart):
    """Being told before its latest end."""

    warn_before_s: Annotated[
        int | None,
        Field(
            title=gettext_noop("Warn me before"),
            description=gettext_noop("So long before the latest end."),
            ge=SHORTEST_S,
            le=LONGEST_S,
        ),
        _WAIT,
    ] = None


class MayRest(SpecPart):
    """Where what is off is kept, and costs money for that."""

    terminate_after_s: Annotated[
        int | None,
        Field(
            title=gettext_noop("Terminate after stop"),
            description=gettext_noop("It has been off for so long; its disks are deleted."),
            ge=SHORTEST_REST_S,
            le=LONGEST_S,
        ),
        Ui(location=OURS, group=GROUP, widget=Widget.QUANTITY, unit="s", units=("d", "h"), width=4),
    ] = None


class Labelled(SpecPart):
    """Words to find it by."""

    labels: Annotated[
        list[Annotated[str, Field(max_length=LONGEST_LABEL)]] | None,
        Field(
            title=gettext_noop("Labels"),
            description=gettext_noop("One a line; lists can be narrowed to them."),
            max_length=MOST_LABELS,
        ),
        Ui(location=OURS, group=GROUP, widget=Widget.LINES, width=4),
    ] = None


class GuardRails(BaseModel):
    """The fields below ``guards``."""

    guards: Any


def sections(slug: str) -> tuple[Section, ...]:
    """How they stand below the form of one provider; what it cannot offer is said there."""
    told = (_("gpuconsole only, not sent to the provider"), no_idle(registry.get(slug)).rstrip("."))
    return (Section(GROUP, is_open=True, help=". ".join(one for one in told if one)),)


@cache
def rails(slug: str, *, may_never_end: bool = False) -> type[GuardRails]:
    """The guard rails of one provider's form; ``may_never_end`` as the project has it."""
    provider = registry.get(slug)
    ends = MayEnd if provider.kind == "job" else MayNeverEnd if may_never_end else MustEnd
    own = () if provider.name_path else (Named,)
    idle = () if no_idle(provider) else (MayIdle,)
    rest = () if no_rest(provider) else (MayRest,)
    parts = (
        Labelled,
        *rest,
        MayWarn,
        MayQueue,
        *idle,
        Capped,
        ends,
        *own,
        Charged,
    )  # pydantic puts the last base first
    guards = create_model("Guards", __base__=parts)
    found: type[GuardRails] = create_model("Rails", __base__=GuardRails, guards=(guards, ...))
    return found
