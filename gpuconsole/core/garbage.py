"""How Python looks for garbage in a process that goes on for long."""

from __future__ import annotations

import gc

_EVERY = 20_000
"""New objects between two looks at the youngest; the default looks so often that a fifth of all computing is that."""


def settle() -> None:
    """Leave alone for good what was imported until now, and look at the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_EVERY, 10, 10)
