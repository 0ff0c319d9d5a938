"""The disks of a Novita instance: the container's own, the volume disk, and network storages."""

from typing import Annotated

from pydantic import Field

from gpuconsole.providers.novita.fields import BOTH, GONE
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Ui, Widget
from gpuconsole.providers.words import gettext_noop

MOST_ROOTFS_GB = 6144
_OLD_FORM = Ui(group="Disks", in_form=False, excludes=("networkStorages",), source=f"seed, {GONE}; reading assumed")


class NovitaStorage(SpecPart):
    """A network storage and where it is mounted."""

    Id: Annotated[
        str,
        Field(
            title=gettext_noop("Storage"),
            description=gettext_noop("Capital I on the wire."),
            examples=["e797ce8f-f4ff-4b3b-b7a8-6972d96f46f2"],
        ),
        Ui(choices="network_storages", width=6, source="seed example; docs"),
    ]
    mountPoint: Annotated[  # noqa: N815 - the wire name
        str,
        Field(
            title=gettext_noop("Mount point"),
            description=gettext_noop("Path in the container."),
            min_length=1,
            max_length=4095,
            examples=["/network_0"],
        ),
        Ui(width=6, sends="/network", source="seed example; docs"),
    ]


VolumeSize = Annotated[
    int,
    Field(
        title=gettext_noop("Disk"),
        description=gettext_noop("Volume disk; the product has a least and a most."),
        ge=0,
        examples=[60],
    ),
    Ui(group="Disks", unit="GB", width=4, source=f"seed, {GONE}; bounds assumed"),
]
RootSize = Annotated[
    int,
    Field(
        title=gettext_noop("Root filesystem"),
        description=gettext_noop("Container disk; the first 60 GB are free, the product has a most."),
        ge=10,
        le=MOST_ROOTFS_GB,
        examples=[30],
    ),
    Ui(group="Disks", unit="GB", width=4, source="seed; range docs"),
]
VolumeMount = Annotated[
    str,
    Field(
        title=gettext_noop("Local storage at"),
        description=gettext_noop("Where the volume disk is mounted."),
        examples=["/workspace"],
    ),
    Ui(group="Disks", width=4, source=f"seed, {GONE}; default docs"),
]
Storages = Annotated[
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
]
OldStorage = Annotated[
    str,
    Field(
        title=gettext_noop("Network storage"),
        description=gettext_noop("Old form of a single mount; it is sent as the one row of networkStorages."),
        default_factory=str,
        json_schema_extra={"deprecated": True},
    ),
    _OLD_FORM,
]
OldStorageMount = Annotated[
    str,
    Field(
        title=gettext_noop("Network storage at"),
        description=gettext_noop("Belongs to networkStorageId; /network where it is left out."),
        default_factory=str,
        json_schema_extra={"deprecated": True},
    ),
    _OLD_FORM,
]
