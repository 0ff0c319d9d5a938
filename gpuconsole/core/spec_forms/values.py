"""What was posted: {input name: [values]}, and the few ways in which it is read and changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

EXTRA = "+"
"""Last part of the input that carries an object's fields which the form does not show, as JSON."""

SILENT = ("", "false")


class Values(dict[str, list[str]]):
    """Posted inputs by name. A name that was not posted differs from one that was posted empty."""

    @classmethod
    def of(cls, posted: Any) -> Values:
        """From a QueryDict, a stored draft or any other mapping of lists."""
        pairs = posted.lists() if hasattr(posted, "lists") else posted.items()
        return cls({str(name): [str(value).replace("\0", "") for value in values] for name, values in pairs})

    def last(self, name: str) -> str:
        """The last value of the input; empty when there is none."""
        found = self.get(name)
        return found[-1] if found else ""

    def row_numbers(self, name: str) -> list[int]:
        """The numbers of the rows that were posted below ``name``, in order."""
        pattern = re.compile(re.escape(name) + r"\.(\d{1,4})(?:\.|$)")
        return sorted({int(match.group(1)) for key in self if (match := pattern.match(key))})

    def below(self, name: str) -> Iterator[str]:
        """The names of all inputs at or below ``name``."""
        return (key for key in list(self) if key == name or key.startswith(f"{name}."))

    def has_nul(self, name: str) -> bool:
        """Whether an input at or below ``name`` holds what no database takes."""
        return any("\0" in value for key in self.below(name) for value in self[key])

    def says(self, name: str) -> bool:
        """Whether anything at or below ``name`` was filled in; a switch that is off says nothing."""
        return any(value not in SILENT for key in self.below(name) for value in self[key])

    def clear(self, name: str = "") -> None:
        """Forget the inputs at and below ``name``."""
        for key in self.below(name):
            del self[key]

    def add_row(self, name: str) -> int:
        """Open an empty row after the last and return its number."""
        numbers = self.row_numbers(name)
        number = numbers[-1] + 1 if numbers else 0
        self[f"{name}.{number}"] = ["row"]
        return number

    def remove_row(self, name: str, number: int) -> None:
        self.clear(f"{name}.{number}")
