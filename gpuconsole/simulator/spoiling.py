"""What request faults make of an answer: one given in the provider's place, or its own one spoilt."""

import json
from decimal import Decimal
from email.utils import formatdate
from typing import Any

from gpuconsole.simulator.faults import Faults
from gpuconsole.simulator.web import Dialect, Request, Response, json_response

SIGNATURES = ("authorization", "x-api-key")
"""Headers that make a call a signed one, in lower case."""
GATEWAY_PAGE = (
    b"<!doctype html>\n<html><head><title>502 Bad Gateway</title></head>\n"
    b"<body><h1>502 Bad Gateway</h1><p>The server behind this gateway gave no answer.</p></body></html>\n"
)


def instead(faults: Faults, dialect: Dialect, request: Request, subjects: list[str]) -> Response | None:
    """The answer that a fault gives in place of the provider, which never hears of the call; None without one."""
    slug = dialect.slug
    if faults.strike("502", slug, subjects):
        return gateway()
    if fault := faults.strike("429", slug, subjects):
        refused = dialect.trouble(429)
        wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return Response(refused.status, refused.body, {**refused.headers, **wait})
    if any(request.headers.get(name) for name in SIGNATURES) and faults.strike("expired_token", slug, subjects):
        return dialect.trouble(401)
    if faults.strike("no_credit", slug, subjects):
        return dialect.trouble(402)
    return dialect.trouble(500) if faults.strike("500", slug, subjects) else None


def spoilt(faults: Faults, dialect: Dialect, answer: Response, subjects: list[str]) -> Response:
    """What is left of the provider's own answer."""
    if (factor := faults.factor(dialect.slug)) != 1:
        answer = _repriced(dialect, answer, factor)
    if faults.strike("broken_json", dialect.slug, subjects):
        # The head is whole and the body is not: what a proxy in between can make of an answer.
        answer = Response(answer.status, answer.body[: len(answer.body) // 2], answer.headers)
    return gateway() if faults.strike("502_after", dialect.slug, subjects) else answer


def dated(answer: Response, now: float) -> Response:
    """The answer with the provider's own time in its head."""
    return Response(answer.status, answer.body, {**answer.headers, "Date": formatdate(now, usegmt=True)})


def gateway() -> Response:
    """What a proxy says that has lost the server behind it: a page for people."""
    return Response(502, GATEWAY_PAGE, {"Content-Type": "text/html; charset=utf-8"})


def _repriced(dialect: Dialect, answer: Response, factor: Decimal) -> Response:
    if not answer.headers.get("Content-Type", "").startswith("application/json"):
        return answer
    value = _walk(json.loads(answer.body, parse_float=Decimal), dialect, factor)
    return json_response(value, answer.status, answer.headers)


def _walk(value: Any, dialect: Dialect, factor: Decimal) -> Any:
    if isinstance(value, list):
        return [_walk(item, dialect, factor) for item in value]
    if not isinstance(value, dict):
        return value
    keys = dialect.price_keys
    return {k: jumped(v, factor) if k in keys else _walk(v, dialect, factor) for k, v in value.items()}


def jumped(price: Any, factor: Decimal) -> Any:
    """A price in whatever form it stands in an answer, made `factor` times as high; whole ones stay whole."""
    if isinstance(price, bool) or not isinstance(price, int | Decimal | str):
        return price
    try:
        amount = Decimal(price) * factor
    except ArithmeticError:
        return price
    if isinstance(price, Decimal):
        return amount
    is_whole = isinstance(price, int) or price.lstrip("-").isdecimal()
    return type(price)(round(amount) if is_whole else amount)
