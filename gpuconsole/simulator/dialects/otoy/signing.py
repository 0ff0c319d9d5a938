"""Requests signed with HMAC-SHA256, checked as OTOY checks them.

What is signed: `publicKey|timestamp|nonce|METHOD|pathname|queryString|bodySha256`. The host is not part of it, so a
client needs nothing but another base URL to come here. Where this dialect sits under a prefix, the path may be signed
with it or without. Time stamps and nonces follow the true clock, not the one that can be turned: clients sign with
theirs.
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit

from gpuconsole.simulator.dialects.otoy.errors import Problem
from gpuconsole.simulator.dialects.otoy.keys import KEYS
from gpuconsole.simulator.web import Request
from gpuconsole.simulator.world import World

HEADERS = ("X-API-Key", "X-Time", "X-Nonce", "X-Signature")
TOLERANCE_S = 300
NONCE_MEMORY_S = 86_400
NONCES_KEPT = 20_000  # more than that in a day, and the oldest are forgotten: they live in the state file too

_TIME = re.compile(r"[0-9]{1,16}")
_NONCE = re.compile(r"[0-9a-fA-F]{32}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


def require_signature(world: World, request: Request) -> None:
    """Refuse a call that no sandbox key has signed or may sign now, is too old or too new, or was made before."""
    values = [request.headers.get(name.lower(), "") for name in HEADERS]
    for name, value in zip(HEADERS, values, strict=True):
        if not value:
            raise Problem(401, f"{name} header is required")
    public, stamp, nonce, signature = values
    key = KEYS.get(public)
    if key is None:
        raise Problem(401, "unknown API key")
    now = time.time() + world.clock.skew_s
    _check_form(stamp, nonce, signature)
    if abs(now - int(stamp) / 1000) > TOLERANCE_S:
        raise Problem(401, "X-Time is more than five minutes away from the time here")
    texts = _signed_texts(request, public, stamp, nonce)
    if not any(hmac.compare_digest(signature, _hmac(key.secret, text)) for text in texts):
        raise Problem(401, "signature does not match")
    key.require_use(now, request.peer)
    _remember(world, nonce.lower(), now)


def _check_form(stamp: str, nonce: str, signature: str) -> None:
    if not _TIME.fullmatch(stamp):
        raise Problem(401, "X-Time must be Unix time in milliseconds")
    if not _NONCE.fullmatch(nonce):
        raise Problem(401, "X-Nonce must be 32 hexadecimal characters")
    if not _SIGNATURE.fullmatch(signature):
        raise Problem(401, "X-Signature must be 64 lower case hexadecimal characters")


def _remember(world: World, nonce: str, now: float) -> None:
    """Take a nonce out of use; nonces stand in the order of their use, so the oldest go from the front."""
    used = world.table("otoy.nonces", float)
    while used and (used[oldest := next(iter(used))] <= now - NONCE_MEMORY_S or len(used) >= NONCES_KEPT):
        del used[oldest]
    if nonce in used:
        raise Problem(401, "X-Nonce was used before")
    used[nonce] = now


def _hmac(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _signed_texts(request: Request, public: str, stamp: str, nonce: str) -> Iterator[str]:
    """Every text that a genuine client may have signed for this request."""
    prefix = urlsplit(request.base_url).path.rstrip("/")
    paths = dict.fromkeys((request.path, prefix + request.path))
    for path, query, body in product(paths, _queries(request.query_string), _body_hashes(request.body)):
        yield "|".join((public, stamp, nonce, request.method.upper(), path, query, body))


def _queries(query_string: str) -> Iterator[str]:
    """The sorted query; on the wire it may come in any order.

    Clients differ in how they write a space; those in JavaScript leave other marks alone than those in Python.
    """
    pairs = sorted(parse_qsl(query_string, keep_blank_values=True))
    ways = ((quote_plus, ""), (quote, ""), (quote_plus, "*"), (quote, "!'()*"))
    yield from dict.fromkeys(urlencode(pairs, quote_via=how, safe=safe) for how, safe in ways)


def _body_hashes(body: bytes) -> Iterator[str]:
    """SHA-256 of the canonical body; most clients escape what is not ASCII, some do not."""
    if not body:
        yield hashlib.sha256(b"").hexdigest()
        return
    try:
        value = json.loads(body, parse_int=_Number, parse_float=_Number, parse_constant=_Number)
    except (ValueError, RecursionError):
        yield hashlib.sha256(body).hexdigest()
        return
    ways: tuple[Callable[[str], str], ...] = (str, _as_javascript)
    for is_escaped, number in product((True, False), ways):
        text = _canonical(value, is_escaped, number)
        yield hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


def _as_javascript(number: str) -> str:
    """A number as JavaScript writes it, with which some clients make a body canonical: 24.0 as 24."""
    value = float(number)
    return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)


def _canonical(value: Any, is_escaped: bool, number: Callable[[str], str]) -> str:
    """JSON without white space and with sorted keys at every depth."""
    if isinstance(value, dict):
        keys = ((json.dumps(key, ensure_ascii=is_escaped), value[key]) for key in sorted(value))
        return f"{{{','.join(f'{key}:{_canonical(item, is_escaped, number)}' for key, item in keys)}}}"
    if isinstance(value, list):
        return f"[{','.join(_canonical(item, is_escaped, number) for item in value)}]"
    return number(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=is_escaped)
