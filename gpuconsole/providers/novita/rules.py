"""What may not stand together in one Novita instance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic_core import InitErrorDetails

from gpuconsole.providers.novita.fields import MOST_PORTS, port_numbers, too_many
from gpuconsole.providers.problems import problem
from gpuconsole.providers.words import Sentence, gettext_noop

if TYPE_CHECKING:
    from gpuconsole.providers.novita.schemas import NovitaInstanceSpec


def clashes(spec: NovitaInstanceSpec) -> Iterator[InitErrorDetails]:
    """Every rule between fields that a spec breaks."""
    yield from _ports(spec)
    yield from _mounts(spec)
    yield from _names_twice(spec)
    yield from _billing(spec)
    if spec.imageAuth and spec.imageAuthId:
        yield problem("Not together with the login stored at Novita: empty one of the two.", "imageAuth")


def _ports(spec: NovitaInstanceSpec) -> Iterator[InitErrorDetails]:
    taken: dict[int, str] = dict.fromkeys(port_numbers(spec.ports), "ports")
    count = len(taken) + len(spec.tools)
    if count > MOST_PORTS:
        yield problem(too_many(count), "ports")
    for row, tool in enumerate(spec.tools):
        number = int(tool.port)
        if number in taken:
            yield problem(
                Sentence("{port} is already used by {user}.", port=number, user=taken[number]), "tools", row, "port"
            )
        taken[number] = Sentence("tool {row}", row=row + 1)


def _mounts(spec: NovitaInstanceSpec) -> Iterator[InitErrorDetails]:
    flat = ("networkStorageId", "networkStorageMountPoint")
    for name in flat if spec.networkStorages else ():
        if getattr(spec, name):
            yield problem("Not together with networkStorages: add a row there.", name)
    if spec.networkStorageMountPoint and not spec.networkStorageId and not spec.networkStorages:
        yield problem("Required beside networkStorageMountPoint.", "networkStorageId")
    used: dict[str, str] = {}
    if spec.diskSize:
        used[spec.localStorageMountPoint] = Sentence("the local storage")
    for row, storage in enumerate(spec.networkStorages):
        if storage.mountPoint in used:
            text = gettext_noop("{place} is used by {user}. Each needs its own mount point.")
            told = Sentence(text, place=storage.mountPoint, user=used[storage.mountPoint])
            yield problem(told, "networkStorages", row, "mountPoint")
        used.setdefault(storage.mountPoint, Sentence("row {row}", row=row + 1))


def _names_twice(spec: NovitaInstanceSpec) -> Iterator[InitErrorDetails]:
    seen = set[str]()
    for row, variable in enumerate(spec.envs):
        if variable.key in seen:
            yield problem(Sentence("{name} is set twice.", name=variable.key), "envs", row, "key")
        seen.add(variable.key)


def _billing(spec: NovitaInstanceSpec) -> Iterator[InitErrorDetails]:
    if spec.month and spec.billingMode == "spot":
        yield problem("A subscription is never spot: any month makes it monthly.", "month")
    if spec.autoRenew and not is_monthly(spec):
        yield problem("Only a subscription is renewed: pick monthly billing.", "autoRenew")
    if spec.autoRenewMonth is not None and not spec.autoRenew:
        yield problem("Only with automatic renewal.", "autoRenewMonth")


def is_monthly(spec: NovitaInstanceSpec) -> bool:
    """Whether it is paid ahead by the month; any month above 0 forces that (docs)."""
    return spec.billingMode == "monthly" or spec.month > 0
