"""The key pairs that the sandbox account has: one for everyday, one that has expired, one for other addresses only."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime

from gpuconsole.simulator.dialects.otoy.errors import Problem

PUBLIC_KEY = "pk_sandbox"
SECRET_KEY = "sk_sandbox"  # noqa: S105 - published, as all here: they open nothing but the simulator
EXPIRED = "the API key has expired"


@dataclass(frozen=True)
class Key:
    """One pair; `allowed_ips` are the ranges that it may be used from, all of them if there are none."""

    secret: str
    expires_at: float | None = None
    allowed_ips: tuple[str, ...] = ()

    def require_use(self, now: float, peer: str) -> None:
        """Refuse a call that comes too late, or from elsewhere (403 for that is assumed)."""
        if self.expires_at is not None and self.expires_at <= now:
            raise Problem(401, EXPIRED)
        address = ipaddress.ip_address(peer)
        if self.allowed_ips and not any(address in ipaddress.ip_network(allowed) for allowed in self.allowed_ips):
            raise Problem(403, "the API key may not be used from this address")


KEYS = {
    PUBLIC_KEY: Key(SECRET_KEY),
    "pk_sandbox_expired": Key("sk_sandbox_expired", datetime(2026, 2, 1, tzinfo=UTC).timestamp()),
    "pk_sandbox_elsewhere": Key("sk_sandbox_elsewhere", allowed_ips=("203.0.113.0/24",)),
}
SANDBOX = {
    "public key": PUBLIC_KEY,
    "secret key": SECRET_KEY,
    "public key that has expired": "pk_sandbox_expired",
    "its secret key": "sk_sandbox_expired",
    "public key for 203.0.113.0/24 only": "pk_sandbox_elsewhere",
    "secret key of that": "sk_sandbox_elsewhere",
}
