"""How long an OTOY job may wait and run, on how many nodes, and how often it is tried."""

from typing import Annotated

from pydantic import Field

from gpuconsole.providers.otoy.fields import ASSUMED, DOCS, SEED
from gpuconsole.providers.ui import Ui, Widget
from gpuconsole.providers.words import gettext_noop

LIMITS = gettext_noop("Limits and retries")
SHORTEST_RUN_MS = 60_000
_SPANS = ("min", "h", "s")

RunTime = Annotated[
    int | None,
    Field(
        title=gettext_noop("Maximum run time"),
        description=gettext_noop("Longest time that the job may run before OTOY ends it."),
        ge=SHORTEST_RUN_MS,
        examples=[900_000],
    ),
    Ui(
        group=LIMITS,
        widget=Widget.QUANTITY,
        unit="ms",
        units=_SPANS,
        show_when=("task", ("BATCH",)),
        required_if="task is BATCH; null for PERSISTENT",
        needed_when_shown=True,
        source=f"{SEED}; {DOCS}",
    ),
]
NodeWait = Annotated[
    int | None,
    Field(
        title=gettext_noop("Wait for a node"),
        description=gettext_noop("How long to keep looking for a free node."),
        ge=300_000,
        examples=[300_000],
    ),
    Ui(group=LIMITS, widget=Widget.QUANTITY, unit="ms", units=_SPANS, source=f"{SEED}; {DOCS}"),
]
StartWait = Annotated[
    int | None,
    Field(
        title=gettext_noop("Wait for preparing"),
        description=gettext_noop(
            "How long the node may take to pull the image and start. Raise it for big images: 22 GB take about 9 min."
        ),
        ge=120_000,
        examples=[1_800_000],
    ),
    Ui(group=LIMITS, widget=Widget.QUANTITY, unit="ms", units=_SPANS, source=f"{SEED}; {DOCS}"),
]
Nodes = Annotated[
    int | None,
    Field(
        title=gettext_noop("Nodes"),
        description=gettext_noop("The most that may work on it; each costs the full price."),
        ge=1,
        examples=[1],
    ),
    Ui(group=LIMITS, width=3, source=f"{SEED}; {DOCS}; min {ASSUMED}"),
]
Retries = Annotated[
    int | None,
    Field(
        title=gettext_noop("Retries"),
        description=gettext_noop("More tries after a failure; each may cost a full run."),
        ge=0,
        examples=[2],
    ),
    Ui(group=LIMITS, width=3, source=f"{SEED}; {DOCS}"),
]
