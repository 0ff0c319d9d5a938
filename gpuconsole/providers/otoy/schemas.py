"""Every create field of an OTOY compute job, by its wire name and nesting (sources: see the Ui of each)."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from gpuconsole.providers import tokens
from gpuconsole.providers.otoy import container, hardware, limits
from gpuconsole.providers.otoy.container import OtoyContainer
from gpuconsole.providers.otoy.fields import ASSUMED, CLIENT, DOCS, SEED, OtoySecretRef
from gpuconsole.providers.otoy.regions import LISTED, REGIONS, Region
from gpuconsole.providers.problems import problem, refuse
from gpuconsole.providers.specs import Choose, Mount, Spec, SpecPart, Way
from gpuconsole.providers.ui import Listed, Section, Ui, Widget
from gpuconsole.providers.words import gettext_noop

BASICS, WHERE = gettext_noop("Basics"), gettext_noop("Regions")
TASKS = (
    Listed("BATCH", gettext_noop("Batch"), gettext_noop("Ends by itself, or at the maximum run time.")),
    Listed(
        "PERSISTENT",
        gettext_noop("Persistent"),
        gettext_noop("Runs until you cancel it: set a guard below. It has no run limit of its own."),
    ),
)
_ANSWERED = ("object", "uuid", "created_at", "updated_at", "status")
"""What a job carries that was asked for, and a create call does not."""


class OtoyJobSpec(Spec):
    """An OTOY compute job: BATCH ends by itself, PERSISTENT runs until it is cancelled; else they are alike.

    Null says the same as leaving a field out, and is not sent; but for the run limit of a PERSISTENT job, which must
    be null (docs).
    """

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"task": {"const": "BATCH"}}},
            "then": {"required": ["max_timeout_run_ms"], "properties": {"max_timeout_run_ms": {"type": "integer"}}},
            "else": {"properties": {"max_timeout_run_ms": {"type": "null"}}},
        }
    )
    wire_order = (
        *("task", "title", "description", "cpu_count", "gpu_count", "gpu_name", "gpu_registry_uuid"),
        *("min_vram_gb", "min_ram_gb", "min_storage_gb"),
        *("max_timeout_run_ms", "max_timeout_assign_ms", "max_timeout_start_ms", "max_node_count", "max_retry_count"),
        *("allowed_region_codes", "parameters"),
    )
    sections = (
        Section(BASICS, is_open=True),
        *container.SECTIONS[:1],
        Section(hardware.GPU, is_open=True, help=gettext_noop("by name, by registry UUID, or any that fits")),
        Section(hardware.LEAST, is_open=True, help=gettext_noop("the node must have at least this much")),
        Section(WHERE, "allowed_region_codes", is_open=True, help=gettext_noop("empty means anywhere")),
        Section(limits.LIMITS, is_open=True),
        *container.SECTIONS[1:],
    )

    choose = (
        Choose(
            gettext_noop("Choose the GPU by"),
            (
                Way(gettext_noop("Any that fits"), ()),
                Way(gettext_noop("Name"), ("gpu_name",)),
                Way(gettext_noop("Registry UUID"), ("gpu_registry_uuid",)),
            ),
            stays=True,
        ),
    )

    provider: Literal["otoy"] = Field(title=gettext_noop("Provider"))
    task: Annotated[
        Literal["BATCH", "PERSISTENT"],
        Field(
            title=gettext_noop("Type"),
            description=gettext_noop("What kind of job: ends by itself, or runs until you cancel it."),
            examples=["BATCH"],
        ),
        Ui(group=BASICS, widget=Widget.RADIO, listed=TASKS, width=12, source=f"{SEED}; {DOCS}"),
    ]
    title: Annotated[
        str,
        Field(
            title=gettext_noop("Title"),
            description=gettext_noop("Short name shown in lists; our launch token is put in front."),
            min_length=1,
            examples=["segment-eval"],
        ),
        Ui(group=BASICS, source=f"{DOCS}; required {ASSUMED}"),
    ]
    description: Annotated[
        str | None,
        Field(
            title=gettext_noop("Description"),
            description=gettext_noop("Free note about the job."),
            examples=["nightly eval"],
        ),
        Ui(group=BASICS, source=SEED),
    ] = None
    gpu_name: hardware.GpuName = None
    gpu_registry_uuid: hardware.GpuRegistryUuid = None
    gpu_count: hardware.GpuCount = None
    cpu_count: hardware.CpuCount = None
    min_ram_gb: hardware.Ram = None
    min_vram_gb: hardware.Vram = None
    min_storage_gb: hardware.Storage = None
    allowed_region_codes: Annotated[
        list[Region],
        Field(
            title=gettext_noop("Allowed regions"),
            description=gettext_noop("Only nodes in these regions are used; none ticked means anywhere."),
            max_length=len(REGIONS),
            examples=[["us-west-2"]],
        ),
        Ui(group=WHERE, choices="regions", listed=LISTED, width=12, source=f"{SEED}; {DOCS}; most {ASSUMED}"),
    ] = []
    max_timeout_run_ms: limits.RunTime = None
    max_timeout_assign_ms: limits.NodeWait = 300_000
    max_timeout_start_ms: limits.StartWait = 300_000
    max_node_count: limits.Nodes = 1
    max_retry_count: limits.Retries = 0
    parameters: Annotated[
        OtoyContainer,
        Field(title=gettext_noop("Container"), description=gettext_noop("Container settings.")),
        Ui(group=container.CONTAINER, width=12, source=f"{DOCS}; {CLIENT}"),
    ]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found = []
        if self.task == "BATCH" and self.max_timeout_run_ms is None:
            found.append(problem("Required for BATCH.", "max_timeout_run_ms"))
        if self.task == "PERSISTENT" and self.max_timeout_run_ms is not None:
            text = gettext_noop("Must be null for PERSISTENT: it runs until it is cancelled.")
            found.append(problem(text, "max_timeout_run_ms"))
        refuse("job", found)
        return self

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> dict[str, Any]:
        """The documented body, or a job as OTOY answers it; a launch token in the title goes."""
        wrapped = body.get("data")
        job = wrapped if isinstance(wrapped, Mapping) and "task" not in body else body
        is_answer = job.get("object") == "job"
        spec = {key: value for key, value in job.items() if not (is_answer and (key in _ANSWERED or value is None))}
        if isinstance(title := spec.get("title"), str) and tokens.split(title)[0]:
            spec["title"] = tokens.split(title)[1]
        if spec.get("task") == "PERSISTENT" and spec.get("max_timeout_run_ms", 0) is None:
            del spec["max_timeout_run_ms"]
        return spec

    def body(self) -> dict[str, Any]:
        """The body of the create call, with secrets by their names: see ``bodies.filled``."""
        docker = _said(self.parameters.parameters)
        if "volumes" in docker:
            docker["volumes"] = [_said(volume) for volume in self.parameters.parameters.volumes]
        wire = _said(self) | {"parameters": {"type": "docker", **_said(self.parameters), "parameters": docker}}
        wire.pop("provider", None)
        if self.task == "PERSISTENT":
            wire["max_timeout_run_ms"] = None
        order = {name: number for number, name in enumerate(self.wire_order)}
        return dict(sorted(wire.items(), key=lambda item: order.get(item[0], len(order))))

    @property
    def is_endless(self) -> bool:
        """PERSISTENT runs, and is charged, until it is cancelled (docs)."""
        return self.task == "PERSISTENT"

    def mounts(self) -> list[Mount]:
        """Its data images."""
        volumes = self.parameters.parameters.volumes
        return [Mount(one.mount, ":".join(filter(None, (one.image, one.tag)))) for one in volumes if one.mount]

    def secret_names(self) -> frozenset[str]:
        """Every secret of the project that the job names: image logins and variables."""
        return frozenset(self._secrets())

    def _secrets(self) -> Iterator[str]:
        docker = self.parameters.parameters
        yield from (value.name for value in docker.env.values() if isinstance(value, OtoySecretRef))
        logins = [docker.secret, *(volume.secret for volume in docker.volumes)]
        yield from (secret for secret in logins if secret)


def _said(part: SpecPart) -> dict[str, Any]:
    """What was chosen, the nulls of known fields left out."""
    fields = type(part).model_fields
    return {key: value for key, value in part.wire().items() if value is not None or key not in fields}
