"""Up to four offers side by side: a row a fact, what differs marked, what costs least marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.catalog import lines
from gpuconsole.catalog.lines import Line, Price
from gpuconsole.core import formats

MOST_HOURS = Decimal(24 * 366)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one offer has to say in one row."""

    text: str
    note: str = ""
    is_cheapest: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of all offers."""

    label: str
    cells: Sequence[Cell]

    @property
    def differs(self) -> bool:
        """Whether the offers are not all alike in it."""
        return len({(cell.text, cell.note) for cell in self.cells}) > 1


_FACTS: tuple[tuple[str, Callable[[Line], str]], ...] = (
    (gettext_noop("GPU"), lambda line: line.offer.gpu or _("CPU only")),
    (gettext_noop("In the provider's words"), lambda line: line.offer.gpu_model or formats.MISSING),
    (gettext_noop("Maker"), lambda line: line.offer.maker or formats.MISSING),
    (gettext_noop("GPUs"), lambda line: formats.count(line.offer.gpu_count)),
    (gettext_noop("VRAM of one"), lambda line: formats.size(line.offer.memory_gb, "GB")),
    (gettext_noop("VRAM together"), lambda line: formats.size(_together(line), "GB")),
    (gettext_noop("vCPU"), lambda line: _number(line.offer.cpu_count)),
    (gettext_noop("RAM"), lambda line: formats.size(line.offer.ram_gb, "GB")),
    (gettext_noop("Region"), lambda line: ", ".join(line.offer.regions) or formats.MISSING),
    (gettext_noop("Spot"), lambda line: _("yes, may be taken back") if line.offer.is_spot else _("no")),
    (gettext_noop("Billed by"), lambda line: line.billing or _("unknown")),
    (gettext_noop("Available"), lambda line: _("gone") if line.offer.gone_at else line.availability[0].lower()),
)


def table(found: Sequence[Line], hours: Decimal | None) -> list[Row]:
    """Every row; ``hours`` adds what so many hours cost."""
    measures = [(_("Per hour"), "price"), (_("Per GPU-hour"), "gpu_price"), (_("Per GB of VRAM and hour"), "gb_price")]
    rows = [_priced(found, label, name) for label, name in measures]
    if hours is not None:
        rows.append(_priced(found, _("For {hours:f} h").format(hours=hours.normalize()), "price", hours))
    rows += [Row(_(label), [Cell(of(line)) for line in found]) for label, of in _FACTS]
    rows.append(Row(_("Price in 30 days"), [Cell(line.trend.text) for line in found]))
    return [*rows, Row(_("Your launches"), [_record(line) for line in found])]


def _priced(found: Sequence[Line], label: str, measure: str, times: Decimal = Decimal(1)) -> Row:
    lowest = lines.cheapest(found, measure)
    cells = [_money(line.prices[measure], times, line.offer.public_id in lowest) for line in found]
    return Row(label, cells)


def _money(price: Price, times: Decimal, is_cheapest: bool) -> Cell:
    price = price.times(times)
    return Cell(price.text or formats.not_priced(), price.note, is_cheapest)


def _record(line: Line) -> Cell:
    if line.record is None:
        return Cell(formats.MISSING)
    ready = (
        "" if line.record.ready_s is None else _("ready in {time}").format(time=formats.duration(line.record.ready_s))
    )
    return Cell(
        _("{share} came to run (n {launches})").format(
            share=formats.percent(line.record.percent), launches=line.record.launches
        ),
        ready,
    )


def _together(line: Line) -> int | None:
    return line.offer.memory_gb * line.offer.gpu_count if line.offer.memory_gb else None


def _number(value: Decimal | None) -> str:
    return formats.MISSING if value is None else f"{value.normalize():f}"
