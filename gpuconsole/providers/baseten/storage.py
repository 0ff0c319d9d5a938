"""``runtime.cache_config``, ``.checkpointing_config`` and ``.load_checkpoint_config``: what outlives a job."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gpuconsole.providers.baseten.fields import CLIENT, SEED, AbsolutePath
from gpuconsole.providers.problems import problem, refuse
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Listed, Ui, Widget
from gpuconsole.providers.words import Sentence, gettext_noop

_RUNTIME = "training_job.runtime"
_CACHE_ON = (f"{_RUNTIME}.cache_config.enabled", ("true",))
_SAVE_ON = (f"{_RUNTIME}.checkpointing_config.enabled", ("true",))
_LOAD_ON = (f"{_RUNTIME}.load_checkpoint_config.enabled", ("true",))
_TYP = f"{_RUNTIME}.load_checkpoint_config.checkpoints.typ"

LATEST, NAMED, LOOPS = "baseten_latest_checkpoint", "baseten_named_checkpoint", "loops_checkpoint"
_KINDS = (
    Listed(LATEST, gettext_noop("Baseten latest checkpoint")),
    Listed(NAMED, gettext_noop("Baseten named checkpoint")),
    Listed(LOOPS, gettext_noop("Loops checkpoint")),
)
_TARGETS = (Listed("trainer", gettext_noop("Trainer")), Listed("sampler", gettext_noop("Sampler")))


class BasetenCache(SpecPart):
    """The persistent cache of a training project."""

    wire_order = ("enable_legacy_hf_mount", "enabled", "mount_base_path", "require_cache_affinity")

    enabled: Annotated[
        bool,
        Field(
            title=gettext_noop("Enable cache"),
            description=gettext_noop("Keeps downloads between jobs of one training project."),
        ),
        Ui(widget=Widget.SWITCH, width=4, source=SEED),
    ] = False
    require_cache_affinity: Annotated[
        bool,
        Field(
            title=gettext_noop("Require cache affinity"),
            description=gettext_noop("Waits for a node that has the cache."),
        ),
        Ui(widget=Widget.SWITCH, show_when=_CACHE_ON, width=4, source=SEED),
    ] = True
    enable_legacy_hf_mount: Annotated[
        bool,
        Field(
            title=gettext_noop("Legacy HF mount"), description=gettext_noop("Also mounts the old Hugging Face path.")
        ),
        Ui(widget=Widget.SWITCH, show_when=_CACHE_ON, width=4, source=SEED),
    ] = False
    mount_base_path: Annotated[
        AbsolutePath,
        Field(
            title=gettext_noop("Mount base path"),
            description=gettext_noop("Container path under which cache folders appear."),
        ),
        Ui(show_when=_CACHE_ON, source=SEED),
    ] = "/root/.cache"


class BasetenCheckpointing(SpecPart):
    """The volume whose content is copied out as checkpoints."""

    enabled: Annotated[
        bool,
        Field(
            title=gettext_noop("Save checkpoints"),
            description=gettext_noop("Mounts a checkpoint volume; kept by Baseten after the job ends."),
        ),
        Ui(widget=Widget.SWITCH, width=4, source=SEED),
    ] = False
    checkpoint_path: Annotated[
        AbsolutePath | None,
        Field(
            title=gettext_noop("Checkpoint path"),
            description=gettext_noop("Container path to watch."),
            examples=["/mnt/ckpts"],
        ),
        Ui(show_when=_SAVE_ON, width=5, placeholder="/mnt/ckpts", source=SEED),
    ] = None
    volume_size_gib: Annotated[
        int | None,
        Field(
            title=gettext_noop("Volume"),
            description=gettext_noop("Volume size; empty takes Baseten's size."),
            ge=1,
            examples=[500],
        ),
        Ui(show_when=_SAVE_ON, unit="GiB", width=3, source="seed; min assumed"),
    ] = None


class BasetenCheckpointRef(SpecPart):
    """One earlier checkpoint to fetch; ``typ`` says which of the other fields belong to it."""

    typ: Annotated[
        Literal["baseten_latest_checkpoint", "baseten_named_checkpoint", "loops_checkpoint"],
        Field(title=gettext_noop("Kind"), description=gettext_noop("Kind of reference.")),
        Ui(widget=Widget.SELECT, listed=_KINDS, source=CLIENT),
    ]
    project_name: Annotated[
        str | None,
        Field(title=gettext_noop("Training project"), description=gettext_noop("Name of the project to take it from.")),
        Ui(show_when=(_TYP, (LATEST, NAMED)), required_if="no job is given", source=CLIENT),
    ] = None
    job_id: Annotated[
        str | None,
        Field(title=gettext_noop("Job"), description=gettext_noop("Id of the job to take it from.")),
        Ui(show_when=(_TYP, (LATEST, NAMED)), required_if="no project is given", source=CLIENT),
    ] = None
    checkpoint_name: Annotated[
        str | None,
        Field(title=gettext_noop("Checkpoint"), description=gettext_noop("Name of the checkpoint.")),
        Ui(show_when=(_TYP, (NAMED, LOOPS)), required_if="a named or a Loops checkpoint", source=CLIENT),
    ] = None
    run_id: Annotated[
        str | None,
        Field(title=gettext_noop("Loops run"), description=gettext_noop("Id of the Loops run.")),
        Ui(show_when=(_TYP, (LOOPS,)), required_if="a Loops checkpoint", source=CLIENT),
    ] = None
    target: Annotated[
        Literal["trainer", "sampler"],
        Field(title=gettext_noop("Target"), description=gettext_noop("Which part of a Loops run.")),
        Ui(widget=Widget.RADIO, listed=_TARGETS, show_when=(_TYP, (LOOPS,)), source=CLIENT),
    ] = "trainer"

    @model_validator(mode="after")
    def _fits_typ(self) -> Self:
        needed = {LATEST: (), NAMED: ("checkpoint_name",), LOOPS: ("run_id", "checkpoint_name")}[self.typ]
        foreign = {LATEST: ("checkpoint_name", "run_id"), NAMED: ("run_id",), LOOPS: ("project_name", "job_id")}
        missing, strange = Sentence("Required for {kind}.", kind=self.typ), Sentence("Not with {kind}.", kind=self.typ)
        found = [problem(missing, name) for name in needed if not getattr(self, name)]
        found += [problem(strange, name) for name in foreign[self.typ] if getattr(self, name)]
        if self.typ != LOOPS and "target" in self.model_fields_set:
            found.append(problem(strange, "target"))
        if self.typ != LOOPS and not (self.project_name or self.job_id):
            found.append(problem("Give a training project or a job.", "project_name"))
        refuse("checkpoint", found)
        return self


class BasetenLoadCheckpoint(SpecPart):
    """Earlier checkpoints, fetched before the start commands."""

    enabled: Annotated[
        bool,
        Field(
            title=gettext_noop("Load checkpoints"),
            description=gettext_noop("Fetches earlier checkpoints before the start commands."),
        ),
        Ui(widget=Widget.SWITCH, width=4, source=CLIENT),
    ] = False
    download_folder: Annotated[
        AbsolutePath,
        Field(title=gettext_noop("Download folder"), description=gettext_noop("Container path where they land.")),
        Ui(show_when=_LOAD_ON, source=CLIENT),
    ] = "/tmp/loaded_checkpoints"  # noqa: S108 - the provider's own default, inside its container
    checkpoints: Annotated[
        list[BasetenCheckpointRef] | None,
        Field(title=gettext_noop("Checkpoints"), description=gettext_noop("What to fetch.")),
        Ui(show_when=_LOAD_ON, widget=Widget.ROWS, add=gettext_noop("Add checkpoint"), width=12, source=CLIENT),
    ] = None
