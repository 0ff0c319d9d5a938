"""How OTOY's calls are signed: HMAC-SHA256 over key, time, nonce, method, path, query and body hash (docs)."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gpuconsole.providers.signed import Signing

CLOCK_TOLERANCE_S = 300
"""How far X-Time may be from OTOY's own clock (third-party client, quoting the docs)."""
NONCE_BYTES = 16
"""One page of the docs says 32; all known clients send 16 bytes as 32 hex characters."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The key pair of one account."""

    public: str
    secret: str


def sign(
    keys: Keys,
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    body: Any = None,
    time_ms: int | None = None,
    nonce: str | None = None,
) -> dict[str, str]:
    """The four headers of one call, good for that call only: a repeated one must be signed again.

    ``path`` has no host and no query: the host is not signed. ``time_ms`` (Unix time) and ``nonce`` are made anew
    where they are not given. ``body`` None: nothing is sent.
    """
    stamp = str(time.time_ns() // 1_000_000 if time_ms is None else time_ms)
    nonce = nonce or secrets.token_hex(NONCE_BYTES)
    parts = (keys.public, stamp, nonce, method.upper(), path, sorted_query(query or {}), body_sha256(body))
    signature = hmac.new(keys.secret.encode(), "|".join(parts).encode(), hashlib.sha256).hexdigest()
    return {"X-API-Key": keys.public, "X-Time": stamp, "X-Nonce": nonce, "X-Signature": signature}


def sorted_query(query: Mapping[str, Any]) -> str:
    """Keys in order, the values of a repeated key too, URL-encoded; empty for no query."""
    pairs = [(key, each) for key, value in query.items() for each in _listed(value)]
    return urlencode(sorted((key, str(value)) for key, value in pairs))


def body_sha256(body: Any) -> str:
    """SHA-256 of the canonical JSON; of no bytes at all for no body."""
    return hashlib.sha256(b"" if body is None else canonical(body).encode()).hexdigest()


def canonical(body: Any) -> str:
    """JSON with sorted keys at every depth, no white space, and all but ASCII escaped."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def plain_numbers(value: Any) -> Any:
    """The same with 24.0 as 24: the far side writes numbers as JavaScript does, and must come to the same hash."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: plain_numbers(item) for key, item in value.items()}
    return [plain_numbers(item) for item in value] if isinstance(value, (list, tuple)) else value


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


SIGNING = Signing(
    commands=(
        'time="$(date +%s)000"',
        f"nonce=$(openssl rand -hex {NONCE_BYTES})",
        "digest=$(printf '%s' \"$body\" | jq -caSj . | openssl dgst -sha256 -r | cut -d ' ' -f 1)",
        "signature=$(printf '%s' \"$OTOY_PUBLIC_KEY|$time|$nonce|$method|$path||$digest\" |"
        " openssl dgst -sha256 -hmac \"$OTOY_SECRET_KEY\" -r | cut -d ' ' -f 1)",
    ),
    headers=(
        ("X-API-Key", "$OTOY_PUBLIC_KEY"),
        ("X-Time", "$time"),
        ("X-Nonce", "$nonce"),
        ("X-Signature", "$signature"),
    ),
    imports=("hashlib", "hmac", "json", "os", "secrets", "time"),
    python="""\
def signed(method, path, body):
    key, stamp, nonce = os.environ["OTOY_PUBLIC_KEY"], str(time.time_ns() // 1_000_000), secrets.token_hex(16)
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "|".join([key, stamp, nonce, method, path, "", digest])
    signature = hmac.new(os.environ["OTOY_SECRET_KEY"].encode(), text.encode(), hashlib.sha256).hexdigest()
    return {"X-API-Key": key, "X-Time": stamp, "X-Nonce": nonce, "X-Signature": signature}""",
)
"""The same as text of a shell (openssl, jq) and of Python, for previews."""
