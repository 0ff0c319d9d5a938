"""The webhook channel: one signed JSON to one address, sent to the very machine that was checked.

The signature is that of Standard Webhooks: HMAC-SHA256 over ``id.timestamp.body`` with the secret behind ``whsec_``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from gpuconsole.notify import addresses

PREFIX = "whsec_"
TIMEOUT_S = 5.0


def new_secret() -> str:
    """A fresh secret as the receiver's library takes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """What tells the receiver that it was us, and when: an old time-stamp, or an id seen before, is a replay."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "gpuconsole-webhook/1",
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def send(url: str, secret: str, message_id: str, payload: Mapping[str, Any], at: datetime) -> int:
    """Send it once; gives the HTTP status. The answer's body is not read, and no redirect is followed.

    Raises core.errors.Refused for an address that may not be asked, httpx.HTTPError where nobody answers in time.
    """
    target = addresses.resolve(url)
    body = json.dumps(payload, separators=(",", ":"), sort_keys=True).encode()
    sent = {**headers(secret, message_id, at, body), "Host": target.host}
    with (
        httpx.Client(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False) as client,
        client.stream(
            "POST", target.url, content=body, headers=sent, extensions={"sni_hostname": target.name}
        ) as answer,
    ):
        return answer.status_code
