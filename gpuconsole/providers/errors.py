"""What can go wrong at a provider, sorted by what the console may do next.

``may_retry`` is true only where it is proven that the provider has not acted, or where the call changes nothing when
it is repeated (a read, a login): such a call may be sent again.
"""

from __future__ import annotations

from typing import ClassVar


class ProviderError(Exception):
    """Any trouble with a provider; the text is fit for a user and free of secrets."""

    may_retry: ClassVar[bool] = False

    def __init__(self, message: str, *, status_code: int | None = None, raw: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.status_code = status_code
        self.raw = raw


class Unreachable(ProviderError):
    """The request never reached the provider (refused, unknown host, failed TLS), or a read was not answered."""

    may_retry = True


class RateLimited(ProviderError):
    """The provider asked us to wait (HTTP 429); ``wait_s`` is its own figure or None where it gave none."""

    may_retry = True

    def __init__(
        self, message: str, *, wait_s: float | None = None, status_code: int | None = 429, raw: str = ""
    ) -> None:
        super().__init__(message, status_code=status_code, raw=raw)
        self.wait_s = wait_s


class NoCapacity(ProviderError):
    """The provider has none of the hardware free now; nothing was made."""

    may_retry = True


class NotYet(ProviderError):
    """The provider took the first half of what was asked; ask again until it takes the rest."""

    may_retry = True


class Rejected(ProviderError):
    """The provider said no to what we sent; ``field`` is the dotted wire path it named, empty where it named none."""

    def __init__(self, message: str, *, field: str = "", status_code: int | None = None, raw: str = "") -> None:
        super().__init__(message, status_code=status_code, raw=raw)
        self.field = field


class NotAuthorized(ProviderError):
    """The credentials were refused."""


class NotFound(ProviderError):
    """The provider does not know the thing that we named."""


class Unconfirmed(ProviderError):
    """We asked and do not know the answer: cut connection, time-out or 5xx after sending, unreadable body."""
