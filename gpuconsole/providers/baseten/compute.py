"""``training_job.compute``: the hardware of each node."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from gpuconsole.providers.baseten.fields import CLIENT, SEED, Memory
from gpuconsole.providers.problems import wrong
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Listed, Ui, Widget
from gpuconsole.providers.words import gettext_noop


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise wrong("Must be text.")
    if not value.strip():
        raise wrong("Must not be empty.")
    return value


AVAILABILITY = (Listed("dedicated", gettext_noop("Dedicated")), Listed("spot", gettext_noop("Spot")))
GpuType = Annotated[
    Literal[
        "T4",
        "L4",
        "A10G",
        "V100",
        "A100",
        "A100_40GB",
        "H100",
        "H200",
        "H100_40GB",
        "B200",
        "L40S",
        "RTX_PRO_6000",
        "B300",
        "GB300",
    ]
    | str,
    BeforeValidator(_text),
]
"""The names that the vendor's client knows; the API takes any. Its training pages list H100 and H200."""


class BasetenAccelerator(SpecPart):
    """The GPUs of one node."""

    accelerator: Annotated[
        GpuType,
        Field(title=gettext_noop("Accelerator"), description=gettext_noop("GPU type."), examples=["H100"]),
        Ui(open_enum=True, choices="accelerators", required_if="a GPU job", width=4, source=SEED),
    ]
    count: Annotated[
        int,
        Field(
            title=gettext_noop("Count"),
            description=gettext_noop("GPUs per node; total is this times the nodes."),
            ge=1,
            le=8,
            examples=[8],
        ),
        Ui(unit=gettext_noop("GPUs"), per="node", required_if="a GPU job", width=2, source="seed; limits assumed"),
    ]


class BasetenCompute(SpecPart):
    """Hardware of each node; without an accelerator it is a CPU job."""

    wire_order = ("node_count", "cpu_count", "memory", "accelerator", "availability_model")

    accelerator: Annotated[
        BasetenAccelerator | None,
        Field(
            title=gettext_noop("Accelerator"), description=gettext_noop("GPU choice per node; leave out for a CPU job.")
        ),
        Ui(source=SEED),
    ] = None
    node_count: Annotated[
        int,
        Field(
            title=gettext_noop("Nodes"),
            description=gettext_noop("Number of identical nodes."),
            ge=1,
            le=16,
            examples=[2],
        ),
        Ui(unit=gettext_noop("nodes"), width=3, source="seed; limits of the vendor's workstation command"),
    ] = 1
    cpu_count: Annotated[
        int,
        Field(title=gettext_noop("CPU"), description=gettext_noop("CPU cores per node."), ge=0, examples=[16]),
        Ui(unit=gettext_noop("cores"), per="node", width=3, source="seed; min assumed"),
    ] = 1
    memory: Annotated[
        Memory,
        Field(title=gettext_noop("Memory"), description=gettext_noop("RAM per node."), examples=["128Gi"]),
        Ui(per="node", units=("Mi", "Gi", "Ti"), widget=Widget.QUANTITY, width=4, source="seed; pattern assumed"),
    ] = "2Gi"
    availability_model: Annotated[
        Literal["dedicated", "spot"],
        Field(
            title=gettext_noop("Availability"),
            description=gettext_noop("Spot jobs may be interrupted."),
            examples=["spot"],
        ),
        Ui(widget=Widget.RADIO, listed=AVAILABILITY, width=4, source=CLIENT),
    ] = "dedicated"
