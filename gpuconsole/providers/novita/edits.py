"""What Novita changes of an instance that is there: its ports, and a container disk that only grows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from gpuconsole.providers.edits import Edits
from gpuconsole.providers.novita.fields import MOST_PORTS, NovitaPort
from gpuconsole.providers.novita.statuses import EDITABLE
from gpuconsole.providers.problems import problem, refuse
from gpuconsole.providers.specs import Section, Ui, Widget
from gpuconsole.providers.wire import whole

MOST_ROOTFS_GB = 6144


class NovitaEdits(Edits):
    """It takes effect within about a minute, without a restart (docs)."""

    sections = (Section("Network", is_open=True), Section("Disk", is_open=True))
    statuses: ClassVar[frozenset[str]] = EDITABLE
    when = "Novita changes an instance while it runs or is stopped."
    adding = frozenset({"expandRootDisk"})

    ports: Annotated[
        list[NovitaPort],
        Field(
            title="Ports",
            description="All that are to be open from now on; with the tools at most 15. No restart.",
            max_length=MOST_PORTS,
            examples=[[{"port": 8080, "type": "http"}]],
        ),
        Ui(group="Network", widget=Widget.ROWS, width=12, source="transcribed; limit docs"),
    ] = []
    expandRootDisk: Annotated[  # noqa: N815 - the wire name
        int,
        Field(
            title="Root disk grows by",
            description="Added to the container disk, which never shrinks; beyond 60 GB it is billed.",
            ge=0,
            le=MOST_ROOTFS_GB,
            examples=[20],
        ),
        Ui(group="Disk", unit="GB", width=4, source="transcribed; that it is what is added, assumed"),
    ] = 0

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        numbers = [row.port for row in self.ports]
        twice = [at for at, number in enumerate(numbers) if number in numbers[:at]]
        refuse("edit", [problem(f"{numbers[at]} is listed twice.", "ports", at, "port") for at in twice])
        return self

    @classmethod
    def current(cls, raw: Mapping[str, Any]) -> dict[str, Any]:
        return {"ports": _ports(raw), "expandRootDisk": 0}

    @classmethod
    def notes(cls, raw: Mapping[str, Any]) -> Mapping[str, str]:
        now = whole(raw.get("rootfsSize"))
        if now is None:
            return {}
        return {
            "expandRootDisk": f"Added to the {now} GB of now; the disk never shrinks, and beyond 60 GB it is billed."
        }

    def misfits(self, spec: Mapping[str, Any], raw: Mapping[str, Any]) -> Mapping[str, str]:
        """Ports that a tool has, or too many with the tools; a disk beyond all limits."""
        return dict([*_port_misfits(self.ports, spec.get("tools")), *_disk_misfits(self, raw)])


def _ports(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    told = raw.get("portMappings")
    rows = [row for row in told if isinstance(row, Mapping)] if isinstance(told, list) else []
    return [{"port": whole(row.get("port")), "type": str(row.get("type"))} for row in rows]


def _port_misfits(ports: Sequence[NovitaPort], told: Any) -> Iterator[tuple[str, str]]:
    tools = [tool for tool in told if isinstance(tool, Mapping)] if isinstance(told, list) else []
    if len(ports) + len(tools) > MOST_PORTS:
        yield "ports", f"Ports and tools together are at most {MOST_PORTS}, not {len(ports) + len(tools)}."
    taken = {str(tool.get("port")): tool.get("name") for tool in tools}
    for number, row in enumerate(ports):
        if str(row.port) in taken:
            yield f"ports.{number}.port", f"{row.port} is already used by {taken[str(row.port)]}."


def _disk_misfits(edits: NovitaEdits, raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    now = whole(raw.get("rootfsSize"))
    if now is not None and edits.expandRootDisk and now + edits.expandRootDisk > MOST_ROOTFS_GB:
        yield "expandRootDisk", f"Must be at most {MOST_ROOTFS_GB - now}: it has {now} GB of {MOST_ROOTFS_GB} GB."
