"""``runtime.cache_config``, ``.checkpointing_config`` and ``.load_checkpoint_config``: what outlives a job."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gpuconsole.providers.baseten.fields import CLIENT, SEED, AbsolutePath
from gpuconsole.providers.problems import problem, refuse
from gpuconsole.providers.specs import SpecPart, Ui, Widget

_RUNTIME = "training_job.runtime"
_CACHE_ON = (f"{_RUNTIME}.cache_config.enabled", ("true",))
_SAVE_ON = (f"{_RUNTIME}.checkpointing_config.enabled", ("true",))
_LOAD_ON = (f"{_RUNTIME}.load_checkpoint_config.enabled", ("true",))
_TYP = f"{_RUNTIME}.load_checkpoint_config.checkpoints.typ"

LATEST, NAMED, LOOPS = "baseten_latest_checkpoint", "baseten_named_checkpoint", "loops_checkpoint"


class BasetenCache(SpecPart):
    """The persistent cache of a training project."""

    wire_order = ("enable_legacy_hf_mount", "enabled", "mount_base_path", "require_cache_affinity")

    enabled: Annotated[
        bool,
        Field(title="Enable cache", description="Keeps downloads between jobs of one training project."),
        Ui(widget=Widget.SWITCH, width=4, source=SEED),
    ] = False
    require_cache_affinity: Annotated[
        bool,
        Field(title="Require cache affinity", description="Waits for a node that has the cache."),
        Ui(widget=Widget.SWITCH, show_when=_CACHE_ON, width=4, source=SEED),
    ] = True
    enable_legacy_hf_mount: Annotated[
        bool,
        Field(title="Legacy HF mount", description="Also mounts the old Hugging Face path."),
        Ui(widget=Widget.SWITCH, show_when=_CACHE_ON, width=4, source=SEED),
    ] = False
    mount_base_path: Annotated[
        AbsolutePath,
        Field(title="Mount base path", description="Container path under which cache folders appear."),
        Ui(show_when=_CACHE_ON, source=SEED),
    ] = "/root/.cache"


class BasetenCheckpointing(SpecPart):
    """The volume whose content is copied out as checkpoints."""

    enabled: Annotated[
        bool,
        Field(title="Save checkpoints", description="Mounts a checkpoint volume; kept by Baseten after the job ends."),
        Ui(widget=Widget.SWITCH, width=4, source=SEED),
    ] = False
    checkpoint_path: Annotated[
        AbsolutePath | None,
        Field(title="Checkpoint path", description="Container path to watch.", examples=["/mnt/ckpts"]),
        Ui(show_when=_SAVE_ON, width=5, placeholder="/mnt/ckpts", source=SEED),
    ] = None
    volume_size_gib: Annotated[
        int | None,
        Field(title="Volume", description="Volume size; empty takes Baseten's size.", ge=1, examples=[500]),
        Ui(show_when=_SAVE_ON, unit="GiB", width=3, source="seed; min assumed"),
    ] = None


class BasetenCheckpointRef(SpecPart):
    """One earlier checkpoint to fetch; ``typ`` says which of the other fields belong to it."""

    typ: Annotated[
        Literal["baseten_latest_checkpoint", "baseten_named_checkpoint", "loops_checkpoint"],
        Field(title="Kind", description="Kind of reference."),
        Ui(widget=Widget.SELECT, source=CLIENT),
    ]
    project_name: Annotated[
        str | None,
        Field(title="Training project", description="Name of the project to take it from."),
        Ui(show_when=(_TYP, (LATEST, NAMED)), required_if="no job is given", source=CLIENT),
    ] = None
    job_id: Annotated[
        str | None,
        Field(title="Job", description="Id of the job to take it from."),
        Ui(show_when=(_TYP, (LATEST, NAMED)), required_if="no project is given", source=CLIENT),
    ] = None
    checkpoint_name: Annotated[
        str | None,
        Field(title="Checkpoint", description="Name of the checkpoint."),
        Ui(show_when=(_TYP, (NAMED, LOOPS)), required_if="a named or a Loops checkpoint", source=CLIENT),
    ] = None
    run_id: Annotated[
        str | None,
        Field(title="Loops run", description="Id of the Loops run."),
        Ui(show_when=(_TYP, (LOOPS,)), required_if="a Loops checkpoint", source=CLIENT),
    ] = None
    target: Annotated[
        Literal["trainer", "sampler"],
        Field(title="Target", description="Which part of a Loops run."),
        Ui(widget=Widget.RADIO, show_when=(_TYP, (LOOPS,)), source=CLIENT),
    ] = "trainer"

    @model_validator(mode="after")
    def _fits_typ(self) -> Self:
        needed = {LATEST: (), NAMED: ("checkpoint_name",), LOOPS: ("run_id", "checkpoint_name")}[self.typ]
        foreign = {LATEST: ("checkpoint_name", "run_id"), NAMED: ("run_id",), LOOPS: ("project_name", "job_id")}
        found = [problem(f"Required for {self.typ}.", name) for name in needed if not getattr(self, name)]
        found += [problem(f"Not with {self.typ}.", name) for name in foreign[self.typ] if getattr(self, name)]
        if self.typ != LOOPS and "target" in self.model_fields_set:
            found.append(problem(f"Not with {self.typ}.", "target"))
        if self.typ != LOOPS and not (self.project_name or self.job_id):
            found.append(problem("Give a training project or a job.", "project_name"))
        refuse("checkpoint", found)
        return self


class BasetenLoadCheckpoint(SpecPart):
    """Earlier checkpoints, fetched before the start commands."""

    enabled: Annotated[
        bool,
        Field(title="Load checkpoints", description="Fetches earlier checkpoints before the start commands."),
        Ui(widget=Widget.SWITCH, width=4, source=CLIENT),
    ] = False
    download_folder: Annotated[
        AbsolutePath,
        Field(title="Download folder", description="Container path where they land."),
        Ui(show_when=_LOAD_ON, source=CLIENT),
    ] = "/tmp/loaded_checkpoints"  # noqa: S108 - the provider's own default, inside its container
    checkpoints: Annotated[
        list[BasetenCheckpointRef] | None,
        Field(title="Checkpoints", description="What to fetch."),
        Ui(show_when=_LOAD_ON, widget=Widget.ROWS, width=12, source=CLIENT),
    ] = None
