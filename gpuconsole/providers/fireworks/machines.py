"""The GPUs of EC2 instance types (Amazon's public lists): Fireworks names the type of a pool and no more."""

from __future__ import annotations

import re
from dataclasses import dataclass

_EC2 = re.compile(r"(?P<family>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.(?P<size>metal|[0-9]*x?large|medium|small|micro|nano)")
_FAMILIES = {
    "p3": ("V100", 16),
    "p3dn": ("V100", 32),
    "p4d": ("A100", 40),
    "p4de": ("A100", 80),
    "p5": ("H100", 80),
    "p5e": ("H200", 141),
    "p5en": ("H200", 141),
    "p6-b200": ("B200", 180),
    "p6-b300": ("B300", None),
    "p6e-gb200": ("GB200", None),
    "g4dn": ("T4", 16),
    "g5": ("A10G", 24),
    "g6": ("L4", 24),
    "g6e": ("L40S", 48),
}
"""GPU and its memory in GB."""
_EIGHT = {"24xlarge", "48xlarge"}
_COUNTS = {
    "p3": {"2xlarge": 1, "8xlarge": 4, "16xlarge": 8},
    "p5": {"4xlarge": 1, "48xlarge": 8},
    "p6e-gb200": {"36xlarge": 4},
    "g4dn": {"12xlarge": 4, "metal": 8},
    **{family: {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8} for family in ("g5", "g6", "g6e")},
}
"""GPUs of the sizes that have more than their family's usual number."""
_USUAL = {"g4dn": 1, "g5": 1, "g6": 1, "g6e": 1}


@dataclass(frozen=True, slots=True)
class Machine:
    """What is in one host; ``is_known`` with no GPU means that it surely has none."""

    is_known: bool = False
    gpu: str = ""
    gpus: int = 0
    vram_gb: int | None = None
    maker: str = "NVIDIA"


def machine(instance_type: str) -> Machine:
    """The host of an instance type such as p5.48xlarge."""
    found = _EC2.fullmatch(instance_type)
    if not found:
        return Machine()
    family, size = found["family"], found["size"]
    if family not in _FAMILIES:
        return Machine(is_known=not re.match(r"(p|g|trn|inf|dl|vt|f)\d", family))  # a newer one may hold GPUs
    gpu, vram_gb = _FAMILIES[family]
    gpus = _COUNTS.get(family, {}).get(size, _USUAL.get(family, 8 if size in _EIGHT else 0))
    return Machine(True, gpu, gpus, vram_gb) if gpus else Machine()
