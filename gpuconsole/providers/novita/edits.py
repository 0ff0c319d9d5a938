"""What Novita changes of an instance that is there: its ports, and a container disk that only grows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from gpuconsole.providers.edits import Edits
from gpuconsole.providers.novita.disks import MOST_ROOTFS_GB
from gpuconsole.providers.novita.fields import MOST_PORTS, NovitaPort, listed_twice, too_many
from gpuconsole.providers.novita.statuses import EDITABLE
from gpuconsole.providers.problems import problem, refuse
from gpuconsole.providers.ui import Section, Ui, Widget
from gpuconsole.providers.wire import whole
from gpuconsole.providers.words import Sentence, gettext_noop


class NovitaEdits(Edits):
    """It takes effect within about a minute, without a restart (docs)."""

    sections = (Section(gettext_noop("Network"), is_open=True), Section(gettext_noop("Disk"), is_open=True))
    statuses: ClassVar[frozenset[str]] = EDITABLE
    when = gettext_noop("Novita changes an instance while it runs or is stopped.")
    adding = frozenset({"expandRootDisk"})

    ports: Annotated[
        list[NovitaPort],
        Field(
            title=gettext_noop("Ports"),
            description=gettext_noop("All that are to be open from now on; with the tools at most 15. No restart."),
            max_length=MOST_PORTS,
            examples=[[{"port": 8080, "type": "http"}]],
        ),
        Ui(
            group="Network",
            widget=Widget.ROWS,
            add=gettext_noop("Add port"),
            width=12,
            source="transcribed; limit docs",
        ),
    ] = []
    expandRootDisk: Annotated[  # noqa: N815 - the wire name
        int,
        Field(
            title=gettext_noop("Root disk grows by"),
            description=gettext_noop("Added to the container disk, which never shrinks; beyond 60 GB it is billed."),
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
        refuse("edit", [problem(listed_twice(numbers[at]), "ports", at, "port") for at in twice])
        return self

    @classmethod
    def current(cls, raw: Mapping[str, Any]) -> dict[str, Any]:
        return {"ports": _ports(raw), "expandRootDisk": 0}

    @classmethod
    def notes(cls, raw: Mapping[str, Any]) -> Mapping[str, str]:
        now = whole(raw.get("rootfsSize"))
        if now is None:
            return {}
        text = gettext_noop("Added to the {now} GB of now; the disk never shrinks, and beyond 60 GB it is billed.")
        return {"expandRootDisk": Sentence(text, now=now)}

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
        yield "ports", too_many(len(ports) + len(tools))
    taken = {str(tool.get("port")): tool.get("name") for tool in tools}
    for number, row in enumerate(ports):
        if str(row.port) in taken:
            yield (
                f"ports.{number}.port",
                Sentence("{port} is already used by {user}.", port=row.port, user=taken[str(row.port)]),
            )


def _disk_misfits(edits: NovitaEdits, raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    now = whole(raw.get("rootfsSize"))
    if now is not None and edits.expandRootDisk and now + edits.expandRootDisk > MOST_ROOTFS_GB:
        text, most = gettext_noop("Must be at most {left}: it has {now} GB of {most} GB."), MOST_ROOTFS_GB
        yield "expandRootDisk", Sentence(text, left=most - now, now=now, most=most)
