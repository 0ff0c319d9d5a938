"""A spec that has every kind of field a provider may declare."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from gpuconsole.providers.problems import wrong
from gpuconsole.providers.specs import Spec, SpecPart
from gpuconsole.providers.ui import Ui, Widget


class SecretName(SpecPart):
    name: str


class Login(SpecPart):
    method: Annotated[Literal["TOKEN", "ROLE"], Field(title="Method"), Ui(widget=Widget.RADIO)]
    token: Annotated[str | None, Field(title="Token"), Ui(secret=True, show_when=("method", ("TOKEN",)))] = None
    role: Annotated[str | None, Field(title="Role"), Ui(show_when=("method", ("ROLE",)))] = None


class Image(SpecPart):
    base: Annotated[str, Field(title="Base image", min_length=1)]
    login: Annotated[Login | None, Field(title="Login")] = None


class Gpu(SpecPart):
    model: Annotated[str, Field(title="Accelerator"), Ui(choices="gpus")]
    count: Annotated[int, Field(title="Count", ge=1, le=8), Ui(unit="GPU", widget=Widget.STEPPER)]


class Size(SpecPart):
    nodes: Annotated[int, Field(title="Nodes", ge=1, le=16)] = 1
    memory: Annotated[
        str, Field(title="Memory", pattern=r"^\d+(\.\d+)?(Mi|Gi)$"), Ui(widget=Widget.QUANTITY, units=("Gi", "Mi"))
    ] = "2Gi"
    gpu: Gpu | None = None
    timeout_ms: Annotated[
        int | None,
        Field(title="Run at most", ge=60_000),
        Ui(widget=Widget.QUANTITY, unit="ms", units=("min", "h", "s")),
    ] = None
    regions: Annotated[list[Literal["eu", "us", "asia"]] | None, Field(title="Regions")] = None
    share: Annotated[float | None, Field(title="Share", gt=0, le=1)] = None


class Cache(SpecPart):
    enabled: bool = False
    affinity: bool = True
    path: Annotated[str, Ui(show_when=("cache.enabled", ("true",)))] = "/cache"


class ByName(SpecPart):
    typ: Literal["named"]
    name: str
    job: str | None = None


class ByJob(SpecPart):
    typ: Literal["latest"]
    job: str | None = None


class Weight(SpecPart):
    source: Annotated[str, Field(title="Source")]
    mount: Annotated[str, Field(title="Mount location")]
    only: Annotated[list[str] | None, Field(title="Allow")] = None
    login: Login | None = None

    @field_validator("mount")
    @classmethod
    def _absolute(cls, mount: str) -> str:
        if not mount.startswith("/"):
            raise wrong(f'Must start with "/". Did you mean /{mount}?', fix=f"/{mount}")
        return mount


class Remote(SpecPart):
    minutes: Annotated[int, Field(ge=-1)] = 480


class Variable(SpecPart):
    key: Annotated[str, Field(title="Key", max_length=5)]
    value: Annotated[str | SecretName, Field(title="Value")]


class Port(SpecPart):
    port: Annotated[int, Field(title="Port", ge=1, le=65535)]
    type: Annotated[Literal["tcp", "http"], Field(title="Kind"), Ui(sends="http")]


class ExampleSpec(Spec):
    """Everything."""

    provider: Literal["example"] = "example"
    project_id: Annotated[
        str, Field(title="Project", min_length=1), Ui(group="Basics", choices="projects", location="path")
    ]
    name: Annotated[str | None, Field(title="Name", max_length=20, description="A label."), Ui(group="Basics")] = None
    image: Annotated[Image, Ui(group="Image")]
    size: Annotated[Size | None, Ui(group="Size")] = None
    commands: Annotated[list[str] | None, Field(title="Start commands"), Ui(group="Runtime", widget=Widget.LINES)] = (
        None
    )
    variables: Annotated[dict[str, str | SecretName] | None, Field(title="Variables"), Ui(group="Runtime")] = None
    cache: Annotated[Cache | None, Ui(group="Cache")] = None
    weights: Annotated[list[Weight] | None, Field(title="Weights"), Ui(group="Weights")] = None
    checkpoints: Annotated[list[ByName | ByJob] | None, Field(title="Checkpoints"), Ui(group="Weights")] = None
    env: Annotated[
        list[Variable] | None, Field(title="List of variables"), Ui(group="Runtime", widget=Widget.PAIRS)
    ] = None
    ports: Annotated[
        str, Field(title="Ports", pattern=r"^(\d+/(tcp|http)(,|$))*$"), Ui(group="Runtime", rows=Port, sends="")
    ]
    kind: Annotated[Literal["gpu", "cpu"], Ui(group="More", in_form=False, sends="gpu")]
    remote: Annotated[Remote | None, Field(title="Remote access"), Ui(group="Remote", widget=Widget.SWITCH)] = None
    more: Annotated[dict[str, object] | None, Ui(group="More", widget=Widget.JSON)] = None
    hidden: Annotated[bool | None, Ui(group="More", in_form=False)] = None


FULL: dict[str, object] = {
    "project_id": "p1",
    "name": "run-1",
    "image": {"base": "img:1", "login": {"method": "TOKEN", "token": "ml"}},
    "size": {
        "nodes": 2,
        "memory": "128Gi",
        "gpu": {"model": "H100", "count": 2},
        "timeout_ms": 900000,
        "regions": ["eu", "asia"],
        "share": 0.5,
    },
    "commands": ["pip install x", "python train.py"],
    "variables": {"A": "1", "TOKEN": {"name": "hf"}},
    "env": [{"key": "A", "value": "1"}, {"key": "TOKEN", "value": {"name": "hf"}}, {"key": "A", "value": ""}],
    "ports": "8080/tcp,8081/http",
    "kind": "gpu",
    "cache": {"enabled": True, "affinity": False, "path": "/c"},
    "weights": [
        {"source": "hf://a", "mount": "/a", "only": ["*.bin"], "login": {"method": "ROLE", "role": "r"}},
        {"source": "hf://b", "mount": "/b"},
    ],
    "checkpoints": [{"typ": "named", "name": "c1", "job": "j"}, {"typ": "latest", "job": "k"}],
    "remote": {"minutes": 30},
    "more": {"a": [1, {"b": None}]},
    "hidden": True,
}
