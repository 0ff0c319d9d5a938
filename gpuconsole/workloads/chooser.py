"""From a need to a provider: kinds of work, needs as filters, each provider's best match, and what was run before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.access import Viewer
from gpuconsole.catalog import queries as catalog
from gpuconsole.connections.access import visible_connections
from gpuconsole.connections.models import Connection
from gpuconsole.core import formats, gpus
from gpuconsole.core.money import Money
from gpuconsole.projects import rates
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.remote import Offer
from gpuconsole.workloads import access
from gpuconsole.workloads.limits import tight
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.presets import pages as preset_pages
from gpuconsole.workloads.states import State

RECENT = 3
PRESETS = 6
VRAM_GB = (16, 24, 40, 48, 80, 141)
GPUS = (1, 2, 4, 8)
_BILLED = {
    "second": gettext_noop("per second"),
    "minute": gettext_noop("per minute"),
    "hour": gettext_noop("per hour"),
}


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work in plain words."""

    slug: str
    title: str
    text: str
    icon: str
    only: str
    """What is said of a provider that takes nothing else."""


def _works() -> tuple[Work, ...]:
    return (
        Work(
            "job",
            _("A job that ends"),
            _("Training, evaluation, batch inference, rendering. Runs to completion or to a limit."),
            "list-video",
            _("Runs jobs only."),
        ),
        Work(
            "machine",
            _("A machine I can log in to"),
            _("SSH, Jupyter, ports. Runs until you stop it or its limit does."),
            "server",
            _("Rents machines only."),
        ),
        Work(
            "endpoint",
            _("A dedicated model endpoint"),
            _("A model on reserved workers, billed while it is up."),
            "waypoints",
            _("Runs model endpoints only."),
        ),
    )


@dataclass(frozen=True, slots=True)
class Needs:
    """What the hardware must have; None: anything goes. The price is per hour in the team's currency."""

    vram_gb: int | None = None
    gpus: int | None = None
    gpu_model: str = ""
    region: str = ""
    most: Decimal | None = None

    def fit(self, offer: Offer, price: Decimal | None) -> bool:
        """Whether an offer at this price in the team's currency answers the needs."""
        vram_gb = offer.hardware.vram_gb if offer.hardware else None
        return (
            offer.gpu_count >= (self.gpus or 1)
            and offer.is_available is not False
            and (self.vram_gb is None or (vram_gb or 0) >= self.vram_gb)
            and (not self.gpu_model or _model(offer) == gpus.read(self.gpu_model).model)
            and (not self.region or offer.region == self.region)
            and (self.most is None or (price is not None and price <= self.most))
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One provider: its best match, or the reason why it has none."""

    provider: Provider
    url: str = ""
    is_sandbox: bool = False
    title: str = ""
    detail: str = ""
    region: str = ""
    price: Decimal | None = None
    price_text: str = ""
    price_note: str = ""
    reason: str = ""
    other_work: Work | None = None
    is_doubted: bool = False
    is_unconnected: bool = False


def context(viewer: Viewer, project: Project | None, query: Mapping[str, str]) -> dict[str, Any]:
    """What the chooser shows for the needs in the query."""
    providers = registry.every()
    works = [work for work in _works() if any(_work(provider) == work.slug for provider in providers)]
    chosen = next((work for work in works if work.slug == query.get("kind")), works[0])
    needs = read(query)
    currency = viewer.team.currency if viewer.team else "USD"
    found = _found(viewer, providers)
    rows = [_row(provider, chosen, needs, found.get(provider.slug), currency) for provider in providers]
    models = {_model(row) for connection, offers in found.values() for row in offers if row.gpu_count} - {""}
    return {
        "works": works,
        "chosen": chosen,
        "needs": needs,
        "rows": sorted(rows, key=lambda row: (bool(row.reason), row.is_doubted, row.price is None, row.price or 0)),
        "models": sorted(models),
        "regions": sorted({offer.region for connection, offers in found.values() for offer in offers} - {""}),
        "vram_choices": VRAM_GB,
        "gpu_choices": GPUS,
        "currency": currency,
        "chips": _chips(query, needs, currency),
        "recent": recent(viewer, project),
        "bars": tight.bars_of(project, viewer.user, timezone.now()) if project else (),
        "project": project,
        "presets": _presets(viewer, project),
        "may_connect": viewer.may_administer,
    }


def read(query: Mapping[str, str]) -> Needs:
    """The needs as the query string has them; what cannot be read is no need."""
    try:
        most = Decimal(query.get("max_price", "")).quantize(Decimal("0.0001"))
    except InvalidOperation:
        most = None
    return Needs(
        _whole(query.get("vram", "")),
        _whole(query.get("gpus", "")),
        query.get("gpu", "")[:60],
        query.get("region", "")[:60],
        most if most is not None and most.is_finite() and most > 0 else None,
    )


def recent(viewer: Viewer, project: Project | None) -> QuerySet[Workload]:
    """The person's own newest work, to start from again."""
    own: QuerySet[Workload] = access.visible_workloads(viewer).filter(owner=viewer.user).exclude(state=State.DRAFT)
    if project is not None:
        own = own.filter(project=project)
    return own.filter(provider__in=registry.SLUGS).defer("spec", "remote", "request").order_by("-id")[:RECENT]


def _presets(viewer: Viewer, project: Project | None) -> list[dict[str, Any]]:
    """Their own and their projects' presets, those of the project in focus first; the rest is on a page of its own."""
    found = preset_pages.rows(viewer)
    return sorted(found, key=lambda row: project is None or row["preset"].project != project)[:PRESETS]


def _found(viewer: Viewer, providers: Sequence[Provider]) -> dict[str, tuple[Connection, list[Offer]]]:
    """Per provider the connection to use, real ones before sandboxes, with its offers."""
    listed = visible_connections(viewer).order_by("is_sandbox", "name")
    first: dict[str, Connection] = {}
    for connection in listed:
        first.setdefault(connection.provider, connection)
    return {p.slug: (first[p.slug], catalog.offers(first[p.slug])) for p in providers if p.slug in first}


def _row(
    provider: Provider, work: Work, needs: Needs, found: tuple[Connection, list[Offer]] | None, currency: str
) -> Row:
    if _work(provider) != work.slug:
        other = next(one for one in _works() if one.slug == _work(provider))
        return Row(provider, reason=other.only, other_work=other)
    if found is None:
        return Row(provider, reason=_("Not connected yet."), is_unconnected=True)
    connection, offers = found
    url = reverse("launch:form", args=(provider.slug, provider.kind))
    if not offers:
        title, detail = _("No prices seen yet"), _("pick hardware in the form")
        return Row(provider, url, connection.is_sandbox, title, detail)
    priced = [(offer, _price(offer, currency)) for offer in offers]
    fitting = [(offer, price) for offer, price in priced if needs.fit(offer, price)]
    if not fitting:
        return Row(provider, reason=_why_none(needs, offers))
    offer, price = min(fitting, key=lambda pair: (pair[0].is_doubted, pair[1] is None, pair[1] or 0))
    return _match(provider, connection, offer, price, currency, url)


def _match(
    provider: Provider, connection: Connection, offer: Offer, price: Decimal | None, currency: str, url: str
) -> Row:
    facts = []
    if offer.hardware and offer.hardware.vram_gb:
        facts.append(_("{size} each").format(size=f"{offer.hardware.vram_gb} GB"))
    if offer.cpu_count:
        facts.append(f"{offer.cpu_count.normalize():f} vCPU")
    query = urlencode({"offer": offer.hardware_id, "connection": connection.public_id})
    return Row(
        provider,
        f"{url}?{query}",
        connection.is_sandbox,
        formats.gpus(offer.gpu_count, _model(offer) or offer.hardware_id),
        ", ".join(facts) or offer.hardware_id,
        offer.region or _("provider chooses"),
        price,
        formats.not_priced() if price is None else formats.money(price, currency),
        _price_note(price, offer, currency),
        is_doubted=offer.is_doubted,
    )


def _price_note(price: Decimal | None, offer: Offer, currency: str) -> str:
    if price is None:
        return _("the provider names no price")
    if offer.is_doubted:
        return _("an odd price, most likely a mistake")
    if not offer.gpu_count:
        return ""
    each = formats.money(price / offer.gpu_count, currency)
    return _("{price} per GPU, {billed}").format(price=each, billed=_(_BILLED.get(offer.billing, offer.billing)))


def _model(offer: Offer) -> str:
    """As the catalogue names it; empty without GPUs."""
    return gpus.read(offer.hardware.model).model if offer.hardware else ""


def _price(offer: Offer, currency: str) -> Decimal | None:
    if offer.hourly_price is None:
        return None
    found = rates.convert(Money(offer.hourly_price, offer.currency), currency)
    return found.amount if found else None


def _why_none(needs: Needs, offers: Sequence[Offer]) -> str:
    largest = max((offer.hardware.vram_gb or 0 for offer in offers if offer.hardware), default=0)
    most_gpus = max((offer.gpu_count for offer in offers), default=0)
    if needs.vram_gb and largest < needs.vram_gb:
        text = _("No GPU with {wanted} GB or more; the largest has {largest} GB.")
        return text.format(wanted=needs.vram_gb, largest=largest)
    if needs.gpus and most_gpus < needs.gpus:
        text = _("No machine with {wanted} GPUs or more; the largest has {largest}.")
        return text.format(wanted=needs.gpus, largest=most_gpus)
    return _("Nothing on offer fits these needs together.")


def _chips(query: Mapping[str, str], needs: Needs, currency: str) -> list[dict[str, str]]:
    """The needs that are set, each with the address that forgets it."""
    shown = {
        "vram": (_("GPU memory"), f"≥ {needs.vram_gb} GB") if needs.vram_gb else None,
        "gpus": (_("GPUs"), str(needs.gpus)) if needs.gpus else None,
        "gpu": (_("GPU model"), needs.gpu_model) if needs.gpu_model else None,
        "region": (_("Region"), needs.region) if needs.region else None,
        "max_price": (_("Max price"), formats.hourly(needs.most, currency, tight=True)) if needs.most else None,
    }
    chips = []
    for name, words in shown.items():
        if words:
            rest = {key: value for key, value in query.items() if key != name and value}
            chips.append({"name": name, "label": words[0], "value": words[1], "url": f"?{urlencode(rest)}"})
    return chips


def _work(provider: Provider) -> str:
    return provider.work or ("job" if provider.kind == "job" else "machine")


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and 0 < int(text[:6]) < 100_000 and len(text) < 6 else None
