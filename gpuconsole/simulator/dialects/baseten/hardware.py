"""Baseten's instance types with prices, and the choice of the one that fits a job's `compute`."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.dialects.baseten.errors import invalid

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


@dataclass(frozen=True)
class InstanceType:
    """One node's hardware; `price` is USD per minute."""

    id: str
    gpu_type: str | None
    gpu_count: int
    gpu_memory_gib: int | None
    cpus: int
    memory_gib: int
    price: Decimal

    def as_json(self) -> dict[str, Any]:
        """As answers show it."""
        return {
            "id": self.id,
            "name": self.id,
            "memory_limit_mib": self.memory_gib * 1024,
            "millicpu_limit": self.cpus * 1000,
            "gpu_count": self.gpu_count,
            "gpu_type": self.gpu_type,
            "gpu_memory_limit_mib": self.gpu_memory_gib * 1024 if self.gpu_memory_gib else None,
        }


def _cpu(cpus: int, memory: int, price: str) -> InstanceType:
    return InstanceType(f"{cpus}x{memory}", None, 0, None, cpus, memory, Decimal(price))


def _gpu(name: str, kind: str, count: int, gpu_gib: int, cpus: int, memory: int, price: str) -> InstanceType:
    return InstanceType(name, kind, count, gpu_gib, cpus, memory, Decimal(price))


def _family(kind: str, gpu_gib: int, cpus: int, memory: int, price: str, counts: tuple[int, ...]) -> list[InstanceType]:
    """Multiples of one GPU: `H100`, `H100:2`, …"""
    return [
        InstanceType(kind if n == 1 else f"{kind}:{n}", kind, n, gpu_gib, cpus * n, memory * n, Decimal(price) * n)
        for n in counts
    ]


# USD per minute. Published: list prices of Baseten's pricing and instance pages as noted by a third party, 2026-09-02
# (T4, L4, A10G, A100, RTX-PRO-6000, H100, H100MIG, H200, B200); CPU rows from a stored copy of the instance page, 2025.
# Assumed, 2026-11-21: all multiples (a multiple of one GPU; the 2025 copy agrees for H100 to the last cent), V100,
# A100_40GB, L40S, B300, GB300, and the CPU and memory of types that the sources name without them.
INSTANCE_TYPES: tuple[InstanceType, ...] = (
    _cpu(1, 2, "0.00058"),
    _cpu(1, 4, "0.00086"),
    _cpu(2, 8, "0.00173"),
    _cpu(4, 16, "0.00346"),
    _cpu(8, 32, "0.00691"),
    _cpu(16, 64, "0.01382"),
    _gpu("T4x4x16", "T4", 1, 16, 4, 16, "0.01052"),
    _gpu("T4x8x32", "T4", 1, 16, 8, 32, "0.01504"),
    _gpu("T4x16x64", "T4", 1, 16, 16, 64, "0.02408"),
    _gpu("L4x4x16", "L4", 1, 24, 4, 16, "0.01414"),
    _gpu("L4:2", "L4", 2, 24, 24, 96, "0.04002"),
    _gpu("L4:4", "L4", 4, 24, 48, 192, "0.08004"),
    _gpu("A10Gx4x16", "A10G", 1, 24, 4, 16, "0.02012"),
    _gpu("A10Gx8x32", "A10G", 1, 24, 8, 32, "0.02424"),
    _gpu("A10Gx16x64", "A10G", 1, 24, 16, 64, "0.03248"),
    _gpu("A10G:4", "A10G", 4, 24, 48, 192, "0.09454"),
    _gpu("A10G:8", "A10G", 8, 24, 192, 768, "0.27150"),
    _gpu("RTX-PRO-6000", "RTX_PRO_6000", 1, 96, 16, 116, "0.06667"),
    _gpu("H100MIG", "H100_40GB", 1, 40, 8, 59, "0.0625"),
    *_family("V100", 16, 8, 61, "0.06120", (1, 4, 8)),
    *_family("A100_40GB", 40, 12, 85, "0.05000", (1, 2, 4, 8)),
    *_family("A100", 80, 12, 144, "0.06667", (1, 2, 4, 8)),
    *_family("L40S", 48, 16, 96, "0.03500", (1, 2, 4, 8)),
    *_family("H100", 80, 26, 234, "0.10833", (1, 2, 4, 8)),
    *_family("H200", 141, 16, 200, "0.12500", (1, 2, 4, 8)),
    *_family("B200", 180, 28, 240, "0.16633", (1, 2, 4, 8)),
    *_family("B300", 288, 28, 280, "0.21000", (1, 2, 4, 8)),
    *_family("GB300", 288, 36, 240, "0.24000", (1, 2, 4)),
)


def fitting(compute: dict[str, Any], path: str = "training_job.compute") -> InstanceType:
    """The smallest instance type that fits a checked `compute`; refuses one that no type fits."""
    accelerator = compute.get("accelerator")
    kind = accelerator["accelerator"] if accelerator else None
    count = accelerator["count"] if accelerator else 0
    of_kind = [t for t in INSTANCE_TYPES if t.gpu_type == kind]
    if not of_kind:
        raise invalid(f"{path}.accelerator.accelerator", f"{kind} is not available for training")
    enough = [t for t in of_kind if t.gpu_count >= count]
    if not enough:
        raise invalid(f"{path}.accelerator.count", f"no instance type has {count} {kind}")
    cpus, memory = _value(compute, "cpu_count", 1), gibibytes(_value(compute, "memory", "2Gi"))
    if not (enough := [t for t in enough if t.cpus >= cpus]):
        raise invalid(f"{path}.cpu_count", "no instance type has so many cores")
    if not (enough := [t for t in enough if t.memory_gib >= memory]):
        raise invalid(f"{path}.memory", "no instance type has so much memory")
    return min(enough, key=lambda t: (t.gpu_count, t.price))


def gibibytes(quantity: str) -> float:
    """A Kubernetes quantity in GiB."""
    number, unit = re.fullmatch(r"([0-9.]+)([KMGT]?i?)", quantity).groups()  # type: ignore[union-attr]  # checked before
    return float(number) * UNITS[unit] / 2**30


def _value(compute: dict[str, Any], name: str, default: Any) -> Any:
    value = compute.get(name)
    return default if value is None else value
