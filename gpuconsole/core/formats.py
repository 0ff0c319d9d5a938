"""How numbers, money, durations and times are written for people; pure functions over plain values."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

MISSING = "–"
MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"  # a thin gap that never breaks a line

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
_MONTHS = (
    *(gettext_noop("Jan"), gettext_noop("Feb"), gettext_noop("Mar"), gettext_noop("Apr"), gettext_noop("May")),
    *(gettext_noop("Jun"), gettext_noop("Jul"), gettext_noop("Aug"), gettext_noop("Sep"), gettext_noop("Oct")),
    *(gettext_noop("Nov"), gettext_noop("Dec")),
)

_CENT = Decimal("0.01")
_FOUR_PLACES = Decimal("0.0001")
_DURATION_UNITS = (
    (gettext_noop("d"), 86_400),
    (gettext_noop("h"), 3_600),
    (gettext_noop("m"), 60),
    (gettext_noop("s"), 1),
)

Duration = timedelta | int | float | Decimal


def not_priced() -> str:
    """What stands in a price's place where there is none."""
    return _("not priced by us")


def money(amount: Decimal | int | None, currency: str = "USD", *, summary: bool = False) -> str:
    """An amount with its currency sign: ``$18.08``; four places under one cent; in a ``summary`` whole from 100 on."""
    if amount is None:
        return MISSING
    value = Decimal(amount)
    size = abs(value)
    digits = _amount_digits(size, summary=summary)
    symbol = SYMBOLS.get(currency, f"{currency}{THIN}")
    return f"{_sign(value, digits)}{symbol}{digits}"


def unit_price(amount: Decimal | None, currency: str = "USD") -> str:
    """The price of a small unit, with three places under one: ``$0.018``."""
    if amount is None or not _CENT <= abs(amount) < 1:
        return money(amount, currency)
    digits = f"{abs(amount).quantize(Decimal('0.001'), ROUND_HALF_UP)}"
    return f"{_sign(amount, digits)}{SYMBOLS.get(currency, f'{currency}{THIN}')}{digits}"


def hourly(price: Decimal | int | None, currency: str = "USD", *, tight: bool = False) -> str:
    """A rate, always per hour: ``$1.04 per hour``, in tight lists ``$2.20 / h``; an unknown one is said to be so."""
    if price is None:
        return not_priced()
    text = _("{amount} / h") if tight else _("{amount} per hour")
    return text.format(amount=money(price, currency))


def estimated(amount: Decimal | int | None, currency: str = "USD", *, summary: bool = False) -> str:
    """An amount that is not sure: ``≈ $1.31``."""
    return not_priced() if amount is None else f"≈ {money(amount, currency, summary=summary)}"


def at_most(amount: Decimal | int | None, currency: str = "USD", *, summary: bool = False) -> str:
    """An upper bound: ``at most $74.40``."""
    return (
        not_priced()
        if amount is None
        else _("at most {amount}").format(amount=money(amount, currency, summary=summary))
    )


def duration(length: Duration | None) -> str:
    """The two largest units, rounded down: ``4 s``, ``3 m 11 s``, ``3 h 12 m``, ``1 d 4 h``."""
    if length is None:
        return MISSING
    return " ".join(f"{number} {_(unit)}" for number, unit in _two_largest(length))


def running_clock(length: Duration | None) -> str:
    """A duration that counts on, so with seconds (two digits) under a day: ``4 h 24 m 08 s``."""
    if length is None:
        return MISSING
    seconds = whole_seconds(length)
    if seconds >= 86_400 or seconds < 60:
        return duration(seconds)
    hours, rest = divmod(seconds, 3_600)
    minutes, rest = divmod(rest, 60)
    last = f"{minutes:02} {_('m')} {rest:02} {_('s')}" if hours else f"{minutes} {_('m')} {rest:02} {_('s')}"
    return f"{hours} {_('h')} {last}" if hours else last


def duration_words(length: Duration | None) -> str:
    """A duration for accessible names: ``2 hours 24 minutes``."""
    if length is None:
        return _("unknown")
    return " ".join(_in_words(number, unit) for number, unit in _two_largest(length))


def whole_seconds(length: Duration) -> int:
    """The length in whole seconds, rounded down; a negative length (clocks that disagree) is zero."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    return max(0, int(seconds))


def time_of_day(moment: datetime | None) -> str:
    """``14:32``, in the zone that the moment carries."""
    return MISSING if moment is None else f"{moment:%H:%M}"


def exact_time(moment: datetime | None) -> str:
    """``14:32:08``, for events and logs."""
    return MISSING if moment is None else f"{moment:%H:%M:%S}"


def day(value: date, *, today: date) -> str:
    """``18 Nov``; with the year when it is not this one: ``12 Mar 2027``."""
    text = day_of_month(value)
    return text if value.year == today.year else f"{text} {value.year}"


def day_of_month(value: date) -> str:
    """``18 Nov``, where the year is known."""
    return f"{value.day} {month(value.month)}"


def month(number: int) -> str:
    """``Nov`` for 11."""
    return _(_MONTHS[number - 1])


def moment(value: datetime | None, *, now: datetime) -> str:
    """As short as it can be read: ``14:32`` today, ``yesterday``, ``18 Nov``, ``12 Mar 2027``. Both in one zone."""
    if value is None:
        return MISSING
    days_ago = (now.date() - value.date()).days
    if days_ago == 0:
        return time_of_day(value)
    return _("yesterday") if days_ago == 1 else day(value.date(), today=now.date())


def full_time(value: datetime) -> str:
    """ISO time with its zone, for tooltips: ``2026-11-21 14:32:08 UTC``."""
    return f"{value:%Y-%m-%d %H:%M:%S} {value.tzname() or ''}".rstrip()


def age(length: Duration | None) -> str:
    """One unit only, for freshness and attention: ``3 s``, ``12 m``, ``34 d``."""
    if length is None:
        return MISSING
    number, unit = _two_largest(length)[0]
    return f"{number} {_(unit)}"


def ago(length: Duration | None) -> str:
    """``3 s ago``; never, where there is no moment to count from."""
    return _("never") if length is None else _("{age} ago").format(age=age(length))


def within(length: timedelta) -> str:
    """Time until something: ``in 9 days``, ``in 3 h``; ``now`` when it is over."""
    if length <= timedelta():
        return _("now")
    return _("in {time}").format(time=plural(length.days, "day", "days") if length.days else age(length))


def count(number: int | None) -> str:
    """With a thousands comma: ``1,284``."""
    return MISSING if number is None else f"{number:,}".replace("-", MINUS)


def gpu_hours(hours: Decimal) -> str:
    """1,284; with one decimal under 10 and two under 1, so that what ran for minutes is not shown as nothing."""
    if hours <= 0 or hours >= 10:
        return count(round(hours))
    if hours < Decimal("0.01"):
        return "<0.01"
    return f"{hours:.2f}" if hours < 1 else f"{hours:.1f}"


def technical(number: int | None) -> str:
    """A raw technical number with thin spaces: ``14 400 000``."""
    return MISSING if number is None else f"{number:,}".replace(",", THIN).replace("-", MINUS)


def size(number: float | Decimal | int | None, unit: str) -> str:
    """A size in the unit that its provider counts in: ``468 GiB``, ``1 024 GB``, ``1.8 GB``."""
    if number is None:
        return MISSING
    value = Decimal(str(number))
    if value == value.to_integral_value():
        return f"{technical(int(value))} {unit}"
    return f"{value.quantize(Decimal('0.1'), ROUND_HALF_UP)} {unit}"


def bytes_size(number: int | None) -> str:
    """A number of bytes in decimal units: ``812 B``, ``1.8 GB``."""
    if number is None:
        return MISSING
    value, unit = float(number), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 999.95:
            break
        value, unit = value / 1000, larger
    return f"{number} B" if unit == "B" else f"{value:.1f} {unit}"


def percent(value: float | Decimal | int | None, *, fine: bool = False) -> str:
    """``76 %``, the value being out of 100; with one decimal under 10 when ``fine``."""
    if value is None:
        return MISSING
    number = Decimal(str(value))
    step = Decimal("0.1") if fine and 0 < abs(number) < 10 else Decimal(1)
    digits = f"{abs(number).quantize(step, ROUND_HALF_UP)}"
    return f"{_sign(number, digits)}{digits}{THIN}%"


def gpus(number: int | None, name: str = "") -> str:
    """``2 × H100``; ``CPU only`` for none."""
    if number is None:
        return MISSING
    if number == 0:
        return _("CPU only")
    return f"{number} {TIMES} {name}" if name else plural(number, "GPU", "GPUs")


def plural(number: int, one: str, many: str) -> str:
    """A count with its noun: ``1 job``, ``1,284 jobs``; ``makemessages`` knows both forms as the noun's texts."""
    return f"{count(number)} {ngettext(one, many, number)}"


def initials(name: str) -> str:
    """Two letters that stand for a person: ``Ada Lovelace`` and ``ada.lovelace@example.org`` are both ``AL``."""
    words = [
        word for word in name.partition("@")[0].replace(".", " ").replace("-", " ").replace("_", " ").split() if word
    ]
    if not words:
        return "?"
    letters = words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]
    return letters.upper()


def _in_words(number: int, unit: str) -> str:
    return {
        "d": ngettext("{number} day", "{number} days", number),
        "h": ngettext("{number} hour", "{number} hours", number),
        "m": ngettext("{number} minute", "{number} minutes", number),
        "s": ngettext("{number} second", "{number} seconds", number),
    }[unit].format(number=number)


def _amount_digits(size: Decimal, *, summary: bool) -> str:
    if size and size < _CENT:
        return f"{max(size, _FOUR_PLACES).quantize(_FOUR_PLACES, ROUND_HALF_UP)}"
    cents = size.quantize(_CENT, ROUND_HALF_UP)
    return f"{size.quantize(Decimal(1), ROUND_HALF_UP):,}" if summary and cents >= 100 else f"{cents:,}"


def _sign(value: Decimal, digits: str) -> str:
    return MINUS if value < 0 and any(digit in "123456789" for digit in digits) else ""


def _two_largest(length: Duration) -> list[tuple[int, str]]:
    rest = whole_seconds(length)
    if rest == 0:
        return [(0, "s")]
    parts: list[tuple[int, str]] = []
    for unit, seconds in _DURATION_UNITS:
        number, rest = divmod(rest, seconds)
        parts.append((number, unit))
    first = next(index for index, (number, _) in enumerate(parts) if number)
    return [part for part in parts[first : first + 2] if part[0]]
