"""The console's considered no to a user; a refusal is not a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Refused(Exception):
    """We will not do what was asked; the message says what is so and what to do.

    ``code`` is a word for programs, ``field`` the dotted path of the input that is at fault (empty: none),
    ``details`` are further lines, such as the work that stands in the way; ``errors`` are messages by dotted path where
    several inputs are at fault.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        field: str = "",
        details: Sequence[str] = (),
        errors: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.details = tuple(details)
        self.errors = dict(errors) if errors else {field: message} if field else {}
