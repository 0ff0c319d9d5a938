"""What a launch whose answer was lost could be at the provider, with its price where somebody knows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from gpuconsole.catalog import queries as catalog
from gpuconsole.core.money import Money
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.remote import Offer, Remote
from gpuconsole.workloads.models import LostLaunch, Workload
from gpuconsole.workloads.states import FINAL, FROM_REMOTE, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One remote that the launch may have made, as the provider listed it last."""

    id: str
    name: str
    status: str
    state: State | None
    """What the status means; None for a word in no table."""
    hardware: str
    gpu_count: int | None
    region: str
    created_at: datetime | None
    hourly: Money | None
    """What it is charged per hour while it runs; None: nobody knows."""
    is_billed: bool
    """Whether its status is one that costs money."""
    is_marked: bool
    """Whether it carries the launch's own token."""

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.state in FINAL

    def as_json(self) -> dict[str, Any]:
        """What the row keeps; ``of_json`` reads it."""
        price = None if self.hourly is None else {"amount": str(self.hourly.amount), "currency": self.hourly.currency}
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "state": self.state,
            "hardware": self.hardware,
            "gpu_count": self.gpu_count,
            "region": self.region,
            "created_at": None if self.created_at is None else self.created_at.isoformat(),
            "hourly": price,
            "is_billed": self.is_billed,
            "is_marked": self.is_marked,
        }


def of(lost: LostLaunch) -> list[Candidate]:
    """Those that are kept with the row, oldest first."""
    return [_of_json(kept) for kept in lost.candidates]


def kept(workload: Workload, provider: Provider, remotes: Iterable[Remote]) -> list[dict[str, Any]]:
    """What to keep of the remotes, each priced by the provider's own word, else by its offers as last seen."""
    listed = list(remotes)
    offers = catalog.offers(workload.connection) if any(remote.hourly_price is None for remote in listed) else []
    return [_candidate(workload, remote, offers).as_json() for remote in listed]


def _candidate(workload: Workload, remote: Remote, offers: Sequence[Offer]) -> Candidate:
    return Candidate(
        id=remote.id,
        name=remote.name,
        status=remote.status,
        state=FROM_REMOTE.get(remote.reading.state),
        hardware=remote.hardware_id,
        gpu_count=remote.gpu_count,
        region=remote.region,
        created_at=remote.created_at,
        hourly=_hourly(workload, remote, offers),
        is_billed=remote.reading.tariff != "",
        is_marked=bool(remote.token) and remote.token == workload.token,
    )


def _hourly(workload: Workload, remote: Remote, offers: Sequence[Offer]) -> Money | None:
    """Like hardware costs what was frozen at the launch; other hardware what its offer says, GPU by GPU."""
    if remote.hourly_price is not None:
        return Money(remote.hourly_price, workload.currency) if workload.currency else None
    is_alike = remote.hardware_id == workload.hardware_id and remote.gpu_count in (None, workload.gpu_count)
    if is_alike and workload.hourly_price is not None:
        return Money(workload.hourly_price, workload.currency)
    offer = next((one for one in offers if one.hardware_id == remote.hardware_id and not one.is_doubted), None)
    if offer is None or offer.hourly_price is None:
        return None
    if not offer.gpu_count or remote.gpu_count is None:
        return Money(offer.hourly_price, offer.currency)
    return Money(offer.hourly_price * remote.gpu_count / Decimal(offer.gpu_count), offer.currency)


def _of_json(kept: Mapping[str, Any]) -> Candidate:
    price = kept["hourly"]
    return Candidate(
        id=kept["id"],
        name=kept["name"],
        status=kept["status"],
        state=State(kept["state"]) if kept["state"] else None,
        hardware=kept["hardware"],
        gpu_count=kept["gpu_count"],
        region=kept["region"],
        created_at=datetime.fromisoformat(kept["created_at"]) if kept["created_at"] else None,
        hourly=Money(Decimal(price["amount"]), price["currency"]) if price else None,
        is_billed=kept["is_billed"],
        is_marked=kept["is_marked"],
    )
