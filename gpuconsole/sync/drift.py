"""In which facts a provider's word and our record of the same work differ; compares, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from gpuconsole.core import formats
from gpuconsole.inventory import prices
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.remote import Offer, Remote, RemoteState, Tariff
from gpuconsole.workloads import names
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FROM_REMOTE, State

Difference: TypeAlias = dict[str, str]
"""field, ours, theirs: all in words."""
Offers: TypeAlias = Callable[[], Sequence[Offer]]
"""What the connection offers, read where it is needed: seldom."""

_SETTLED = frozenset({State.QUEUED, State.STARTING, State.RUNNING, State.STOPPED})


def of(row: Workload, remote: Remote, offers: Offers, own_names: Mapping[int, str]) -> list[Difference]:
    """What differs, beyond what the next look at the work sets right by itself. What one side does not tell is none.

    ``own_names``: the name that was sent, by workload; those that are not in it agree.
    """
    if row.intent or row.sending_at is not None or row.state not in _SETTLED:
        return []
    found = [*_state(row, remote), *_name(row, remote, own_names)]
    if remote.reading.state is RemoteState.RUNNING:  # before that providers tell what was asked for, or nothing
        found += [*_hardware(row, remote, offers), *_region(row, remote), *_price(row, remote)]
    return found


def names_sent(provider: Provider, known: Sequence[tuple[Workload, Remote]]) -> dict[int, str]:
    """The names that were sent, of work that the provider calls otherwise than we do; what was edited from here may
    well have another one. One query, and none where all names agree."""
    if not provider.name_path:
        return {}
    unlike = [row.pk for row, remote in known if remote.name and remote.name != row.name]
    if not unlike:
        return {}
    rows = Workload.objects.filter(pk__in=unlike, edit={}).values_list("pk", "spec")
    return {pk: name for pk, spec in rows if (name := names.own_name(spec, provider.name_path))}


def _state(row: Workload, remote: Remote) -> list[Difference]:
    said = FROM_REMOTE.get(remote.reading.state)
    if said is None or said == row.state:
        return []
    return [_differ("State", str(State(row.state).label), f"{said.label} ({remote.status})")]


def _name(row: Workload, remote: Remote, own_names: Mapping[int, str]) -> list[Difference]:
    sent = own_names.get(row.pk, "")
    return [_differ("Name", sent, remote.name)] if sent and remote.name and sent != remote.name else []


def _hardware(row: Workload, remote: Remote, offers: Offers) -> list[Difference]:
    found = []
    is_other = row.hardware_id and remote.hardware_id and not prices.is_same(row.hardware_id, remote.hardware_id)
    if is_other and prices.is_known(remote.hardware_id, offers()):
        found.append(_differ("Hardware", row.hardware_id, remote.hardware_id))
    if row.gpu_count and remote.gpu_count is not None and remote.gpu_count != row.gpu_count:
        priced = prices.of_remote(remote, offers()).running
        if priced is None or row.hourly_price is None or priced != row.hourly_price:  # a whole unit may hold more
            found.append(_differ("GPUs", str(row.gpu_count), str(remote.gpu_count)))
    return found


def _region(row: Workload, remote: Remote) -> list[Difference]:
    is_other = row.region and remote.region and row.region != remote.region
    return [_differ("Region", row.region, remote.region)] if is_other else []


def _price(row: Workload, remote: Remote) -> list[Difference]:
    told, held = remote.hourly_price, row.hourly_price
    if told is None or held is None or told == held or row.billed_tariff != Tariff.RUN or row.billed_lanes:
        return []
    return [_differ("Price", formats.hourly(held, row.currency), formats.hourly(told, row.currency))]


def _differ(field: str, ours: str, theirs: str) -> Difference:
    return {"field": field, "ours": ours, "theirs": theirs}
