"""The console's addresses, and the barest view over the query of the API's list: no token, no filters, no pages."""

from datetime import datetime
from decimal import Decimal

from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI, Schema

from gpuconsole.urls import urlpatterns as ours
from gpuconsole.workloads.models import Workload

api = NinjaAPI(urls_namespace="bare", docs_url=None, openapi_url=None)


class Row(Schema):
    """The fields that a list shows, as the row has them."""

    public_id: str
    kind: str
    name: str
    provider: str
    connection_public_id: str
    project_slug: str
    owner_email: str | None
    labels: list[str]
    is_sandbox: bool
    state: str
    state_at: datetime
    remote_status: str
    attempt: int
    reason_code: str
    reason_fault: str
    reason_text: str
    remote_id: str
    hardware_id: str
    gpu_model: str
    gpu_count: int
    region: str
    hourly_price: Decimal | None
    currency: str
    rounding: str
    price_seen_at: datetime | None
    cost_closed: Decimal
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    ends_by: datetime | None
    observed_at: datetime | None

    @staticmethod
    def resolve_connection_public_id(row: Workload) -> str:
        return row.connection.public_id

    @staticmethod
    def resolve_project_slug(row: Workload) -> str:
        return row.project.slug

    @staticmethod
    def resolve_owner_email(row: Workload) -> str | None:
        return row.owner.email if row.owner else None


@api.get("/workloads", response=list[Row])
def workloads(request: HttpRequest, team: int) -> list[Workload]:
    """The newest fifty of a team."""
    heavy = ("spec", "request", "remote", "parts", "connect", "hidden_ways", "known_remote_ids", "log_cursor")
    rows = Workload.objects.filter(team=team).select_related("project", "connection", "owner").defer(*heavy)
    return list(rows.order_by("-id")[:50])


urlpatterns = [path("bare/", api.urls), *ours]
