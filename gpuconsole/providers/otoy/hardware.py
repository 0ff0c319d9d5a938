"""The hardware that an OTOY job asks for: a GPU by name or registry UUID, and the least that a node must have."""

import uuid
from typing import Annotated

from pydantic import AfterValidator, Field

from gpuconsole.providers.otoy.fields import DOCS, SEED, Gigabytes
from gpuconsole.providers.problems import wrong
from gpuconsole.providers.ui import Ui
from gpuconsole.providers.words import gettext_noop

GPU, LEAST = gettext_noop("GPU"), gettext_noop("Minimum resources")


def _uuid(text: str | None) -> str | None:
    try:
        if text is not None:
            uuid.UUID(text)
    except ValueError:
        raise wrong("Must be a UUID, such as 01234567-89ab-cdef-0123-456789abcdef.") from None
    return text


GpuName = Annotated[
    str | None,
    Field(
        title=gettext_noop("GPU name"),
        description=gettext_noop("Ask for a GPU model by name; empty takes the first that fits."),
        examples=["NVIDIA RTX 4090"],
    ),
    Ui(
        group=GPU,
        choices="gpu_names",
        open_enum=True,
        width=4,
        excludes=("gpu_registry_uuid",),
        default_text=gettext_noop("any that fits"),
        source=SEED,
    ),
]
GpuRegistryUuid = Annotated[
    str | None,
    AfterValidator(_uuid),
    Field(
        title=gettext_noop("GPU registry UUID"),
        description=gettext_noop("Ask for one exact entry of the GPU registry."),
        examples=["01234567-89ab-cdef-0123-456789abcdef"],
        json_schema_extra={"format": "uuid"},
    ),
    Ui(
        group=GPU,
        choices="gpu_registry",
        open_enum=True,
        width=5,
        excludes=("gpu_name",),
        default_text=gettext_noop("any that fits"),
        source=SEED,
    ),
]
GpuCount = Annotated[
    int | None,
    Field(title=gettext_noop("GPUs"), description=gettext_noop("For each node; 0 for CPU only."), ge=0, examples=[1]),
    Ui(
        group=GPU,
        unit=gettext_noop("GPUs"),
        width=3,
        default_text=gettext_noop("1 (assumed)"),
        source=f"{SEED}; {DOCS}",
    ),
]
CpuCount = Annotated[
    int | None,
    Field(title=gettext_noop("CPU"), description=gettext_noop("CPU cores that a node must offer."), ge=0, examples=[4]),
    Ui(
        group=LEAST,
        unit=gettext_noop("cores"),
        width=3,
        placeholder=gettext_noop("no minimum"),
        source=f"{SEED}; {DOCS}",
    ),
]
Ram = Annotated[
    Gigabytes,
    Field(title=gettext_noop("RAM"), description=gettext_noop("Least system memory."), examples=[32]),
    Ui(group=LEAST, unit="GB", width=3, placeholder=gettext_noop("no minimum"), source=f"{SEED}; {DOCS}"),
]
Vram = Annotated[
    Gigabytes,
    Field(title=gettext_noop("VRAM"), description=gettext_noop("Least memory of a GPU."), examples=[24]),
    Ui(group=LEAST, unit="GB", width=3, placeholder=gettext_noop("no minimum"), source=f"{SEED}; {DOCS}"),
]
Storage = Annotated[
    Gigabytes,
    Field(title=gettext_noop("Storage"), description=gettext_noop("Least disk space."), examples=[100]),
    Ui(group=LEAST, unit="GB", width=3, placeholder=gettext_noop("no minimum"), source=f"{SEED}; {DOCS}"),
]
