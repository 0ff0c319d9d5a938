"""Templates of instances: two official ones and the account's own; shapes as transcribed."""

from dataclasses import dataclass
from typing import Any

from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.novita.checks import fits, items, number_in_query, page, text, whole
from gpuconsole.simulator.dialects.novita.errors import Problem, invalid
from gpuconsole.simulator.world import World

USER = "sandbox"
CHANNELS = ("private", "official", "community")
BORN = 1_767_225_600.0

OFFICIAL: tuple[dict[str, Any], ...] = (
    {"id": "pytorch-2-7", "name": "PyTorch 2.7", "image": "pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel"},
    {"id": "ubuntu-22-04", "name": "Ubuntu 22.04", "image": "ubuntu:22.04"},
)


@dataclass
class Template:
    """One template; `fields` are what its owner sent."""

    id: str
    created_at: float
    fields: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As list and get show it: every key is there."""
        defaults: dict[str, Any] = {"readme": "", "startCommand": "", "imageAuth": "", "minCudaVersion": ""}
        lists: dict[str, Any] = {name: [] for name in ("volumes", "ports", "envs", "tools")}
        own = {"Id": self.id, "user": USER, "createTime": iso(self.created_at)}
        return {**defaults, **lists, **self.fields, **own}


class Templates:
    """The templates that the account can see."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _own(self) -> dict[str, Template]:
        return self._world.table("novita.templates", Template)

    def listed(self, query: Any) -> dict[str, Any]:
        """Those that fit, under the singular key `template`."""
        # The vendor's MCP server asks for several channels with commas between them.
        channels, wanted = [word for word in (query.get("channel") or "").split(",") if word], query.get("name")
        if not set(channels) <= set(CHANNELS):
            raise invalid("channel", f"must be one of {', '.join(CHANNELS)}")
        rows = [t.as_json() for t in self.all() if fits(wanted, t.fields["name"])]
        rows = [
            row
            for row in rows
            if row["channel"] in (channels or CHANNELS) and query.get("type") in (None, "", row["type"])
        ]
        number, size = number_in_query(query, "pageNum"), number_in_query(query, "pageSize") or 20
        return {"template": page(rows, query), "pageSize": size, "pageNum": number, "total": len(rows)}

    def all(self) -> list[Template]:
        """All that the account can see, official ones first."""
        return list(self._all().values())

    def read(self, query: Any) -> dict[str, Any]:
        """One by `templateId`."""
        return {"template": self._find(query.get("templateId", ""), self._all()).as_json()}

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """A new one of the account's own."""
        template = Template(self._world.make_id(20), self._world.now(), _fields(body))
        self._own[template.id] = template
        return {"templateId": template.id}

    def update(self, body: dict[str, Any]) -> dict[str, Any]:
        """Replace one of the account's own, named by `Id`."""
        fields = _fields(body)
        template = self._find(text(body["template"], "Id", "template.", least=1), self._own)
        template.fields = fields
        return {"templateId": template.id}

    def delete(self, body: dict[str, Any]) -> dict[str, Any]:
        """Forget one of the account's own."""
        template = self._find(text(body, "templateId", least=1), self._own)
        del self._own[template.id]
        return {"templateId": template.id}

    def _all(self) -> dict[str, Template]:
        common = {"type": "instance", "channel": "official", "rootfsSize": 60}
        common_ports = [{"type": "http", "ports": [8888]}]
        official = {
            row["id"]: Template(
                row["id"], BORN, {**common, "ports": common_ports, "name": row["name"], "image": row["image"]}
            )
            for row in OFFICIAL
        }
        return official | self._own

    def _find(self, template_id: str, among: dict[str, Template]) -> Template:
        if template_id not in among:
            raise Problem("TEMPLATE_NOT_FOUND", f"template {template_id} not found")
        return among[template_id]


def _fields(body: dict[str, Any]) -> dict[str, Any]:
    """What is sent under `template`; ports come in groups here, a tool's port is a number."""
    fields = body.get("template")
    if not isinstance(fields, dict):
        raise invalid("template", "field required")
    for name, most in (("name", 255), ("image", 500)):
        text(fields, name, "template.", least=1, most=most)
    whole(fields, "rootfsSize", "template.", least=1, most=6144)
    if text(fields, "channel", "template.", default="private") not in ("private", "community"):
        raise invalid("template.channel", "must be private or community")
    items(fields, "ports", _group)
    known = ("name", "readme", "type", "channel", "image", "imageAuth", "startCommand", "rootfsSize", "minCudaVersion")
    kept = {
        name: fields[name] for name in (*known, "ports", "volumes", "envs", "tools") if fields.get(name) is not None
    }
    return {"type": "instance", "channel": "private", **kept}


def _group(fields: dict[str, Any], at: str) -> None:
    if text(fields, "type", f"template.{at}", least=1) not in ("tcp", "udp", "http"):
        raise invalid(f"template.{at}type", "must be tcp, udp or http")
    numbers = fields.get("ports")
    if not isinstance(numbers, list) or len(numbers) > 10:
        raise invalid(f"template.{at}ports", "must be an array of at most 10 ports")
