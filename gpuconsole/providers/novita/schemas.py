"""Every create field of a Novita instance, of the seed revision and the current one (sources: see the Ui of each)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gpuconsole.providers import tokens
from gpuconsole.providers.novita.fields import (
    BOTH,
    DOCS,
    LONGEST_LOGIN,
    Cuda,
    NovitaPort,
    NovitaSecretRef,
    NovitaStorage,
    NovitaTool,
    NovitaVariable,
    Ports,
)
from gpuconsole.providers.novita.rules import clashes
from gpuconsole.providers.problems import refuse, wrong
from gpuconsole.providers.specs import Listed, Mount, Section, Spec, Ui, Widget
from gpuconsole.providers.words import Sentence, gettext_noop

NAME_LIMIT = 255
"""Characters of a name."""

_OLD = "gone from the current page"
_MONTHLY = ("billingMode", ("monthly",))
_BILLING = (
    Listed("onDemand", gettext_noop("On demand")),
    Listed("monthly", gettext_noop("Monthly")),
    Listed("spot", gettext_noop("Spot")),
)


def _no_login(name: str) -> str:
    if ":" in name:
        raise wrong("This looks like a login itself. Store it as a secret of the project and name that secret here.")
    return name


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
    productId: Annotated[  # noqa: N815 - the wire's names, here and below
        str,
        Field(
            title=gettext_noop("Product"),
            description=gettext_noop("GPU shape to rent. Old ids are numbers as text, new ones readable."),
            min_length=1,
            max_length=255,
            examples=["26", "4090.16c62g"],
        ),
        Ui(group="Basics", choices="products", width=6, source=BOTH),
    ]
    gpuNum: Annotated[  # noqa: N815
        int,
        Field(
            title=gettext_noop("GPUs"),
            description=gettext_noop("Price, CPU and RAM scale with it."),
            ge=1,
            le=8,
            examples=[1],
        ),
        Ui(group="Basics", unit="GPU", width=4, source="seed; range docs"),
    ]
    cpuNum: Annotated[  # noqa: N815
        int,
        Field(title=gettext_noop("vCPU"), description=gettext_noop("0 takes the product's share."), ge=0, examples=[0]),
        Ui(
            group="Basics",
            unit="vCPU",
            width=4,
            placeholder=gettext_noop("product default"),
            source=f"seed, {_OLD}; meaning of 0 assumed",
        ),
    ] = 0
    memory: Annotated[
        int,
        Field(
            title=gettext_noop("Memory"), description=gettext_noop("0 takes the product's share."), ge=0, examples=[0]
        ),
        Ui(
            group="Basics",
            unit="GB",
            width=4,
            placeholder=gettext_noop("product default"),
            source=f"seed, {_OLD}; meaning of 0 assumed",
        ),
    ] = 0
    clusterId: Annotated[  # noqa: N815
        str,
        Field(
            title=gettext_noop("Cluster"),
            description=gettext_noop("Data centre; must be the one of every mounted network storage."),
            examples=["us-ca-6"],
        ),
        Ui(group="Basics", choices="clusters", width=6, default_text=gettext_noop("any"), source=BOTH),
    ] = ""
    minCudaVersion: Annotated[  # noqa: N815
        Cuda,
        Field(
            title=gettext_noop("Least CUDA"),
            description=gettext_noop("Lowest acceptable version of CUDA."),
            default_factory=str,
            max_length=255,
            examples=["12.4"],
        ),
        Ui(group="Basics", width=6, placeholder=gettext_noop("any"), source=DOCS),
    ]
    kind: Annotated[
        Literal["gpu", "cpu"],
        Field(
            title=gettext_noop("Kind"),
            description=gettext_noop("Instance type; cpu is of the current page only."),
            examples=["gpu"],
        ),
        Ui(group="Basics", in_form=False, sends="gpu", source="seed; cpu docs"),
    ]
    imageUrl: Annotated[  # noqa: N815
        str,
        Field(
            title=gettext_noop("Image URL"),
            description=gettext_noop("Image to run; from Docker Hub when no registry is named."),
            min_length=1,
            max_length=500,
            examples=["infrai/pytorch:2.2.1"],
        ),
        Ui(group="Image and command", width=12, placeholder="infrai/pytorch:2.2.1", source=BOTH),
    ]
    imageAuth: Annotated[  # noqa: N815
        str,
        AfterValidator(_no_login),
        Field(
            title=gettext_noop("Registry login"),
            description=gettext_noop("Name of a stored secret that holds username:password; the login itself is sent."),
            max_length=LONGEST_LOGIN,
            examples=["registry_login"],
        ),
        Ui(
            group="Image and command",
            secret=True,
            width=6,
            default_text=gettext_noop("none, public image"),
            excludes=("imageAuthId",),
            source=f"{BOTH}; exclusivity assumed",
        ),
    ] = ""
    imageAuthId: Annotated[  # noqa: N815
        str,
        Field(
            title=gettext_noop("Stored registry login"),
            description=gettext_noop("A login that is stored at Novita, in place of one of ours."),
            default_factory=str,
            examples=["73068571"],
        ),
        Ui(
            group="Image and command",
            choices="registry_logins",
            width=6,
            excludes=("imageAuth",),
            source=f"{DOCS}; exclusivity assumed",
        ),
    ]
    command: Annotated[
        str,
        Field(
            title=gettext_noop("Start command"),
            description=gettext_noop(
                "Required, and may be empty: then the image's own runs. Fetch longer scripts at the start; "
                "a start may be repeated."
            ),
            max_length=2047,
            examples=[""],
        ),
        Ui(group="Image and command", width=8, sends="", source=BOTH),
    ]
    entrypoint: Annotated[
        str,
        Field(
            title=gettext_noop("Entrypoint"),
            description=gettext_noop("Replaces the image's ENTRYPOINT."),
            default_factory=str,
            max_length=2047,
            examples=["/bin/sh"],
        ),
        Ui(group="Image and command", width=4, source=DOCS),
    ]
    diskSize: Annotated[  # noqa: N815
        int,
        Field(
            title=gettext_noop("Disk"),
            description=gettext_noop("Volume disk; the product has a least and a most."),
            ge=0,
            examples=[60],
        ),
        Ui(group="Disks", unit="GB", width=4, source=f"seed, {_OLD}; bounds assumed"),
    ]
    rootfsSize: Annotated[  # noqa: N815
        int,
        Field(
            title=gettext_noop("Root filesystem"),
            description=gettext_noop("Container disk; the first 60 GB are free, the product has a most."),
            ge=10,
            le=6144,
            examples=[30],
        ),
        Ui(group="Disks", unit="GB", width=4, source="seed; range docs"),
    ]
    localStorageMountPoint: Annotated[  # noqa: N815
        str,
        Field(
            title=gettext_noop("Local storage at"),
            description=gettext_noop("Where the volume disk is mounted."),
            examples=["/workspace"],
        ),
        Ui(group="Disks", width=4, source=f"seed, {_OLD}; default docs"),
    ] = "/workspace"
    networkStorages: Annotated[  # noqa: N815
        list[NovitaStorage],
        Field(
            title=gettext_noop("Network storages"),
            description=gettext_noop("Each needs a mount point of its own."),
            max_length=30,
        ),
        Ui(
            group="Disks",
            widget=Widget.ROWS,
            add=gettext_noop("Add storage"),
            width=12,
            excludes=("networkStorageId", "networkStorageMountPoint"),
            source=f"{BOTH}; exclusivity assumed",
        ),
    ] = []
    networkStorageId: Annotated[  # noqa: N815
        str,
        Field(
            title=gettext_noop("Network storage"),
            description=gettext_noop("Old form of a single mount; it is sent as the one row of networkStorages."),
            default_factory=str,
            json_schema_extra={"deprecated": True},
        ),
        Ui(group="Disks", in_form=False, excludes=("networkStorages",), source=f"seed, {_OLD}; reading assumed"),
    ]
    networkStorageMountPoint: Annotated[  # noqa: N815
        str,
        Field(
            title=gettext_noop("Network storage at"),
            description=gettext_noop("Belongs to networkStorageId; /network where it is left out."),
            default_factory=str,
            json_schema_extra={"deprecated": True},
        ),
        Ui(group="Disks", in_form=False, excludes=("networkStorages",), source=f"seed, {_OLD}; reading assumed"),
    ]
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
    billingMode: Annotated[  # noqa: N815
        Literal["onDemand", "monthly", "spot"],
        Field(
            title=gettext_noop("Billing"),
            description=gettext_noop("On demand by the second, by the month ahead, or spot, which may be taken back."),
            examples=["spot"],
        ),
        Ui(group="Billing", widget=Widget.RADIO, listed=_BILLING, width=12, source=DOCS),
    ] = "onDemand"
    month: Annotated[
        int,
        Field(
            title=gettext_noop("Subscription"),
            description=gettext_noop("Paid ahead; it cannot be ended early."),
            ge=0,
            examples=[1],
        ),
        Ui(group="Billing", unit=gettext_noop("month"), width=4, show_when=_MONTHLY, source=DOCS),
    ] = 0
    autoRenew: Annotated[  # noqa: N815
        bool,
        Field(
            title=gettext_noop("Renew by itself"), description=gettext_noop("Goes on with the subscription at its end.")
        ),
        Ui(group="Billing", widget=Widget.SWITCH, width=4, show_when=_MONTHLY, source=DOCS),
    ] = False
    autoRenewMonth: Annotated[  # noqa: N815
        int | None,
        Field(
            title=gettext_noop("Renew for"),
            description=gettext_noop("Length of each renewal."),
            ge=1,
            le=12,
            examples=[1],
        ),
        Ui(group="Billing", unit=gettext_noop("month"), width=4, show_when=("autoRenew", ("true",)), source=DOCS),
    ] = None
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
