"""``GET /providers`` and ``GET /offers``: what can be launched, and what it costs just now."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router

from gpuconsole.catalog.models import Offer
from gpuconsole.connections.access import visible_connections
from gpuconsole.core.api import COMMON_PROBLEMS, Amount, ApiSchema, PageInfo, PageQuery, QueryText, Text, asked_page
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider


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
    provider: str
    connection: str
    hardware_id: str
    gpu_model: str
    gpu_count: int
    vram_gb: int | None
    region: str
    hourly_price: Amount | None
    """For all GPUs of the offer together; null: unknown."""
    currency: str
    billing: str
    is_available: bool | None
    """Null: the provider does not tell."""
    seen_at: datetime
    is_sandbox: bool


class Offers(PageInfo):
    items: list[OfferOut]


class OfferQuery(PageQuery):
    """What the list of offers is narrowed to."""

    provider: QueryText | None = None
    gpu_model: QueryText | None = None
    """In any case."""


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
    """Hardware with price and age, as workers last saw it."""
    connections = visible_connections(request.auth)  # type: ignore[attr-defined]
    offers = Offer.objects.filter(connection__in=connections).select_related("connection")
    if asked.provider is not None:
        offers = offers.filter(connection__provider=asked.provider)
    if asked.gpu_model is not None:
        offers = offers.filter(gpu_model__iexact=asked.gpu_model)
    found = asked_page(offers, asked, order=("id",))
    return Offers(items=[_shape(offer) for offer in found.items], newer=found.newer, older=found.older)


def _facts(provider: Provider) -> dict[str, Any]:
    return {
        "slug": provider.slug,
        "name": provider.name,
        "kind": provider.kind,
        "product": provider.product,
        "features": sorted(provider.features),
        "docs_url": provider.docs_url,
    }


def _shape(offer: Offer) -> OfferOut:
    return OfferOut(
        provider=offer.connection.provider,
        connection=offer.connection.public_id,
        hardware_id=offer.hardware_id,
        gpu_model=offer.gpu_model,
        gpu_count=offer.gpu_count,
        vram_gb=offer.vram_gb,
        region=offer.region,
        hourly_price=offer.hourly_price,
        currency=offer.currency,
        billing=offer.billing,
        is_available=offer.is_available,
        seen_at=offer.seen_at,
        is_sandbox=offer.connection.is_sandbox,
    )
