"""Every create field of a Novita instance, of the seed revision and the current one (sources: see the Ui of each)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from gpuconsole.providers import tokens
from gpuconsole.providers.novita import billing, disks, hardware, image
from gpuconsole.providers.novita.fields import BOTH, NovitaPort, NovitaSecretRef, NovitaTool, NovitaVariable, Ports
from gpuconsole.providers.novita.rules import clashes
from gpuconsole.providers.problems import refuse
from gpuconsole.providers.specs import Mount, Spec
from gpuconsole.providers.ui import Section, Ui, Widget
from gpuconsole.providers.words import Sentence, gettext_noop

NAME_LIMIT = 255
"""Characters of a name."""


class NovitaInstanceSpec(Spec):
    """A rented container with GPUs, its disks and its published ports."""

    wire_order = (
        *("name", "productId", "gpuNum", "cpuNum", "memory", "diskSize", "rootfsSize", "imageUrl", "imageAuth"),
        *("imageAuthId", "ports", "envs", "tools", "command", "entrypoint", "clusterId", "localStorageMountPoint"),
        *("networkStorages", "networkId", "kind", "month", "billingMode", "autoRenew", "autoRenewMonth"),
        "minCudaVersion",
    )
    sections = (
        Section(gettext_noop("Basics"), is_open=True, help=gettext_noop("kind is always gpu and is sent for you")),
        Section(gettext_noop("Image and command"), is_open=True),
        Section(gettext_noop("Disks"), is_open=True),
        Section(gettext_noop("Ports and tools"), is_open=True),
        Section(gettext_noop("Environment variables"), is_open=True),
        Section(gettext_noop("Billing")),
        Section(gettext_noop("Private network"), "networkId"),
    )

    provider: Literal["novita"] = Field(title=gettext_noop("Provider"))
    name: Annotated[
        str,
        Field(
            title=gettext_noop("Name"),
            description=gettext_noop(
                "Label of the instance; our launch token is put in front, the end is cut at 255 characters."
            ),
            max_length=NAME_LIMIT,
            examples=["gpu-test"],
        ),
        Ui(group="Basics", width=6, source=BOTH),
    ]
    productId: hardware.Product  # noqa: N815 - the wire's names, here and below
    gpuNum: hardware.GpuCount  # noqa: N815
    cpuNum: hardware.CpuCount = 0  # noqa: N815
    memory: hardware.Memory = 0
    clusterId: hardware.Cluster = ""  # noqa: N815
    minCudaVersion: hardware.LeastCuda  # noqa: N815
    kind: Annotated[
        Literal["gpu", "cpu"],
        Field(
            title=gettext_noop("Kind"),
            description=gettext_noop("Instance type; cpu is of the current page only."),
            examples=["gpu"],
        ),
        Ui(group="Basics", in_form=False, sends="gpu", source="seed; cpu docs"),
    ]
    imageUrl: image.Url  # noqa: N815
    imageAuth: image.Login = ""  # noqa: N815
    imageAuthId: image.StoredLogin  # noqa: N815
    command: image.Command
    entrypoint: image.Entrypoint
    diskSize: disks.VolumeSize  # noqa: N815
    rootfsSize: disks.RootSize  # noqa: N815
    localStorageMountPoint: disks.VolumeMount = "/workspace"  # noqa: N815
    networkStorages: disks.Storages = []  # noqa: N815
    networkStorageId: disks.OldStorage  # noqa: N815
    networkStorageMountPoint: disks.OldStorageMount  # noqa: N815
    ports: Annotated[
        Ports,
        Field(
            title=gettext_noop("Ports"),
            description=gettext_noop("1 to 65535 without 2222 to 2224; ports and tools together at most 15."),
            examples=["8080/tcp,8081/http"],
        ),
        Ui(group="Ports and tools", rows=NovitaPort, add=gettext_noop("Add port"), width=6, sends="", source=BOTH),
    ]
    tools: Annotated[
        list[NovitaTool],
        Field(
            title=gettext_noop("Tools"),
            description=gettext_noop(
                "Built into official images. What stands on an http port is open to all: give it a password."
            ),
        ),
        Ui(group="Ports and tools", widget=Widget.ROWS, add=gettext_noop("Add tool"), width=6, source=BOTH),
    ] = []
    envs: Annotated[
        list[NovitaVariable],
        Field(
            title=gettext_noop("Environment variables"),
            description=gettext_noop("A value is text, or a stored secret."),
            max_length=100,
        ),
        Ui(
            group="Environment variables",
            widget=Widget.PAIRS,
            add=gettext_noop("Add variable"),
            width=12,
            source="seed; limit docs",
        ),
    ] = []
    billingMode: billing.Mode = "onDemand"  # noqa: N815
    month: billing.Months = 0
    autoRenew: billing.Renews = False  # noqa: N815
    autoRenewMonth: billing.RenewedMonths = None  # noqa: N815
    networkId: Annotated[  # noqa: N815
        str,
        Field(
            title=gettext_noop("Private network"),
            description=gettext_noop("VPC network, in a cluster that supports them."),
        ),
        Ui(group="Private network", choices="networks", default_text=gettext_noop("none"), source=BOTH),
    ] = ""

    @model_validator(mode="after")
    def _no_clashes(self) -> Self:
        refuse("instance", list(clashes(self)))
        return self

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> dict[str, Any]:
        """The documented body; a launch token in the name goes, and rows in the seed's old names get the new ones."""
        spec = dict(body)
        if isinstance(name := spec.get("name"), str) and tokens.split(name)[0]:
            spec["name"] = tokens.split(name)[1]
        if isinstance(rows := spec.get("networkStorages"), list):
            spec["networkStorages"] = [_renamed(row) if isinstance(row, Mapping) else row for row in rows]
        return spec

    def mounts(self) -> list[Mount]:
        """The volume disk, and the network storages."""
        size = self.diskSize
        local = [Mount(self.localStorageMountPoint, Sentence("local, {size} GB", size=size))] if size else []
        return local + [Mount(row.mountPoint, row.Id, choices="network_storages") for row in self.networkStorages]

    def secret_names(self) -> frozenset[str]:
        """The registry login and every variable that is a stored secret."""
        named = {row.value.name for row in self.envs if isinstance(row.value, NovitaSecretRef)}
        return frozenset(named | ({self.imageAuth} if self.imageAuth else set()))


_OLD_NAMES = {"networkStorageId": "Id", "networkStorageMountPoint": "mountPoint"}
"""The seed lists these below ``networkStorages``, while its own example has the others."""


def _renamed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {_OLD_NAMES.get(key, key): value for key, value in row.items()}
