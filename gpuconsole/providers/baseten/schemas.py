"""Every create field of a Baseten training job, by its wire name and nesting (sources: see the Ui of each)."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from gpuconsole.providers import tokens
from gpuconsole.providers.baseten.compute import BasetenCompute
from gpuconsole.providers.baseten.fields import CLIENT, DOCS, SEED, BasetenSecretRef
from gpuconsole.providers.baseten.image import BasetenImage
from gpuconsole.providers.baseten.runtime import BasetenRuntime
from gpuconsole.providers.baseten.weights import BasetenWeights, different_places
from gpuconsole.providers.problems import problem, refuse
from gpuconsole.providers.specs import Mount, Spec, SpecPart
from gpuconsole.providers.ui import Listed, Section, Ui, Widget
from gpuconsole.providers.words import gettext_noop

_MORE = gettext_noop("Artifacts and user environment")


_TRIGGERS = (
    Listed("on_startup", gettext_noop("On startup")),
    Listed("on_failure", gettext_noop("On failure")),
    Listed("on_demand", gettext_noop("On demand")),
)


_EDITORS = (
    Listed("vs_code", gettext_noop("VS Code")),
    Listed("cursor", gettext_noop("Cursor")),
    Listed("ssh", gettext_noop("SSH")),
)
_SIGN_IN = (Listed("github", gettext_noop("GitHub")), Listed("microsoft", gettext_noop("Microsoft")))


class BasetenInteractiveSession(SpecPart):
    """A remote shell or editor into the job."""

    trigger: Annotated[
        Literal["on_startup", "on_failure", "on_demand"],
        Field(title=gettext_noop("Opens"), description=gettext_noop("When it opens."), examples=["on_failure"]),
        Ui(widget=Widget.RADIO, listed=_TRIGGERS, source=CLIENT),
    ] = "on_demand"
    timeout_minutes: Annotated[
        int,
        Field(title=gettext_noop("Lifetime"), description=gettext_noop("-1 means ten years."), ge=-1, examples=[1440]),
        Ui(unit=gettext_noop("minutes"), source=f"{CLIENT}; min assumed"),
    ] = 480
    session_provider: Annotated[
        Literal["vs_code", "cursor", "ssh"],
        Field(title=gettext_noop("Connect with"), description=gettext_noop("How to connect."), examples=["ssh"]),
        Ui(widget=Widget.RADIO, listed=_EDITORS, source=CLIENT),
    ] = "vs_code"
    auth_provider: Annotated[
        Literal["github", "microsoft"],
        Field(
            title=gettext_noop("Sign-in"),
            description=gettext_noop("Sign-in for editor tunnels; ignored for ssh."),
            examples=["github"],
        ),
        Ui(widget=Widget.RADIO, listed=_SIGN_IN, source=f"{CLIENT}; {DOCS}"),
    ] = "github"


class BasetenTrainingJob(SpecPart):
    """The body of the create call."""

    wire_order = ("image", "compute", "runtime", "name", "truss_user_env", "interactive_session", "weights")

    name: Annotated[
        str | None,
        Field(
            title=gettext_noop("Name"),
            description=gettext_noop("Label of the job; our launch token is put in front."),
            examples=["sft"],
        ),
        Ui(group="Basics", source=SEED),
    ] = None
    priority: Annotated[
        int | None,
        Field(title=gettext_noop("Priority"), description=gettext_noop("Higher leaves the queue first."), examples=[5]),
        Ui(group="Basics", width=3, source=CLIENT),
    ] = 0
    image: Annotated[
        BasetenImage,
        Field(title=gettext_noop("Image"), description=gettext_noop("Container image.")),
        Ui(group="Image", width=12, source=CLIENT),
    ]
    compute: Annotated[
        BasetenCompute,
        Field(
            title=gettext_noop("Compute"),
            description=gettext_noop("Hardware of each node."),
            default_factory=BasetenCompute,
        ),
        Ui(group="Compute", width=12, source=SEED),
    ]
    runtime: Annotated[
        BasetenRuntime,
        Field(title=gettext_noop("Runtime"), description=gettext_noop("What runs."), default_factory=BasetenRuntime),
        Ui(group="Runtime", width=12, source=SEED),
    ]
    enable_baseten_workdir: Annotated[
        bool,
        Field(
            title=gettext_noop("Baseten work folder"),
            description=gettext_noop("Uses /b10/workspace instead of the image's work folder."),
        ),
        Ui(group="Runtime", widget=Widget.SWITCH, source=CLIENT),
    ] = False
    weights: Annotated[
        list[BasetenWeights] | None,
        AfterValidator(different_places),
        Field(title=gettext_noop("Weights"), description=gettext_noop("Model weights to mirror and mount read-only.")),
        Ui(group="Weights", widget=Widget.ROWS, add=gettext_noop("Add weight"), width=12, source=SEED),
    ] = None
    interactive_session: Annotated[
        BasetenInteractiveSession | None,
        Field(
            title=gettext_noop("Interactive session"), description=gettext_noop("Remote shell or editor into the job.")
        ),
        Ui(group="Interactive session", widget=Widget.SWITCH, width=12, source=SEED),
    ] = None
    truss_user_env: Annotated[
        dict[str, Any] | None,
        Field(title=gettext_noop("User environment"), description=gettext_noop("Client diagnostics; leave out.")),
        Ui(group=_MORE, widget=Widget.JSON, width=12, source=f"{SEED}; {CLIENT}"),
    ] = None


class BasetenJobSpec(Spec):
    """A Baseten training job: the project that owns it, and the body."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["training_project_id"]}, {"required": ["training_project_name"]}]}
    )
    sections = (
        Section(gettext_noop("Basics"), is_open=True),
        Section(gettext_noop("Image"), "image", is_open=True),
        Section(gettext_noop("Compute"), "compute", is_open=True),
        Section(gettext_noop("Runtime"), "runtime", is_open=True),
        Section(gettext_noop("Cache"), "runtime.cache_config"),
        Section(gettext_noop("Checkpointing"), "runtime.checkpointing_config"),
        Section(gettext_noop("Weights"), "weights"),
        Section(gettext_noop("Load a checkpoint"), "runtime.load_checkpoint_config"),
        Section(gettext_noop("Interactive session"), "interactive_session"),
        Section(_MORE, "artifacts, truss_user_env"),
    )

    provider: Literal["baseten"] = Field(title=gettext_noop("Provider"))
    training_project_id: Annotated[
        str | None,
        Field(
            title=gettext_noop("Training project"),
            description=gettext_noop("Project that owns the job."),
            min_length=1,
            examples=["n4q95w5"],
        ),
        Ui(
            group="Basics",
            choices="projects",
            location="path",
            required_if="no new project is named",
            excludes=("training_project_name",),
            source=SEED,
        ),
    ] = None
    training_project_name: Annotated[
        str | None,
        Field(
            title=gettext_noop("New training project"),
            description=gettext_noop("Makes the project of this name first, or takes the one that is there."),
            min_length=1,
            max_length=255,
            examples=["sft"],
        ),
        Ui(group="Basics", location="path", excludes=("training_project_id",), source=f"{CLIENT}; {DOCS}"),
    ] = None
    training_job: Annotated[
        BasetenTrainingJob,
        Field(title=gettext_noop("Training job"), description=gettext_noop("Wrapper of the whole job.")),
        Ui(width=12, source=SEED),
    ]

    @model_validator(mode="after")
    def _one_project(self) -> Self:
        if self.training_project_id and self.training_project_name:
            text = gettext_noop("Pick a project or name a new one, not both.")
            refuse("project", [problem(text, "training_project_name")])
        if not (self.training_project_id or self.training_project_name):
            refuse("project", [problem("Required.", "training_project_id")])
        return self

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> dict[str, Any]:
        """The documented body; a launch token in the name goes."""
        spec = dict(body)
        job = spec.get("training_job")
        if isinstance(job, Mapping) and isinstance(name := job.get("name"), str) and tokens.split(name)[0]:
            rest = {key: value for key, value in job.items() if key != "name"}
            spec["training_job"] = rest | ({"name": tokens.split(name)[1]} if tokens.split(name)[1] else {})
        return spec

    def mounts(self) -> list[Mount]:
        """Weights, and the cache and the checkpoints where they are on."""
        job = self.training_job
        return [*(Mount(row.mount_location, row.source) for row in job.weights or ()), *job.runtime.mounts()]

    def secret_names(self) -> frozenset[str]:
        """Every stored secret that the job names: registry login, environment, weights."""
        return frozenset(_secrets(self))


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, BasetenSecretRef):
        yield value.name
    elif isinstance(value, SpecPart):
        for name in type(value).model_fields:
            item = getattr(value, name)
            if name == "auth_secret_name" and isinstance(item, str) and item:
                yield item
            else:
                yield from _secrets(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _secrets(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _secrets(item)
