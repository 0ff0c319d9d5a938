"""``training_job.runtime``: what runs, and what it finds around it."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from gpuconsole.providers.baseten.fields import CLIENT, SEED, BasetenSecretRef
from gpuconsole.providers.baseten.storage import BasetenCache, BasetenCheckpointing, BasetenLoadCheckpoint
from gpuconsole.providers.problems import problem, refuse, wrong
from gpuconsole.providers.specs import Mount, SpecPart
from gpuconsole.providers.ui import Ui, Widget
from gpuconsole.providers.words import Sentence, gettext_noop

_VARIABLE = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")


def _text_or_secret(value: Any) -> Any:
    """Told apart here, so that an error stands at the variable and not at both members of a union."""
    if isinstance(value, dict):
        return BasetenSecretRef.model_validate(value)
    if not isinstance(value, (str, BasetenSecretRef)):
        raise wrong('Must be text, or an object such as {"name": "hf_token"} that names a stored secret.')
    return value


def _sensible_names(variables: dict[str, Any] | None) -> dict[str, Any] | None:
    """The rule of Kubernetes, in which the containers run (assumed: Baseten states none)."""
    text = gettext_noop('Names hold letters, digits, "_", "-" and ".", and do not start with a digit.')
    refuse("variables", [problem(text, name, "[key]") for name in variables or () if not _VARIABLE.fullmatch(name)])
    return variables


class BasetenArtifact(SpecPart):
    """An uploaded code archive, where the blob-credentials call said to put it."""

    s3_bucket: Annotated[
        str, Field(title=gettext_noop("Bucket"), description=gettext_noop("Bucket of the archive.")), Ui(source=CLIENT)
    ]
    s3_key: Annotated[
        str, Field(title=gettext_noop("Key"), description=gettext_noop("Key of the archive.")), Ui(source=CLIENT)
    ]


class BasetenRuntime(SpecPart):
    """What runs in the container."""

    start_commands: Annotated[
        list[str] | None,
        Field(
            title=gettext_noop("Start commands"),
            description=gettext_noop("One command a line, run in order; the job stops at the first that fails."),
            examples=[["bash run.sh"]],
        ),
        Ui(widget=Widget.LINES, width=12, placeholder="python train.py", source=SEED),
    ] = None
    environment_variables: Annotated[
        dict[str, Annotated[str | BasetenSecretRef, BeforeValidator(_text_or_secret)]] | None,
        AfterValidator(_sensible_names),
        Field(
            title=gettext_noop("Environment variables"),
            description=gettext_noop("A value is text, or names a stored secret."),
            examples=[{"EPOCHS": "3", "HF_TOKEN": {"name": "hf_token"}}],
        ),
        Ui(widget=Widget.PAIRS, add=gettext_noop("Add variable"), width=12, source=SEED),
    ] = None
    artifacts: Annotated[
        list[BasetenArtifact] | None,
        Field(title=gettext_noop("Artifacts"), description=gettext_noop("Uploaded code archives to unpack.")),
        Ui(
            group="Artifacts and user environment",
            widget=Widget.ROWS,
            add=gettext_noop("Add artifact"),
            width=12,
            source=SEED,
        ),
    ] = None
    enable_cache: Annotated[
        bool | None,
        Field(
            title=gettext_noop("Old cache switch"),
            description=gettext_noop("Use cache_config instead."),
            json_schema_extra={"deprecated": True},
        ),
        Ui(group="Cache", in_form=False, excludes=("training_job.runtime.cache_config",), source=SEED),
    ] = None
    cache_config: Annotated[
        BasetenCache | None,
        Field(title=gettext_noop("Cache"), description=gettext_noop("Persistent cache.")),
        Ui(group="Cache", width=12, excludes=("training_job.runtime.enable_cache",), source=SEED),
    ] = None
    checkpointing_config: Annotated[
        BasetenCheckpointing | None,
        Field(title=gettext_noop("Checkpointing"), description=gettext_noop("Checkpoint volume.")),
        Ui(group="Checkpointing", width=12, source=SEED),
    ] = None
    load_checkpoint_config: Annotated[
        BasetenLoadCheckpoint | None,
        Field(
            title=gettext_noop("Load a checkpoint"),
            description=gettext_noop("Fetches earlier checkpoints before the start commands."),
        ),
        Ui(group="Load a checkpoint", width=12, source=SEED),
    ] = None

    def mounts(self) -> Iterator[Mount]:
        """The volumes that are on."""
        cache, saving, loading = self.cache_config, self.checkpointing_config, self.load_checkpoint_config
        if cache and cache.enabled:
            yield Mount(cache.mount_base_path, gettext_noop("cache of the training project"))
        if saving and saving.enabled and saving.checkpoint_path:
            size = saving.volume_size_gib
            what = Sentence("checkpoints, {size} GiB", size=size) if size else gettext_noop("checkpoints")
            yield Mount(saving.checkpoint_path, what)
        if loading and loading.enabled:
            yield Mount(loading.download_folder, gettext_noop("earlier checkpoints"))
