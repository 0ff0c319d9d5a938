"""What the JSON API takes for workloads: a launch with its guards, and what may be changed of work that is there."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Self, Union

from django.utils.translation import gettext as _
from ninja import Field
from pydantic import Discriminator, JsonValue, model_validator

from gpuconsole.core.api import ApiInput, Moment, Text
from gpuconsole.providers import problems, registry
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads.guarding import IDLE_PERCENT, KEYS, Guards
from gpuconsole.workloads.guards import LONGEST_S, MOST_COST, SHORTEST_IDLE_S, SHORTEST_REST_S, SHORTEST_S
from gpuconsole.workloads.labels import LONGEST, MOST
from gpuconsole.workloads.models import QueueThen, TellMe

if TYPE_CHECKING:
    AnySpec = Spec
else:
    _SPECS = tuple(provider.spec for provider in registry.every())
    AnySpec = Annotated[Union[_SPECS], Discriminator("provider")]  # noqa: UP007
"""Every provider's own create fields, told apart by ``provider``."""


Cost = Annotated[Decimal, Field(gt=0, le=MOST_COST, max_digits=13, decimal_places=4, allow_inf_nan=False)]


class GuardsIn(ApiInput):
    """Rules of ours that end work; nothing of it is sent to the provider."""

    stop_after_s: Annotated[int | None, Field(ge=SHORTEST_S, le=LONGEST_S)] = None
    """Seconds after the launch at which the console ends it."""
    stop_at_cost: Cost | None = None
    """What it may have cost when the console ends it, in the currency that the provider charges in; only where the
    price is known."""
    idle_after_s: Annotated[int | None, Field(ge=SHORTEST_IDLE_S, le=LONGEST_S)] = None
    """Seconds that its GPUs may be idle before the console ends it; only where the provider offers metrics."""
    idle_percent: Annotated[int, Field(ge=1, le=99)] = IDLE_PERCENT
    """GPU utilisation under which it is idle, the busiest GPU counting."""
    queue_limit_s: Annotated[int | None, Field(ge=SHORTEST_S, le=LONGEST_S)] = None
    """Seconds that it may be queued."""
    queue_then: QueueThen = QueueThen.WARN
    """What happens when it was queued for longer."""
    terminate_after_s: Annotated[int | None, Field(ge=SHORTEST_REST_S, le=LONGEST_S)] = None
    """Seconds that an instance may be off before the console terminates it, disks included."""
    warn_before_s: Annotated[int | None, Field(ge=SHORTEST_S, le=LONGEST_S)] = None
    """Seconds before the latest end at which its owner is told of it."""
    tell_me: TellMe = TellMe.TROUBLE
    """What its owner is told of besides trouble, by mail, and webhooks that hear of it."""

    @property
    def guards(self) -> Guards:
        """Those beside the latest end."""
        return Guards(**{key: getattr(self, key) for key in KEYS})


Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Labels = Annotated[list[Annotated[str, Field(max_length=LONGEST, pattern=r"^[^\x00-\x1f]+$")]], Field(max_length=MOST)]


def _no_default(schema: dict[str, Any]) -> None:
    """Left out is not the same as null, which is no value here."""
    schema.pop("default", None)


class LaunchIn(ApiInput):
    """One launch: what the provider is asked for, on which connection, under which name."""

    name: Name = ""
    connection: Text = Field("", json_schema_extra=_no_default)
    """Required without a preset that names one."""
    spec: AnySpec = Field(None, json_schema_extra=_no_default)  # type: ignore[assignment]  # see _complete
    """Required without a preset; with one it is the whole spec, in place of the preset's."""
    guards: GuardsIn = GuardsIn()
    labels: Labels = Field(default_factory=list)
    why: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""
    """What an admin should know where a limit makes the launch wait for one."""
    preset: Text | None = None
    """Id of a preset to launch from: what is left out here is taken from it, and its locked fields must stay."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.preset is None:
            missing = [name for name in ("connection", "spec") if name not in self.model_fields_set]
            problems.refuse("launch", [problems.problem(_("Required."), name) for name in missing])
        return self


class WorkloadPatch(ApiInput):
    """What may be said anew of work in any state; what is left out stays."""

    labels: Labels = Field(default_factory=list, json_schema_extra=_no_default)
    """In place of those it has."""
    name: Name = Field(None, json_schema_extra=_no_default)  # type: ignore[assignment]
    """What it is called here; its provider goes on calling it as it was launched."""


class ProjectChange(ApiInput):
    """Which project is to be charged from now on."""

    project: Text
    """Its slug."""


class RecordEnd(ApiInput):
    """What makes sure that the right record is deleted."""

    name: Name
    """The name of the work, as it is called here."""


class EditIn(ApiInput):
    """What to change of work that is there."""

    changes: Annotated[dict[str, JsonValue], Field(min_length=1)]
    """By the provider's own wire names: see ``edits`` of ``GET /providers/{slug}``. What is left out stays as it is."""


class GuardsChange(ApiInput):
    """Other guards for work that is there. What is left out stays; null takes a guard away."""

    stop_at_cost: Cost | None = None
    idle_after_s: Annotated[int | None, Field(ge=SHORTEST_IDLE_S, le=LONGEST_S)] = None
    idle_percent: Annotated[int, Field(ge=1, le=99)] = IDLE_PERCENT
    queue_limit_s: Annotated[int | None, Field(ge=SHORTEST_S, le=LONGEST_S)] = None
    queue_then: QueueThen = QueueThen.WARN
    terminate_after_s: Annotated[int | None, Field(ge=SHORTEST_REST_S, le=LONGEST_S)] = None
    warn_before_s: Annotated[int | None, Field(ge=SHORTEST_S, le=LONGEST_S)] = None
    tell_me: TellMe = TellMe.TROUBLE

    @property
    def said(self) -> dict[str, Any]:
        """What is to be changed."""
        return {key: getattr(self, key) for key in KEYS if key in self.model_fields_set}


class ExtendIn(ApiInput):
    """Another latest end."""

    ends_by: Moment | None
    """When the console ends it at the latest; null takes the end away, where an admin of the project allowed that."""


class WayIn(ApiInput):
    """Which hidden way in to show."""

    way: Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f]+$")]
    """Its label in ``connect``."""


def field_path(location: Sequence[str | int]) -> str:
    """The dotted path of a field as the caller wrote it: ``body.payload.spec.<slug>.x`` is ``spec.x``."""
    parts = [str(part) for part in location if part != "[key]"]
    if parts and parts[0] in ("body", "query", "path", "header"):
        del parts[0]
    if parts and parts[0] in ("payload", "asked"):  # our parameter's name
        del parts[0]
    if len(parts) > 1 and parts[0] == "spec" and parts[1] in registry.SLUGS:
        del parts[1]
    return ".".join(parts)
