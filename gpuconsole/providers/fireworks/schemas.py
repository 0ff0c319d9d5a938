"""Every create field of a Fireworks batch job, by its wire name and nesting (sources: see the Ui of each)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gpuconsole.providers.fireworks import bodies
from gpuconsole.providers.fireworks.fields import (
    CLIENT,
    SEED,
    SEED_CLIENT,
    FireworksSecretRef,
    Ranks,
    RoleArn,
    ShortId,
    Text,
    VariableValue,
    annotation_keys,
    variable_names,
)
from gpuconsole.providers.problems import problem, refuse
from gpuconsole.providers.specs import Choose, Spec, SpecPart, Way
from gpuconsole.providers.ui import Section, Ui, Widget
from gpuconsole.providers.words import gettext_noop

RUNS_IN, DOES, SHARING = (
    gettext_noop("What it runs in"),
    gettext_noop("What it does"),
    gettext_noop("Annotations and sharing"),
)
EXECUTORS = ("pythonExecutor", "notebookExecutor", "shellExecutor")


def _executor(own: str) -> Ui:
    others = tuple(name for name in EXECUTORS if name != own)
    return Ui(group=DOES, width=12, excludes=others, required_if="no other executor is set", source=SEED_CLIENT)


class FireworksPython(SpecPart):
    """A Python process."""

    wire_order = ("targetType", "target", "args")

    targetType: Annotated[  # noqa: N815 - the wire name
        Literal["MODULE", "FILENAME"],
        Field(
            title=gettext_noop("Target is a"),
            description=gettext_noop("MODULE runs with -m, FILENAME runs a file."),
            examples=["FILENAME"],
        ),
        Ui(widget=Widget.SELECT, required_if="a Python process", width=3, source=CLIENT),
    ]
    target: Annotated[
        Text,
        Field(
            title=gettext_noop("Target"), description=gettext_noop("Module name or file name."), examples=["train.py"]
        ),
        Ui(required_if="a Python process", width=4, placeholder="train.py", source=CLIENT),
    ]
    args: Annotated[
        list[str],
        Field(
            title=gettext_noop("Arguments"),
            description=gettext_noop("Command-line arguments."),
            examples=[["--epochs", "3"]],
        ),
        Ui(widget=Widget.WORDS, width=5, placeholder="--epochs 3", source=CLIENT),
    ] = []


class FireworksNotebook(SpecPart):
    """A notebook that is run from top to bottom."""

    notebookFilename: Annotated[  # noqa: N815 - the wire name
        Text,
        Field(
            title=gettext_noop("Notebook"),
            description=gettext_noop("Path of the notebook to run."),
            examples=["report.ipynb"],
        ),
        Ui(required_if="a notebook", width=12, placeholder="report.ipynb", source=CLIENT),
    ]


class FireworksShell(SpecPart):
    """A shell command."""

    command: Annotated[
        Text,
        Field(
            title=gettext_noop("Command"), description=gettext_noop("Command line to run."), examples=["bash run.sh"]
        ),
        Ui(required_if="a shell command", width=12, placeholder="bash run.sh", source=CLIENT),
    ]


class FireworksJobSpec(Spec):
    """A Fireworks batch job: the account that owns it, in the path, and the body, which has no wrapper."""

    wire_order = bodies.FIELDS
    choose = (
        Choose(
            RUNS_IN,
            (
                Way(
                    gettext_noop("Environment"),
                    ("environmentId", "snapshotId"),
                    gettext_noop("A saved one, with a snapshot if you like."),
                ),
                Way(
                    gettext_noop("Container image"),
                    ("imageRef",),
                    gettext_noop("Any image; then no environment and no snapshot."),
                ),
            ),
            stays=True,
            copies=Way(
                gettext_noop("Same as another job"),
                (),
                gettext_noop("Copies the choice of a job that was launched here."),
            ),
        ),
        Choose(DOES, tuple(Way(name.removesuffix("Executor").capitalize(), (name,)) for name in EXECUTORS)),
    )
    sections = (
        Section(gettext_noop("Basics"), is_open=True),
        Section(RUNS_IN, is_open=True, help=gettext_noop("pick exactly one")),
        Section(DOES, is_open=True, help=gettext_noop("pick exactly one")),
        Section(gettext_noop("Hardware"), is_open=True),
        Section(gettext_noop("Environment variables"), "envVars"),
        Section(SHARING),
    )

    provider: Literal["fireworks"] = Field(title=gettext_noop("Provider"))
    displayName: Annotated[  # noqa: N815 - the wire name
        str | None,
        Field(
            title=gettext_noop("Display name"),
            description=gettext_noop("Label for people, at most 63 characters; can be changed later."),
            max_length=63,
            examples=["eval-nightly-01jd3k"],
        ),
        Ui(group="Basics", source=SEED_CLIENT),
    ] = None
    account_id: Annotated[
        ShortId,
        Field(title=gettext_noop("Account"), description=gettext_noop("Account that owns the job."), examples=["acme"]),
        Ui(group="Basics", choices="accounts", location="path", source=SEED),
    ]
    environmentId: Annotated[  # noqa: N815 - the wire name
        ShortId | None,
        Field(
            title=gettext_noop("Environment"),
            description=gettext_noop("Run in the image of this saved environment."),
            examples=["my-env"],
        ),
        Ui(group=RUNS_IN, choices="environments", width=4, excludes=("imageRef",), source=SEED_CLIENT),
    ] = None
    snapshotId: Annotated[  # noqa: N815 - the wire name
        ShortId | None,
        Field(
            title=gettext_noop("Snapshot"),
            description=gettext_noop("Pin one snapshot of the environment; empty takes its latest image."),
            examples=["7"],
        ),
        Ui(group=RUNS_IN, choices="snapshots", width=4, excludes=("imageRef",), source=SEED_CLIENT),
    ] = None
    imageRef: Annotated[  # noqa: N815 - the wire name
        Text | None,
        Field(
            title=gettext_noop("Image"),
            description=gettext_noop("Container image to run."),
            examples=["registry.example.com/ml/eval:2.3"],
        ),
        Ui(
            group=RUNS_IN,
            excludes=("environmentId", "snapshotId"),
            width=4,
            placeholder="registry.example.com/ml/eval:2.3",
            source=SEED_CLIENT,
        ),
    ] = None
    pythonExecutor: Annotated[  # noqa: N815 - the wire name
        FireworksPython | None,
        Field(title=gettext_noop("Python process"), description=gettext_noop("Run a Python process.")),
        _executor("pythonExecutor"),
    ] = None
    notebookExecutor: Annotated[  # noqa: N815 - the wire name
        FireworksNotebook | None,
        Field(title=gettext_noop("Notebook"), description=gettext_noop("Run a notebook file.")),
        _executor("notebookExecutor"),
    ] = None
    shellExecutor: Annotated[  # noqa: N815 - the wire name
        FireworksShell | None,
        Field(title=gettext_noop("Shell command"), description=gettext_noop("Run a shell command.")),
        _executor("shellExecutor"),
    ] = None
    nodePoolId: Annotated[  # noqa: N815 - the wire name
        ShortId,
        Field(
            title=gettext_noop("Node pool"),
            description=gettext_noop("Node pool that supplies the machines, by its short id."),
            examples=["h100-pool"],
        ),
        Ui(group="Hardware", choices="node_pools", widget=Widget.TABLE, width=12, source=f"{CLIENT}; docs"),
    ]
    numRanks: Annotated[  # noqa: N815 - the wire name
        Ranks,
        Field(
            title=gettext_noop("Ranks"),
            description=gettext_noop("GPU pools: one GPU per rank, packed onto hosts. CPU pools: one host per rank."),
            examples=[8],
        ),
        Ui(group="Hardware", unit=gettext_noop("ranks"), width=4, source="seed; client code; min and default assumed"),
    ] = 1
    role: Annotated[
        RoleArn | None,
        Field(
            title=gettext_noop("IAM role to assume"),
            description=gettext_noop(
                "An AWS role's ARN; you must be bound to it. Empty uses the node pool's own role."
            ),
            examples=["arn:aws:iam::123456789012:role/train"],
        ),
        Ui(
            group="Hardware",
            choices="roles",
            open_enum=True,
            width=8,
            placeholder=gettext_noop("node pool role"),
            default_text=gettext_noop("the node pool's own role"),
            source=SEED_CLIENT,
        ),
    ] = None
    envVars: Annotated[  # noqa: N815 - the wire name
        dict[str, VariableValue],
        AfterValidator(variable_names),
        Field(
            title=gettext_noop("Environment variables"),
            description=gettext_noop(
                "Of the process. A secret's value is put in when the job is sent, and never shown."
            ),
            examples=[{"SEED": "17", "HF_TOKEN": {"name": "hf_token"}}],
        ),
        Ui(
            group="Environment variables",
            widget=Widget.PAIRS,
            add=gettext_noop("Add variable"),
            width=12,
            source=SEED_CLIENT,
        ),
    ] = {}
    annotations: Annotated[
        dict[str, str],
        AfterValidator(annotation_keys),
        Field(
            title=gettext_noop("Annotations"),
            description=gettext_noop(
                "Free metadata, with the key rules of Kubernetes annotations; keys starting fireworks.ai/ are "
                "reserved. The console adds its launch token."
            ),
            examples=[{"lab.example.org/owner": "evals"}],
        ),
        Ui(
            group=SHARING,
            widget=Widget.PAIRS,
            add=gettext_noop("Add annotation"),
            width=8,
            source=f"{SEED_CLIENT}; docs",
        ),
    ] = {}
    shared: Annotated[
        bool,
        Field(
            title=gettext_noop("Share in the account"),
            description=gettext_noop(
                "Everyone in the account may update, delete and clone it, and make environments from it."
            ),
            examples=[True],
        ),
        Ui(group=SHARING, widget=Widget.SWITCH, width=4, source=SEED_CLIENT),
    ] = False

    @model_validator(mode="after")
    def _nothing_of_the_servers(self) -> Self:
        sent = [name for name in bodies.READ_ONLY if name in (self.model_extra or {})]
        refuse("job", [problem("Fireworks sets this itself: leave it out.", name) for name in sent])
        return self

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> dict[str, Any]:
        """The documented body or an answer of Fireworks, in either spelling; what the server sets and our launch
        token go."""
        return bodies.spec_of(body)

    def secret_names(self) -> frozenset[str]:
        """The secrets that variables name."""
        return frozenset(value.name for value in self.envVars.values() if isinstance(value, FireworksSecretRef))
