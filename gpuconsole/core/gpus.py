"""One word for a GPU model, whatever its seller calls it, so that limits and filters mean the same everywhere."""

from __future__ import annotations

import re
from functools import lru_cache

_MAKERS = frozenset({"NVIDIA", "AMD", "INTEL", "GEFORCE", "TESLA", "INSTINCT", "QUADRO"})
_FORMS = frozenset({"SXM", "SXM2", "SXM3", "SXM4", "SXM5", "SXM6", "PCIE", "NVL", "HBM2", "HBM2E", "HBM3", "HBM3E"})
_MEMORY = re.compile(r"\d+GI?B")
_SERIES = re.compile(r"(RTX|GTX)(?=\d)")


@lru_cache(maxsize=1000)
def normal(word: str) -> str:
    """The model alone, in capitals: ``NVIDIA_H100_80GB_SXM5`` and ``h100`` are both ``H100``; "" stays ""."""
    words = re.split(r"[\s_\-/]+", _SERIES.sub(r"\1 ", word.strip().upper()))
    joined = re.sub(r"(\d+) (GI?B)\b", r"\1\2", " ".join(words))
    kept = [part for part in joined.split() if part not in _MAKERS | _FORMS and not _MEMORY.fullmatch(part)]
    return " ".join(kept)
