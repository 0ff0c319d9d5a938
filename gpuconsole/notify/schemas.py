"""Shapes of a team's webhook in the JSON API."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Field
from pydantic import AfterValidator

from gpuconsole.core.api import ApiInput, ApiSchema, Text
from gpuconsole.notify.models import Delivery, Webhook
from gpuconsole.notify.occasions import CHOICES

SLUGS = [one.slug for one in CHOICES]


def _known(slug: str) -> str:
    if slug not in SLUGS:
        raise ValueError(_("Must be one of {names}.").format(names=", ".join(SLUGS)))
    return slug


OccasionSlug = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(SLUGS)})]
"""What a webhook can be told of."""
Url = Annotated[Text, Field(min_length=1, max_length=500)]
Occasions = Annotated[list[OccasionSlug], Field(max_length=len(SLUGS))]


class WebhookIn(ApiInput):
    """Where messages go."""

    url: Url
    """A public https:// address."""
    occasions: Occasions | None = None
    """What it is told of; left out: everything."""
    is_on: bool = True
    """False: nothing is sent but tests."""


class WebhookPatch(ApiInput):
    """What changes of a webhook; what is left out stays."""

    url: Url | None = None
    occasions: Occasions | None = None
    is_on: bool | None = None


class WebhookOut(ApiSchema):
    id: str
    url: str
    occasions: list[str]
    is_on: bool
    created_at: datetime
    changed_at: datetime


class WebhookMade(WebhookOut):
    secret: str
    """Signs the messages; told once, here."""


class DeliveryOut(ApiSchema):
    """One message, tried until it was taken or given up."""

    type: str
    """The occasion, or ``test``."""
    subject: str
    at: datetime
    tries: int
    taken_at: datetime | None
    status: int | None
    """HTTP status of the last answer."""
    error: str
    """Why it was not taken."""
    next_try_at: datetime | None
    """Null: taken, or given up."""


class WebhookDetail(WebhookOut):
    deliveries: list[DeliveryOut]
    """The newest, newest first."""


class Webhooks(ApiSchema):
    items: list[WebhookOut]


def shape(row: Webhook) -> WebhookOut:
    return WebhookOut(**_facts(row))


def shape_made(row: Webhook, secret: str) -> WebhookMade:
    return WebhookMade(secret=secret, **_facts(row))


def shape_detail(row: Webhook, deliveries: Iterable[Delivery]) -> WebhookDetail:
    return WebhookDetail(deliveries=[_shape_delivery(one) for one in deliveries], **_facts(row))


def _facts(row: Webhook) -> dict[str, Any]:
    names = ("url", "occasions", "is_on", "created_at", "changed_at")
    return {"id": row.public_id, **{name: getattr(row, name) for name in names}}


def _shape_delivery(row: Delivery) -> DeliveryOut:
    return DeliveryOut(
        type=row.news.occasion,
        subject=row.news.subject,
        at=row.news.at,
        tries=row.tries,
        taken_at=row.sent_at,
        status=row.status,
        error=row.error,
        next_try_at=row.next_at,
    )
