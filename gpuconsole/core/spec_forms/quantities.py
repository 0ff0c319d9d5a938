"""Numbers with units: memory as a string such as 128Gi, and spans of time in the unit that a provider wants."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal

_BYTES = {
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
}
_MILLISECONDS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_DECIMAL = {"GB": "Gi", "MB": "Mi", "TB": "Ti"}
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,15})?")  # bounded: a number such as 1e999999 would cost minutes
_JOINED = re.compile(r"(\d+(?:\.\d+)?)([A-Za-z]+)")


def number(text: str) -> Decimal | None:
    """The number in a text as people type it (16 000, 1.5); None when it is none."""
    plain = re.sub(r"[\s\u2009\u202f\u00a0_]", "", text)
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def offered(units: tuple[str, ...]) -> tuple[str, ...]:
    """The units to pick from: the provider's own, and the decimal one beside a binary one."""
    beside = tuple(decimal for decimal, binary in _DECIMAL.items() if binary in units and decimal not in units)
    return units + beside


def joined(text: str, unit: str, units: tuple[str, ...]) -> str:
    """The string that is sent: 128 and Gi make 128Gi; 128 and GB, where only binary units go, make 119Gi."""
    amount = number(text)
    if amount is None:
        return f"{text}{unit}"
    if unit in units or unit not in _BYTES:
        return f"{_plain(amount)}{unit}"
    fitting = (name for name in (_DECIMAL[unit], "Mi") if name in units and amount * _BYTES[unit] >= _BYTES[name])
    binary = next(fitting, _DECIMAL[unit])
    return f"{int(amount * _BYTES[unit] / _BYTES[binary])}{binary}"


def parted(text: str, units: tuple[str, ...]) -> tuple[str, str] | None:
    """The number and the unit of a joined string; None when it has another form."""
    match = _JOINED.fullmatch(text)
    return (match.group(1), match.group(2)) if match and match.group(2) in units else None


def in_unit(text: str, unit: str, wanted: str) -> Decimal | None:
    """A span of time in the unit ``wanted``; None when the text is no number."""
    amount = number(text)
    if amount is None:
        return None
    return amount * _MILLISECONDS[unit] / _MILLISECONDS[wanted]


def handiest(amount: int | float | Decimal, unit: str, units: tuple[str, ...]) -> tuple[str, str]:
    """The same span in the largest of ``units`` that needs no fraction."""
    total = Decimal(str(amount)) * _MILLISECONDS[unit]
    for name in sorted(units, key=_MILLISECONDS.__getitem__, reverse=True):
        part = total / _MILLISECONDS[name]
        if part == part.to_integral_value(ROUND_DOWN) and part != 0:
            return _plain(part), name
    return _plain(Decimal(str(amount))), unit


def thin_spaced(amount: Decimal | int) -> str:
    """A raw technical number with its thousands apart: 14 400 000."""
    return f"{amount:,}".replace(",", "\u202f")


def _plain(amount: Decimal) -> str:
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def binary(unit: str) -> str:
    """The binary unit beside a decimal one: Gi for GB."""
    return _DECIMAL.get(unit, unit)
