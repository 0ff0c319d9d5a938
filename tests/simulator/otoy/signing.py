"""Signs calls as the provider's page on authentication says, written apart from both the simulator and the adapter."""

import contextlib
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Generator
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

import httpx


def signed_headers(
    request: httpx.Request,
    *,
    public_key: str = "pk_sandbox",
    secret_key: str = "sk_sandbox",
    at: float | None = None,
    nonce: str | None = None,
    path: str | None = None,
    is_space_plus: bool = True,
    is_ascii: bool = True,
) -> dict[str, str]:
    """The four headers of a call."""
    body = request.content
    with contextlib.suppress(ValueError, RecursionError):  # what is no JSON is signed as it stands
        canonical = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=is_ascii)
        body = canonical.encode()
    pairs = sorted(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    stamp = str(int((time.time() if at is None else at) * 1000))
    nonce = secrets.token_hex(16) if nonce is None else nonce
    parts = (
        public_key,
        stamp,
        nonce,
        request.method,
        path or request.url.path,
        urlencode(pairs, quote_via=quote_plus if is_space_plus else quote),
        hashlib.sha256(body).hexdigest(),
    )
    signature = hmac.new(secret_key.encode(), "|".join(parts).encode(), hashlib.sha256).hexdigest()
    return {"X-API-Key": public_key, "X-Time": stamp, "X-Nonce": nonce, "X-Signature": signature}


class Signed(httpx.Auth):
    """Signs each call anew; `how` goes to `signed_headers`."""

    requires_request_body = True

    def __init__(self, **how: Any) -> None:
        self._how = how

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the headers on."""
        request.headers.update(signed_headers(request, **self._how))
        yield request
