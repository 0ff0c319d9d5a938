"""What a label is: a short text by which work is found, as many as fit under a name."""

from __future__ import annotations

from collections.abc import Iterable

from gpuconsole.core.errors import Refused

LONGEST = 60
"""Characters."""
MOST = 20
"""Of one workload."""
FIELD = "labels"


def tidy(labels: Iterable[str]) -> list[str]:
    """Each once, without blanks around it, in the order given. Raises Refused for what is no label, or for too many."""
    found = list(dict.fromkeys(text for label in labels if (text := " ".join(label.split()))))
    for text in found:
        if len(text) > LONGEST:
            raise _wrong(f"“{text[:20]}…” has {len(text)} characters: a label has at most {LONGEST}.")
        if not text.isprintable():
            raise _wrong(f"“{text[:20]}” has characters that can't be printed.")
    if len(found) > MOST:
        raise _wrong(f"{len(found)} labels are too many: work has at most {MOST}.")
    return found


def _wrong(message: str) -> Refused:
    return Refused(message, code="invalid", field=FIELD)
