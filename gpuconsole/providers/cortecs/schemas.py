"""Every create field of a Cortecs dedicated instance, by its wire name (sources: see the Ui of each)."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from gpuconsole.providers.problems import wrong
from gpuconsole.providers.specs import Spec
from gpuconsole.providers.ui import Listed, Section, Ui, Widget
from gpuconsole.providers.words import Sentence, gettext_noop

ARGUMENTS = ("model_id", "hardware_type_id", "context_length", "billing_interval", "num_workers")
"""The five keys of the create call, in the order of the vendor's client, which always sends all of them."""


_INTERVALS = (Listed("per_minute", gettext_noop("Per minute")), Listed("per_hour", gettext_noop("Per hour")))


def _dashed(model_id: str) -> str:
    if "/" in model_id:
        fix = model_id.replace("/", "--")
        raise wrong(Sentence('Every "/" is written as "--". Did you mean {fix}?', fix=fix), fix=fix)
    if not model_id.strip():
        raise wrong("Must not be empty.")
    return model_id


class CortecsInstanceSpec(Spec):
    """A dedicated deployment of one catalogue model on 1 to 8 like workers."""

    wire_order = ARGUMENTS
    sections = (
        Section(gettext_noop("Model"), is_open=True),
        Section(gettext_noop("Hardware"), is_open=True, help=gettext_noop("only types that fit the model")),
        Section(gettext_noop("Size and billing"), is_open=True),
    )

    provider: Literal["cortecs"] = Field(title=gettext_noop("Provider"))
    model_id: Annotated[
        str,
        AfterValidator(_dashed),
        Field(
            title=gettext_noop("Model"),
            description=gettext_noop("Catalogue model to serve; Hugging Face name with / written as --."),
            min_length=1,
            examples=["meta-llama--Meta-Llama-3.1-8B-Instruct"],
        ),
        Ui(group="Model", choices="models", source="docs; client code"),
    ]
    context_length: Annotated[
        int | None,
        Field(
            title=gettext_noop("Context length"),
            description=gettext_noop(
                "Longest prompt plus answer; smaller is faster. The limit depends on model and hardware."
            ),
            ge=1,
            examples=[16000],
        ),
        Ui(
            group="Model",
            unit=gettext_noop("tokens"),
            width=4,
            default_text=gettext_noop("the model's maximum on this hardware, at most 32000"),
            source="seed; docs; min assumed",
        ),
    ] = None
    hardware_type_id: Annotated[
        str | None,
        Field(
            title=gettext_noop("Hardware type"),
            description=gettext_noop("GPU type and count per worker; empty takes the model's recommended type."),
            min_length=1,
            examples=["NVIDIA_L4_1"],
        ),
        Ui(
            group="Hardware",
            choices="hardware",
            widget=Widget.TABLE,
            width=12,
            default_text=gettext_noop("the model's recommended type"),
            source="seed; default docs",
        ),
    ] = None
    num_workers: Annotated[
        int | None,
        Field(
            title=gettext_noop("Workers"),
            description=gettext_noop("Parallel workers; cost and GPUs multiply by it."),
            ge=1,
            le=8,
            examples=[2],
        ),
        Ui(
            group="Size and billing",
            unit=gettext_noop("workers"),
            widget=Widget.STEPPER,
            width=4,
            source="range seed; default docs",
        ),
    ] = 1
    billing_interval: Annotated[
        Literal["per_minute", "per_hour"] | None,
        Field(
            title=gettext_noop("Billing interval"),
            description=gettext_noop("Charging granularity: per hour charges every hour that was begun."),
            examples=["per_minute"],
        ),
        Ui(group="Size and billing", widget=Widget.RADIO, listed=_INTERVALS, source="seed; default docs"),
    ] = "per_minute"

    def arguments(self) -> dict[str, Any]:
        """All five keys; null says "use the default" and stands where nothing was chosen."""
        chosen = self.wire()
        extra = {key: value for key, value in chosen.items() if key not in ARGUMENTS and key != "provider"}
        return {name: chosen.get(name) for name in ARGUMENTS} | extra
