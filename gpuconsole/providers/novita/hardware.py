"""The hardware of a Novita instance: its product, how much of it, where, and the CUDA that it must have."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from gpuconsole.providers.novita.fields import BOTH, DOCS, GONE
from gpuconsole.providers.problems import wrong
from gpuconsole.providers.ui import Ui
from gpuconsole.providers.words import gettext_noop

CUDA_PATTERN = r"^\d+\.\d+$"
_CUDA = re.compile(CUDA_PATTERN, re.ASCII)


def _cuda(text: str) -> str:
    if not _CUDA.fullmatch(text):
        raise wrong("Must be two numbers with a dot between, such as 12.4.")
    return text


def _share(unit: str) -> Ui:
    """Of what the product brings by itself."""
    default, source = gettext_noop("product default"), f"seed, {GONE}; meaning of 0 assumed"
    return Ui(group="Basics", unit=unit, width=4, placeholder=default, source=source)


Cuda = Annotated[str, AfterValidator(_cuda), Field(json_schema_extra={"pattern": CUDA_PATTERN})]
"""A CUDA version."""
Product = Annotated[
    str,
    Field(
        title=gettext_noop("Product"),
        description=gettext_noop("GPU shape to rent. Old ids are numbers as text, new ones readable."),
        min_length=1,
        max_length=255,
        examples=["26", "4090.16c62g"],
    ),
    Ui(group="Basics", choices="products", width=6, source=BOTH),
]
GpuCount = Annotated[
    int,
    Field(
        title=gettext_noop("GPUs"),
        description=gettext_noop("Price, CPU and RAM scale with it."),
        ge=1,
        le=8,
        examples=[1],
    ),
    Ui(group="Basics", unit="GPU", width=4, source="seed; range docs"),
]
CpuCount = Annotated[
    int,
    Field(title=gettext_noop("vCPU"), description=gettext_noop("0 takes the product's share."), ge=0, examples=[0]),
    _share("vCPU"),
]
Memory = Annotated[
    int,
    Field(title=gettext_noop("Memory"), description=gettext_noop("0 takes the product's share."), ge=0, examples=[0]),
    _share("GB"),
]
Cluster = Annotated[
    str,
    Field(
        title=gettext_noop("Cluster"),
        description=gettext_noop("Data centre; must be the one of every mounted network storage."),
        examples=["us-ca-6"],
    ),
    Ui(group="Basics", choices="clusters", width=6, default_text=gettext_noop("any"), source=BOTH),
]
LeastCuda = Annotated[
    Cuda,
    Field(
        title=gettext_noop("Least CUDA"),
        description=gettext_noop("Lowest acceptable version of CUDA."),
        default_factory=str,
        max_length=255,
        examples=["12.4"],
    ),
    Ui(group="Basics", width=6, placeholder=gettext_noop("any"), source=DOCS),
]
