"""``GET /providers`` and ``GET /offers``: what can be launched, what it costs just now, and what it did."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router

from gpuconsole.catalog import history, lines, scope, search
from gpuconsole.catalog.lines import Line
from gpuconsole.catalog.models import Source
from gpuconsole.catalog.search import Asked
from gpuconsole.core.api import COMMON_PROBLEMS, Amount, ApiSchema, PageInfo, PageQuery, QueryText, Text, asked_page
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider

Sort = Literal[
    "gpu_price",
    "-gpu_price",
    "price",
    "-price",
    "gb_price",
    "-gb_price",
    "gpu",
    "-gpu",
    "gpus",
    "-gpus",
    "vram",
    "-vram",
    "region",
    "-region",
    "provider",
    "-provider",
    "billing",
    "-billing",
    "available",
    "-available",
]


class ProviderOut(ApiSchema):
    slug: str
    name: str
    kind: str
    product: str
    features: list[str]
    docs_url: str


class ProviderDetail(ProviderOut):
    spec: dict[str, Any]
    """JSON Schema of what goes into ``spec`` at a launch."""
    edits: dict[str, Any] | None
    """JSON Schema of what goes into ``changes`` of an edit; null: nothing can be changed."""


class Providers(ApiSchema):
    items: list[ProviderOut]


class OfferOut(ApiSchema):
    id: str
    """The same whenever the same is offered."""
    provider: str
    connection: str | None
    """Null: from a public price list; nothing can be launched with it before the provider is connected."""
    hardware_id: str
    gpu: str
    """Our name of the GPU, one for all providers; empty: there is none in it."""
    gpu_model: str
    """The GPU in the provider's own words."""
    gpu_count: int
    vram_gb: int | None
    """Of one GPU."""
    cpu_count: Amount | None
    ram_gb: Amount | None
    region: str
    """Empty: not told, or one of ``regions``."""
    regions: list[str]
    is_spot: bool
    hourly_price: Amount | None
    """For all GPUs of the offer together; null: unknown."""
    currency: str
    gpu_hourly_price: Amount | None
    """For one GPU."""
    gb_hourly_price: Amount | None
    """For one GB of GPU memory."""
    hourly_price_in_team_currency: Amount | None
    """By the newest exchange rate; null: unknown, or no rate is set."""
    billing: str
    is_available: bool | None
    """Null: the provider does not tell."""
    seen_at: datetime | None
    """When it was looked at last; of a public list its day, null where that has none."""
    source: Source
    source_text: str
    """Who published it."""
    doubt: str
    """Why the price is more likely a mistake; empty: nothing is odd about it. Such offers come last."""
    is_sandbox: bool


class Offers(PageInfo):
    items: list[OfferOut]
    team_currency: str
    """In which prices are compared and limits are meant."""


class OfferPriceOut(ApiSchema):
    at: datetime
    """From then on, until the price in front of it."""
    hourly_price: Amount | None
    currency: str


class Prices(PageInfo):
    items: list[OfferPriceOut]


_Most = Annotated[Decimal | None, Field(gt=0, le=10**9, decimal_places=9)]


class OfferQuery(PageQuery):
    """What the list of offers is narrowed to and ordered by; prices are in the team's currency."""

    q: QueryText | None = None
    """Words that stand in GPU, hardware id, region or provider, all of them."""
    provider: QueryText | None = None
    connection: QueryText | None = None
    gpu_model: QueryText | None = None
    """By our name or in the provider's words, in any case."""
    min_gpus: Annotated[int | None, Field(ge=1, le=100_000)] = None
    min_vram_gb: Annotated[int | None, Field(ge=1, le=100_000)] = None
    """Of one GPU."""
    region: QueryText | None = None
    billing: Literal["second", "minute", "hour"] | None = None
    available: Literal["now", "maybe", "unknown", "none"] | None = None
    """Maybe: now, or the provider does not tell."""
    is_spot: bool | None = None
    source: Source | None = None
    max_price: _Most = None
    """Per hour, for the whole offer."""
    max_gpu_price: _Most = None
    """Per hour and GPU."""
    max_gb_price: _Most = None
    """Per hour and GB of GPU memory."""
    sort: Sort = "gpu_price"
    """With a minus the other way round. Unknown prices come behind the known ones, doubted ones last."""


router = Router(tags=["Catalogue"])


@router.get("/providers", response={200: Providers, **COMMON_PROBLEMS}, operation_id="list_providers")
def list_providers(request: HttpRequest) -> Providers:
    """Providers that this console speaks to."""
    return Providers(items=[ProviderOut(**_facts(provider)) for provider in registry.every()])


@router.get("/providers/{slug}", response={200: ProviderDetail, **COMMON_PROBLEMS}, operation_id="get_provider")
def get_provider(request: HttpRequest, slug: Text) -> ProviderDetail:
    """One provider with the JSON Schema of its spec."""
    try:
        provider = registry.get(slug)
    except KeyError as exc:
        raise Http404 from exc
    edits = provider.edits.model_json_schema() if provider.edits else None
    return ProviderDetail(**_facts(provider), spec=provider.spec.model_json_schema(), edits=edits)


@router.get("/offers", response={200: Offers, **COMMON_PROBLEMS}, operation_id="list_offers")
def list_offers(request: HttpRequest, asked: Query[OfferQuery]) -> Offers:
    """Hardware with price and age, as workers last saw it; of providers without a connection, published prices."""
    seen, wanted = scope.of(request.auth), _asked(asked)  # type: ignore[attr-defined]
    found = asked_page(search.found(seen, wanted), asked, order=search.order(wanted), keys_first=True)
    items = [_shape(lines.plain(seen, offer)) for offer in found.items]
    return Offers(items=items, newer=found.newer, older=found.older, team_currency=seen.currency)


@router.get("/offers/{id}", response={200: OfferOut, **COMMON_PROBLEMS}, operation_id="get_offer")
def get_offer(request: HttpRequest, id: Text) -> OfferOut:
    """One offer, even one that is not offered just now (``is_available`` is false then)."""
    seen = scope.of(request.auth)  # type: ignore[attr-defined]
    return _shape(lines.plain(seen, scope.find(seen, id)))


@router.get("/offers/{id}/prices", response={200: Prices, **COMMON_PROBLEMS}, operation_id="list_offer_prices")
def list_offer_prices(request: HttpRequest, id: Text, asked: Query[PageQuery]) -> Prices:
    """Every price that the offer had, newest first."""
    offer = scope.find(scope.of(request.auth), id)  # type: ignore[attr-defined]
    found = asked_page(history.prices(offer), asked, order=("-at", "-id"))
    items = [OfferPriceOut(at=row.at, hourly_price=row.hourly_price, currency=row.currency) for row in found.items]
    return Prices(items=items, newer=found.newer, older=found.older)


def _facts(provider: Provider) -> dict[str, Any]:
    return {
        "slug": provider.slug,
        "name": provider.name,
        "kind": provider.kind,
        "product": provider.product,
        "features": sorted(provider.features),
        "docs_url": provider.docs_url,
    }


def _asked(asked: OfferQuery) -> Asked:
    return Asked(
        text=asked.q or "",
        gpu=asked.gpu_model or "",
        gpus=asked.min_gpus,
        vram_gb=asked.min_vram_gb,
        region=asked.region or "",
        provider=asked.provider or "",
        connection=asked.connection or "",
        billing=asked.billing or "",
        available=asked.available or "",
        source=asked.source or "",
        is_spot=asked.is_spot,
        price=asked.max_price,
        gpu_price=asked.max_gpu_price,
        gb_price=asked.max_gb_price,
        sort=asked.sort,
    )


def _shape(line: Line) -> OfferOut:
    offer = line.offer
    native = {name: price.native.amount if price.native else None for name, price in line.prices.items()}
    return OfferOut(
        id=offer.public_id,
        provider=offer.provider,
        connection=line.connection.public_id if line.connection else None,
        hardware_id=offer.hardware_id,
        gpu=offer.gpu,
        gpu_model=offer.gpu_model,
        gpu_count=offer.gpu_count,
        vram_gb=offer.memory_gb,
        cpu_count=offer.cpu_count,
        ram_gb=offer.ram_gb,
        region=offer.region,
        regions=offer.regions,
        is_spot=offer.is_spot,
        hourly_price=offer.hourly_price,
        currency=offer.currency,
        gpu_hourly_price=native["gpu_price"],
        gb_hourly_price=native["gb_price"],
        hourly_price_in_team_currency=line.price.team.amount if line.price.team else None,
        billing=offer.billing,
        is_available=False if offer.gone_at else offer.is_available,
        seen_at=line.seen_at,
        source=Source(offer.source),
        source_text=offer.source_text,
        doubt=line.doubt,
        is_sandbox=line.is_sandbox,
    )
