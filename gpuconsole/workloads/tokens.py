"""Launch tokens: the unique mark that is written down before a launch, to find the remote again."""

from __future__ import annotations

import secrets
import time

from gpuconsole.workloads.models import Deployment

PREFIX = "gc-"
LENGTH = len(PREFIX) + 4 + 16
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def new_token() -> str:
    """A fresh token, ``gc-`` + 4 characters of this deployment + 16 that sort by time (45 bits of ms, 35 random)."""
    moment = time.time_ns() // 1_000_000
    return f"{PREFIX}{deployment_mark()}{_base32(moment, 9)}{_base32(secrets.randbits(35), 7)}"


def deployment_mark() -> str:
    """The four characters of this console, made when they are first asked for and kept in the database."""
    deployment, _ = Deployment.objects.get_or_create(pk=1, defaults={"mark": _base32(secrets.randbits(20), 4)})
    return deployment.mark


def _base32(number: int, length: int) -> str:
    return "".join(_DIGITS[number >> shift & 31] for shift in range(5 * (length - 1), -1, -5))
