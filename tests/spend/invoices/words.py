"""Short words for what these tests import."""

from __future__ import annotations

import csv
import io
from typing import Any

LINE: dict[str, Any] = {
    "resource_id": "remote-1",
    "from": "2026-11-03T10:00:00Z",
    "to": "2026-11-03T12:00:00Z",
    "amount": "26.000000",
    "currency": "USD",
}


def as_csv(*lines: dict[str, Any]) -> bytes:
    """A file with the columns that any line has."""
    rows = lines or (LINE,)
    head = list(dict.fromkeys(name for line in rows for name in line))
    text = io.StringIO()
    writer = csv.DictWriter(text, head)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def line(**changes: Any) -> dict[str, Any]:
    """A line that is right, but for the changes."""
    return {**LINE, **changes}
