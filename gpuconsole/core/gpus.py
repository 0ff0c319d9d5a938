"""One name for each GPU, whatever words a provider has for it: "NVIDIA_H100_80G" and "H100 80GB HBM3" are one H100.

Catalogue, limits and costs all name GPUs by it, so that a filter, a quota and a bar mean the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU by our short name; ``memory_gb`` is of one GPU, None where nobody tells and the card comes in several."""

    model: str
    maker: str
    memory_gb: int | None
    is_spot: bool = False


_NVIDIA: dict[str, tuple[int, ...]] = {
    **{"T4": (16,), "P4": (8,), "P40": (24,), "P100": (16,), "V100": (16, 32)},
    **{
        "A2": (16,),
        "A10": (24,),
        "A10G": (24,),
        "A16": (16,),
        "A30": (24,),
        "A40": (48,),
        "A100": (40, 80),
        "A800": (),
    },
    **{"L4": (24,), "L40": (48,), "L40S": (48,), "H20": (96, 141), "H100": (80,), "H100 NVL": (94,), "H200": (141,)},
    **{"H200 NVL": (141,), "H800": (80,), "GH200": (96, 144), "B200": (180, 192), "B300": (), "GB200": (), "GB300": ()},
    **{"RTX 2080 Ti": (11,), "RTX 3060": (12,), "RTX 3070": (8,), "RTX 3080": (10, 12), "RTX 3080 Ti": (12,)},
    **{"RTX 3090": (24,), "RTX 3090 Ti": (24,), "RTX 4060 Ti": (8, 16), "RTX 4070": (12,), "RTX 4070 Ti": (12,)},
    **{"RTX 4080": (16,), "RTX 4080 SUPER": (16,), "RTX 4090": (24,), "RTX 4090 D": (24,), "RTX 5070": (12,)},
    **{"RTX 5070 Ti": (16,), "RTX 5080": (16,), "RTX 5090": (32,), "RTX 5090 D": (32,)},
    **{"RTX A2000": (6, 12), "RTX A4000": (16,), "RTX A4500": (20,), "RTX A5000": (24,), "RTX A5500": (24,)},
    **{"RTX A6000": (48,), "RTX 2000 Ada": (16,), "RTX 4000 Ada": (20,), "RTX 4500 Ada": (24,), "RTX 5000 Ada": (32,)},
    **{"RTX 6000 Ada": (48,), "RTX PRO 4500": (32,), "RTX PRO 5000": (48,), "RTX PRO 6000": (96,)},
}
"""Models with the sizes of memory in GB that one GPU comes with (NVIDIA's data sheets)."""
_AMD: dict[str, tuple[int, ...]] = {
    **{"MI100": (32,), "MI210": (64,), "MI250": (128,), "MI250X": (128,), "MI300X": (192,), "MI325X": (256,)},
    **{"MI350X": (288,), "MI355X": (288,), "RX 7900 XTX": (24,)},
}
_SQUEEZED = {
    re.sub(r"[^A-Z0-9]", "", model.upper()): (model, maker, sizes)
    for maker, models in (("NVIDIA", _NVIDIA), ("AMD", _AMD))
    for model, sizes in models.items()
}
_MAKERS = {"NVIDIA": "NVIDIA", "AMD": "AMD", "INTEL": "Intel"}
_SILENT = {
    *("GEFORCE", "TESLA", "QUADRO", "RADEON", "INSTINCT", "GPU", "TENSOR", "CORE", "GRAPHICS", "CARD"),
    *("SXM", "SXM2", "SXM3", "SXM4", "SXM5", "SXM6", "PCIE", "OAM", "HGX", "DGX"),
    *("HBM2", "HBM2E", "HBM3", "HBM3E", "GDDR6", "GDDR6X", "GDDR7"),
    *("GENERATION", "BLACKWELL", "SERVER", "WORKSTATION", "EDITION"),
}
"""Words that tell how a card is built in, not which one it is."""
_MEMORY = re.compile(r"(?<![\w.])(\d{1,4})\s*G(?:I?B)?(?![A-Z0-9])")
_SLICE = re.compile(r"(?<![A-Z0-9])(?:MIG\s*)?\d+G\.(\d+)GB(?![A-Z0-9])")
_GAP = re.compile(r"[\s_/-]+")
_MIG = re.compile(r"MIG(?![A-Z])")
_SLICED = 0.75
"""Share of the smallest size below which it is no rounding any more."""


@lru_cache(maxsize=4096)
def read(words: str, maker: str = "", vram_gb: int | None = None, count: int = 1) -> Gpu:
    """The GPU that a provider's words mean; ``maker`` and ``vram_gb`` are what it tells beside them and come first.

    Words that are in no table stay, without maker, memory and mounting; no words mean no GPU. Memory that only fits all
    of ``count`` GPUs together is shared out; a card with much less than any of its kind has is a slice of one.
    """
    text = _GAP.sub(" ", words.upper())
    is_mig = bool(_MIG.search(text) or _SLICE.search(text))
    sizes = [int(size) for pattern in (_SLICE, _MEMORY) for size in pattern.findall(text)]
    text = _MIG.sub(" ", _MEMORY.sub(" ", _SLICE.sub(" ", text)))
    parts = text.split()
    is_spot = "SPOT" in parts
    told_maker = next((_MAKERS[part] for part in parts if part in _MAKERS), maker)
    kept = [part for part in parts if part not in _MAKERS and part not in _SILENT and part != "SPOT"]
    squeezed = re.sub(r"[^A-Z0-9]", "", "".join(kept))
    known = _SQUEEZED.get(squeezed) or _SQUEEZED.get(f"RTX{squeezed}")
    model = known[0] if known else _as_told(words, kept)
    memory_gb = vram_gb or (sizes[0] if sizes else None)
    if known and known[2]:
        memory_gb = _of_one(memory_gb, known[2], count) if not is_mig else memory_gb
        is_mig = is_mig or (memory_gb is not None and memory_gb <= min(known[2]) * _SLICED)
    return Gpu(f"{model} MIG" if is_mig and model else model, known[1] if known else told_maker, memory_gb, is_spot)


@lru_cache(maxsize=4096)
def normal(words: str) -> str:
    """The model as limits count it: an H100 on any board is an H100, a slice of one is not; "" stays "".

    Words that are in no table count in any case.
    """
    model = read(words).model
    known = _SQUEEZED.get(re.sub(r"[^A-Z0-9]", "", model.upper().removesuffix(" MIG").removesuffix(" NVL")))
    if known is None:
        return model.upper()
    return f"{known[0]} MIG" if model.endswith(" MIG") else known[0]


def squeezed(model: str) -> str:
    """A model as people type it in a hurry: rtx4090."""
    return re.sub(r"[^a-z0-9]", "", model.lower())


def _of_one(memory_gb: int | None, sizes: tuple[int, ...], count: int) -> int | None:
    """Memory of one card that comes in these sizes."""
    if memory_gb is None:
        return sizes[0] if len(sizes) == 1 else None
    is_of_all = memory_gb not in sizes and memory_gb % count == 0 and memory_gb // count in sizes
    return memory_gb // count if is_of_all else memory_gb


def _as_told(words: str, kept: list[str]) -> str:
    """The words that are left, in the case in which they came."""
    cases = {part.upper(): part for part in _GAP.split(words)}
    return " ".join(cases.get(part, part) for part in kept)
