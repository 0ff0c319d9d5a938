"""Launch tokens: the unique mark that is written down before a launch, to find the remote again."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from enum import StrEnum

from gpuconsole.providers.tokens import DEPLOYMENT_LENGTH, PREFIX, deployment
from gpuconsole.workloads.models import Deployment

LENGTH = len(PREFIX) + DEPLOYMENT_LENGTH + 16
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


class Maker(StrEnum):
    """Who launched a remote, by the mark that it carries."""

    US = "us"
    OTHER_CONSOLE = "other_console"
    NOBODY_KNOWN = "nobody_known"
    """It carries no mark: made by hand or by another program, or the provider keeps none."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a remote comes from; ``deployment`` is the id of the console whose mark it carries, or ""."""

    maker: Maker
    deployment: str = ""


def new_token() -> str:
    """A fresh token, ``gc-`` + 4 characters of this deployment + 16 that sort by time (45 bits of ms, 35 random)."""
    moment = time.time_ns() // 1_000_000
    return f"{PREFIX}{deployment_mark()}{_base32(moment, 9)}{_base32(secrets.randbits(35), 7)}"


def deployment_mark() -> str:
    """The four characters of this console, made when they are first asked for and kept in the database."""
    fresh = _base32(secrets.randbits(5 * DEPLOYMENT_LENGTH), DEPLOYMENT_LENGTH)
    return Deployment.objects.get_or_create(pk=1, defaults={"mark": fresh})[0].mark


def origin(token: str, *, ours: str) -> Origin:
    """Who made the remote that carries ``token`` (``Remote.token``); ``ours`` is ``deployment_mark()``, asked for once.

    A token of ours that no workload has is still ours: the row may have been lost with a database.
    """
    mark = deployment(token)
    if not mark:
        return Origin(Maker.NOBODY_KNOWN)
    return Origin(Maker.US if mark == ours else Maker.OTHER_CONSOLE, mark)


def _base32(number: int, length: int) -> str:
    return "".join(_DIGITS[number >> shift & 31] for shift in range(5 * (length - 1), -1, -5))
