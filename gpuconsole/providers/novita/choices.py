"""Clusters, storages, networks and logins of an account as choices, and what they and the products say to a spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gpuconsole.providers.novita.rules import is_monthly
from gpuconsole.providers.novita.schemas import NovitaInstanceSpec
from gpuconsole.providers.remote import Choice
from gpuconsole.providers.wire import whole
from gpuconsole.providers.words import Sentence, gettext_noop

Choices = Mapping[str, Sequence[Choice]]


def cluster(row: Mapping[str, Any]) -> Choice:
    """A data centre; products name it by its name, calls by its id (client code)."""
    facts = {"has_storage": row.get("supportNetworkStorage"), "has_network": row.get("supportInstanceNetwork")}
    return Choice(str(row.get("id")), str(row.get("name") or row.get("id")), facts=facts)


def storage(row: Mapping[str, Any]) -> Choice:
    """A network storage; it is pinned to its cluster."""
    name, size_gb = str(row.get("storageName") or row.get("storageId")), whole(row.get("storageSize"))
    facts = {"cluster": str(row.get("clusterId") or ""), "size_gb": size_gb}
    place = str(row.get("clusterName") or row.get("clusterId") or "")
    return Choice(str(row.get("storageId")), f"{name}, {size_gb} GB", group=place, facts=facts)


def network(row: Mapping[str, Any]) -> Choice:
    """A VPC network."""
    facts = {"cluster": str(row.get("clusterId") or "")}
    return Choice(str(row.get("Id")), str(row.get("name") or row.get("Id")), group=facts["cluster"], facts=facts)


def login(row: Mapping[str, Any]) -> Choice:
    """A registry login that is stored at Novita, by its name."""
    return Choice(str(row.get("id")), str(row.get("name") or row.get("id")))


def mistakes(spec: NovitaInstanceSpec, choices: Choices) -> dict[str, str]:
    """What the current choices say against a spec; a list that was never seen says nothing."""
    return dict([*_places(spec, choices), *_product(spec, _one(choices, "products", spec.productId), choices)])


def notes(wire: Mapping[str, Any], choices: Choices) -> dict[str, str]:
    """What the chosen product means for the other fields."""
    product = _one(choices, "products", wire.get("productId"))
    if product is None:
        return {}
    facts, found = product.facts, dict[str, str]()
    gpus = wire.get("gpuNum")
    if isinstance(gpus, int) and 1 <= gpus <= 8 and facts.get("cpu_each") and facts.get("ram_gb_each"):
        found["gpuNum"] = Sentence(
            "{cpu} vCPU and {ram} GB together.", cpu=facts["cpu_each"] * gpus, ram=facts["ram_gb_each"] * gpus
        )
    if facts.get("is_available") is False:
        found["productId"] = gettext_noop("Sold out just now.")
    if (most := facts.get("most_rootfs_gb")) is not None:
        found["rootfsSize"] = Sentence("10 to {most} GB with this product; the first 60 GB are free.", most=most)
    if (most := facts.get("most_disk_gb")) is not None:
        least = facts.get("least_disk_gb") or 0
        found["diskSize"] = Sentence("{least} to {most} GB with this product.", least=least, most=most)
    if modes := facts.get("billing"):
        found["billingMode"] = Sentence("This product: {modes}.", modes=", ".join(modes))
    return found


def _product(spec: NovitaInstanceSpec, product: Choice | None, choices: Choices) -> Iterator[tuple[str, str]]:
    if product is None:
        if choices.get("products") and spec.kind == "gpu":
            yield "productId", Sentence("Novita lists no product {product}.", product=spec.productId)
        return
    facts = product.facts
    most, least = facts.get("most_rootfs_gb"), facts.get("least_rootfs_gb")
    if most is not None and spec.rootfsSize > most:
        yield "rootfsSize", Sentence("Must be at most {most} with this product.", most=most)
    elif least is not None and spec.rootfsSize < least:
        yield "rootfsSize", Sentence("Must be at least {least} with this product.", least=least)
    most, least = facts.get("most_disk_gb"), facts.get("least_disk_gb")
    if most is not None and spec.diskSize > most:
        yield "diskSize", Sentence("Must be at most {most} with this product.", most=most)
    elif least is not None and spec.diskSize < least:
        yield "diskSize", Sentence("Must be at least {least} with this product.", least=least)
    mode, modes = "monthly" if is_monthly(spec) else spec.billingMode, facts.get("billing")
    if modes and mode not in modes:
        text = gettext_noop("This product is not rented {mode}; {modes} can be had.")
        yield "billingMode", Sentence(text, mode=mode, modes=", ".join(modes))
    place = _one(choices, "clusters", spec.clusterId)
    if place is not None and facts.get("regions") and place.label not in facts["regions"]:
        yield "clusterId", Sentence("This product stands in {regions}.", regions=", ".join(facts["regions"]))


def _places(spec: NovitaInstanceSpec, choices: Choices) -> Iterator[tuple[str, str]]:
    """Storages and networks are pinned to their cluster, which must be the instance's."""
    place = _one(choices, "clusters", spec.clusterId)
    if spec.clusterId and place is None and choices.get("clusters"):
        yield "clusterId", Sentence("Novita lists no cluster {cluster}.", cluster=spec.clusterId)
        return
    wanted = spec.clusterId
    for row, mount in enumerate(spec.networkStorages):
        found = _one(choices, "network_storages", mount.Id)
        if found is None:  # it may be newer than the list
            continue
        wanted = wanted or found.facts["cluster"]
        if found.facts["cluster"] != wanted:
            yield f"networkStorages.{row}.Id", _elsewhere(found, wanted)
    network = _one(choices, "networks", spec.networkId)
    if network is not None and wanted and network.facts["cluster"] not in ("", wanted):
        yield "networkId", _elsewhere(network, wanted)
    elif spec.networkId and place is not None and place.facts.get("has_network") is False:
        yield "networkId", Sentence("{cluster} has no private networks.", cluster=place.label)


def _elsewhere(found: Choice, wanted: str) -> str:
    return Sentence("It stands in {cluster}, not in {wanted}.", cluster=found.facts["cluster"], wanted=wanted)


def _one(choices: Choices, name: str, value: Any) -> Choice | None:
    return next((choice for choice in choices.get(name, ()) if value and choice.value == value), None)
