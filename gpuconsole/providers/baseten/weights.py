"""``training_job.weights``: model weights that Baseten mirrors and mounts read-only."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gpuconsole.providers.baseten.fields import CLIENT, SEED, AbsolutePath
from gpuconsole.providers.problems import problem, refuse, wrong
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Ui, Widget
from gpuconsole.providers.words import Sentence, gettext_noop

SCHEMES = ("hf://", "s3://", "gs://", "r2://", "cw://")
_LET_PASS = ("azure://", "https://")
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?")
_METHOD = "training_job.weights.auth.auth_method"
FIELDS_OF = {
    "CUSTOM_SECRET": ("auth_secret_name",),
    "AWS_OIDC": ("aws_oidc_role_arn", "aws_oidc_region"),
    "GCP_OIDC": ("gcp_oidc_service_account", "gcp_oidc_workload_id_provider"),
    "AWS_ASSUME_ROLE": ("aws_assume_role_arn", "aws_assume_role_region"),
}
"""The fields that each method demands; it forbids those of the others. Source: client code."""


def _source(source: str) -> str:
    if not source.startswith((*SCHEMES, *_LET_PASS)):
        fix = f"hf://{source}" if _HUB_NAME.fullmatch(source) else None
        known = {"listed": ", ".join(SCHEMES[:-1]), "last": SCHEMES[-1]}
        if fix is None:
            raise wrong(Sentence("Must start with {listed} or {last}.", **known))
        raise wrong(Sentence("Must start with {listed} or {last}. Did you mean {fix}?", **known, fix=fix), fix=fix)
    scheme, _, rest = source.partition("://")
    if not rest:
        raise wrong(Sentence("Say what to take behind {scheme}.", scheme=f"{scheme}://"))
    if "@" in rest and scheme != "hf":
        raise wrong('Only hf:// takes a revision behind "@".')
    return source


def _of(method: str) -> Ui:
    return Ui(show_when=(_METHOD, (method,)), required_if=f"auth_method is {method}", source=CLIENT)


class BasetenWeightsAuth(SpecPart):
    """A fuller login for the source: the method, and exactly the fields that belong to it."""

    auth_method: Annotated[
        Literal["CUSTOM_SECRET", "AWS_OIDC", "GCP_OIDC", "AWS_ASSUME_ROLE"],
        Field(title=gettext_noop("Kind of login"), description=gettext_noop("Each forbids the fields of the others.")),
        Ui(widget=Widget.SELECT, required_if="auth is set", source=CLIENT),
    ]
    auth_secret_name: Annotated[
        str | None,
        Field(title=gettext_noop("Secret"), description=gettext_noop("Stored secret for the source.")),
        Ui(
            show_when=(_METHOD, ("CUSTOM_SECRET",)),
            required_if="auth_method is CUSTOM_SECRET",
            choices="secrets",
            secret=True,
            excludes=("training_job.weights[].auth_secret_name",),
            source=CLIENT,
        ),
    ] = None
    aws_oidc_role_arn: Annotated[str | None, Field(title=gettext_noop("Role ARN")), _of("AWS_OIDC")] = None
    aws_oidc_region: Annotated[str | None, Field(title=gettext_noop("AWS region")), _of("AWS_OIDC")] = None
    gcp_oidc_service_account: Annotated[str | None, Field(title=gettext_noop("Service account")), _of("GCP_OIDC")] = (
        None
    )
    gcp_oidc_workload_id_provider: Annotated[
        str | None, Field(title=gettext_noop("Workload identity provider")), _of("GCP_OIDC")
    ] = None
    aws_assume_role_arn: Annotated[str | None, Field(title=gettext_noop("Role ARN")), _of("AWS_ASSUME_ROLE")] = None
    aws_assume_role_region: Annotated[str | None, Field(title=gettext_noop("AWS region")), _of("AWS_ASSUME_ROLE")] = (
        None
    )

    @model_validator(mode="after")
    def _fits_method(self) -> Self:
        wanted = FIELDS_OF[self.auth_method]
        others = [name for names in FIELDS_OF.values() for name in names if name not in wanted]
        missing = Sentence("Required for {method}.", method=self.auth_method)
        strange = Sentence("Not with {method}.", method=self.auth_method)
        found = [problem(missing, name) for name in wanted if not getattr(self, name)]
        found += [problem(strange, name) for name in others if getattr(self, name) is not None]
        refuse("auth", found)
        return self


class BasetenWeights(SpecPart):
    """One source of weights and where it appears."""

    wire_order = ("allow_patterns", "auth_secret_name", "ignore_patterns", "mount_location", "source")

    source: Annotated[
        str,
        AfterValidator(_source),
        Field(
            title=gettext_noop("Source"),
            description=gettext_noop("Where the weights come from."),
            examples=["hf://org/model@main"],
        ),
        Ui(width=5, placeholder="hf://org/model@main", source=SEED),
    ]
    mount_location: Annotated[
        AbsolutePath,
        Field(
            title=gettext_noop("Mount location"),
            description=gettext_noop("Absolute container path; unique within the list."),
            examples=["/app/models/base"],
        ),
        Ui(width=4, placeholder="/app/models/base", source=SEED),
    ]
    auth_secret_name: Annotated[
        str | None,
        Field(
            title=gettext_noop("Auth secret"),
            description=gettext_noop("Stored secret for the source."),
            examples=["hf_token"],
        ),
        Ui(
            choices="secrets",
            secret=True,
            excludes=("training_job.weights[].auth.auth_secret_name",),
            width=3,
            source=SEED,
        ),
    ] = None
    allow_patterns: Annotated[
        list[str] | None,
        Field(
            title=gettext_noop("Allow patterns"),
            description=gettext_noop("Only these files."),
            examples=[["*.safetensors"]],
        ),
        Ui(widget=Widget.LINES, source=SEED),
    ] = None
    ignore_patterns: Annotated[
        list[str] | None,
        Field(title=gettext_noop("Ignore patterns"), description=gettext_noop("Not these files.")),
        Ui(widget=Widget.LINES, source=SEED),
    ] = None
    auth: Annotated[
        BasetenWeightsAuth | None,
        Field(
            title=gettext_noop("Fuller login"),
            description=gettext_noop("A role or identity in place of a plain secret."),
        ),
        Ui(widget=Widget.SWITCH, width=12, source=CLIENT),
    ] = None

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if self.auth_secret_name is not None and self.auth is not None and self.auth.auth_secret_name is not None:
            refuse("weights", [problem("Not together with the secret of the fuller login.", "auth_secret_name")])
        return self


def different_places(weights: list[BasetenWeights] | None) -> list[BasetenWeights] | None:
    """Refuse a mount location that is taken by an earlier row."""
    seen: dict[str, int] = {}
    found = []
    for number, row in enumerate(weights or ()):
        place = row.mount_location.rstrip("/") or "/"
        if place in seen:
            text = Sentence("{place} is taken by row {row}.", place=row.mount_location, row=seen[place] + 1)
            found.append(problem(text, number, "mount_location"))
        seen.setdefault(place, number)
    refuse("weights", found)
    return weights
